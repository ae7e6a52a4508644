from datetime import date

import numpy as np
import pytest

from forecasting.methods import hazards
from forecasting.methods.history import LOST, UNPRICED, WEEKS, ForecastSpan
from tests.forecasting.simulation import START, closed, history, opened, simulate, until

QUARTER = ForecastSpan(date(2022, 4, 1).toordinal(), date(2022, 7, 1).toordinal(), (0, 0), (0, 0))


def test_few_cases_are_pulled_towards_the_wider_rate() -> None:
    # 3 events in 10 weeks, worth of 2 events at 0.1 a week: (3 + 2) / (10 + 20).
    assert hazards._pulled(np.array([3.0]), np.array([10.0]), 0.1, 2.0)[0] == pytest.approx(5 / 30)


def test_measured_chances_are_the_shares_of_many_cases() -> None:
    rows = []
    for deal in range(10_000):
        start = START + deal % 700
        rows.append(opened(deal, start))
        if deal % 10 == 0:  # a tenth is won in the first week,
            rows.append(closed(deal, start + 3))
        elif deal % 10 < 4:  # three tenths are lost in the second,
            rows.append(closed(deal, start + 10, status=LOST))
        else:  # of the rest all are won in the fourth.
            rows.append(closed(deal, start + 25))
    known = history(rows)

    found = hazards.measured(known, START + 1000)

    assert found.won[0, :4] == pytest.approx([0.1, 0.0, 0.0, 1.0], abs=0.01)
    assert found.lost[0, :4] == pytest.approx([0.0, 1 / 3, 0.0, 0.0], abs=0.01)


def test_deals_older_than_any_that_closed_get_almost_nothing() -> None:
    rows = [row for deal in range(200) for row in (
        opened(deal, START + deal), closed(deal, START + deal + 60)
    )]  # fmt: skip
    rows += [opened(1000 + deal, START + 100) for deal in range(200)]
    known = history(rows)
    t = START + 100 + 7 * 60

    found = hazards.measured(known, t)
    told = hazards.fit(known, t).predict(ForecastSpan(t + 1, t + 92, (0, 0), (0, 0)))

    assert found.won[0, 9:].max() < 0.0005
    assert found.won[0, 8] > 0.3
    old = told.cents[told.deal >= 0].sum()
    assert old < 0.005 * 200 * 100_00
    # Naively, at the overall rate, they would have been most of it.
    overall = 200 / (200 * 9 + 200 * 60)
    assert 1 - (1 - overall) ** 13 > 0.1


def test_weeks_before_the_first_closing_ever_say_nothing() -> None:
    taken_over = [opened(deal, START) for deal in range(100)]
    since = START + 7 * 40
    closings = [row for deal in range(100, 200) for row in (
        opened(deal, since + deal), closed(deal, since + deal + 3)
    )]  # fmt: skip

    found = hazards.measured(history(taken_over + closings), since + 400)
    alone = hazards.measured(history(closings), since + 400)

    # The first forty weeks of the deals taken over are in neither.
    assert found.won[0, 0] == pytest.approx(alone.won[0, 0], rel=0.05)


