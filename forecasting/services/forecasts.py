"""Adding up the workings into forecasts of people, teams and the whole, as the past teaches."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from functools import partial

from analytics.attainment.metrics import Attainment
from analytics.attainment.reports.attainment import EVERYONE, attainment, calendar_and_people
from analytics.runs.models import RecomputeChunk, RecomputeRun
from analytics.runs.services.snapshots import subject_columns, upsert
from forecasting.arrays import Floats, Ints, np
from forecasting.enums import NAIVE
from forecasting.methods.history import WEEK
from forecasting.metrics.backtest import Scaled, Track, complete, missing, scaled, whole_cents
from forecasting.models import (
    DealExpectation,
    DealWorkings,
    Forecast,
    ForecastRun,
    OriginWorkings,
    OutcomeWorkings,
    PastForecast,
)
from forecasting.services.backtest import KINDS, PeriodCalendar, first_close
from forecasting.services.levels import (
    Leading,
    Level,
    Place,
    deal_cents,
    everyone_level,
    levels,
    new_cents,
    place_of,
)
from kit.money import from_cents
from org.enums import Measure, PeriodKind, SubjectKind
from org.metrics import Subject
from org.models.calendar import FiscalPeriod
from pipeline.deals.models import Deal

# How many whole weeks before a period's end past forecasts of it are kept to be shown.
WEEKS_SHOWN = frozenset({0, 1, 2, 3, 4, 6, 8, 10, 12, 13, 16, 20, 25})
Booked = list[Attainment]


def track(
    level: Level, workings: Sequence[OriginWorkings], outcomes: dict[int, OutcomeWorkings]
) -> Track:
    """Return the forecasts of one kind of period as arrays; an outcome not settled is NaN."""

    def column(name: str) -> Floats:
        rows = [level.added(row, getattr(row, name)) for row in workings]
        return np.array(rows).reshape(len(workings), len(level.subjects))

    def facts(read: Callable[[OriginWorkings], float]) -> Floats:
        return np.array([read(row) for row in workings], dtype=float)

    def outcome(row: OriginWorkings) -> Floats:
        found = outcomes.get(row.period_id)
        if found is None or found.settled is None:
            return np.full(len(level.subjects), np.nan)
        return level.added(found, found.settled)

    return Track(
        made_on=facts(lambda row: row.made_on.toordinal()).astype(np.int64),
        start=facts(lambda row: row.period.start_on.toordinal()).astype(np.int64),
        end=facts(lambda row: row.period.end_on.toordinal()).astype(np.int64),
        came_open=facts(lambda row: np.nan if row.came_open is None else row.came_open),
        came_new=facts(lambda row: np.nan if row.came_new is None else row.came_new),
        all_open=facts(lambda row: sum(row.open)),
        all_new=facts(lambda row: sum(row.new)),
        booked=column("booked"),
        open=column("open"),
        new=column("new"),
        spread_open=column("spread_open"),
        spread_new=column("spread_new"),
        outcome=np.array([outcome(row) for row in workings]).reshape(-1, len(level.subjects)),
        pooled=level.pooled,
    )


def lacking(run: RecomputeRun) -> dict[str, str]:
    """Return what forecasts of each kind of period lack as of the run; "" where nothing."""
    first, calendar = first_close(run), PeriodCalendar.read()
    closed = Deal.objects.as_of(run.moment).closed().count()
    found = {}
    for kind in KINDS:
        over = [row.period for row in calendar.over_by(kind, run.as_of)]
        seen = complete(
            over,
            first_close=first.toordinal() if first else date.max.toordinal(),
            by=run.as_of.toordinal(),
        )
        found[str(kind)] = missing(kind, complete_periods=len(seen), closed_deals=closed)
    return found


def store_forecasts(chunk: RecomputeChunk) -> int:
    """Forecast the part's subjects and look back on their past forecasts; return how many rows."""
    gaps = lacking(chunk.run)
    workings = {kind: _workings(chunk.run, kind) for kind in KINDS}
    quarters, leading = workings[PeriodKind.QUARTER], Leading()
    if not gaps[PeriodKind.QUARTER]:
        leading = Leading.of(quarters, scaled(track(everyone_level(), quarters, {})))
    booked = _booked(chunk.run, [row for rows in workings.values() for row in rows])
    return sum(
        _store_kind(chunk, kind, workings[kind], leading=leading, gap=gaps[kind], booked=booked)
        for kind in KINDS
    )


