"""What the API takes and gives of deals."""

from datetime import datetime
from functools import partial
from typing import Any

from rest_framework import serializers

from kit.api.fields import (
    Choice,
    Day,
    Flag,
    Moment,
    Money,
    PlainText,
    Row,
    StrictSerializer,
    WholeNumber,
)
from kit.api.pages import Ordering, PageQuery
from org.rest_days import AsOfDay
from org.rest_rows import people_led, teams_seen
from pipeline.customers.api import accounts_seen
from pipeline.deals.api.lines import Line
from pipeline.deals.models.deals import FOREVER, Deal
from pipeline.enums import Category, Status
from pipeline.stages.api import competitors_seen, pipelines_seen, stages_seen

OPEN_CATEGORIES = [word for word in Category if word != Category.CLOSED]


STATUSES = [*Status, "closed"]


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


LOST_REASON = partial(
    PlainText,
    max_length=30,
    required=False,
    allow_null=True,
    help_text="The code of a loss reason; see /loss-reasons/.",
)


class DealQuery(PageQuery):
    """The parts of a DealSelection; days are half-open, ``…_from`` included, ``…_to`` not."""

    as_of = AsOfDay(required=False, help_text="Deals as they stood at the end of this day.")
    text = PlainText(required=False, max_length=100, help_text="Beginnings of words in names.")
    status = Choice(choices=STATUSES, required=False)
    owner = Row(rows=people_led, required=False)
    credited_to = Row(rows=people_led, required=False, help_text="Who owned it at the closing.")
    below = Row(rows=people_led, required=False, help_text="A person and all below them today.")
    team = Row(rows=teams_seen, required=False, help_text="A team and all inside it.")
    stage = Row(rows=stages_seen, required=False)
    pipeline = Row(rows=pipelines_seen, required=False)
    account = Row(rows=accounts_seen, required=False)
    category = Choice(choices=list(Category), required=False)
    close_from = Day(required=False)
    close_to = Day(required=False)
    closed_from = Day(required=False)
    closed_to = Day(required=False)
    created_from = Day(required=False)
    created_to = Day(required=False)
    amount_min = Money(required=False, help_text="In the reporting currency.")
    amount_max = Money(required=False, help_text="In the reporting currency.")
    overdue = Flag(required=False)
    no_next_step = Flag(required=False)
    no_close_date = Flag(required=False)
    unpriced = Flag(required=False)
    archived = Flag(required=False, help_text="Archived deals instead of the others.")
    ordering = ORDERING.field()


class HistoryQuery(PageQuery):
    ordering = HISTORY.field()


class DealFields(StrictSerializer):
    """The fields of a deal that a program may write, none of them required."""

    name = PlainText(max_length=200, required=False)
    account = Row(rows=accounts_seen, required=False, allow_null=True)
    owner = Row(rows=people_led, required=False)
    amount = Money(required=False, allow_null=True)
    currency = PlainText(max_length=3, required=False)
    expected_close_on = Day(required=False, allow_null=True)
    category_override = Choice(choices=OPEN_CATEGORIES, required=False, allow_null=True)
    next_step = PlainText(max_length=500, required=False, allow_blank=True)
    next_step_on = Day(required=False, allow_null=True)
    wait_until = Day(
        required=False,
        allow_null=True,
        help_text="Until that day the deal counts neither as quiet nor as without a next step.",
    )
    source = PlainText(  # type: ignore[assignment]
        max_length=100, required=False, allow_blank=True, help_text="Where the deal came from."
    )
    competitor = Row(rows=competitors_seen, required=False, allow_null=True)
    lost_reason = LOST_REASON()
    lost_note = PlainText(max_length=10_000, required=False, allow_blank=True)
    win_evidence = PlainText(max_length=10_000, required=False, allow_blank=True)
    external_id = PlainText(max_length=100, required=False, allow_null=True)


