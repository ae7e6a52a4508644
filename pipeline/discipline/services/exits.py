"""Leaving a stage: what its exit still needs, what shows that it is met, and passing over it.

What an exit asks for can be added with the move: a contact in a role, a product line.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction

from org import audit
from org.models.people import Person
from pipeline.customers.models import Contact
from pipeline.customers.services import create_contact
from pipeline.deals.models import Deal
from pipeline.deals.services import UNASKED, add_contact, add_line, locked_to_edit
from pipeline.discipline.models import (
    CriterionMet,
    CriterionVersion,
    ExitCriterion,
    RequiredField,
    StageOverride,
)
from pipeline.enums import ASKED_LABELS, ExitField, Status
from pipeline.products.models import Product
from pipeline.stages.models import Stage

# Where the faults of a part stand in the form of the move.
ROLE, NEW_CONTACT = "contacts_role", "contacts_new"
QUANTITY, PRICE = "products_quantity", "products_price"
FAULTS = {
    "contact": str(ExitField.CONTACTS),
    "full_name": NEW_CONTACT,
    "role": ROLE,
    "product": str(ExitField.PRODUCTS),
    "quantity": QUANTITY,
    "unit_price": PRICE,
}


@dataclass(frozen=True, slots=True)
class NewParts:
    """A contact of the deal's account, or the name of a new one, and a quantity of a product.

    Without a price the product's list price counts. ``now`` is from when on the contact is named.
    """

    now: datetime
    contact: Contact | None = None
    new_contact: str = ""
    role: str = ""
    product: Product | None = None
    quantity: Decimal | None = None
    unit_price: Decimal | None = None


def add_parts(
    deal: Deal, lacking: Collection[str], parts: NewParts | None, *, by: Person
) -> set[str]:
    """Add those of the parts that the deal is lacking; return the names of what is there now."""
    if parts is None:
        return set()
    found: set[str] = set()
    with _named_faults():
        if ExitField.CONTACTS in lacking and (parts.contact or parts.new_contact.strip()):
            _name_contact(deal, parts, by=by)
            found.add(ExitField.CONTACTS)
        if ExitField.PRODUCTS in lacking and parts.product is not None:
            _sell(deal, parts, parts.product, by=by)
            found.add(ExitField.PRODUCTS)
    return found


def _name_contact(deal: Deal, parts: NewParts, *, by: Person) -> None:
    if not parts.role:
        raise ValidationError({"role": "Say what they are to the deal."})
    contact = parts.contact or _known_or_new(deal, parts.new_contact, by=by)
    add_contact(deal, by=by, contact=contact, role=parts.role, at=parts.now)


def _known_or_new(deal: Deal, name: str, *, by: Person) -> Contact:
    """Return the one contact of the account who is called so, else make them."""
    if deal.account is None:
        raise ValidationError({"contact": "First say which account the deal is with."})
    name = " ".join(name.split())
    known = list(deal.account.contacts.live().filter(full_name__iexact=name)[:2])
    if len(known) > 1:
        raise ValidationError({"full_name": "Several are called so: choose one from the list."})
    return known[0] if known else create_contact(by=by, account=deal.account, full_name=name)


def _sell(deal: Deal, parts: NewParts, product: Product, *, by: Person) -> None:
    price = parts.unit_price
    if price is None and product.currency == deal.currency:
        price = product.list_price
    if price is None:
        raise ValidationError({"unit_price": f"Give the price in {deal.currency}."})
    quantity = Decimal(1) if parts.quantity is None else parts.quantity
    add_line(deal, by=by, product=product, quantity=quantity, unit_price=price)


@contextmanager
def _named_faults() -> Iterator[None]:
    try:
        yield
    except ValidationError as error:
        if not hasattr(error, "error_dict"):
            raise
        faults = {FAULTS.get(name, name): found for name, found in error.error_dict.items()}
        raise ValidationError(faults) from error


LONGEST = 5_000
# The version that a deal had before it was made.
BEFORE_ANY = 0
# What of the deal itself can be typed in together with the move; parts of it are NewParts.
TYPED_IN = (
    ExitField.ACCOUNT, ExitField.AMOUNT, ExitField.EXPECTED_CLOSE, ExitField.NEXT_STEP,
    ExitField.NEXT_STEP_ON, ExitField.SOURCE,
)  # fmt: skip
SENTENCES = {
    ExitField.ACCOUNT: "Say which account the deal is with.",
    ExitField.AMOUNT: "Give the amount.",
    ExitField.EXPECTED_CLOSE: "Say when it is expected to close.",
    ExitField.NEXT_STEP: "Say what the next step is.",
    ExitField.NEXT_STEP_ON: "Say when the next step is due.",
    ExitField.CONTACTS: "Name a contact of the account and their role.",
    ExitField.PRODUCTS: "Say which product they would buy.",
    ExitField.COMPETITOR: "Say whom we are up against.",
    ExitField.SOURCE: "Say where the deal came from.",
}


@dataclass(frozen=True, slots=True)
class ExitAnswers:
    """What comes with a move: evidence by criterion, fields of TYPED_IN, parts, or why none."""

    evidence: Mapping[int, str] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    override: str = ""
    parts: NewParts | None = None

    def given(self) -> dict[str, Any]:
        """Return the fields that are to be written onto the deal."""
        if unknown := sorted(set(self.values) - set(TYPED_IN)):
            raise ValidationError(dict.fromkeys(unknown, "This field cannot be set by a move."))
        return {name: value for name, value in self.values.items() if value not in (None, "")}


@dataclass(frozen=True, slots=True)
class ExitNeed:
    """One thing that an exit still needs: a field, or a criterion that nothing shows to be met."""

    name: str
    label: str
    sentence: str
    version: CriterionVersion | None = None


def left_stages(before: Deal, to: Stage) -> list[int]:
    """Return the open stages that a move forward passes, the present one first; [] otherwise.

    A deal that is won passes all that are left; one that is lost, goes back or is reopened none.
    One that enters another pipeline passes none of that one's either, unless it is won there.
    """
    if before.status != Status.OPEN or to.kind == Status.LOST:
        return []
    crosses = to.pipeline_id != before.stage.pipeline_id
    stages = Stage.objects.live().filter(kind=Status.OPEN, pipeline=to.pipeline_id)
    if not crosses:
        stages = stages.filter(order__gte=before.stage.order)
    if to.kind == Status.OPEN:
        if crosses or to.order <= before.stage.order:
            return []
        stages = stages.filter(order__lt=to.order)
    own = set() if crosses else {before.stage_id}
    return sorted((own | set(stages.order_by().values_list("pk", flat=True))) - {to.pk})


def skipped_stages(to: Stage) -> list[int]:
    """Return the open stages that a deal passes over which begins in ``to``; [] in a lost one."""
    if to.kind == Status.LOST:
        return []
    stages = Stage.objects.live().filter(kind=Status.OPEN, pipeline=to.pipeline_id)
    if to.kind == Status.OPEN:
        stages = stages.filter(order__lt=to.order)
    return sorted(stages.order_by().values_list("pk", flat=True))


def exit_needs(
    deal: Deal, stages: Collection[int], *, values: Mapping[str, Any] | None = None
) -> list[ExitNeed]:
    """Return what the exits of the stages need beyond what the deal has, or has with ``values``."""
    if not stages:
        return []
    asked = RequiredField.objects.live().filter(stage__in=stages)
    fields = [
        ExitField(name) for name in asked.values_list("field", flat=True).distinct().order_by()
    ]
    lacking = [name for name in ExitField if name in fields and _lacks(deal, name, values or {})]
    found = [ExitNeed(str(name), ASKED_LABELS[name], SENTENCES[name]) for name in lacking]
    for version in unmet(deal, stages):
        sentence = "Say what the buyer did or said that shows it."
        found.append(
            ExitNeed(f"criterion_{version.criterion_id}", version.statement, sentence, version)
        )
    return found


def unmet(deal: Deal, stages: Collection[int]) -> list[CriterionVersion]:
    """Return the criteria of the stages, as they read now, that nothing shows to be met."""
    met = CriterionMet.objects.filter(deal=deal.pk, withdrawn_at=None).values("criterion")
    rows = CriterionVersion.objects.live().filter(criterion__stage__in=stages)
    rows = rows.exclude(criterion__in=met).select_related("criterion")
    return list(rows.order_by("criterion__stage__order", "order", "pk"))


def leave(
    before: Deal,
    to: Stage,
    *,
    values: Mapping[str, Any],
    answers: ExitAnswers,
    by: Person | None,
    source: str,
) -> None:
    """Keep what the move shows; refuse it for what its exit still needs, unless overridden.

    An override is kept, and counted, only where something is missing. Imports and the system
    pass freely.
    """
    if source in UNASKED or by is None or before.status != Status.OPEN:
        return
    _pass(
        before, left_stages(before, to), come_from=before.stage, to=to, version=before.version,
        values=values, answers=answers, by=by,
    )  # fmt: skip


def enter(deal: Deal, *, answers: ExitAnswers, by: Person | None, source: str) -> None:
    """Ask of a deal that was just made in a later stage what a move there from the first asks.

    An override counts at the first stage passed.
    """
    if source in UNASKED or by is None or not (stages := skipped_stages(deal.stage)):
        return
    first = Stage.objects.filter(pk__in=stages).order_by("order", "pk")[0]
    _pass(
        deal, stages, come_from=first, to=deal.stage, version=BEFORE_ANY, values={},
        answers=answers, by=by,
    )  # fmt: skip


def _pass(
    deal: Deal,
    stages: Sequence[int],
    *,
    come_from: Stage,
    to: Stage,
    version: int,
    values: Mapping[str, Any],
    answers: ExitAnswers,
    by: Person,
) -> None:
    if not stages:
        return
    _hold(stages)
    needs = exit_needs(deal, stages, values=values)
    shown = show(deal, [need.version for need in needs if need.version], answers, by=by)
    shown |= add_parts(deal, {need.name for need in needs}, answers.parts, by=by)
    missing = [need for need in needs if need.name not in shown]
    if not missing:
        return
    if not answers.override.strip():
        raise ValidationError({need.name: need.sentence for need in missing})
    StageOverride.objects.bulk_create(
        [
            StageOverride(
                deal=deal, deal_version=version, from_stage=come_from, to_stage=to,
                owner=deal.owner, missing=[need.label for need in missing],
                reason=answers.override.strip()[:LONGEST], overridden_by=by,
            )
        ],
        ignore_conflicts=True,
    )  # fmt: skip


def show(
    deal: Deal, versions: Sequence[CriterionVersion], answers: ExitAnswers, *, by: Person | None
) -> set[str]:
    """Keep the evidence given for these criteria; return the names of those that it meets.

    A criterion that depends on another is met after that one.
    """
    given = {
        version: text
        for version in versions
        if (text := answers.evidence.get(version.criterion_id, "").strip())
    }
    texts = {version.criterion_id: text for version, text in given.items()}
    _check_order(deal, list(given), texts)
    if too_long := [pk for pk, text in texts.items() if len(text) > LONGEST]:
        raise ValidationError(
            {f"criterion_{pk}": f"At most {LONGEST:,} characters." for pk in too_long}
        )
    CriterionMet.objects.bulk_create(
        [
            CriterionMet(
                deal=deal, criterion_id=version.criterion_id, version=version, evidence=text,
                met_by=by,
            )
            for version, text in given.items()
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    return {f"criterion_{pk}" for pk in texts}


@transaction.atomic
def meet_criterion(
    deal: Deal, criterion: ExitCriterion, *, by: Person, evidence: str
) -> CriterionMet:
    """Keep what shows that a deal meets a criterion, before it is moved on."""
    subject = locked_to_edit(deal, by=by)
    version = criterion.versions.live().first()
    if version is None:
        raise ValidationError("This criterion is no longer asked for.")
    if not evidence.strip():
        raise ValidationError({"evidence": "Say what the buyer did or said that shows it."})
    known = CriterionMet.objects.filter(deal=subject, criterion=criterion, withdrawn_at=None)
    if (there := known.first()) is not None:
        return there
    try:
        show(subject, [version], ExitAnswers({criterion.pk: evidence}), by=by)
    except ValidationError as error:
        raise ValidationError({"evidence": error.messages}) from error
    made = known.get()
    audit.record(by, "deal.meet_criterion", subject, changes={"exit criterion": (None, version)})
    return made


@transaction.atomic
def withdraw(met: CriterionMet, *, by: Person, at: datetime) -> None:
    """Take back that a criterion is met; who had said so, and why, stays to be read."""
    subject = locked_to_edit(met.deal, by=by)
    found = CriterionMet.objects.filter(pk=met.pk, withdrawn_at=None)
    if found.update(withdrawn_at=max(at, met.met_at), withdrawn_by=by):
        changes = {"exit criterion": (met.version, None)}
        audit.record(by, "deal.withdraw_criterion", subject, changes=changes)


def _hold(stages: Iterable[int]) -> None:
    """Let nobody set up the exits of these stages until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM pipeline_stage WHERE id = ANY (%s) ORDER BY id FOR SHARE",
            [list(stages)],
        )