def _booked(run: RecomputeRun, workings: Sequence[OriginWorkings]) -> Callable[..., Booked]:
    """Return how to ask what subjects have booked by now in one of the open periods."""
    periods = [row.period for row in workings if row.made_on == run.as_of]
    if not periods:
        return attainment
    calendar, people = calendar_and_people(periods, run.moment)
    return partial(
        attainment, measure=Measure.BOOKINGS, as_of=run.moment, calendar=calendar, people=people
    )


def _workings(run: RecomputeRun, kind: str) -> list[OriginWorkings]:
    rows = OriginWorkings.objects.filter(run=run, period__kind=kind).select_related("period")
    return list(rows.order_by("made_on", "period__start_on"))


def _store_kind(
    chunk: RecomputeChunk,
    kind: str,
    workings: Sequence[OriginWorkings],
    *,
    leading: Leading,
    gap: str,
    booked: Callable[..., Booked],
) -> int:
    run = chunk.run
    found = OutcomeWorkings.objects.filter(run=run, period__kind=kind).select_related("period")
    outcomes = {row.period_id: row for row in found}
    scored = {row.pk for row in PeriodCalendar.read().scored(kind, run.as_of)}
    shown = {pk: outcome for pk, outcome in outcomes.items() if pk in scored}
    stored = 0
    for level in [] if gap else levels(workings, outcomes.values(), chunk):
        corrected = scaled(track(level, workings, outcomes), led=leading.ratios(workings))
        stored += _store_past(chunk, level, workings, corrected, shown)
        for place, row in enumerate(workings):
            if row.made_on == run.as_of:
                among = place_of(row, workings, leading)
                stored += _store_open(
                    chunk, level, row, corrected, place, among=among, booked=booked
                )
    return stored + (_store_facts(run, workings, leading, gap=gap) if chunk.everyone else 0)


def _store_facts(
    run: RecomputeRun, workings: Sequence[OriginWorkings], leading: Leading, *, gap: str
) -> int:
    corrected = scaled(track(everyone_level(), workings, {}), led=leading.ratios(workings))
    facts = [
        ForecastRun(
            run=run,
            period=row.period,
            missing=gap,
            past_periods=lesson[3]
            if (lesson := leading.quarter(row))
            else int(corrected.periods[place]),
            open_ratio=float(corrected.open_ratio[place]),
            new_ratio=float(corrected.new_ratio[place]),
        )
        for place, row in enumerate(workings)
        if row.made_on == run.as_of
    ]
    return upsert(facts)


def _store_open(
    chunk: RecomputeChunk,
    level: Level,
    row: OriginWorkings,
    corrected: Scaled,
    place: int,
    *,
    among: Place,
    booked: Callable[..., Booked],
) -> int:
    """Store the forecasts of an open period, and of each deal what it is expected to bring.

    Each deal and each person's new deals are rounded to the cent once; everything else is sums.
    """
    asked = {row.period_id, *(other.period_id for other in (*among.before, *among.upto))}
    found = DealWorkings.objects.filter(run=chunk.run, period__in=asked).select_related("period")
    all_deals = {workings.period_id: workings for workings in found}
    deals = all_deals[row.period_id]
    cents = deal_cents(among, all_deals, corrected.open_ratio[place])
    new = new_cents(among, row, corrected.new_ratio[place])
    parts = {
        "from_open": level.added(deals, cents),
        "from_new": level.added(row, new),
        "open_deals": level.added(deals, np.ones(len(cents))),
        "unpriced": level.added(deals, np.array(deals.unpriced, dtype=float)),
    }
    subjects = [subject for subject in own_subjects(chunk) if subject in level.subjects]
    forecasts = []
    for reached in booked(subjects, period=row.period):
        column = level.subjects.index(reached.subject)
        whole = {name: int(values[column]) for name, values in parts.items()}
        bounds = corrected.low[place, column], corrected.high[place, column]
        forecasts.append(_forecast(chunk.run, reached, row.period, whole, bounds))
    return upsert(forecasts) + _store_deals(chunk, row.period, deals, cents, level)


