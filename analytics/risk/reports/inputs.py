"""What open deals are judged by: the rules and norms of a day, and their facts."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    DecimalField,
    F,
    Field,
    IntegerField,
    JSONField,
    Q,
    QuerySet,
    Value,
)

from analytics.risk.enums import Signal
from analytics.risk.metrics.risk import RULES, OpenDeal, RiskRule, Rules, fall
from analytics.risk.metrics.stage_norms import (
    NO_NORM,
    Learnt,
    Norm,
    StageSpan,
    WonDeal,
    date_moves,
    learnt_limits,
    stage_norms,
    won_deal,
)
from analytics.risk.models import LearntLimit, SignalRule
from analytics.runs.models import RecomputeRun
from kit.money import cents
from kit.sql import Expression, fetch, read
from pipeline.activities.models import Activity
from pipeline.deals.models import DealVersion
from pipeline.deals.querysets import DealVersionQuerySet
from pipeline.enums import TOUCHES, Status
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
    rows = fetch(INPUTS, {"moment": moment, "day": day})
    made = [date.fromisoformat(norm["day"]) for *_, norm, _ in rows if norm]
    return RiskInputs(
        rules=_rules(rows[0][-1]) if rows else RULES,
        norms={pk: _norm(norm or {}, expected) for pk, _, _, expected, norm, _ in rows},
        stages={pk: name for pk, name, kind, *_ in rows if kind == Status.OPEN},
        made_on=max(made, default=None),
    )


INPUTS = read("analytics/risk/sql/risk_inputs.sql")


def _rules(rows: Sequence[Mapping[str, Any]]) -> Rules:
    found = {
        Signal(row["signal"]): RiskRule(
            row["limit"], row["weight"], on=row["is_on"], learnt_from=row["learnt_from"]
        )
        for row in rows
        if row["signal"] in set(Signal)
    }
    return {**RULES, **found}


def _norm(found: Mapping[str, Any], expected: int | None) -> Norm:
    return Norm(
        deals=found.get("deals", 0),
        median=_decimal(found.get("median")),
        p75=_decimal(found.get("p75")),
        fewest=found.get("fewest"),
        expected=expected,
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


DayOf = Callable[[datetime], date]


def judged_deals(
    rows: DealVersionQuerySet,
    *,
    moment: datetime,
    day_of: DayOf,
    inputs: RiskInputs,
    gone: Collection[int],
) -> list[OpenDeal]:
    """Return versions that hold at ``moment`` as they are judged, in their order.

    ``day_of`` says on which of the organisation's days a moment lies; ``gone`` are the people
    who have left.
    """
    found = with_facts(rows, moment=moment, inputs=inputs).select_related("stage")
    return [judged(row, day_of(moment), day_of, inputs, gone) for row in found]


def with_facts(
    rows: DealVersionQuerySet, *, moment: datetime, inputs: RiskInputs
) -> DealVersionQuerySet:
    """Add to versions that hold at ``moment`` what their history and activities tell."""
    known = facts(moment=moment, inputs=inputs)
    described: DealVersionQuerySet = rows.annotate(
        created=F("deal__created_at"), **{name: known[name] for name in JUDGED_BY}
    )
    return described


def facts(*, moment: datetime, inputs: RiskInputs) -> dict[str, Expression]:
    """Return what a version's history and activities tell of it, as expressions by name."""
    recently = moment - timedelta(days=inputs.rules[Signal.WENT_BACK].limit or 0)
    parts = COLUMNS | {
        "moment": Value(moment, output_field=DateTimeField()),
        "recently": Value(recently, output_field=DateTimeField()),
    }
    return {name: Expression(text, field, parts) for name, (text, field) in FACTS.items()}


# What the files of the facts call the columns of a version.
COLUMNS: dict[str, Any] = {
    "deal": F("deal_id"),
    "stage": F("stage_id"),
    "valid_from": F("valid_from"),
    "currency": F("currency"),
    "created_at": F("deal__created_at"),
    "stage_entered_at": F("deal__stage_entered_at"),
}
JUDGED_BY: dict[str, Field] = {
    "entered": DateTimeField(),
    "touched": DateTimeField(),
    "people": IntegerField(),
    "closes": ArrayField(DateField()),
    "tops": JSONField(),
    "met_decision_maker": BooleanField(),
    "back_from": CharField(),
}
ONLY_FILTERED_BY: dict[str, Field] = {
    "pushes": IntegerField(),
    "top": DecimalField(max_digits=14, decimal_places=2),
}
FACTS = {
    name: (read(f"analytics/risk/sql/facts/{name}.sql"), field)
    for name, field in (JUDGED_BY | ONLY_FILTERED_BY).items()
}


