from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pandas as pd

from analytics.risk.enums import Signal
from analytics.risk.metrics.stage_norms import (
    Norm,
    StageSpan,
    WonDeal,
    half_up_days,
    learnt_limits,
    longest_silence,
    stage_norms,
    won_deal,
)

START = datetime(2026, 1, 1, 9, tzinfo=UTC)
FIRST, SECOND = 1, 2


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def span(stage, start, end, close_on, cents):
    return StageSpan(stage, day(start), day(end), close_on, cents, "USD")


def won(**fields):
    given = {"days": {}, "to_won": {}, "pushes": 0, "fell": 0, "silence": 0, "people": 0}
    return WonDeal(**{**given, **fields})


def test_a_won_deal_tells_its_days_pushes_fall_and_silence():
    march, april, may = date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)
    spans = [
        span(FIRST, 0, 10.5, march, 100_00),
        span(SECOND, 10.5, 20, april, 200_00),
        span(FIRST, 20, 25, None, 150_00),
        span(SECOND, 25, 40, may, 170_00),
    ]

    found = won_deal(spans, touches=[day(2), day(30), day(29), day(99)], people=3, won_at=day(40))

    assert found == WonDeal(
        # 10.5 and 5 days, then 9.5 and 15: whole days of the sums.
        days={FIRST: 15, SECOND: 24},
        to_won={FIRST: 40, SECOND: 29},
        pushes=2,
        fell=25,
        silence=27,
        people=3,
    )


def test_a_deal_that_nobody_touched_was_silent_all_its_life():
    assert longest_silence(day(0), [], day(33)) == 33


def test_norms_are_the_quantiles_that_pandas_finds():
    stood = [3, 9, 10, 10, 11, 14, 20, 21, 40, 41, 90]
    deals = [won(days={FIRST: days}, to_won={FIRST: days + 5}) for days in stood]

    norm = stage_norms(deals)[FIRST]

    expected = pd.Series(stood).quantile([0.5, 0.75])
    assert [norm.median, norm.p75] == [Decimal(str(value)) for value in expected]
    assert (norm.deals, norm.fewest, norm.is_learnt, norm.days) == (11, 8, True, 31)


def test_below_ten_won_deals_what_was_set_by_hand_stands_in():
    nine = stage_norms(won(days={FIRST: 7}, to_won={FIRST: 9}) for _ in range(9))[FIRST]
    known = Norm(nine.deals, nine.median, nine.p75, nine.fewest, expected=30)

    assert (known.is_learnt, known.days, known.quickest) == (False, 30, None)
    assert (known.median, known.deals) == (Decimal(7), 9)


def test_a_learnt_threshold_lies_above_what_nine_of_ten_won_deals_reached():
    silences = list(range(1, 21))
    deals = [won(silence=days, people=1 + days % 4, pushes=days // 10) for days in silences]

    found = learnt_limits(deals, {})

    assert found[Signal.QUIET].limit == int(pd.Series(silences).quantile(0.9)) + 1 == 19
    assert found[Signal.PUSHED].limit == 2
    assert found[Signal.SINGLE_CONTACT].limit == 2
    assert found[Signal.QUIET].deals == 20


def test_stalling_is_learnt_in_percent_of_each_stages_upper_quartile():
    deals = [won(days={FIRST: days}) for days in (*[10] * 18, 20, 30)]
    norms = stage_norms(won(days=deal.days, to_won=deal.days) for deal in deals)

    # Eighteen at 100 %, then 200 and 300: nine tenths of the way lie a tenth above 100 %.
    assert learnt_limits(deals, norms)[Signal.STALLED].limit == 111


def test_too_few_won_deals_teach_no_threshold():
    found = learnt_limits([won(silence=9)] * 9, {})

    assert (found[Signal.QUIET].deals, found[Signal.QUIET].limit) == (9, None)


def test_half_a_day_is_a_day():
    assert [half_up_days(Decimal(text)) for text in ("1.49", "1.5", "2.5")] == [1, 2, 3]
    assert half_up_days(None) is None
