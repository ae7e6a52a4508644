from datetime import date

import pytest

from kit.periods import Period


@pytest.mark.parametrize("end", [date(2026, 1, 1), date(2025, 12, 31)])
def test_a_period_without_a_day_is_refused(end: date) -> None:
    with pytest.raises(ValueError, match=r"2026-01-01 \.\. 202"):
        Period(date(2026, 1, 1), end)
