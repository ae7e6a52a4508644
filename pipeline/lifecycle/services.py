"""Create, edit, move, archive and restore deals. The database keeps the history.

Every write names the version of the deal that its author looked at. When somebody else was
faster, nothing is written and EditConflict carries both sides. ``by`` None is the system (seed,
command line), which no rule holds back.
"""

from collections.abc import Callable, Mapping
from copy import copy
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError

from org import audit
from org.access import organisation_settings
from org.models.people import Person
from pipeline import history, rules
from pipeline.deals.declared import EDITABLE
from pipeline.deals.models import Deal
from pipeline.deals.querysets import RELATED
from pipeline.deals.services import (
    CLOSING_TEXTS,
    UNASKED,
    check_closing,
    check_live,
    check_loss,
    check_owner,
    check_stage,
    cleaned,
    explained,
    reason_label,
)
from pipeline.discipline.services.exits import ExitAnswers, enter, leave
from pipeline.enums import Status
from pipeline.stages.models import Competitor, Stage
from pipeline.stages.services import named_competitor


class EditConflict(Exception):  # noqa: N818 -- what it tells is not an error of anybody
    """Somebody changed the deal after the author looked at it. Nothing was written.

    ``current`` is the deal as it stands now; ``attempted`` maps each field that the author
    wanted to change to the value they wanted.
    """

    def __init__(self, current: Deal, attempted: Mapping[str, Any]) -> None:
        super().__init__(f"deal {current.pk} is at version {current.version} by now")
        self.current = current
        self.attempted = dict(attempted)


def create_deal(
    *,
    by: Person | None,
    source: str,
    owner: Person,
    stage: Stage,
    lead_source: str = "",
    closed_on: date | None = None,
    submission: UUID | None = None,
    exit: ExitAnswers | None = None,
    at: datetime | None = None,
    **values: Any,
) -> Deal:
    """Create a deal from fields of EDITABLE; return it with what the database derived.

    ``source`` is the way ("page", "api", "import", "task"); where the deal came from is
    ``lead_source``. ``currency`` defaults to the organisation's. A ``submission`` that already
    made a deal of the same author returns that deal. A later stage than the first needs what a
    move there would: it is among the arguments, in the answers of ``exit``, or overridden there.
    ``at`` is its time of creation where that is not now. Raises ValidationError and
    PermissionDenied.
    """
    if unknown := sorted(set(values) - set(EDITABLE)):
        raise TypeError(f"a deal has no {', '.join(unknown)} to set")
    answers = exit or ExitAnswers()
    values["currency"] = values.get("currency") or organisation_settings().currency
    deal = Deal(
        owner=owner,
        stage=stage,
        source=lead_source,
        closed_on=closed_on,
        submission=submission,
        created_by=by,
        **values,
    )
    if by is not None and not rules.can_work_for(by, owner):
        raise PermissionDenied("You may create deals for yourself and the people below you.")
    if made := _made_before(submission, by):
        return made
    values = cleaned(deal, EDITABLE)
    check_owner(owner, by=by, source=source)
    check_closing(stage, values, source=source)
    check_loss(values["lost_reason"], values["competitor"], source=source)
    try:
        why = _joined(_why(stage, values), _overridden(answers))
        with explained(), history.writing(by=by, source=source, reason=why, at=at):
            check_stage(stage, enters=True)
            deal.save(force_insert=True)
            enter(deal, answers=answers, by=by, source=source)
            written = {n: v for n, v in (values | {"stage": stage}).items() if v not in (None, "")}
            changes = {name: (None, value) for name, value in written.items()}
            audit.record(by, "deal.create", deal, changes=changes)
    except ValidationError:
        # The other click of a double click may have come through between the look and the insert.
        if made := _made_before(submission, by):
            return made
        raise
    return _fresh(deal.pk)


