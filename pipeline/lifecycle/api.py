"""The API of deals: current and past deals, and changes through services."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model, Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from kit.api.fields import (
    DayTextField,
    FlagField,
    MoneyField,
    RowField,
    StrictSerializer,
    TextField,
    WholeNumber,
    WordField,
)
from kit.api.operations import operation, page_body
from kit.api.pages import Ordering, PageQuery, page_response
from kit.api.rows import ChangeInput, RowBody, RowInput
from org import access
from org.api_requests import ApiRequest, answer_once, require
from org.api_rows import AsOfDay, people_led, teams_seen
from org.models.people import Person
from org.services.calendar import end_of_day
from pipeline import rules
from pipeline.api import SOURCE, conflict, posting
from pipeline.customers.models import Account
from pipeline.deals.api import Line
from pipeline.deals.declared import DEAL_FIELDS, EDITABLE, TRACKED
from pipeline.deals.filters import Takes, parts_of
from pipeline.deals.models import FOREVER, Deal, DealLine, DealVersion
from pipeline.deals.reports.selection import DealSelection
from pipeline.discipline.services.exits import TYPED_IN, ExitAnswers
from pipeline.enums import Category, ExitField, Status
from pipeline.lifecycle import services as deals
from pipeline.stages.models import Competitor, Pipeline, Stage

OPEN_CATEGORIES = [word for word in Category if word != Category.CLOSED]
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
# What is left to the answers that have it.
OF_RATE_OR_END = {"exchange_rate", "exchange_rate_from", "competitor", "lost_reason"}
HELP = {each.name: each.api_help for each in DEAL_FIELDS}
FILTERS = {each.name: each for each in parts_of(DealSelection)}
PARAMETERS: dict[Takes, Callable[..., serializers.Field]] = {
    Takes.TEXT: partial(TextField, max_length=100),
    Takes.WORD: TextField,
    Takes.DAY: DayTextField,
    Takes.AMOUNT: MoneyField,
    Takes.FLAG: FlagField,
    Takes.PERSON: partial(RowField, rows=people_led),
    Takes.TEAM: partial(RowField, rows=teams_seen),
    Takes.STAGE: partial(RowField, rows=Stage.objects.visible_to),
    Takes.PIPELINE: partial(RowField, rows=Pipeline.objects.visible_to),
    Takes.ACCOUNT: partial(RowField, rows=Account.objects.visible_to),
}


def _competitors(viewer: Person) -> QuerySet:
    return Competitor.objects.visible_to(viewer).live()


class DealQuery(PageQuery):
    """The parts of a DealSelection; days are half-open, ``…_from`` included, ``…_to`` not."""

    as_of = AsOfDay(required=False, help_text=FILTERS["as_of"].api_help)
    status = WordField(choices=[*Status, "closed"], required=False)
    category = WordField(choices=list(Category), required=False)
    ordering = ORDERING.field()

    def get_fields(self) -> dict[str, serializers.Field]:
        declared = {
            name: PARAMETERS[each.takes](required=False, help_text=each.api_help or None)
            for name, each in FILTERS.items()
            if each.api
        }
        return declared | super().get_fields()


class HistoryQuery(PageQuery):
    ordering = HISTORY.field()


class DealFields(RowInput):
    """The fields of a deal that a program may write, none of them required."""

    MODEL, FIELDS, HELP = Deal, EDITABLE, HELP

    owner = RowField(rows=people_led, required=False)
    category_override = WordField(choices=OPEN_CATEGORIES, required=False, allow_null=True)
    competitor = RowField(rows=_competitors, required=False, allow_null=True)
    # Below zero it is the service that says so.
    amount = MoneyField(required=False, allow_null=True)


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

    REQUIRED = ("name",)

    stage = RowField(rows=Stage.objects.visible_to)


class Version(StrictSerializer):
    """The version that you looked at: if there is a newer one, nothing is written."""

    version = WholeNumber(min_value=1)


class DealChange(ChangeInput, Version, DealFields):
    """The fields to change, and the version of the deal that you looked at."""


class Move(Version, ExitGiven, RowInput):
    """Where to move the deal; a lost stage asks for a reason, a won one for evidence.

    A reason of the kind "competitive" asks for the competitor too.
    """

    MODEL, HELP = Deal, HELP
    FIELDS = ("lost_reason", "lost_note", "win_evidence")

    stage = RowField(rows=Stage.objects.visible_to)
    pipeline = RowField(
        rows=Pipeline.objects.visible_to,
        required=False,
        help_text="The stage's, where the deal changes to another; left out, it stays in its own.",
    )
    competitor = RowField(rows=_competitors, required=False, allow_null=True)
    reopen_reason = TextField(
        max_length=900, required=False, help_text="Needed where a closed deal is opened again."
    )
    account = RowField(rows=Account.objects.visible_to, required=False)
    amount = MoneyField(required=False)
    expected_close_on = DayTextField(required=False)
    next_step = TextField(max_length=500, required=False)
    next_step_on = DayTextField(required=False)


class Tracked(RowBody):
    """What the history of a deal keeps, now or at a past moment."""

    MODEL = Deal
    HELP = HELP
    FIELDS = tuple(name for name in TRACKED if name not in OF_RATE_OR_END)

    account_name = serializers.CharField(source="account.name", allow_null=True, default=None)
    owner_name = serializers.CharField(source="owner.full_name")
    stage_name = serializers.CharField(source="stage.name")
    pipeline = serializers.IntegerField(source="stage.pipeline_id")
    pipeline_name = serializers.CharField(source="stage.pipeline.name")


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

    FIELDS = (
        *Tracked.FIELDS, *(name for name in EDITABLE if name not in Tracked.FIELDS), "id",
        "version", "original_close_on", "created_at", "created_by", "stage_entered_at",
        "archived_at",
    )  # fmt: skip
    HELP = HELP | {"version": "Send it back with every change."}

    category_override = WordField(choices=OPEN_CATEGORIES, allow_null=True)
    contacts = serializers.SerializerMethodField(help_text="Those involved by now, in any role.")
    lines = Line(many=True)

    def get_contacts(self, deal: Deal) -> list[int]:
        standing = (row for row in deal.contact_roles.all() if row.ended_at is None)
        return list(dict.fromkeys(row.contact_id for row in standing))


class VersionBody(Tracked):
    """A deal as it was from ``valid_from`` up to, and not including, ``valid_to``."""

    MODEL = DealVersion  # type: ignore[assignment]
    FIELDS = (
        *Tracked.FIELDS, "valid_from", "valid_to", "probability", "competitor", "lost_reason",
        "archived", "changed_by", "changed_through", "reason",
    )  # fmt: skip
    HELP = HELP | {"probability": "Percent, by the stage of the time."}

    valid_to = serializers.SerializerMethodField(help_text="Null: it stands so still.")
    changed_through = serializers.CharField(source="source", help_text="page, api, import, …")

    def get_valid_to(self, row: Any) -> datetime | None:
        return None if row.valid_to == FOREVER else row.valid_to


NAMES = ("account", "owner", "stage__pipeline")
# ``source`` is the way of the move here; that of the deal is edited, contacts and lines are added.
MOVED_WITH = [name for name in TYPED_IN if name != ExitField.SOURCE]


class DealsEndpoint(APIView):
    @operation(
        name="deals_list", summary="List deals as they stand, or stood at the end of a day",
        query=DealQuery, gives=page_body("DealPage", DealRow),
    )  # fmt: skip
    def get(self, request: ApiRequest) -> Response:
        query = DealQuery.read(request)
        selection = _selection(query)
        rows = _listed(selection, request.user)
        ordering = ORDERING if selection.as_of is None else PAST_ORDERING
        return page_response(rows, request, query, ordering=ordering, body=DealRow)

    @operation(
        name="deals_create", summary="Create a deal",
        takes=NewDeal, gives=DealBody, status=201, once=True,
    )  # fmt: skip
    def post(self, request: ApiRequest) -> Response:
        require(rules.can_write(request.user))
        given = {"owner": request.user} | NewDeal.read(request)
        given["lead_source"] = given.pop("source", "")
        given["exit"] = _answers(given)

        def create() -> Response:
            deal = deals.create_deal(by=request.user, source=SOURCE, **given)
            return _answer(request, deal.pk, status=201)

        return answer_once(request, create)


class OneDeal(APIView):
    @operation(name="deals_read", summary="Read a deal", gives=DealBody, faults=[404])
    def get(self, request: ApiRequest, pk: int) -> Response:
        return _answer(request, pk)

    @operation(
        name="deals_edit", summary="Change fields of a deal",
        takes=DealChange, gives=DealBody, faults=[404, 409],
    )  # fmt: skip
    def patch(self, request: ApiRequest, pk: int) -> Response:
        deal = _found(request, pk)
        require(rules.can_edit_deal(request.user, deal))
        given = DealChange.read(request)
        with _conflicts():
            deals.edit_deal(
                deal, by=request.user, source=SOURCE, version=given.pop("version"), changes=given
            )
        return _answer(request, pk)


class DealHistory(APIView):
    @operation(
        name="deals_history", summary="List what a deal was, from its creation on",
        query=HistoryQuery, gives=page_body("DealHistoryPage", VersionBody), faults=[404],
    )  # fmt: skip
    def get(self, request: ApiRequest, pk: int) -> Response:
        query = HistoryQuery.read(request)
        versions = _found(request, pk).versions.select_related(*NAMES)
        return page_response(versions, request, query, ordering=HISTORY, body=VersionBody)


def _move(deal: Deal, *, stage: Any, pipeline: Any = None, **given: Any) -> Deal:
    if pipeline is not None and stage.pipeline_id != pipeline.pk:
        raise ValidationError({"stage": "Choose a stage of the pipeline that is named."})
    values = {name: given.pop(name) for name in MOVED_WITH if name in given}
    answers = _answers(given, values=values)
    return deals.move_stage(deal, to=stage, crossing=pipeline is not None, exit=answers, **given)


def _answers(given: dict[str, Any], **more: Any) -> ExitAnswers:
    """Take out of what was given what answers the exits of the stages passed."""
    return ExitAnswers(
        evidence=given.pop("evidence", {}), override=given.pop("override_reason", ""), **more
    )


def _change(
    verb: str, summary: str, body: type[Version], service: Callable[..., Deal]
) -> type[APIView]:
    """Return the view of a change that has an address of its own, by the service that makes it."""

    def asked(request: ApiRequest, pk: int) -> Callable[[], Response]:
        deal = _found(request, pk)
        require(rules.can_edit_deal(request.user, deal))
        given = body.read(request)

        def change() -> Response:
            with _conflicts():
                service(deal, by=request.user, source=SOURCE, **given)
            return _answer(request, pk)

        return change

    return posting(f"deals_{verb}", summary, asked, gives=DealBody, takes=body)


def _archive(deal: Deal, **given: Any) -> Deal:
    return deals.archive_deal(deal, now=timezone.now(), **given)


def _found(request: ApiRequest, pk: int) -> Deal:
    rows = Deal.objects.visible_to(request.user).select_related(*NAMES)
    return get_object_or_404(rows, pk=pk)


def _answer(request: ApiRequest, pk: int, *, status: int = 200) -> Response:
    lines = Prefetch("lines", DealLine.objects.select_related("product"))
    rows = Deal.objects.visible_to(request.user).select_related(*NAMES)
    deal = get_object_or_404(rows.prefetch_related(lines, "contact_roles"), pk=pk)
    return Response(DealBody(deal).data, status=status)


def _selection(query: dict[str, Any]) -> DealSelection:
    """Return what the parameters select; an ``as_of`` of today is now."""
    parts = {name: part for name, part in query.items() if name in FILTERS}
    today, as_of = access.today(), parts.pop("as_of", None)
    chosen = {name: part.pk if isinstance(part, Model) else part for name, part in parts.items()}
    return DealSelection(**chosen, as_of=None if as_of == today else as_of)


def _listed(selection: DealSelection, viewer: Person) -> QuerySet:
    day, moment = access.today(), timezone.now()
    if selection.as_of is not None:
        day, moment = selection.as_of, end_of_day(selection.as_of)
    rows: Any = selection.rows(moment=moment, day=day)
    related = NAMES if selection.as_of is None else ("deal", *NAMES)
    return rows.visible_to(viewer).select_related(*related)  # type: ignore[no-any-return]


@contextmanager
def _conflicts() -> Iterator[None]:
    """Answer 409 with both values where somebody else was faster."""
    try:
        yield
    except deals.EditConflict as error:
        raise conflict(error.current, error.attempted, version=error.current.version) from error


DealMove = _change("move", "Move a deal to another stage", Move, _move)
DealArchive = _change("archive", "Take a deal out of every list and figure", Version, _archive)
DealRestore = _change("restore", "Bring an archived deal back", Version, deals.restore_deal)