def _lacks(deal: Deal, name: ExitField, values: Mapping[str, Any]) -> bool:
    if name in (ExitField.CONTACTS, ExitField.PRODUCTS) and deal.pk is None:
        return True
    if name == ExitField.CONTACTS:
        return not deal.contact_roles.filter(ended_at=None).exists()
    if name == ExitField.PRODUCTS:
        return not deal.lines.exists()
    return values.get(name, getattr(deal, name)) in (None, "")


def _check_order(
    deal: Deal, versions: Sequence[CriterionVersion], texts: Mapping[int, str]
) -> None:
    """Refuse evidence for a criterion while what it depends on is neither met nor shown."""
    firsts = {version.depends_on_id for version in versions} - {None} - set(texts)
    if not firsts:
        return
    met = CriterionMet.objects.filter(deal=deal.pk, withdrawn_at=None, criterion__in=firsts)
    waiting = firsts - set(met.values_list("criterion", flat=True))
    names = dict(
        CriterionVersion.objects.live()
        .filter(criterion__in=waiting)
        .values_list("criterion", "statement")
    )
    if errors := {
        f"criterion_{version.criterion_id}": f"First comes: {names[version.depends_on_id]}"
        for version in versions
        if version.depends_on_id in names
    }:
        raise ValidationError(errors)
