from datetime import date

from forecasting.metrics.backtest import complete, missing
from kit.periods import Period, fiscal_year, quarters

QUARTERS = quarters(fiscal_year(date(2026, 1, 1)))


def test_what_is_missing_is_said_with_what_there_is() -> None:
    assert missing("quarter", complete_periods=1, closed_deals=200) == (
        "A forecast needs 3 closed quarters, has 1."
    )
    assert missing("month", complete_periods=0, closed_deals=4) == (
        "A forecast needs 3 closed months, has 0 and 20 closed deals, has 4."
    )
    assert missing("quarter", complete_periods=3, closed_deals=20) == ""


def test_a_period_counts_when_it_was_recorded_from_its_start_and_is_over() -> None:
    def found(first_close: date, by: date) -> list[Period]:
        return complete(QUARTERS, first_close=first_close.toordinal(), by=by.toordinal())

    assert found(date(2026, 1, 15), date(2026, 6, 29)) == QUARTERS[:1]
    assert found(date(2026, 1, 15), date(2026, 6, 30)) == QUARTERS[:2]
    assert found(date(2026, 1, 16), date(2026, 6, 30)) == QUARTERS[1:2]
