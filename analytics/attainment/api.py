"""The API of attainment: the numbers of the pages, by the same function."""

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from analytics.attainment.metrics import Attainment, Credit
from analytics.attainment.reports.attainment import BY_TERRITORY, EVERYONE, attainment, subject_of
from kit.api.fields import (
    FlagField,
    MomentTextField,
    QuerySerializer,
    RowField,
    RowListField,
    WordField,
)
from kit.api.operations import operation
from kit.money import from_cents
from org import access
from org.api_requests import ApiRequest
from org.api_rows import AsOfDay, fiscal_periods, people_led, teams_seen, territories_with_numbers
from org.enums import Measure, PeriodKind, SubjectKind
from org.metrics import Subject
from org.models.calendar import FiscalPeriod
from org.models.people import Person
from org.services.calendar import end_of_day

WHOSE = ("person", "team", "territory", "everyone")


class AttainmentQuery(QuerySerializer):
    """Whose number (default: your own), of which period (default: this quarter), known when."""

    person = RowListField(rows=people_led, required=False)
    team = RowListField(rows=teams_seen, required=False, help_text="Each with all teams inside it.")
    territory = RowListField(rows=territories_with_numbers, required=False)
    everyone = FlagField(required=False, help_text="The whole organisation.")
    measure = WordField(choices=list(Measure), required=False)
    period = RowField(rows=fiscal_periods, required=False, help_text="The id of a fiscal period.")
    as_of = AsOfDay(required=False, help_text="As known at the end of this day.")

    def validate_everyone(self, wanted: bool) -> bool:  # noqa: FBT001 -- DRF's signature
        if wanted and not access.sees_everyone(self.context["request"].user):
            raise serializers.ValidationError("You may not see the whole organisation's number.")
        return wanted

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        given = [name for name in WHOSE if attrs.get(name)]
        if len(given) > 1:
            raise serializers.ValidationError({given[1]: f"Give this or {given[0]}, not both."})
        if attrs.get("territory") and attrs.get("measure", Measure.BOOKINGS) not in BY_TERRITORY:
            raise serializers.ValidationError(
                {"measure": "Territories have bookings and deals won."}
            )
        return attrs


class SpanBody(serializers.Serializer):
    id = serializers.IntegerField(source="pk")
    kind = WordField(choices=list(PeriodKind))
    label = serializers.CharField(source="period.label")  # type: ignore[assignment]
    start_on = serializers.DateField(source="period.start")
    end_on = serializers.DateField(source="period.end", help_text="Not included.")


class CreditBody(serializers.Serializer):
    person = serializers.IntegerField()
    actual = serializers.CharField()
    cases = serializers.IntegerField()
    unpriced = serializers.IntegerField()
    overlay = serializers.CharField()


class OthersBody(serializers.Serializer):
    """What people contributed whose rows you may not open, such as those who moved away."""

    actual = serializers.CharField()
    cases = serializers.IntegerField()
    unpriced = serializers.IntegerField()
    overlay = serializers.CharField()


class ResultBody(serializers.Serializer):
    """Actual, quota and gap are exact, as text: money for bookings, numbers for counts."""

    kind = WordField(choices=list(SubjectKind))
    id = serializers.IntegerField(allow_null=True, help_text="Null for everyone together.")
    actual = serializers.CharField()
    quota = serializers.CharField(allow_null=True, help_text="Null: no quota is set.")
    quota_complete = serializers.BooleanField(
        allow_null=True, help_text="False: parts of the period have no quota."
    )
    attainment = serializers.CharField(
        allow_null=True, help_text="actual / quota as a fraction, not capped; null without a quota."
    )
    gap = serializers.CharField(allow_null=True, help_text="quota - actual.")
    cases = serializers.IntegerField(help_text="The deals or activities behind it.")
    unpriced = serializers.IntegerField(help_text="Won deals without an amount among them.")
    overlay = serializers.CharField(help_text="Overlay shares, beside the actual, not in it.")
    credits = CreditBody(many=True, help_text="Who contributed what.")
    others = OthersBody(help_text="What is missing from the credits to the whole.")


