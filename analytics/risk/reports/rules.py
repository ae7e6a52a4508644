"""The risk rules and stage norms that are valid on a day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Max, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject

from analytics.risk.enums import Signal
from analytics.risk.metrics.risk import RULES, RiskRule, Rules
from analytics.risk.metrics.stage_norms import NO_NORM, Learnt, Norm
from analytics.risk.models import LearntLimit, SignalRule, StageNorm
from analytics.runs.models import RecomputeRun
from pipeline.enums import Status
from pipeline.stages.models import Stage


@dataclass(frozen=True, slots=True)
class RiskInputs:
    """The rules in force, the norm of each stage by id, and the day that the norms were made on.

    ``made_on`` is None where none was made yet: what the set-up of the stages states is used.
    """

    rules: Rules = field(default_factory=lambda: RULES)
    norms: Mapping[int, Norm] = field(default_factory=dict)
    stages: Mapping[int, str] = field(default_factory=dict)
    made_on: date | None = None

    def norm(self, stage: int) -> Norm:
        return self.norms.get(stage, NO_NORM)


def risk_inputs(*, moment: datetime, day: date) -> RiskInputs:
    """Return what deals were judged by at a moment of a day, in one statement."""
    norms = StageNorm.objects.filter(
        stage=OuterRef("pk"), run__is_current=True, run__as_of__lte=day
    )
    stages = Stage.objects.annotate(
        norm=Subquery(
            norms.order_by("-run__as_of").values(
                row=JSONObject(
                    deals="deals", median="median", p75="p75", fewest="fewest", day="run__as_of"
                )
            )[:1]
        ),
        rules=ArraySubquery(_in_force(moment).values(row=JSONObject(**{n: n for n in RULE}))),
    )
    rows = list(stages.values("pk", "name", "kind", "expected_days", "norm", "rules"))
    made = [date.fromisoformat(row["norm"]["day"]) for row in rows if row["norm"]]
    return RiskInputs(
        rules=_rules(rows[0]["rules"]) if rows else RULES,
        norms={row["pk"]: _norm(row) for row in rows},
        stages={row["pk"]: row["name"] for row in rows if row["kind"] == Status.OPEN},
        made_on=max(made, default=None),
    )


RULE = ("signal", "is_on", "limit", "weight", "learnt_from")


def _in_force(moment: datetime) -> QuerySet[SignalRule]:
    known = SignalRule.objects.filter(set_at__lte=moment)
    return known.order_by("signal", "-set_at", "-pk").distinct("signal")


def _rules(rows: Sequence[Mapping[str, Any]]) -> Rules:
    found = {
        Signal(row["signal"]): RiskRule(
            row["limit"], row["weight"], on=row["is_on"], learnt_from=row["learnt_from"]
        )
        for row in rows
        if row["signal"] in set(Signal)
    }
    return {**RULES, **found}


def _norm(row: Mapping[str, Any]) -> Norm:
    found = row["norm"]
    if not found:
        return Norm(expected=row["expected_days"])
    return Norm(
        deals=found["deals"],
        median=_decimal(found["median"]),
        p75=_decimal(found["p75"]),
        fewest=found["fewest"],
        expected=row["expected_days"],
    )


def _decimal(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))


@dataclass(frozen=True, slots=True)
class NormRow:
    """An open stage with its norm, and by what an open deal there is measured."""

    stage: str
    norm: Norm

    @property
    def used(self) -> str:
        if self.norm.days is None:
            return "Nothing yet"
        basis = "learnt from won deals" if self.norm.is_learnt else "set by hand"
        return f"{self.norm.days} days, {basis}"


def norm_rows(inputs: RiskInputs) -> list[NormRow]:
    """Return the open stages in their order."""
    return [NormRow(name, inputs.norm(pk)) for pk, name in inputs.stages.items()]


def newest_rule() -> int:
    """Return the id of the newest rule that was set; 0 before any."""
    return SignalRule.objects.aggregate(newest=Max("pk"))["newest"] or 0


def learnt_limits_on(day: date) -> tuple[date | None, dict[Signal, Learnt]]:
    """Return what the newest published run up to a day learnt of thresholds, and that run's day."""
    runs = RecomputeRun.objects.published().filter(as_of__lte=day)
    newest = runs.filter(pk__in=LearntLimit.objects.order_by().values("run"))[:1]
    rows = LearntLimit.objects.filter(run__in=newest.values("pk")).select_related("run")
    found = list(rows)
    return (
        found[0].run.as_of if found else None,
        {Signal(row.signal): Learnt(row.deals, row.limit) for row in found},
    )


def rule_history() -> QuerySet[SignalRule]:
    """Return what was ever set, the newest first."""
    return SignalRule.objects.select_related("set_by")
