"""Check a deal before it is written; each error names its field."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DataError, connection
from django.db.models import ForeignKey

from org.models.people import Person
from org.services.guard import named_refusals
from pipeline import rules
from pipeline.deals.models.deals import Deal
from pipeline.enums import LossKind, Status
from pipeline.stages.models import Competitor, LossReason, Stage
from pipeline.stages.services.pipelines import lacking

CLOSING_TEXTS = {"lost_reason": None, "lost_note": "", "win_evidence": ""}
# Ways by which deals come that other systems closed, often without saying why.
UNASKED = ("import", "task")
FIRST_DAY, LAST_DAY = date(1980, 1, 1), date(2199, 12, 31)

# What the database refuses, as a field and a sentence for the person who can mend it.
REFUSALS: dict[str, tuple[str, str]] = {
    "deal_rate_known": (
        "currency",
        "There is no exchange rate for this currency on that day; ask an admin to enter one.",
    ),
    "deal_waits_plausibly": ("wait_until", "Give a day between 1980 and 2199."),
    "deal_days_plausible": ("expected_close_on", "Give a day between 1980 and 2199."),
    "deal_external_id_unique": ("external_id", "Another deal already has this external id."),
    "deal_currency": ("currency", "Use the three letters of the currency, such as USD."),
    "deal_named": ("name", "Give the deal a name."),
    "deal_lost_reason_known": ("lost_reason", "Choose one of the listed reasons."),
    "deal_category_override_open": ("category_override", "Choose one of the listed categories."),
    "deal_submission_once": ("__all__", "This deal was already created."),
    "deal_created_by_now": ("__all__", "A deal cannot be created in the future."),
    "deal_changed_by_now": ("__all__", "A change of a deal cannot lie in the future."),
    "deal_closed_by_now": ("__all__", "A deal cannot be closed on a day in the future."),
    "deal_history_in_order": (
        "__all__",
        "The deal already has a later change than the given moment.",
    ),
}


@contextmanager
def explained() -> Iterator[None]:
    """Turn what the database refuses into a ValidationError that names the field.

    Stands around ``history.writing``, whose transaction is undone by then.
    """
    try:
        with named_refusals(REFUSALS):
            yield
    except DataError as error:
        # Every field is checked beforehand; only the conversion can still run over its column.
        if getattr(error.__cause__, "pgcode", None) != "22003":
            raise
        raise ValidationError(
            {"amount": "In the reporting currency this amount is too large."}
        ) from error


def cleaned(deal: Deal, names: Iterable[str]) -> dict[str, Any]:
    """Check the named fields of ``deal`` and return their values, spaces around texts removed."""
    names = set(names)
    fields = Deal._meta.concrete_fields  # noqa: SLF001 -- Django's public name for it
    for field in fields:
        if field.name in names and isinstance(value := getattr(deal, field.name), str):
            setattr(deal, field.name, value.strip() or (None if field.null else ""))
    # Related rows come as objects, which were looked up already.
    related = {field.name for field in fields if isinstance(field, ForeignKey)}
    unasked = {field.name for field in fields} - names
    errors: dict[str, Any] = {}
    try:
        deal.clean_fields(exclude=related | unasked)
    except ValidationError as error:
        errors = error.update_error_dict({})
    for name, sentence in _implausible(deal, names - set(errors)):
        errors[name] = [sentence]
    if errors:
        raise ValidationError(errors)
    return {name: getattr(deal, name) for name in names}


def _implausible(deal: Deal, names: set[str]) -> Iterator[tuple[str, str]]:
    if "amount" in names and deal.amount is not None and deal.amount < 0:
        yield "amount", "An amount cannot be below zero."
    for name in ("expected_close_on", "next_step_on", "wait_until"):
        day = getattr(deal, name)
        if name in names and day is not None and not FIRST_DAY <= day <= LAST_DAY:
            yield name, "Give a day between 1980 and 2199."
    account = deal.account if "account" in names else None
    if account is not None and account.archived_at is not None:
        yield "account", "This account is archived; restore it first."


def locked_to_edit(deal: Deal, *, by: Person | None) -> Deal:
    """Return the deal read afresh, locked until the transaction ends, if ``by`` may edit it."""
    subject = Deal.objects.select_for_update(no_key=True, of=("self",)).get(pk=deal.pk)
    if by is not None and not rules.can_edit_deal(by, subject):
        raise PermissionDenied("You may change your own deals and those of the people below you.")
    check_live(subject)
    return subject


def check_live(before: Deal) -> None:
    if before.archived_at is not None:
        raise ValidationError("This deal is archived; restore it first.")


STAGE = """
SELECT stage.archived_at, pipeline.archived_at, pipeline.name, pipeline.is_default,
       ARRAY (SELECT DISTINCT kind FROM pipeline_stage
               WHERE pipeline_id = pipeline.id AND archived_at IS NULL)
  FROM pipeline_stage stage JOIN pipeline_pipeline pipeline ON pipeline.id = stage.pipeline_id
 WHERE stage.id = %s
   FOR SHARE
