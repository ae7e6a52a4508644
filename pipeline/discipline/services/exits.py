"""Leaving a stage: what its exit still needs, what shows that it is met, and passing over it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction

from org import audit
from org.models.people import Person
from pipeline import rules
from pipeline.deals.models.deals import Deal
from pipeline.deals.services.checks import UNASKED, check_live
from pipeline.discipline.models import (
    CriterionMet,
    CriterionVersion,
    ExitCriterion,
    RequiredField,
    StageOverride,
)
from pipeline.discipline.services.parts import NewParts, add_parts
from pipeline.enums import ASKED_LABELS, ExitField, Status
from pipeline.stages.models import Stage

LONGEST = 5_000
# The version that a deal had before it was made.
BEFORE_ANY = 0
# What of the deal itself can be typed in together with the move; parts of it are NewParts.
TYPED_IN = (
    ExitField.ACCOUNT,
    ExitField.AMOUNT,
    ExitField.EXPECTED_CLOSE,
    ExitField.NEXT_STEP,
    ExitField.NEXT_STEP_ON,
    ExitField.SOURCE,
)
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
    texts = {
        version.criterion_id: text.strip()
        for version in versions
        if (text := answers.evidence.get(version.criterion_id, "")).strip()
    }
    _check_order(deal, [v for v in versions if v.criterion_id in texts], texts)
    if too_long := [pk for pk, text in texts.items() if len(text) > LONGEST]:
        raise ValidationError(
            {f"criterion_{pk}": f"At most {LONGEST:,} characters." for pk in too_long}
        )
    CriterionMet.objects.bulk_create(
        [
            CriterionMet(
                deal=deal, criterion_id=version.criterion_id, version=version,
                evidence=texts[version.criterion_id], met_by=by,
            )
            for version in versions
            if version.criterion_id in texts
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    return {f"criterion_{pk}" for pk in texts}


@transaction.atomic
def meet_criterion(
    deal: Deal, criterion: ExitCriterion, *, by: Person, evidence: str
) -> CriterionMet:
    """Keep what shows that a deal meets a criterion, before it is moved on."""
    subject = _locked(deal, by)
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
    subject = _locked(met.deal, by)
    found = CriterionMet.objects.filter(pk=met.pk, withdrawn_at=None)
    if found.update(withdrawn_at=max(at, met.met_at), withdrawn_by=by):
        changes = {"exit criterion": (met.version, None)}
        audit.record(by, "deal.withdraw_criterion", subject, changes=changes)


def _locked(deal: Deal, by: Person) -> Deal:
    subject = Deal.objects.select_for_update(no_key=True, of=("self",)).get(pk=deal.pk)
    if not rules.can_edit_deal(by, subject):
        raise PermissionDenied("You may change your own deals and those of the people below you.")
    check_live(subject)
    return subject


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
