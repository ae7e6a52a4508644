"""Check a deal before it is written; write the contacts and product lines on it."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DataError, connection, transaction
from django.db.models import ForeignKey

from kit.edits import FieldConflict
from org import audit
from org.models.people import Person
from org.services.guard import named_refusals
from pipeline import rules
from pipeline.customers.models import Contact
from pipeline.deals.models import Deal, DealCollaborator, DealContact, DealLine
from pipeline.enums import BUYING_ROLE_LABELS, BuyingRole, LossKind, Status
from pipeline.products.models import Product
from pipeline.stages.models import Competitor, LossReason, Stage
from pipeline.stages.services import lacking

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


def reason_label(code: str | None) -> str:
    """Return a loss reason as people read it; "" for none."""
    names = LossReason.objects.filter(code=code).values_list("name", flat=True)
    return (names.first() or "") if code else ""


@transaction.atomic
def add_contact(
    deal: Deal, *, by: Person | None, contact: Contact, role: str, at: datetime
) -> DealContact:
    """Say that a contact of the deal's account plays a role in it from ``at`` on.

    Where they play it already, return that. Raises ValidationError and PermissionDenied.
    """
    subject = locked_to_edit(deal, by=by)
    if contact.account_id != subject.account_id:
        raise ValidationError({"contact": "Choose a contact of the deal's account."})
    if contact.archived_at is not None:
        raise ValidationError({"contact": "This contact is archived; restore them first."})
    row, is_new = _in_role(subject, contact, role, by=by, at=at)
    if is_new:
        audit.record(by, "deal.add_contact", subject, changes={"contact": (None, row)})
    return row


@transaction.atomic
def change_role(row: DealContact, *, by: Person | None, role: str, at: datetime) -> DealContact:
    """Let a contact play another role from ``at`` on; return the row of it.

    The role until then stays on record. Raises ValidationError and PermissionDenied.
    """
    subject = locked_to_edit(row.deal, by=by)
    found = _reread(row)
    if found.role == role:
        return found
    if found.ended_at is not None:
        raise ValidationError("They were taken off this role meanwhile.")
    end_part(found, at=at)
    now, is_new = _in_role(subject, found.contact, role, by=by, at=at)
    if not is_new:
        label = BUYING_ROLE_LABELS[BuyingRole(role)].lower()
        raise ValidationError({"role": f"{found.contact} is named as {label} already."})
    audit.record(by, "deal.change_contact", subject, changes={"contact": (found, now)})
    return now


@transaction.atomic
def remove_contact(row: DealContact, *, by: Person | None, at: datetime) -> DealContact:
    """Take a contact off a role as of ``at``; that they had it until then stays on record."""
    subject = locked_to_edit(row.deal, by=by)
    found = _reread(row)
    if found.ended_at is None:
        end_part(found, at=at)
        audit.record(by, "deal.remove_contact", subject, changes={"contact": (found, None)})
    return found


def _reread(row: DealContact) -> DealContact:
    return DealContact.objects.select_related("contact").get(pk=row.pk)


def end_part(row: DealContact | DealCollaborator, *, at: datetime) -> None:
    """End the part that somebody plays, not before it began."""
    # Two servers' clocks may differ by a little.
    row.ended_at = max(at, row.added_at)
    row.save(update_fields=["ended_at"])


def _in_role(
    deal: Deal, contact: Contact, role: str, *, by: Person | None, at: datetime
) -> tuple[DealContact, bool]:
    """Return the standing row of the contact in the role, and whether it had to be made."""
    row = DealContact(deal=deal, contact=contact, role=role, added_at=at, added_by=by)
    row.clean_fields(exclude=["deal", "contact", "added_by"])
    standing = DealContact.objects.standing().filter(deal=deal, contact=contact, role=role)
    if found := standing.first():
        return found, False
    row.save(force_insert=True)
    return row, True


# What of a line can be changed; another product is another line.
LINE_FIELDS = ("quantity", "unit_price")


@transaction.atomic
def add_line(
    deal: Deal,
    *,
    by: Person | None,
    product: Product,
    quantity: Decimal,
    unit_price: Decimal,
    at: datetime | None = None,
) -> DealLine:
    """Add a quantity of a product at a price in the deal's currency. The deal's amount stays."""
    subject = locked_to_edit(deal, by=by)
    line = DealLine(deal=subject, product=product, quantity=quantity, unit_price=unit_price)
    _check(line)
    if product.archived_at is not None:
        raise ValidationError({"product": "This product is no longer sold."})
    line.save(force_insert=True)
    audit.record(by, "deal.add_line", subject, changes={"product line": (None, _words(line))})
    return line


@transaction.atomic
def edit_line(
    line: DealLine, *, by: Person | None, changes: Mapping[str, Any], seen: Mapping[str, Any]
) -> DealLine:
    """Change LINE_FIELDS of a line; ``seen`` are the values that the author replaced.

    Raises FieldConflict where somebody else changed one of them meanwhile.
    """
    if unknown := set(changes) - set(LINE_FIELDS):
        raise TypeError(f"a product line has no {', '.join(sorted(unknown))} to change")
    subject = locked_to_edit(line.deal, by=by)
    found = DealLine.objects.select_related("product").filter(pk=line.pk).first()
    if found is None:
        raise ValidationError("Somebody took this product off the deal meanwhile.")
    before = _words(found)
    wanted = {name: value for name, value in changes.items() if getattr(found, name) != value}
    if contested := [name for name in wanted if getattr(found, name) != seen.get(name)]:
        raise FieldConflict(found, contested)
    for name, value in wanted.items():
        setattr(found, name, value)
    _check(found)
    if wanted:
        found.save(update_fields=list(wanted))
        changed = {"product line": (before, _words(found))}
        audit.record(by, "deal.edit_line", subject, changes=changed)
    return found


@transaction.atomic
def remove_line(line: DealLine, *, by: Person | None, at: datetime | None = None) -> DealLine:
    """Take a product line off its deal and return it; the log keeps what it was."""
    subject = locked_to_edit(line.deal, by=by)
    found = DealLine.objects.select_related("product").filter(pk=line.pk).first()
    if found is not None:
        changes = {"product line": (_words(found), None)}
        audit.record(by, "deal.remove_line", subject, changes=changes)
        found.delete()
    return line


def _check(line: DealLine) -> None:
    line.clean_fields(exclude=["deal", "product"])
    if line.quantity <= 0:
        raise ValidationError({"quantity": "The quantity must be above zero."})
    if line.unit_price < 0:
        raise ValidationError({"unit_price": "A price cannot be below zero."})


def _words(line: DealLine) -> str:
    return f"{line.quantity.normalize():f} × {line.product} at {line.unit_price:,.2f}"