def _forecast(
    run: RecomputeRun,
    found: Attainment,
    period: FiscalPeriod,
    whole: dict[str, int],
    bounds: "tuple[np.float64, np.float64]",
) -> Forecast:
    total = found.actual + whole["from_open"] + whole["from_new"]
    booked, expected = from_cents(found.actual), from_cents(total)
    low, high = (_money(bound) for bound in bounds)
    return Forecast(
        run=run,
        period=period,
        booked=booked,
        from_open=from_cents(whole["from_open"]),
        from_new=from_cents(whole["from_new"]),
        total=expected,
        low=None if low is None else min(max(low, booked), expected),
        high=None if high is None else max(high, expected),
        open_deals=whole["open_deals"],
        unpriced=whole["unpriced"],
        **subject_columns(found.subject),
    )


def own_subjects(chunk: RecomputeChunk) -> list[Subject]:
    """Return the subjects that the part is to store."""
    found = [Subject(SubjectKind.PERSON, person) for person in chunk.people]
    if chunk.team_id is not None:
        found.append(Subject(SubjectKind.TEAM, chunk.team_id))
    return [*found, EVERYONE] if chunk.everyone else found


def _store_deals(
    chunk: RecomputeChunk, period: FiscalPeriod, deals: DealWorkings, cents: Ints, level: Level
) -> int:
    if level.subjects[0].kind is not SubjectKind.PERSON:
        return 0
    own, amounts = set(chunk.people), cents.tolist()
    worths = whole_cents(np.array(deals.worth, dtype=float)).tolist()
    columns = zip(deals.deals, deals.people, deals.cents, worths, amounts, strict=True)
    rows = [
        DealExpectation(
            run=chunk.run,
            period=period,
            deal_id=deal,
            person_id=person,
            chance=raw / worth,
            worth=from_cents(worth),
            amount=from_cents(amount),
        )
        for deal, person, raw, worth, amount in columns
        if person in own and amount
    ]
    return upsert(rows)


def _store_past(
    chunk: RecomputeChunk,
    level: Level,
    workings: Sequence[OriginWorkings],
    corrected: Scaled,
    outcomes: dict[int, OutcomeWorkings],
) -> int:
    """Store what would have been forecast on earlier days, of periods over by now and open ones."""
    own = [(s, level.subjects.index(s)) for s in own_subjects(chunk) if s in level.subjects]
    rows: list[PastForecast] = []
    for place, row in enumerate(workings):
        weeks = ((row.period.end_on - row.made_on).days - 1) // WEEK
        outcome = outcomes.get(row.period_id)
        over = row.period.end_on.toordinal() <= chunk.run.as_of.toordinal() + 1
        if row.made_on == chunk.run.as_of or (over and (not outcome or weeks not in WEEKS_SHOWN)):
            continue
        figures = {
            "forecast": corrected.forecast[place],
            "low": corrected.low[place],
            "high": corrected.high[place],
        }
        if outcome:
            figures["actual"] = level.added(outcome, outcome.actual)
        booked = level.added(row, row.booked)
        for name in NAIVE:
            figures[name] = booked + level.added(row, getattr(row, name))
        rows += [
            PastForecast(
                run=chunk.run,
                period=row.period,
                made_on=row.made_on,
                weeks_left=weeks,
                **{name: _money(values[column]) for name, values in figures.items()},
                **subject_columns(subject),
            )
            for subject, column in own
            if any(values[column] > 0 for values in figures.values())
        ]
    return upsert(rows)


def _money(cents: "np.float64") -> Decimal | None:
    return None if np.isnan(cents) else from_cents(int(whole_cents(np.array([cents]))[0]))