"""


def check_stage(stage: Stage, *, enters: bool) -> None:
    """Refuse a stage out of use, and keep others from archiving it until the transaction ends.

    A deal that ``enters`` the stage's pipeline finds a way through it there: an open, a won and
    a lost stage. The default pipeline is let off: a new installation begins with it, and its
    list of what is left to do names what lacks.
    """
    with connection.cursor() as cursor:
        cursor.execute(STAGE, [stage.pk])
        archived_at, pipeline_archived_at, name, is_default, kinds = cursor.fetchone()
    if archived_at is not None:
        raise ValidationError({"stage": "This stage is archived; choose another."})
    if pipeline_archived_at is not None:
        raise ValidationError({"stage": f"The pipeline {name} is archived; choose another."})
    if enters and not is_default and (missing := lacking(set(kinds))):
        raise ValidationError(
            {"stage": f"The pipeline {name} has {missing} yet; an admin sets up its stages."}
        )


def check_crossing(stage: Stage, *, allowed: bool) -> None:
    """Refuse a stage of another pipeline to a move that was not asked to leave the deal's own."""
    if not allowed:
        raise ValidationError(
            {"stage": f"{stage} is a stage of another pipeline: say that the deal changes it."}
        )


def check_owner(
    owner: Person, *, by: Person | None, source: str, before: Deal | None = None
) -> None:
    """Who may get a deal from whom. An import brings deals of people who have left."""
    if by is None:
        return
    if before is not None and not rules.can_reassign(by):
        raise PermissionDenied("Ask a manager to give the deal to somebody else.")
    if not rules.can_work_for(by, owner) or (
        source != "import" and not rules.can_carry_deals(owner)
    ):
        raise ValidationError({"owner": "Choose somebody who sells, yourself or below you."})


def check_closing(stage: Stage, texts: Mapping[str, Any], *, source: str) -> None:
    """Require a reason of a lost deal and evidence of a won one; an open one has neither.

    Other systems often kept neither, so imports and the system may leave them out.
    """
    given = {name for name in CLOSING_TEXTS if (texts.get(name) or "").strip()}
    asked = {Status.LOST: "lost_reason", Status.WON: "win_evidence"}.get(Status(stage.kind))
    allowed = {Status.LOST: {"lost_reason", "lost_note"}, Status.WON: {"win_evidence"}}.get(
        Status(stage.kind), set()
    )
    if asked and asked not in given and source not in UNASKED:
        sentence = {
            "lost_reason": "Say why the deal was lost.",
            "win_evidence": "Say what shows that the deal is won: an order, a signature.",
        }[asked]
        raise ValidationError({asked: sentence})
    if stray := given - allowed:
        raise ValidationError(
            dict.fromkeys(sorted(stray), f"This does not go with the stage {stage}.")
        )


def check_loss(
    code: str | None, competitor: Competitor | None, *, source: str, before: str | None = None
) -> None:
    """A reason is one of those in use, or that of ``before``; what a competitor won says who."""
    if code is None or source in UNASKED:
        return
    reason = LossReason.objects.filter(code=code).first()
    if reason is None or (reason.archived_at is not None and code != before):
        raise ValidationError({"lost_reason": "Choose one of the listed reasons."})
    if reason.kind == LossKind.COMPETITIVE and competitor is None:
        raise ValidationError({"competitor": "Say which competitor won the deal."})


def check_reopening(before: Deal, to: Stage, reason: str, *, source: str) -> None:
    """Require a reason for reopening a deal, since it takes credit away."""
    reopens = before.status != Status.OPEN and to.kind == Status.OPEN
    if reopens and not reason.strip() and source not in UNASKED:
        raise ValidationError({"reopen_reason": "Say why the deal is opened again."})


def reason_label(code: str | None) -> str:
    """Return a loss reason as people read it; "" for none."""
    names = LossReason.objects.filter(code=code).values_list("name", flat=True)
    return (names.first() or "") if code else ""
