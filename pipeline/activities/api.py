"""The API of activities: what people did with customers."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from kit.api.fields import (
    Choice,
    Flag,
    Moment,
    NothingSerializer,
    PlainText,
    Row,
    StrictSerializer,
    WholeNumber,
)
from kit.api.operations import operation, page_body
from kit.api.pages import Ordering, PageQuery, page_of
from org.models.people import Person
from org.rest import ApiRequest, answer_once, require
from org.rest_rows import people_led
from pipeline import rules
from pipeline.activities.models import LONGEST, Activity
from pipeline.activities.services import activities
from pipeline.customers.api import accounts_seen
from pipeline.customers.models import Contact
from pipeline.deals.models.deals import Deal
from pipeline.enums import ActivityKind, Direction

ORDERING = Ordering(
    {"occurred_at": "occurred_at", "created_at": "created_at"}, default="-occurred_at"
)


def deals_seen(viewer: Person) -> QuerySet:
    return Deal.objects.visible_to(viewer).select_related("account")


def contacts_seen(viewer: Person) -> QuerySet:
    return Contact.objects.visible_to(viewer)


class ActivityQuery(PageQuery):
    kind = Choice(choices=list(ActivityKind), required=False)
    person = Row(rows=people_led, required=False)
    deal = Row(rows=deals_seen, required=False)
    account = Row(rows=accounts_seen, required=False)
    occurred_from = Moment(required=False, help_text="Included.")
    occurred_to = Moment(required=False, help_text="Not included.")
    archived = Flag(required=False, help_text="Archived activities instead of the others.")
    ordering = ORDERING.field()


class NewActivity(StrictSerializer):
    """What somebody did (you, unless you name another), on a deal, an account or with a contact."""

    kind = Choice(choices=list(ActivityKind))
    subject = PlainText(max_length=300)
    occurred_at = Moment()
    body = PlainText(max_length=20_000, required=False, allow_blank=True)
    direction = Choice(
        choices=list(Direction), required=False, help_text="Who reached whom, where it is known."
    )
    minutes = WholeNumber(
        min_value=0, max_value=LONGEST, required=False, allow_null=True, help_text="How long."
    )
    person = Row(rows=people_led, required=False)
    deal = Row(rows=deals_seen, required=False, allow_null=True)
    account = Row(rows=accounts_seen, required=False, allow_null=True)
    contact = Row(rows=contacts_seen, required=False, allow_null=True)
    external_id = PlainText(max_length=100, required=False, allow_null=True)


class ActivityBody(serializers.Serializer):
    id = serializers.IntegerField(source="pk")
    kind = Choice(choices=list(ActivityKind))
    subject = serializers.CharField()
    body = serializers.CharField()
    direction = serializers.CharField(help_text="out, in, both, or empty where nobody said it.")
    minutes = serializers.IntegerField(allow_null=True)
    occurred_at = Moment()
    person = serializers.IntegerField(source="person_id")
    deal = serializers.IntegerField(source="deal_id", allow_null=True)
    account = serializers.IntegerField(source="account_id", allow_null=True)
    contact = serializers.IntegerField(source="contact_id", allow_null=True)
    external_id = serializers.CharField(allow_null=True)
    created_at = Moment()
    archived_at = Moment(allow_null=True)


class Activities(APIView):
    @operation(
        name="activities_list", summary="List activities",
        query=ActivityQuery, gives=page_body("ActivityPage", ActivityBody),
    )  # fmt: skip
    def get(self, request: ApiRequest) -> Response:
        query = ActivityQuery.read(request)
        rows = Activity.objects.visible_to(request.user).filter(**_narrowing(query))
        page = page_of(rows, request, query, ordering=ORDERING)
        return Response(page.body(ActivityBody(page.rows, many=True).data))

    @operation(
        name="activities_log", summary="Log an activity",
        takes=NewActivity, gives=ActivityBody, status=201, once=True,
    )  # fmt: skip
    def post(self, request: ApiRequest) -> Response:
        require(rules.can_write(request.user))
        given = NewActivity.read(request)

        def log() -> Response:
            activity = activities.log_activity(by=request.user, now=timezone.now(), **given)
            return Response(ActivityBody(activity).data, status=201)

        return answer_once(request, log)


class OneActivity(APIView):
    @operation(name="activities_read", summary="Read an activity", gives=ActivityBody, faults=[404])
    def get(self, request: ApiRequest, pk: int) -> Response:
        return Response(ActivityBody(_found(request, pk)).data)


class ActivityArchive(APIView):
    @operation(
        name="activities_archive", summary="Take out an activity that was logged by mistake",
        takes=NothingSerializer, gives=ActivityBody, faults=[404], once=True,
    )  # fmt: skip
    def post(self, request: ApiRequest, pk: int) -> Response:
        return _changed(request, pk, partial(activities.archive_activity, at=timezone.now()))


class ActivityRestore(APIView):
    @operation(
        name="activities_restore", summary="Bring an archived activity back",
        takes=NothingSerializer, gives=ActivityBody, faults=[404], once=True,
    )  # fmt: skip
    def post(self, request: ApiRequest, pk: int) -> Response:
        return _changed(request, pk, activities.restore_activity)


def _changed(request: ApiRequest, pk: int, service: Callable[..., Activity]) -> Response:
    """Answer a change that its address says whole, by the service that makes it."""
    row = _found(request, pk)
    NothingSerializer.read(request)
    return answer_once(request, lambda: Response(ActivityBody(service(row, by=request.user)).data))


def _found(request: ApiRequest, pk: int) -> Activity:
    rows = Activity.objects.visible_to(request.user).select_related("person")
    return get_object_or_404(rows, pk=pk)


def _narrowing(query: dict[str, Any]) -> dict[str, Any]:
    narrowed: dict[str, Any] = {"archived_at__isnull": not query.get("archived", False)}
    for name in ("kind", "person", "deal", "account"):
        if name in query:
            narrowed[name] = query[name]
    for name, lookup in (("occurred_from", "gte"), ("occurred_to", "lt")):
        if name in query:
            narrowed[f"occurred_at__{lookup}"] = query[name]
    return narrowed
