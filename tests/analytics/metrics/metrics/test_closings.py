import random
from datetime import date
from decimal import Decimal

from analytics.attainment.metrics import Outcomes
from analytics.metrics.metrics.closings import (
    Closing,
    cut,
    ended,
    lost_share,
    quarter_end_effect,
    weeks_of,
)
from kit.periods import Period, quarters

Q1 = Period(date(2026, 1, 1), date(2026, 4, 1), "Q1 2026")
YEAR = Period(date(2026, 1, 1), date(2027, 1, 1), "2026")


def closing(deal: int, *, won: bool = True, cents: int | None = 100, days: int = 10, **given):
    given.setdefault("closed_on", date(2026, 2, 3))
    return Closing(deal=deal, won=won, cents=cents, days=days, person=1, **given)


def test_the_end_of_deals_worked_on_paper():
    rows = [
        closing(1, cents=300_00, days=10),
        closing(2, cents=500_00, days=20),
        closing(3, cents=None, days=90),
        closing(4, cents=0, days=40),
        closing(5, won=False, cents=200_00, days=5),
        closing(6, won=False, cents=-1, days=7),
    ]

    ends = ended(rows)

    assert ends.outcomes == Outcomes(won=4, lost=2, won_cents=800_00, lost_cents=200_00, unpriced=3)
    assert ends.average_won_cents == Decimal(400_00)
    assert (ends.won_days.cases, ends.won_days.median) == (4, Decimal(30))
    assert (ends.lost_days.cases, ends.lost_days.median) == (2, Decimal(6))


def test_nothing_that_closed_has_no_averages():
    ends = ended([])

    assert (ends.outcomes, ends.average_won_cents, ends.won_days.median) == (
        Outcomes(),
        None,
        None,
    )


def test_parts_add_up_to_the_whole_whatever_the_cut():
    chance = random.Random(7)  # noqa: S311 -- test data
    rows = [
        closing(
            deal,
            won=chance.random() < 0.4,
            cents=chance.choice([None, 0, 100, 12_345]),
            days=chance.randrange(90),
            source=chance.choice(["Web", "Referral", ""]),
        )
        for deal in range(300)
    ]

    parts = cut(rows, lambda row: row.source)

    assert set(parts) == {"Web", "Referral", ""}
    whole = sum((ended(part).outcomes for part in parts.values()), Outcomes())
    assert whole == ended(rows).outcomes


def test_the_weeks_of_a_quarter_are_its_days_each_once():
    weeks = weeks_of(Q1)

    assert [week.days for week in weeks] == [7] * 12 + [6]
    assert (weeks[0].start, weeks[-1].end) == (Q1.start, Q1.end)
    assert [week.label for week in weeks[:2]] == ["Week 1", "Week 2"]
    assert len(weeks_of(quarters(YEAR)[2])) == 14


def test_what_closes_in_the_last_month_of_the_quarter_is_late():
    rows = [
        closing(1, closed_on=date(2026, 2, 28)),
        closing(2, closed_on=date(2026, 3, 1)),
        closing(3, closed_on=date(2026, 3, 31)),
        closing(4, won=False, closed_on=date(2026, 3, 31)),
        closing(5, won=False, closed_on=date(2026, 1, 1)),
    ]

    late = quarter_end_effect(rows, [Q1], until=date(2026, 9, 1))

    assert (late.won, late.won_late, late.days, late.days_late) == (3, 2, 90, 31)
    assert late.share == Decimal(2) / 3
    assert late.share_of_days == Decimal(31) / 90
    assert (late.late.closed, late.before.closed) == (3, 2)


def test_days_to_come_are_no_days_of_the_quarter_yet():
    rows = [closing(1, closed_on=date(2026, 2, 10)), closing(2, closed_on=date(2026, 3, 2))]

    early = quarter_end_effect(rows[:1], [Q1], until=date(2026, 2, 28))
    running = quarter_end_effect(rows, [Q1], until=date(2026, 3, 10))

    assert (early.days, early.days_late) == (59, 0)
    assert (running.days, running.days_late, running.share) == (69, 10, Decimal("0.5"))


def test_without_a_won_deal_no_share_of_it_is_late():
    late = quarter_end_effect([closing(1, won=False)], [Q1], until=Q1.end)

    assert late.share is None
    assert quarter_end_effect([], [], until=Q1.end).share_of_days is None


def test_the_share_of_a_reason_needs_a_lost_deal():
    assert lost_share(3, of=12) == Decimal("0.25")
    assert lost_share(0, of=0) is None
