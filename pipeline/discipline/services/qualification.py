"""Scoring deals by a framework, and setting frameworks up."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from org import audit
from org.models.people import Person
from org.services import set_up
from pipeline import rules
from pipeline.deals.models import Deal
from pipeline.deals.services import locked_to_edit
from pipeline.discipline.metrics import MOST
from pipeline.discipline.models import ElementScore, Framework, FrameworkElement, GapRule
from pipeline.enums import Status
from pipeline.stages.models import Stage

LONGEST = 5_000
REFUSALS = {
    "framework_name_unique": ("name", "Another framework has this name."),
    "framework_named": ("name", "Give the framework a name."),
    "element_name_unique": ("name", "The framework has an element of this name."),
    "element_asks": ("question", "Give the element a name and a question."),
}


@transaction.atomic
def score_deal(
    deal: Deal, framework: Framework, *, by: Person, scores: Mapping[int, tuple[int, str]]
) -> list[ElementScore]:
    """Add the scores, by element, that differ from the newest ones, each with its evidence.

    Errors are on ``score_ID`` and ``evidence_ID``. What is sent twice is added once.
    """
    subject = locked_to_edit(deal, by=by)
    elements = FrameworkElement.objects.live().filter(framework=framework).in_bulk(list(scores))
    if errors := _faults(framework, set(elements), scores):
        raise ValidationError(errors)
    before = newest_scores(subject)
    made = [
        ElementScore(
            deal=subject,
            element=elements[pk],
            score=score,
            evidence=text.strip(),
            asked=f"{elements[pk].name}: {elements[pk].question}",
            scored_by=by,
        )
        for pk, (score, text) in scores.items()
        if (score, text.strip()) != before.get(pk, (0, ""))
    ]
    ElementScore.objects.bulk_create(made)
    if made:
        changes = {
            row.element.name: (before.get(row.element_id, (0, ""))[0], row.score) for row in made
        }
        audit.record(by, "deal.qualify", subject, changes=changes)
    return made


def _faults(
    framework: Framework, elements: set[int], scores: Mapping[int, tuple[int, str]]
) -> dict[str, str]:
    found = {}
    for pk, (score, text) in scores.items():
        if pk not in elements or not 0 <= score <= MOST:
            found[f"score_{pk}"] = f"Score an element of {framework} from 0 to {MOST}."
        elif score and not text.strip():
            found[f"evidence_{pk}"] = "Say what shows it; only 0 needs no evidence."
        elif len(text.strip()) > LONGEST:
            found[f"evidence_{pk}"] = f"At most {LONGEST:,} characters."
    return found


def newest_scores(deal: Deal) -> dict[int, tuple[int, str]]:
    """Return the newest score and evidence of each element of a deal."""
    rows = ElementScore.objects.filter(deal=deal.pk).order_by("element", "-scored_at", "-pk")
    found = rows.distinct("element").values_list("element", "score", "evidence")
    return {element: (score, evidence) for element, score, evidence in found}


@transaction.atomic
def save_framework(framework: Framework | None, *, by: Person | None, name: str) -> Framework:
    """Add a framework, or give one another name."""
    _require_admin(by)
    fields = _in_one_line({"name": name})
    row = framework or Framework()
    return set_up.save_row(row, fields, by=by, what="framework", refusals=REFUSALS)


@transaction.atomic
def save_element(
    framework: Framework,
    element: FrameworkElement | None,
    *,
    by: Person | None,
    fields: Mapping[str, Any],
    minimums: Mapping[int, int],
    at: datetime,
) -> FrameworkElement:
    """Add or change an element; ``minimums`` are its least scores by stage, 0 for none.

    Scores of before keep the question that they answered.
    """
    _require_admin(by)
    Framework.objects.select_for_update(no_key=True).get(pk=framework.pk)
    subject = element or FrameworkElement(framework=framework)
    made = set_up.save_row(
        subject, _in_one_line(fields), by=by, what="element", refusals=REFUSALS,
        unchecked=["framework"],
    )  # fmt: skip
    _demand(made, by=by, minimums=minimums, at=at)
    return made


def set_use(
    row: Framework | FrameworkElement, *, by: Person | None, at: datetime | None
) -> Framework | FrameworkElement:
    """Take a framework or element out of use, or with ``at`` None bring it back."""
    _require_admin(by)
    what = "framework" if isinstance(row, Framework) else "element"
    return set_up.set_use(row, by=by, at=at, what=what, refusals=REFUSALS)


def _demand(
    element: FrameworkElement, *, by: Person | None, minimums: Mapping[int, int], at: datetime
) -> None:
    rules_now = {row.stage_id: row for row in GapRule.objects.live().filter(element=element)}
    stages = Stage.objects.live().filter(kind=Status.OPEN, pk__in=minimums).in_bulk()
    changes: dict[str, tuple[int, int]] = {}
    for pk, stage in stages.items():
        least, row = minimums[pk], rules_now.get(pk)
        before = row.minimum if row else 0
        if least == before:
            continue
        if row is not None:
            row.end(at)
        if least:
            GapRule.objects.create(element=element, stage=stage, minimum=least, set_by=by)
        changes[f"least by {stage.name}"] = (before, least)
    if changes:
        audit.record(by, "element.demand", element, changes=changes)


def _in_one_line(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: " ".join(value.split()) if isinstance(value, str) else value
        for name, value in fields.items()
    }


def _require_admin(by: Person | None) -> None:
    set_up.require(rules.can_set_up_stages, by, "Only an admin sets up frameworks.")
