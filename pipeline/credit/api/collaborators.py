"""The API of the colleagues who help with a deal."""

from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from kit.api.fields import MomentTextField, NothingSerializer, RowField, StrictSerializer, WordField
from kit.api.operations import operation, page_body
from kit.api.pages import Ordering, page_response
from org.api_requests import ApiRequest, answer_once, require
from pipeline import rules
from pipeline.credit.services import collaborators as services
from pipeline.deals.api.contacts import DealContactQuery
from pipeline.deals.api.seen import deal_seen, people_seen
from pipeline.deals.models.people import DealCollaborator
from pipeline.enums import HelpingRole

ORDERING = Ordering({"id": "pk", "added_at": "added_at"}, default="id")
ROLES = list(HelpingRole)


class NewCollaborator(StrictSerializer):
    """A colleague who may see the deal from now on and log what they do for it."""

    person = RowField(rows=people_seen)
    role = WordField(choices=ROLES)


class CollaboratorBody(serializers.Serializer):
    """A colleague who helps from ``added_at`` up to ``ended_at``; null: still."""

    id = serializers.IntegerField(source="pk")
    deal = serializers.IntegerField(source="deal_id")
    person = serializers.IntegerField(source="person_id")
    role = WordField(choices=ROLES)
    added_at = MomentTextField()
    ended_at = MomentTextField(allow_null=True)


class DealCollaborators(APIView):
    @operation(
        name="collaborators_list", summary="List the colleagues who help with a deal",
        query=DealContactQuery, gives=page_body("CollaboratorPage", CollaboratorBody),
        faults=[404],
    )  # fmt: skip
    def get(self, request: ApiRequest, pk: int) -> Response:
        query = DealContactQuery.read(request)
        helping = DealCollaborator.objects.visible_to(request.user).filter(
            deal=deal_seen(request, pk)
        )
        moment = query.get("as_of")
        rows = helping.as_of(moment) if moment else helping.standing()
        return page_response(rows, request, query, ordering=ORDERING, body=CollaboratorBody)

    @operation(
        name="collaborators_add", summary="Let a colleague help with a deal",
        takes=NewCollaborator, gives=CollaboratorBody, status=201, faults=[404], once=True,
    )  # fmt: skip
    def post(self, request: ApiRequest, pk: int) -> Response:
        deal = deal_seen(request, pk)
        require(rules.can_edit_deal(request.user, deal))
        given = NewCollaborator.read(request)

        def add() -> Response:
            row = services.add_collaborator(deal, by=request.user, at=timezone.now(), **given)
            return Response(CollaboratorBody(row).data, status=201)

        return answer_once(request, add)


class CollaboratorRemoval(APIView):
    @operation(
        name="collaborators_remove", summary="End a colleague's help with a deal",
        takes=NothingSerializer, gives=CollaboratorBody, faults=[404], once=True,
    )  # fmt: skip
    def post(self, request: ApiRequest, pk: int) -> Response:
        NothingSerializer.read(request)
        rows = DealCollaborator.objects.visible_to(request.user).select_related("deal__owner")
        row = get_object_or_404(rows, pk=pk)
        require(rules.can_edit_deal(request.user, row.deal))

        def remove() -> Response:
            ended = services.remove_collaborator(row, by=request.user, at=timezone.now())
            return Response(CollaboratorBody(ended).data)

        return answer_once(request, remove)
