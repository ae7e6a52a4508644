# ruff: noqa: T201 -- it reports what the method makes of data that is not ours
"""The method on the Maven set: 8,300 engaged deals of 2017 without amounts until they are won."""

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from forecasting.methods.history import LOST, OPEN, UNPRICED, WEEK, WON, ForecastSpan, History
from forecasting.methods.naive import MAIN, METHODS
from forecasting.metrics.backtest import Track, scaled
from tests.forecasting.simulation import Row, history

pytestmark = pytest.mark.maven

LAST = date(2017, 12, 31).toordinal()
# won in the quarter; of it from deals open at its start; as SOURCE.md states them, in cents.
TRUTH = {
    (2017, 4): (3_086_111_00, 1_559_305_00),
    (2017, 7): (2_982_255_00, 1_441_450_00),
    (2017, 10): (2_802_496_00, 1_251_928_00),
}


QUARTERS_2017 = np.array(
    [date(y, m, 1).toordinal() for y in (2016, 2017, 2018, 2019) for m in (1, 4, 7, 10)],
    dtype=np.int64,
)


def quarter(year: int, month: int) -> tuple[int, int]:
    start = date(year, month, 1).toordinal()
    return start, int(QUARTERS_2017[np.searchsorted(QUARTERS_2017, start, side="right")])


@pytest.fixture(scope="module")
def known() -> History:
    from tests.needs import maven_folder

    return read(maven_folder())


def read(folder: Path) -> History:
    with (folder / "sales_pipeline.csv").open() as stream:
        records = list(csv.DictReader(stream))
    agents = {name: pk for pk, name in enumerate(sorted({r["sales_agent"] for r in records}), 1)}
    rows: list[Row] = []
    for deal, record in enumerate(records):
        if not record["engage_date"]:
            continue
        owner = agents[record["sales_agent"]]
        came = date.fromisoformat(record["engage_date"]).toordinal()
        gone = record["close_date"] and date.fromisoformat(record["close_date"]).toordinal()
        if gone != came:
            rows.append((deal, came, owner, 0, OPEN, UNPRICED, -1, -1))
        if gone:
            status = WON if record["deal_stage"] == "Won" else LOST
            cents = int(record["close_value"]) * 100
            rows.append((deal, gone, owner, -1, status, cents, gone, owner))
    found = history(rows, last=LAST)
    return replace(found, quarter_starts=QUARTERS_2017)


def weekly(known: History) -> Track:
    """Return the whole's forecasts of the quarters of 2017, weekly from 20 March on."""
    names = ("booked", "open", "new", "outcome")
    facts: list[tuple[float, ...]] = []
    columns: dict[str, list[float]] = {name: [] for name in names}
    quarter_ends = {quarter(*key)[0] - 1 for key in TRUTH}
    for t in sorted({*range(LAST - 41 * WEEK, LAST + 1, WEEK), *quarter_ends}):
        model = METHODS[MAIN](known, t)
        for start, end in (quarter(*q) for q in TRUTH):
            if not start - 95 <= t < end:
                continue
            told = model.predict(ForecastSpan(start, end, (0, 0), (0, 0)))
            won = known.won_at(LAST, start, end)
            before = np.isin(known.deal[won], known.deal[known.won_at(t, start, end)])
            was_open = np.isin(known.deal[won], known.deal[known.open_at(t)])
            cents = known.cents[won]
            from_open = told.deal >= 0
            facts.append((
                t, start, end, cents[was_open].sum(), cents[~was_open & ~before].sum(),
                told.cents[from_open].sum(), told.cents[~from_open].sum(),
            ))  # fmt: skip
            for name, value in zip(
                names,
                (cents[before].sum(), *facts[-1][5:], cents.sum()),
                strict=True,
            ):
                columns[name].append(float(value))
    table = np.array(facts)
    each = {name: np.array(values)[:, None] for name, values in columns.items()}
    each |= {f"spread_{name}": np.ones_like(each["booked"]) for name in ("open", "new")}
    days = [table[:, n].astype(np.int64) for n in range(3)]
    return Track(*days, *(table[:, n] for n in range(3, 7)), **each, pooled=False)


def test_history_is_the_one_that_the_source_describes(known: History) -> None:
    for key, (booked, from_open) in TRUTH.items():
        start, end = quarter(*key)
        won = known.won_at(LAST, start, end)
        was_open = np.isin(known.deal[won], known.deal[known.open_at(start - 1)])
        assert int(known.cents[won].sum()) == booked
        assert int(known.cents[won][was_open].sum()) == from_open


def test_stale_deals_get_almost_nothing(known: History) -> None:
    told = METHODS[MAIN](known, LAST).predict(ForecastSpan(LAST + 1, LAST + 91, (0, 0), (0, 0)))
    rows = told.deal[told.deal >= 0]
    age = LAST - known.entered[rows]
    stale, cents = age > 138, told.cents[told.deal >= 0]

    assert int(stale.sum()) == 1291
    assert len(rows) == 1589
    print(f"\n{cents[stale].sum() / 100:,.0f} of {cents.sum() / 100:,.0f} expected of stale deals")
    assert cents[stale].sum() < 0.02 * cents.sum()


def test_forecasts_of_the_quarters_of_2017(known: History) -> None:
    """The method is worse than "as last quarter" at the start, and better later in the quarter.

    July's and August's deals went stale three times as often as any before: nothing that was
    known on 1 October says so. The page of past forecasts states the same to its readers.
    """
    track = weekly(known)
    told = scaled(track)
    errors: dict[tuple[int, int], dict[int, float]] = {}
    for key, (booked, _) in TRUTH.items():
        start, _ = quarter(*key)
        rows = np.flatnonzero((track.start == start) & (track.made_on >= start - 1))
        errors[key] = {
            int(track.days_left[row]) // WEEK: float(told.forecast[row, 0] / booked - 1)
            for row in rows
        }
        line = ", ".join(f"{week} w {error:+.1%}" for week, error in errors[key].items())
        print(f"\n{key}: {line}")
    naive = {
        key: TRUTH[before][0] / TRUTH[key][0] - 1
        for before, key in (((2017, 4), (2017, 7)), ((2017, 7), (2017, 10)))
    }
    print(f"as last quarter: {naive}")

    assert naive[2017, 7] == pytest.approx(0.035, abs=0.0005)
    assert naive[2017, 10] == pytest.approx(0.064, abs=0.0005)
    for key in ((2017, 7), (2017, 10)):
        later = [abs(error) for week, error in errors[key].items() if week <= 7]
        assert np.mean(later) < 0.07
        assert max(abs(error) for error in errors[key].values()) < 0.30