def test_chances_equal_a_walk_through_every_path() -> None:
    known, _ = simulate(3, people=2, years=2)
    t = START + 600
    model = hazards.fit(known, t)
    start, end = t + 20, t + 36
    # Weeks from t + 1 on, cut on 1 September, where the window opens, and where it ends.
    september = date(2021, 9, 1).toordinal()
    assert september == t + 9
    cuts = [t + 1, t + 8, september, t + 15, start, t + 22, t + 29, end]

    def walk(step: int, stage: int, week: int) -> float:
        """Follow one deal forwards; the table is worked out backwards."""
        if step == len(cuts) - 1:
            return 0.0
        opening, days = cuts[step], cuts[step + 1] - cuts[step]
        inside = float(opening >= start)
        place = int(known.quarter_position(np.array([opening + days // 2]))[0])
        rates = model.rates
        won = rates.won[stage, week] * rates.won_season[place] * days / 7
        lost = rates.lost[stage, week] * rates.lost_season[place] * days / 7
        moved = rates.moved[stage, week] * days / 7
        total = max(won + lost + moved, 1.0)
        won, lost, moved = won / total, lost / total, moved / total
        older = min(week + 1, WEEKS - 1) if (cuts[step + 1] - t - 1) % 7 == 0 else week
        onwards = sum(
            rates.towards[stage, other] * walk(step + 1, other, 0) for other in range(known.stages)
        )
        stays = walk(step + 1, stage, older)
        return won * inside + moved * onwards + (1 - won - lost - moved) * stays

    table = model.chances(start, end)

    assert len(table) == len(cuts)
    for stage in range(3):
        for week in (0, 1, 5, 30, 103):
            assert table[0, stage, week] == pytest.approx(walk(0, stage, week))


def test_the_months_of_a_quarter_add_up_to_it_for_every_deal_and_person() -> None:
    known, _ = simulate(3, people=2, years=2)
    t = START + 590
    model = hazards.fit(known, t)
    first = [date(2021, 10 + n, 1).toordinal() for n in range(3)] + [date(2022, 1, 1).toordinal()]
    spans = [ForecastSpan(first[n], first[n + 1], (0, 0), (0, 0)) for n in range(3)]

    months = [model.predict(span) for span in spans]
    quarter = model.predict(ForecastSpan(first[0], first[3], (0, 0), (0, 0)))

    assert sum(month.cents for month in months) == pytest.approx(quarter.cents, rel=1e-12)
    assert min(month.cents.min() for month in months) >= 0
    assert quarter.cents.sum() > 0


def test_expected_bookings_agree_with_known_chances() -> None:
    # A twentieth is won and a twentieth lost each week, whatever the age: of deals open now,
    # 0.5 x (1 - 0.9^13) are won within thirteen weeks.
    rng = np.random.default_rng(1)
    rows, last = [], START + 1100
    for deal in range(6000):
        day = START + int(rng.integers(1090))
        rows.append(opened(deal, day))
        weeks = int(rng.geometric(0.1))
        gone = day + 7 * (weeks - 1) + int(rng.integers(1, 7))
        if gone <= last:
            rows.append(closed(deal, gone, status=1 if rng.random() < 0.5 else LOST))
    known = history(rows, last=last)

    told = hazards.fit(known, last).predict(ForecastSpan(last + 1, last + 92, (0, 0), (0, 0)))

    still_open = len(known.open_at(last))
    from_open = told.cents[told.deal >= 0].sum() / 100_00
    assert from_open == pytest.approx(still_open * 0.5 * (1 - 0.9**13), rel=0.08)
    # 6000 deals in 1090 days; one that comes in with w weeks left is won with 0.5 x (1 - 0.9^w).
    rate = 6000 / 1090
    to_come = sum(rate * 7 * 0.5 * (1 - 0.9 ** (13 - week - 0.5)) for week in range(13))
    assert told.cents[told.deal < 0].sum() / 100_00 == pytest.approx(to_come, rel=0.1)


def test_nothing_known_later_changes_a_forecast() -> None:
    known, last = simulate(5, people=4, years=3)

    for t in range(START + 400, last, 83):
        told = hazards.fit(known, t).predict(QUARTER)
        without_the_future = hazards.fit(until(known, t), t).predict(QUARTER)
        assert told.cents == pytest.approx(without_the_future.cents, rel=1e-12)
        assert told.person.tolist() == without_the_future.person.tolist()


def test_new_deals_are_shared_by_who_brings_them_in_and_is_still_here() -> None:
    rows = [row for deal in range(30) for row in (
        opened(deal, START + deal, owner=1 + deal % 3), closed(deal, START + deal + 5, owner=1)
    )]  # fmt: skip
    known = history(rows, left={3: START + 35})

    people, shares = hazards._shares(known, START + 40)

    assert people.tolist() == [1, 2]
    assert shares == pytest.approx([0.5, 0.5])


def test_a_deal_without_amount_is_worth_an_average_won_one() -> None:
    rows = [row for deal in range(30) for row in (
        opened(deal, START + deal), closed(deal, START + deal + 5, cents=400_00)
    )]  # fmt: skip
    rows += [opened(100, START + 33, cents=UNPRICED), opened(101, START + 33, cents=400_00)]

    told = hazards.fit(history(rows), START + 40).predict(
        ForecastSpan(START + 41, START + 131, (0, 0), (0, 0))
    )

    unpriced, priced = told.cents[told.deal >= 0]
    assert unpriced == pytest.approx(priced)
    assert priced > 0


def test_without_any_closing_nothing_is_expected() -> None:
    known = history([opened(1, START), opened(2, START + 3)])

    told = hazards.fit(known, START + 100).predict(QUARTER)

    assert told.cents.sum() == 0
    assert hazards.fit(history([]), START).predict(QUARTER).cents.tolist() == []
