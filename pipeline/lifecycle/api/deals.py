"""The API of deals: current and past deals, and changes through services."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model, Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework.response import Response
from rest_framework.views import APIView

from kit.api.operations import operation, page_body
from kit.api.pages import page_response
from org import access
from org.api_requests import ApiRequest, answer_once, require
from org.models.people import Person
from org.services.calendar import end_of_day
from pipeline import rules
from pipeline.api_changes import SOURCE, conflict
from pipeline.deals.models.deals import Deal, DealLine
from pipeline.deals.reports.selection import DealSelection
from pipeline.discipline.services.exits import TYPED_IN, ExitAnswers
from pipeline.enums import ExitField
from pipeline.lifecycle import services as deals
from pipeline.lifecycle.api.bodies import (
    FILTERS,
    HISTORY,
    ORDERING,
    PAST_ORDERING,
    DealBody,
    DealChange,
    DealQuery,
    DealRow,
    HistoryQuery,
    Move,
    NewDeal,
    Version,
    VersionBody,
)

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


class DealMove(APIView):
    @operation(
        name="deals_move", summary="Move a deal to another stage",
        takes=Move, gives=DealBody, faults=[404], once=True,
    )  # fmt: skip
    def post(self, request: ApiRequest, pk: int) -> Response:
        return _changed(request, pk, Move, _move)


class DealArchive(APIView):
    @operation(
        name="deals_archive", summary="Take a deal out of every list and figure",
        takes=Version, gives=DealBody, faults=[404], once=True,
    )  # fmt: skip
    def post(self, request: ApiRequest, pk: int) -> Response:
        return _changed(request, pk, Version, partial(deals.archive_deal, now=timezone.now()))


class DealRestore(APIView):
    @operation(
        name="deals_restore", summary="Bring an archived deal back",
        takes=Version, gives=DealBody, faults=[404], once=True,
    )  # fmt: skip
    def post(self, request: ApiRequest, pk: int) -> Response:
        return _changed(request, pk, Version, deals.restore_deal)


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


def _changed(
    request: ApiRequest, pk: int, body: type[Version], service: Callable[..., Deal]
) -> Response:
    """Answer a change that has an address of its own, by the service that makes it."""
    deal = _found(request, pk)
    require(rules.can_edit_deal(request.user, deal))
    given = body.read(request)

    def change() -> Response:
        with _conflicts():
            service(deal, by=request.user, source=SOURCE, **given)
        return _answer(request, pk)

    return answer_once(request, change)


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