def edit_deal(
    deal: Deal,
    *,
    by: Person | None,
    source: str,
    version: int,
    changes: Mapping[str, Any],
    reason: str = "",
    at: datetime | None = None,
) -> Deal:
    """Change fields of EDITABLE and return the deal as it is afterwards.

    ``version`` is the one that the author saw. Raises EditConflict when the deal has another by
    now (unless it already holds every value asked for), ValidationError naming the field, and
    PermissionDenied.
    """
    if unknown := sorted(set(changes) - set(EDITABLE)):
        raise ValidationError(dict.fromkeys(unknown, "This field cannot be edited."))

    def check(before: Deal, values: Mapping[str, Any]) -> None:
        check_live(before)
        if "owner" in values:
            check_owner(values["owner"], by=by, source=source, before=before)
        kept = {name: values.get(name, getattr(before, name)) for name in CLOSING_TEXTS}
        if set(CLOSING_TEXTS) & set(values):
            check_closing(before.stage, kept, source=source)
        if {"lost_reason", "competitor"} & set(values):
            competitor = values.get("competitor", before.competitor)
            check_loss(kept["lost_reason"], competitor, source=source, before=before.lost_reason)

    return _change(
        deal, by=by, source=source, version=version, wanted=changes, check=check,
        action="deal.edit", reason=reason, at=at,
    )  # fmt: skip


def move_stage(
    deal: Deal,
    *,
    by: Person | None,
    source: str,
    version: int,
    to: Stage,
    lost_reason: str | None = None,
    lost_note: str = "",
    win_evidence: str = "",
    competitor: Competitor | None = None,
    new_competitor: str = "",
    reopen_reason: str = "",
    exit: ExitAnswers | None = None,
    crossing: bool = False,
    at: datetime | None = None,
) -> Deal:
    """Move a deal to another stage and return it.

    Moving forward needs what the exits of the stages passed ask for: it is on the deal already,
    in the answers of ``exit``, or overridden there with a reason. Moving back needs nothing. A
    stage of another pipeline only with ``crossing``: that move is made on purpose.

    A lost stage asks for ``lost_reason``, and for the ``competitor`` where one won (a name that
    is not on the list is ``new_competitor``); a won one for ``win_evidence``. Reopening asks for
    ``reopen_reason``. It, or the other outcome, clears the texts of the closing; the audit entry
    keeps them. Errors as of edit_deal.
    """
    answers = exit or ExitAnswers()
    # What does not go with the kind of the stage is emptied.
    given: dict[Status, dict[str, Any]] = {
        Status.LOST: {"lost_reason": lost_reason, "lost_note": lost_note},
        Status.WON: {"win_evidence": win_evidence},
    }
    texts: dict[str, Any] = CLOSING_TEXTS | given.get(Status(to.kind), {})

    def wanted(before: Deal) -> dict[str, Any]:
        rival = named_competitor(new_competitor, by=by) if new_competitor.strip() else competitor
        takes_back_the_end = before.status not in (Status.OPEN, to.kind)
        if rival is None and not takes_back_the_end:
            rival = before.competitor
        return {"stage": to, "competitor": rival} | answers.given() | texts

    def check(before: Deal, values: Mapping[str, Any]) -> None:
        check_live(before)
        if "stage" in values:
            crosses = to.pipeline_id != before.stage.pipeline_id
            check_stage(to, enters=crosses)
            if crosses and not crossing:
                raise ValidationError(
                    {"stage": f"{to} is a stage of another pipeline: say that the deal changes it."}
                )
        reopens = before.status != Status.OPEN and to.kind == Status.OPEN
        if reopens and not reopen_reason.strip() and source not in UNASKED:
            raise ValidationError({"reopen_reason": "Say why the deal is opened again."})
        check_closing(to, texts | dict(values), source=source)
        rival = values.get("competitor", before.competitor)
        check_loss(texts["lost_reason"], rival, source=source)
        if "stage" in values:
            leave(before, to, values=values, answers=answers, by=by, source=source)

    why = _joined(_why(to, texts) or reopen_reason.strip(), _overridden(answers))
    return _change(
        deal, by=by, source=source, version=version, wanted=wanted, check=check,
        action="deal.move", reason=why, at=at,
    )  # fmt: skip