def judged(
    row: Any, day: date, day_of: DayOf, inputs: RiskInputs, gone: Collection[int]
) -> OpenDeal:
    """Return a version that has its facts as it is judged on ``day``."""
    base = row.amount_base
    return OpenDeal(
        deal=row.deal_id,
        name=row.name,
        owner=row.owner_id,
        cents=None if base is None else cents(base),
        close_on=row.expected_close_on,
        category=row.category,
        stage=row.stage.name,
        stage_days=(day - day_of(row.entered)).days,
        next_step=row.next_step,
        next_step_on=row.next_step_on,
        quiet_days=(day - day_of(row.touched or row.created)).days,
        touched=row.touched is not None,
        norm=inputs.norm(row.stage_id),
        owner_left=row.owner_id in gone,
        wait_until=row.wait_until,
        moves=date_moves(row.closes, period_of=lambda close: close),
        fell=fall(
            {top["currency"]: cents(Decimal(str(top["amount"]))) for top in row.tops},
            now=None if row.amount is None else cents(row.amount),
            currency=row.currency,
        ),
        back_from=row.back_from or "",
        people=row.people,
        age=(day - day_of(row.created)).days,
        met_decision_maker=row.met_decision_maker,
    )


# Older deals were won in another market.
YEARS_LEARNT_FROM = timedelta(days=731)


def lessons(*, moment: datetime, day: date) -> tuple[dict[int, Norm], dict[Signal, Learnt]]:
    """Return what deals won until a moment of a day teach: norms by open stage, thresholds."""
    deals = list(won_deals(moment=moment, day=day))
    norms = stage_norms(deals)
    open_stages = Stage.objects.filter(kind=Status.OPEN).values_list("pk", flat=True)
    known = {stage: norms.get(stage, Norm()) for stage in open_stages}
    return known, learnt_limits(deals, norms)


def won_deals(*, moment: datetime, day: date) -> Iterator[WonDeal]:
    """Yield what each won deal teaches, in two statements whatever their number.

    A deal's life ends where its last stay among the won ones begins; one imported without any
    time as an open deal teaches nothing.
    """
    won = DealVersion.objects.as_of(moment).won().filter(closed_on__gt=day - YEARS_LEARNT_FROM)
    ids = won.order_by().values("deal")
    versions = DealVersion.objects.filter(deal__in=ids, valid_from__lte=moment)
    touches = _touches(Q(deal__in=ids), moment)
    rows = versions.order_by("deal", "valid_from").values(*VERSION)
    for deal, found in groupby(rows.iterator(chunk_size=5000), key=itemgetter("deal")):
        lived = list(found)
        spans = [_span(row) for row in lived if row["status"] == Status.OPEN]
        if spans:
            at, people = touches(deal)
            yield won_deal(spans, touches=at, people=people, won_at=spans[-1].end)


VERSION = (
    "deal",
    "stage",
    "status",
    "valid_from",
    "valid_to",
    "amount",
    "currency",
    "expected_close_on",
)


def _span(row: dict[str, Any]) -> StageSpan:
    return StageSpan(
        stage=row["stage"],
        start=row["valid_from"],
        end=row["valid_to"],
        close_on=row["expected_close_on"],
        cents=None if row["amount"] is None else cents(row["amount"]),
        currency=row["currency"],
    )


def _touches(which: Q, moment: datetime) -> Callable[[int], tuple[list[datetime], int]]:
    """Return a function of a deal: when the customer was reached, and by how many contacts.

    It is asked for deals in rising order and reads the rows as it goes.
    """
    known = Activity.objects.known_at(moment).filter(which, kind__in=TOUCHES)
    rows = known.order_by("deal", "occurred_at").values_list("deal", "occurred_at", "contact")
    groups = groupby(rows.iterator(chunk_size=5000), key=itemgetter(0))
    ahead: list[tuple[int, list]] = []

    def of(deal: int) -> tuple[list[datetime], int]:
        while not ahead or ahead[0][0] < deal:
            group = next(groups, None)
            ahead[:] = [(group[0], list(group[1]))] if group else [(2**63, [])]
        found = ahead[0][1] if ahead[0][0] == deal else []
        return [row[1] for row in found], len({row[2] for row in found if row[2]})

    return of
