"""A sales organisation with known chances, as the arrays that methods take."""

from datetime import date

import numpy as np

from forecasting.methods.history import LOST, OPEN, WON, ForecastSpan, History, Memberships, Split
from forecasting.methods.naive import MAIN, METHODS
from forecasting.metrics.backtest import SETTLING_DAYS, Track

QUARTERS = np.array(
    [date(y, m, 1).toordinal() for y in range(2018, 2028) for m in (1, 4, 7, 10)], dtype=np.int64
)
START = date(2020, 1, 1).toordinal()
Row = tuple[int, int, int, int, int, int, int, int]


def nobody() -> Memberships:
    empty = np.array([], dtype=np.int64)
    return Memberships(empty, empty, empty, empty)


def history(
    rows: list[Row],
    *,
    stages: int = 1,
    left: dict[int, int] | None = None,
    last: int | None = None,
    splits: dict[int, list[Split]] | None = None,
) -> History:
    """Return a history of (deal, day, owner, stage, status, cents, closed_on, credited_to) rows."""
    table = np.array(sorted(rows), dtype=np.int64).reshape(-1, 8)
    columns = [np.ascontiguousarray(table[:, n]) for n in range(8)]
    return History(
        *columns,
        last_day=int(columns[1].max(initial=0)) if last is None else last,
        stages=stages,
        quarter_starts=QUARTERS,
        memberships=nobody(),
        left=left or {},
        splits=splits or {},
    )


def until(known: History, day: int) -> History:
    """Return the history as it stood at the end of a day."""
    keep = known.day <= day
    columns = [
        getattr(known, name)[keep]
        for name in ("deal", "day", "owner", "stage", "status", "cents", "closed_on", "credited_to")
    ]
    return History(
        *columns,
        last_day=day,
        stages=known.stages,
        quarter_starts=known.quarter_starts,
        memberships=known.memberships,
        left=known.left,
    )


def opened(deal: int, day: int, *, owner: int = 1, stage: int = 0, cents: int = 100_00) -> Row:
    return (deal, day, owner, stage, OPEN, cents, -1, -1)


def closed(deal: int, day: int, *, status: int = WON, owner: int = 1, cents: int = 100_00) -> Row:
    return (deal, day, owner, -1, status, cents, day, owner)


def simulate(
    seed: int, *, people: int = 8, years: int = 4, shock: float = 0.1
) -> tuple[History, int]:
    """Return deals of three stages worked by people of differing skill, and the last day.

    Chances rise towards a quarter's end, fall with age, and every quarter has luck of its own.
    """
    rng = np.random.default_rng(seed)
    last = START + 365 * years
    skill, luck = rng.lognormal(0, 0.25, people), rng.lognormal(0, shock, len(QUARTERS))
    arrivals = rng.poisson(rng.lognormal(0, 0.3, people)[:, None] * np.ones(365 * years // 7))
    rows: list[Row] = []
    deal = 0
    for person in range(people):
        for week, count in enumerate(arrivals[person]):
            for _ in range(count):
                deal += 1
                day = START + 7 * week + int(rng.integers(7))
                rows += _life(
                    rng,
                    opened(deal, day, owner=person + 1, cents=int(rng.lognormal(9, 0.8) * 100)),
                    last=last,
                    skill=skill[person],
                    luck=luck,
                )
    return history(rows, stages=3, last=last), last


def _life(
    rng: np.random.Generator, created: Row, *, last: int, skill: float, luck: np.ndarray
) -> list[Row]:
    win, lose, move = (0.0, 0.01, 0.09), (0.05, 0.03, 0.03), (0.10, 0.09, 0.0)
    deal, day, owner, _, _, cents, _, _ = created
    rows, stage = [created], 0
    day += 1 + int(rng.integers(7))
    for age in range(150):
        if day >= last:
            break
        quarter = int(np.searchsorted(QUARTERS, day, side="right"))
        season = 1.6 if (QUARTERS[quarter] - 1 - day) // 7 < 3 else 0.85
        tired = float(np.exp(-0.03 * age))
        won = win[stage] * season * skill * luck[quarter] * tired
        drawn = rng.random()
        if drawn < won:
            paid = int(cents * rng.uniform(0.8, 1.0))
            return [*rows, closed(deal, day, owner=owner, cents=paid)]
        if drawn < won + lose[stage]:
            return [*rows, closed(deal, day, status=LOST, owner=owner, cents=cents)]
        if drawn < won + lose[stage] + move[stage] * tired:
            stage += 1
            rows.append(opened(deal, day, owner=owner, stage=stage, cents=cents))
        day += 7
    return rows


def booked(known: History, t: int, start: int, end: int, people: int) -> np.ndarray:
    rows = known.won_at(t, start, end)
    return np.bincount(known.credited_to[rows], known.cents[rows], people + 1)[1:]


def tracks(known: History, last: int, *, people: int, weeks: int = 120) -> tuple[Track, Track]:
    """Return the quarters' forecasts of every week, for the people and for all of them together."""
    facts: list[tuple[float, ...]] = []
    columns: dict[str, list[np.ndarray]] = {
        name: [] for name in ("booked", "open", "new", "spread_open", "spread_new", "outcome")
    }
    for t in range(last - 1 - 7 * weeks, last, 7):
        model = METHODS[MAIN](known, t)
        current = int(np.searchsorted(QUARTERS, t, side="right")) - 1
        for quarter in (current, current + 1):
            start, end = int(QUARTERS[quarter]), int(QUARTERS[quarter + 1])
            told = model.predict(ForecastSpan(start, end, (0, 0), (0, 0)))
            from_open = told.deal >= 0
            settled = end - 1 + SETTLING_DAYS
            won = known.won_at(settled, start, end)
            was_open = np.isin(known.deal[won], known.deal[known.open_at(t)])
            was_won = np.isin(known.deal[won], known.deal[known.won_at(t, start, end)])
            cents = known.cents[won]
            facts.append((
                t, start, end, cents[was_open].sum(), cents[~was_open & ~was_won].sum(),
                told.cents[from_open].sum(), told.cents[~from_open].sum(),
            ))  # fmt: skip
            outcome = booked(known, settled, start, end, people)
            columns["booked"].append(booked(known, t, start, end, people))
            columns["outcome"].append(outcome if settled <= last else np.full(people, np.nan))
            for name, rows in (("open", from_open), ("new", ~from_open)):
                who = told.person[rows]
                columns[name].append(np.bincount(who, told.cents[rows], people + 1)[1:])
                columns[f"spread_{name}"].append(
                    np.bincount(who, told.spread[rows], people + 1)[1:]
                )
    table = np.array(facts)
    days = [table[:, n].astype(np.int64) for n in range(3)]
    whole = [table[:, n] for n in range(3, 7)]
    each = {name: np.array(values, dtype=float) for name, values in columns.items()}
    summed = {name: values.sum(axis=1, keepdims=True) for name, values in each.items()}
    return (
        Track(*days, *whole, **each, pooled=True),
        Track(*days, *whole, **summed, pooled=False),
    )