class ExitGiven(StrictSerializer):
    """What comes with a way past the exits of stages."""

    evidence = serializers.DictField(
        child=PlainText(max_length=5_000),
        required=False,
        help_text="What shows that exit criteria are met, by the names that a refusal gives them.",
    )
    override_reason = PlainText(
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

    name = PlainText(max_length=200)
    stage = Row(rows=stages_seen)


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

    stage = Row(rows=stages_seen)
    pipeline = Row(
        rows=pipelines_seen,
        required=False,
        help_text="The stage's, where the deal changes to another; left out, it stays in its own.",
    )
    lost_reason = LOST_REASON()
    lost_note = PlainText(max_length=10_000, required=False, allow_blank=True)
    win_evidence = PlainText(max_length=10_000, required=False, allow_blank=True)
    competitor = Row(rows=competitors_seen, required=False, allow_null=True)
    reopen_reason = PlainText(
        max_length=900, required=False, help_text="Needed where a closed deal is opened again."
    )
    account = Row(rows=accounts_seen, required=False)
    amount = Money(required=False)
    expected_close_on = Day(required=False)
    next_step = PlainText(max_length=500, required=False)
    next_step_on = Day(required=False)


class Tracked(serializers.Serializer):
    """What the history of a deal keeps, now or at a past moment."""

    name = serializers.CharField()
    account = serializers.IntegerField(source="account_id", allow_null=True)
    account_name = serializers.CharField(source="account.name", allow_null=True, default=None)
    owner = serializers.IntegerField(source="owner_id")
    owner_name = serializers.CharField(source="owner.full_name")
    stage = serializers.IntegerField(source="stage_id")
    stage_name = serializers.CharField(source="stage.name")
    pipeline = serializers.IntegerField(source="stage.pipeline_id")
    pipeline_name = serializers.CharField(source="stage.pipeline.name")
    status = Choice(choices=list(Status))
    amount = Money(allow_null=True)
    currency = serializers.CharField()
    amount_base = Money(allow_null=True, help_text="In the reporting currency.")
    expected_close_on = serializers.DateField(allow_null=True)
    closed_on = serializers.DateField(allow_null=True)
    credited_to = serializers.IntegerField(source="credited_to_id", allow_null=True)
    category = Choice(choices=list(Category))
    next_step = serializers.CharField()
    next_step_on = serializers.DateField(allow_null=True)
    wait_until = serializers.DateField(allow_null=True)


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
    category_override = Choice(choices=OPEN_CATEGORIES, allow_null=True)
    source = serializers.CharField(help_text="Where the deal came from.")  # type: ignore[assignment]
    competitor = serializers.IntegerField(source="competitor_id", allow_null=True)
    lost_reason = serializers.CharField(allow_null=True)
    lost_note = serializers.CharField()
    win_evidence = serializers.CharField()
    external_id = serializers.CharField(allow_null=True)
    created_at = Moment()
    created_by = serializers.IntegerField(source="created_by_id", allow_null=True)
    stage_entered_at = Moment()
    archived_at = Moment(allow_null=True)
    contacts = serializers.SerializerMethodField(help_text="Those involved by now, in any role.")
    lines = Line(many=True)

    def get_contacts(self, deal: Deal) -> list[int]:
        standing = (row for row in deal.contact_roles.all() if row.ended_at is None)
        return list(dict.fromkeys(row.contact_id for row in standing))


class VersionBody(Tracked):
    """A deal as it was from ``valid_from`` up to, and not including, ``valid_to``."""

    valid_from = Moment()
    valid_to = serializers.SerializerMethodField(help_text="Null: it stands so still.")
    probability = serializers.IntegerField(help_text="Percent, by the stage of the time.")
    competitor = serializers.IntegerField(source="competitor_id", allow_null=True)
    lost_reason = serializers.CharField(allow_null=True)
    archived = serializers.BooleanField()
    changed_by = serializers.IntegerField(source="changed_by_id", allow_null=True)
    changed_through = serializers.CharField(source="source", help_text="page, api, import, …")
    reason = serializers.CharField()

    def get_valid_to(self, row: Any) -> datetime | None:
        return None if row.valid_to == FOREVER else row.valid_to
