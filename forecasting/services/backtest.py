"""The forecasts of days gone by, each from what was known on its day alone, and today's among them.

The nightly run of a day and the back-test of that day are the same computation: the newest day of
the back-test is the run's own.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Min

from analytics.runs.models import RecomputeChunk, RecomputeRun
from forecasting.arrays import Floats, Ints, np
from forecasting.enums import NAIVE
from forecasting.inputs import history
from forecasting.methods.history import UNPRICED, ForecastSpan, History, Model, Prediction
from forecasting.methods.naive import MAIN, METHODS
from forecasting.metrics.backtest import LESSON_PERIODS, SETTLING_DAYS, complete
from forecasting.models import DealWorkings, OriginWorkings, OutcomeWorkings
from org.enums import PeriodKind
from org.models.calendar import FiscalPeriod
from org.services.calendar import organisation
from pipeline.deals.models import DealVersion

KINDS = (PeriodKind.MONTH, PeriodKind.QUARTER)
# How many past periods of each kind are looked back on. As many as teach must lie before them.
PAST_PERIODS = {PeriodKind.MONTH: 12, PeriodKind.QUARTER: 8}
# The weeks of sixteen quarters, and of the one before in which the first was the next.
WEEKS_BACK = 222
# The method must have seen this many days of closings before it is asked anything.
FIRST_DAYS = 28
# Ids of people and teams fit below this, so that a pair of them fits one number.
PAIR = 2**31


@dataclass(frozen=True, slots=True)
class PeriodCalendar:
    """The months and quarters there are, in order, by kind."""

    rows: dict[str, list[FiscalPeriod]]

    @classmethod
    def read(cls) -> "PeriodCalendar":
        found = FiscalPeriod.objects.filter(kind__in=KINDS).order_by("start_on")
        return cls({kind: [row for row in found if row.kind == kind] for kind in KINDS})

    def open_on(self, kind: str, day: date) -> list[FiscalPeriod]:
        """Return the periods that a run of ``day`` forecasts.

        The quarter that holds it and the next, and all their months that are not over: so the
        months of a quarter add up to it.
        """
        quarters = self.asked_on(PeriodKind.QUARTER, day)
        until = quarters[-1].end_on if quarters else day
        return [row for row in self.rows[kind] if row.end_on > day and row.end_on <= until]

    def asked_on(self, kind: str, day: date) -> list[FiscalPeriod]:
        """Return the period that holds ``day`` and the one after it."""
        return [row for row in self.rows[kind] if row.end_on > day][:2]

    def over_by(self, kind: str, day: date) -> list[FiscalPeriod]:
        """Return the periods that are over at the end of ``day``, oldest first."""
        return [row for row in self.rows[kind] if row.end_on <= day + timedelta(days=1)]

    def scored(self, kind: str, day: date) -> list[FiscalPeriod]:
        """Return the past periods whose forecasts are looked back on at the end of ``day``."""
        return self.over_by(kind, day)[-PAST_PERIODS[PeriodKind(kind)] :]

    def taught(self, kind: str, day: date) -> list[FiscalPeriod]:
        """Return the past periods that are scored, and those that these learn from."""
        return self.over_by(kind, day)[-PAST_PERIODS[PeriodKind(kind)] - LESSON_PERIODS :]

    def span(self, row: FiscalPeriod, day: date) -> ForecastSpan:
        """Return the period as a method is asked for it at the end of ``day``."""
        over = self.over_by(row.kind, day)
        year_before = row.start_on.replace(year=row.start_on.year - 1)
        same = [other for other in self.rows[row.kind] if other.start_on == year_before]
        return ForecastSpan(
            *_days(row),
            previous=_days(over[-1]) if over else (0, 0),
            year_before=_days(same[0]) if same else (0, 0),
        )


def _days(row: FiscalPeriod) -> tuple[int, int]:
    return row.start_on.toordinal(), row.end_on.toordinal()


def first_close(run: RecomputeRun) -> date | None:
    """Return the organisation's day on which the first closing ever was recorded."""
    known = DealVersion.objects.closed().filter(valid_from__lte=run.moment)
    moment = known.aggregate(first=Min("valid_from"))["first"]
    return moment and moment.astimezone(ZoneInfo(organisation().time_zone)).date()


def origins(run: RecomputeRun, first_close: date | None) -> list[date]:
    """Return the days that the run forecasts from: its own, then weekly back into the past."""
    days = [run.as_of - timedelta(weeks=week) for week in range(WEEKS_BACK + 1)]
    if first_close is None:
        return days[:1]
    first = first_close + timedelta(days=FIRST_DAYS)
    return days[:1] + [day for day in days[1:] if day >= first]


def store_origins(chunk: RecomputeChunk) -> int:
    """Forecast from each of the part's days and keep the workings; return how many rows."""
    known, calendar = history(chunk.run.moment), PeriodCalendar.read()
    origins, outcomes, deals = [], [], []
    for day in chunk.days:
        models = {name: fit(known, day.toordinal()) for name, fit in METHODS.items()}
        for kind in KINDS:
            for row in _asked(chunk.run, known, calendar, kind=kind, day=day):
                span = calendar.span(row, day)
                main = models[MAIN].predict(span)
                origins.append(_origin(chunk.run, known, models, main, span, row=row, day=day))
                if day == chunk.run.as_of:
                    deals.append(_deals(chunk.run, known, main, row=row))
    if chunk.run.as_of in chunk.days:
        taught = (row for kind in KINDS for row in calendar.taught(kind, chunk.run.as_of))
        outcomes = [_outcome(chunk.run, known, row) for row in taught]
    OriginWorkings.objects.bulk_create(origins, ignore_conflicts=True)
    OutcomeWorkings.objects.bulk_create(outcomes, ignore_conflicts=True)
    DealWorkings.objects.bulk_create(deals, ignore_conflicts=True)
    return len(origins) + len(outcomes) + len(deals)


