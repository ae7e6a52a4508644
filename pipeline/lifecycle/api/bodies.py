"""What the API takes and gives of deals."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from django.db import models
from rest_framework import serializers

from kit.api.fields import (
    DayTextField,
    FlagField,
    MomentTextField,
    MoneyField,
    RowField,
    StrictSerializer,
    TextField,
    WholeNumber,
    WordField,
)
from kit.api.pages import Ordering, PageQuery
from org.api_rows import AsOfDay, people_led, teams_seen
from pipeline.customers.api import accounts_seen
from pipeline.deals.api.lines import Line
from pipeline.deals.declared import DECLARED, EDITABLE, TRACKED, column_of
from pipeline.deals.filters import FilterPart, Takes, parts_of
from pipeline.deals.models.deals import FOREVER, Deal
from pipeline.deals.reports.selection import DealSelection
from pipeline.enums import Category, Status
from pipeline.stages.api import competitors_seen, pipelines_seen, stages_seen

OPEN_CATEGORIES = [word for word in Category if word != Category.CLOSED]
STATUSES = [*Status, "closed"]


LONGEST_TEXT = 10_000


NULLABLE = frozenset({"amount_base", "expected_close_on", "closed_on"})
SAME_COLUMNS = {name: name for name in ("name", "amount_base", "expected_close_on", "closed_on")}
ORDERING = Ordering(
    {"created_at": "created_at", **SAME_COLUMNS}, default="-created_at", nullable=NULLABLE
)
# The same orderings over versions: a deal's own columns are one step away.
PAST_ORDERING = Ordering(
    {"created_at": "deal__created_at", **SAME_COLUMNS},
    default="-created_at",
    nullable=NULLABLE,
    id_column="deal_id",
)
HISTORY = Ordering({"valid_from": "valid_from"}, default="valid_from")


OF_THE_RATE = frozenset({"exchange_rate", "exchange_rate_from"})


OF_THE_END = frozenset({"competitor", "lost_reason"})


def taken(name: str) -> serializers.Field:
    """Return what reads a field of a deal from a body, by its column."""
    column = column_of(name)
    told: dict[str, Any] = {"required": False, "help_text": DECLARED[name].api_help or None}
    if isinstance(column, models.DateField):
        return DayTextField(allow_null=True, **told)
    if isinstance(column, models.DecimalField):
        return MoneyField(allow_null=True, **told)
    told |= {"allow_null": True} if column.null else {"allow_blank": column.blank}
    return TextField(max_length=column.max_length or LONGEST_TEXT, **told)


def given(name: str) -> serializers.Field:
    """Return what writes a field of a deal into an answer, by its column."""
    column = column_of(name)
    if isinstance(column, models.DateField):
        return serializers.DateField(allow_null=column.null)
    told: dict[str, Any] = {"allow_null": column.null, "help_text": DECLARED[name].api_help or None}
    return (
        MoneyField(**told)
        if isinstance(column, models.DecimalField)
        else serializers.CharField(**told)
    )


FILTERS = {each.name: each for each in parts_of(DealSelection)}


PARAMETERS: dict[Takes, Callable[..., serializers.Field]] = {
    Takes.TEXT: partial(TextField, max_length=100),
    Takes.WORD: TextField,
    Takes.DAY: DayTextField,
    Takes.AMOUNT: MoneyField,
    Takes.FLAG: FlagField,
    Takes.PERSON: partial(RowField, rows=people_led),
    Takes.TEAM: partial(RowField, rows=teams_seen),
    Takes.STAGE: partial(RowField, rows=stages_seen),
    Takes.PIPELINE: partial(RowField, rows=pipelines_seen),
    Takes.ACCOUNT: partial(RowField, rows=accounts_seen),
}


def _parameter(declared: FilterPart) -> serializers.Field:
    return PARAMETERS[declared.takes](required=False, help_text=declared.api_help or None)


class DealQuery(PageQuery):
    """The parts of a DealSelection; days are half-open, ``…_from`` included, ``…_to`` not."""

    as_of = AsOfDay(required=False, help_text=FILTERS["as_of"].api_help)
    status = WordField(choices=STATUSES, required=False)
    category = WordField(choices=list(Category), required=False)
    ordering = ORDERING.field()

    def get_fields(self) -> dict[str, serializers.Field]:
        declared = {name: _parameter(each) for name, each in FILTERS.items() if each.api}
        return declared | super().get_fields()


class HistoryQuery(PageQuery):
    ordering = HISTORY.field()


class DealFields(StrictSerializer):
    """The fields of a deal that a program may write, none of them required."""

    account = RowField(rows=accounts_seen, required=False, allow_null=True)
    owner = RowField(rows=people_led, required=False)
    category_override = WordField(choices=OPEN_CATEGORIES, required=False, allow_null=True)
    competitor = RowField(rows=competitors_seen, required=False, allow_null=True)

    def get_fields(self) -> dict[str, serializers.Field]:
        own = super().get_fields()
        return {name: own.get(name) or taken(name) for name in EDITABLE} | own


class ExitGiven(StrictSerializer):
    """What comes with a way past the exits of stages."""

    evidence = serializers.DictField(
        child=TextField(max_length=5_000),
        required=False,
        help_text="What shows that exit criteria are met, by the names that a refusal gives them.",
    )
    override_reason = TextField(
        max_length=900,
        required=False,
        help_text="Why it goes without what the exits of the stages passed need; is counted.",
    )

    def validate_evidence(self, given: dict[str, str]) -> dict[int, str]:
        found = {}
        for name, text in given.items():
            number = name.removeprefix("criterion_")
            if not (number.isascii() and number.isdigit() and len(number) < 19):
                raise serializers.ValidationError(f"There is no exit criterion {name}.")
            found[int(number)] = text
        return found


class NewDeal(DealFields, ExitGiven):
    """A deal to create; the owner is you unless you name another.

    A stage past the first asks for what the exits of those before it need.
    """

    name = TextField(max_length=200)
    stage = RowField(rows=stages_seen)


class Version(StrictSerializer):
    """The version that you looked at: if there is a newer one, nothing is written."""

    version = WholeNumber(min_value=1)


class DealChange(DealFields):
    """The fields to change, and the version of the deal that you looked at."""

    version = WholeNumber(min_value=1)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if set(attrs) == {"version"}:
            raise serializers.ValidationError("Name at least one field to change.")
        return attrs


class Move(Version, ExitGiven):
    """Where to move the deal; a lost stage asks for a reason, a won one for evidence.

    A reason of the kind "competitive" asks for the competitor too.
    """

    stage = RowField(rows=stages_seen)
    pipeline = RowField(
        rows=pipelines_seen,
        required=False,
        help_text="The stage's, where the deal changes to another; left out, it stays in its own.",
    )
    lost_reason = taken("lost_reason")
    lost_note = taken("lost_note")
    win_evidence = taken("win_evidence")
    competitor = RowField(rows=competitors_seen, required=False, allow_null=True)
    reopen_reason = TextField(
        max_length=900, required=False, help_text="Needed where a closed deal is opened again."
    )
    account = RowField(rows=accounts_seen, required=False)
    amount = MoneyField(required=False)
    expected_close_on = DayTextField(required=False)
    next_step = TextField(max_length=500, required=False)
    next_step_on = DayTextField(required=False)


class Tracked(serializers.Serializer):
    """What the history of a deal keeps, now or at a past moment."""

    account = serializers.IntegerField(source="account_id", allow_null=True)
    account_name = serializers.CharField(source="account.name", allow_null=True, default=None)
    owner = serializers.IntegerField(source="owner_id")
    owner_name = serializers.CharField(source="owner.full_name")
    stage = serializers.IntegerField(source="stage_id")
    stage_name = serializers.CharField(source="stage.name")
    pipeline = serializers.IntegerField(source="stage.pipeline_id")
    pipeline_name = serializers.CharField(source="stage.pipeline.name")
    status = WordField(choices=list(Status))
    credited_to = serializers.IntegerField(source="credited_to_id", allow_null=True)
    category = WordField(choices=list(Category))

    # Those of the rate and of the end of a deal are left to the answers that have them.
    FIELDS = tuple(name for name in TRACKED if name not in OF_THE_RATE | OF_THE_END)

    def get_fields(self) -> dict[str, serializers.Field]:
        own = super().get_fields()
        return {name: own.get(name) or given(name) for name in self.FIELDS} | own


class DealRow(Tracked):
    """A deal in a list. With ``as_of`` in the past ``version`` is null: the past stays."""

    id = serializers.SerializerMethodField()
    version = serializers.SerializerMethodField()
    created_at = serializers.SerializerMethodField()

    def get_id(self, row: Any) -> int:
        return getattr(row, "deal_id", row.pk)

    def get_version(self, row: Any) -> int | None:
        return getattr(row, "version", None)

    def get_created_at(self, row: Any) -> datetime:
        deal = row if hasattr(row, "created_at") else row.deal
        return deal.created_at


class DealBody(Tracked):
    """A deal with everything that stands on it."""

    id = serializers.IntegerField(source="pk")
    version = serializers.IntegerField(help_text="Send it back with every change.")
    original_close_on = serializers.DateField(allow_null=True)
    category_override = WordField(choices=OPEN_CATEGORIES, allow_null=True)
    competitor = serializers.IntegerField(source="competitor_id", allow_null=True)
    created_at = MomentTextField()
    created_by = serializers.IntegerField(source="created_by_id", allow_null=True)
    stage_entered_at = MomentTextField()
    archived_at = MomentTextField(allow_null=True)
    contacts = serializers.SerializerMethodField(help_text="Those involved by now, in any role.")
    lines = Line(many=True)

    FIELDS = tuple(dict.fromkeys((*Tracked.FIELDS, *EDITABLE)))

    def get_contacts(self, deal: Deal) -> list[int]:
        standing = (row for row in deal.contact_roles.all() if row.ended_at is None)
        return list(dict.fromkeys(row.contact_id for row in standing))


class VersionBody(Tracked):
    """A deal as it was from ``valid_from`` up to, and not including, ``valid_to``."""

    valid_from = MomentTextField()
    valid_to = serializers.SerializerMethodField(help_text="Null: it stands so still.")
    probability = serializers.IntegerField(help_text="Percent, by the stage of the time.")
    competitor = serializers.IntegerField(source="competitor_id", allow_null=True)
    lost_reason = given("lost_reason")
    archived = serializers.BooleanField()
    changed_by = serializers.IntegerField(source="changed_by_id", allow_null=True)
    changed_through = serializers.CharField(source="source", help_text="page, api, import, …")
    reason = serializers.CharField()

    def get_valid_to(self, row: Any) -> datetime | None:
        return None if row.valid_to == FOREVER else row.valid_to