class AttainmentBody(serializers.Serializer):
    measure = WordField(choices=list(Measure))
    period = SpanBody()
    as_of = MomentTextField()
    results = ResultBody(many=True)


class Attainments(APIView):
    @operation(
        name="attainment_read", summary="Read attainment of people, teams or territories",
        query=AttainmentQuery, gives=AttainmentBody,
    )  # fmt: skip
    def get(self, request: ApiRequest) -> Response:
        query = AttainmentQuery.read(request)
        measure = Measure(query.get("measure", Measure.BOOKINGS))
        moment = _moment(query)
        period = _period(query)
        subjects = _subjects(query, request.user)
        found = attainment(subjects, period=period, measure=measure, as_of=moment)
        shown = {person for each in found for person in _named(each)}
        visible = set(
            Person.objects.led_by(request.user).filter(pk__in=shown).values_list("pk", flat=True)
        )
        body = {
            "measure": measure,
            "period": period,
            "as_of": moment,
            "results": [_result(each, visible) for each in found],
        }
        return Response(AttainmentBody(body).data)


def _moment(query: dict[str, Any]) -> datetime:
    """Return the end of the day that is asked for; of today, and without one, this moment."""
    day = query.get("as_of")
    return timezone.now() if day is None or day == access.today() else end_of_day(day)


def _period(query: dict[str, Any]) -> FiscalPeriod:
    """Return the period that is asked for, or the quarter that holds the as-of day."""
    day = query.get("as_of") or access.today()
    quarters = FiscalPeriod.objects.holding(day)
    period = query.get("period") or quarters.filter(kind=PeriodKind.QUARTER).first()
    if period is None:
        raise serializers.ValidationError({"period": "The calendar has no quarter of that day."})
    return period


def _subjects(query: dict[str, Any], viewer: Person) -> Sequence[Subject]:
    if query.get("everyone"):
        return [EVERYONE]
    rows = query.get("person") or query.get("team") or query.get("territory")
    if not rows and not access.sells(viewer):
        raise serializers.ValidationError({"person": "Say whose attainment to read."})
    return [subject_of(row) for row in rows or []] or [Subject(SubjectKind.PERSON, viewer.pk)]


def _named(found: Attainment) -> Collection[int]:
    return [credit.person for credit in found.credits]


def _result(found: Attainment, visible: Collection[int]) -> dict[str, Any]:
    hidden = [credit for credit in found.credits if credit.person not in visible]
    share = found.share
    return {
        "kind": found.subject.kind,
        "id": found.subject.pk or None,
        "actual": _written(found.actual, found.measure),
        "quota": _written(found.quota, found.measure),
        "quota_complete": found.target.complete if found.target else None,
        "attainment": None if share is None else f"{share:.6f}",
        "gap": _written(found.gap, found.measure),
        "cases": found.cases,
        "unpriced": found.unpriced,
        "overlay": _written(found.overlay, found.measure),
        "credits": [
            {"person": credit.person, **_sum([credit], found.measure)}
            for credit in found.credits
            if credit.person in visible
        ],
        "others": _sum(hidden, found.measure),
    }


def _sum(credits: Sequence[Credit], measure: Measure) -> dict[str, Any]:
    return {
        "actual": _written(sum(credit.actual for credit in credits), measure),
        "cases": sum(credit.cases for credit in credits),
        "unpriced": sum(credit.unpriced for credit in credits),
        "overlay": _written(sum(credit.overlay for credit in credits), measure),
    }


def _written(number: int | None, measure: Measure) -> str | None:
    """Return money as units with two decimals, a count as it is."""
    if number is None:
        return None
    value: Decimal | int = from_cents(number) if measure == Measure.BOOKINGS else number
    return str(value)