def _asked(
    run: RecomputeRun, known: History, calendar: PeriodCalendar, *, kind: str, day: date
) -> list[FiscalPeriod]:
    """Return the periods to forecast from ``day``: on the run's own all that are open.

    On an earlier day the period that held it and the next, of those that are looked back on or
    open now, once the method had a whole period behind it.
    """
    if day == run.as_of:
        return calendar.open_on(kind, day)
    asked = calendar.asked_on(kind, day)
    over = [row.period for row in calendar.over_by(kind, day)]
    if not complete(over, first_close=known.first_close, by=day.toordinal()):
        return []
    told_of = {*calendar.taught(kind, run.as_of), *calendar.asked_on(kind, run.as_of)}
    return [row for row in asked if row in told_of]


def _or_zero(teams: Ints) -> list[int]:
    """Return team ids with 0 in place of NOBODY."""
    return np.maximum(teams, 0).tolist()


@dataclass(slots=True)
class Parts:
    """Numbers of person and team pairs, added up by pair."""

    keys: list[Ints] = field(default_factory=list)
    values: dict[str, tuple[Ints, Floats]] = field(default_factory=dict)

    def add(self, name: str, person: Ints, team: Ints, values: Floats) -> None:
        key = person * PAIR + team + 1
        self.keys.append(key)
        self.values[name] = (key, values)

    def columns(self, *, whole: tuple[str, ...] = ()) -> dict[str, list[float]]:
        """Return each number beside ``people`` and ``teams`` (0: none); ``whole`` ones as ints."""
        pairs = np.unique(np.concatenate(self.keys))
        found = {"people": (pairs // PAIR).tolist(), "teams": _or_zero(pairs % PAIR - 1)}
        for name, (key, values) in self.values.items():
            sums = np.bincount(np.searchsorted(pairs, key), values, len(pairs))
            found[name] = (np.rint(sums).astype(np.int64) if name in whole else sums).tolist()
        return found


def _origin(
    run: RecomputeRun,
    known: History,
    models: dict[str, Model],
    main: Prediction,
    span: ForecastSpan,
    *,
    row: FiscalPeriod,
    day: date,
) -> OriginWorkings:
    t, parts = day.toordinal(), Parts()
    _add_bookings(parts, "booked", known, t, (span.start, span.end))
    opened = main.deal >= 0
    for suffix, rows in (("open", opened), ("new", ~opened)):
        person = main.person[rows]
        team = known.memberships.team_on(person, t)
        parts.add(suffix, person, team, main.cents[rows])
        parts.add(f"spread_{suffix}", person, team, main.spread[rows])
    for name in NAIVE:
        simple = models[name].predict(span)
        team = known.memberships.team_on(simple.person, t)
        parts.add(name, simple.person, team, simple.cents)
    came_open, came_new = _came(run, known, span, t)
    return OriginWorkings(
        run=run,
        period=row,
        made_on=day,
        came_open=came_open,
        came_new=came_new,
        **parts.columns(whole=("booked",)),
    )


def _add_bookings(parts: Parts, name: str, known: History, t: int, period: tuple[int, int]) -> None:
    """Add what was booked to whoever has the credit, in their team of the closing day."""
    found = known.bookings.at(t, *period)
    team = known.memberships.team_on(found.person, found.closed_on)
    parts.add(name, found.person, team, found.cents.astype(float))


def _came(
    run: RecomputeRun, known: History, span: ForecastSpan, t: int
) -> tuple[float | None, float | None]:
    """Return what was booked in the span after day ``t`` by deals open then, and by later ones.

    As known SETTLING_DAYS after the end of the span; None before that.
    """
    settled_on = span.end - 1 + SETTLING_DAYS
    if settled_on > run.as_of.toordinal():
        return None, None
    won = known.won_at(settled_on, span.start, span.end)
    won = won[known.cents[won] != UNPRICED]
    before = known.deal[known.won_at(t, span.start, span.end)]
    opened = np.isin(known.deal[won], known.deal[known.open_at(t)])
    later = ~opened & ~np.isin(known.deal[won], before)
    return float(known.cents[won][opened].sum()), float(known.cents[won][later].sum())


def _deals(
    run: RecomputeRun, known: History, main: Prediction, *, row: FiscalPeriod
) -> DealWorkings:
    rows = main.deal[main.deal >= 0]
    unpriced = known.cents[rows] == UNPRICED
    worth = known.cents[rows] if main.worth is None else main.worth[main.deal >= 0]
    return DealWorkings(
        run=run,
        period=row,
        deals=known.deal[rows].tolist(),
        people=known.owner[rows].tolist(),
        teams=_or_zero(known.memberships.team_on(known.owner[rows], run.as_of.toordinal())),
        cents=main.cents[main.deal >= 0].tolist(),
        worth=worth.astype(float).tolist(),
        unpriced=unpriced.tolist(),
    )


def _outcome(run: RecomputeRun, known: History, row: FiscalPeriod) -> OutcomeWorkings:
    parts, today, period = Parts(), run.as_of.toordinal(), _days(row)
    settled_on = period[1] - 1 + SETTLING_DAYS
    _add_bookings(parts, "actual", known, today, period)
    if settled_on <= today:
        _add_bookings(parts, "settled", known, settled_on, period)
    return OutcomeWorkings(run=run, period=row, **parts.columns(whole=("actual", "settled")))