def archive_deal(
    deal: Deal,
    *,
    by: Person | None,
    source: str,
    version: int,
    now: datetime,
    reason: str = "",
    at: datetime | None = None,
) -> Deal:
    """Take a deal out of every list and figure, by ``now`` or ``at``; it can be restored."""
    return _change(
        deal, by=by, source=source, version=version, wanted={"archived_at": at or now},
        check=lambda before, _: check_live(before), action="deal.archive", reason=reason, at=at,
    )  # fmt: skip


def restore_deal(
    deal: Deal,
    *,
    by: Person | None,
    source: str,
    version: int,
    reason: str = "",
    at: datetime | None = None,
) -> Deal:
    """Bring an archived deal back as it was."""
    return _change(
        deal, by=by, source=source, version=version, wanted={"archived_at": None},
        check=lambda *_: None, action="deal.restore", reason=reason, at=at,
    )  # fmt: skip


def _change(
    deal: Deal,
    *,
    by: Person | None,
    source: str,
    version: int,
    wanted: Mapping[str, Any] | Callable[[Deal], Mapping[str, Any]],
    check: Callable[[Deal, Mapping[str, Any]], None],
    action: str,
    reason: str,
    at: datetime | None,
) -> Deal:
    """Write ``wanted`` onto the deal if it still has ``version``; log what was there before."""
    with explained(), history.writing(by=by, source=source, reason=reason, at=at):
        before = _editable(deal.pk, by)
        asked = wanted(before) if callable(wanted) else wanted
        values = {name: new for name, new in asked.items() if getattr(before, name) != new}
        if not values:
            return before
        if before.version != version:
            raise EditConflict(before, asked)
        values = cleaned(_draft(before, values), values)
        check(before, values)
        after = Deal.objects.filter(pk=before.pk, version=version).change(**values)
        if after is None:
            raise EditConflict(_fresh(deal.pk), asked)
        changes = {name: (getattr(before, name), value) for name, value in values.items()}
        audit.record(by, action, before, changes=changes, reason=reason)
        for name in RELATED:
            setattr(after, name, values.get(name, getattr(before, name)))
        return after


def _fresh(pk: int) -> Deal:
    return Deal.objects.select_related(*RELATED).get(pk=pk)


def _editable(pk: int, by: Person | None) -> Deal:
    """Return the deal as it is now, or raise PermissionDenied."""
    if by is None:
        return _fresh(pk)
    rows = Deal.objects.visible_to(by).select_related(*RELATED)
    found = rows.filter(pk=pk).order_by().first()
    if found is None or not rules.can_edit_seen_deal(by, found):
        raise PermissionDenied("You may change your own deals and those of the people below you.")
    return found


def _draft(before: Deal, values: Mapping[str, Any]) -> Deal:
    draft = copy(before)
    draft._state = copy(before._state)  # noqa: SLF001 -- or the cache of related rows would be shared
    draft._state.fields_cache = dict(before._state.fields_cache)  # noqa: SLF001 -- same
    for name, value in values.items():
        setattr(draft, name, value)
    return draft


def _made_before(submission: UUID | None, by: Person | None) -> Deal | None:
    if submission is None:
        return None
    found = Deal.objects.filter(submission=submission, created_by=by).first()
    return found and _fresh(found.pk)


def _joined(*parts: str) -> str:
    return "; ".join(part for part in parts if part)


def _overridden(answers: ExitAnswers) -> str:
    text = answers.override.strip()
    return f"Exit overridden: {text}" if text else ""


def _why(stage: Stage, texts: Mapping[str, Any]) -> str:
    """Return what the history keeps as the reason of a closing."""
    label = reason_label(texts.get("lost_reason"))
    note = texts.get("lost_note") if stage.kind == Status.LOST else texts.get("win_evidence")
    return ": ".join(part for part in (label, (note or "").strip()) if part)
