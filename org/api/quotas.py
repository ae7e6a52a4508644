"""The API of quotas: what is set, as it was at any time, and new versions with a reason."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from kit.api.fields import (
    FlagField,
    MomentTextField,
    MoneyField,
    RowField,
    StrictSerializer,
    TextField,
    WordField,
)
from kit.api.operations import operation, page_body
from kit.api.pages import Ordering, PageQuery, page_response
from org import access
from org.api_requests import ApiRequest, answer_once
from org.api_rows import AsOfDay, fiscal_periods, people_led, teams_seen, territories_with_numbers
from org.enums import Measure
from org.models.quotas import Quota
from org.services import quotas
from org.services.calendar import end_of_day

ORDERING = Ordering({"set_at": "set_at"}, default="-set_at")
SUBJECTS = ("person", "team", "territory")
MEASURES = list(Measure)


class QuotaQuery(PageQuery):
    person = RowField(rows=people_led, required=False)
    team = RowField(rows=teams_seen, required=False)
    territory = RowField(rows=territories_with_numbers, required=False)
    measure = WordField(choices=MEASURES, required=False)
    period = RowField(rows=fiscal_periods, required=False)
    as_of = AsOfDay(required=False, help_text="The quotas that held at the end of this day.")
    history = FlagField(
        required=False, help_text="Every version, earlier and withdrawn ones included."
    )
    ordering = ORDERING.field()


class NewQuota(StrictSerializer):
    """A target for one person, team or territory; null withdraws the one that is set."""

    person = RowField(rows=people_led, required=False)
    team = RowField(rows=teams_seen, required=False)
    territory = RowField(rows=territories_with_numbers, required=False)
    measure = WordField(choices=MEASURES)
    period = RowField(rows=fiscal_periods)
    target = MoneyField(allow_null=True, help_text="In the reporting currency, or a whole number.")
    reason = TextField(max_length=500)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        named = [name for name in SUBJECTS if name in attrs]
        if len(named) != 1:
            raise serializers.ValidationError("Name one person, one team or one territory.")
        return attrs | {"subject": attrs.pop(named[0])}


class QuotaBody(serializers.Serializer):
    id = serializers.IntegerField(source="pk")
    person = serializers.IntegerField(source="person_id", allow_null=True)
    team = serializers.IntegerField(source="team_id", allow_null=True)
    territory = serializers.IntegerField(source="territory_id", allow_null=True)
    measure = WordField(choices=MEASURES)
    period = serializers.IntegerField(source="period_id")
    target = MoneyField(allow_null=True, help_text="Null: withdrawn.")
    reason = serializers.CharField()
    set_by = serializers.IntegerField(source="set_by_id", allow_null=True)
    set_at = MomentTextField()


class Quotas(APIView):
    @operation(
        name="quotas_list", summary="List quotas that hold, or held at the end of a day",
        query=QuotaQuery, gives=page_body("QuotaPage", QuotaBody),
    )  # fmt: skip
    def get(self, request: ApiRequest) -> Response:
        query = QuotaQuery.read(request)
        rows = Quota.objects.visible_to(request.user).filter(**_narrowing(query))
        known: QuerySet = Quota.objects.filter(set_at__lte=_moment(query))
        if not query.get("history"):
            known = Quota.objects.as_of(_moment(query)).filter(target__isnull=False)
        return page_response(
            rows.filter(pk__in=known.values("pk")),
            request,
            query,
            ordering=ORDERING,
            body=QuotaBody,
        )

    @operation(
        name="quotas_set", summary="Set or withdraw a quota; 200 if it was so already",
        takes=NewQuota, gives=QuotaBody, status=201, also=200, once=True,
    )  # fmt: skip
    def post(self, request: ApiRequest) -> Response:
        given, now = NewQuota.read(request), timezone.now()

        def add() -> Response:
            quota = quotas.set_quota(by=request.user, at=now, **given)
            if quota is None:
                raise serializers.ValidationError({"target": "There is no quota to withdraw."})
            added = quota.set_at >= now and quota.set_by_id == request.user.pk
            return Response(QuotaBody(quota).data, status=201 if added else 200)

        return answer_once(request, add)


def _narrowing(query: dict[str, Any]) -> dict[str, Any]:
    return {name: query[name] for name in (*SUBJECTS, "measure", "period") if name in query}


def _moment(query: dict[str, Any]) -> datetime:
    day = query.get("as_of")
    return timezone.now() if day is None or day == access.today() else end_of_day(day)
