"""What is asked of the demo, and the organisation's fixed facts. Pure: no clock, no database."""

from dataclasses import dataclass
from datetime import date, timedelta

from kit.periods import fiscal_year_start, month_start

ORGANISATION = "Tidewater Systems"
DOMAIN = "tidewater.example"
TIME_ZONE = "America/New_York"
CURRENCY = "USD"
FIRST_MONTH = 7
WORKING_DAYS = (0, 1, 2, 3, 4)

SMALLEST_ORGANISATION = 12
DEALS_PER_REP_AND_MONTH = 4.6
# Deals begin this long before the history does, so that its first quarter has something to close.
WARM_UP_DAYS = 150
# The simulated future, kept aside as the truth that forecasts are judged against.
FUTURE_DAYS = 270


@dataclass(frozen=True, slots=True)
class Plan:
    """How large an organisation, how long a history, and which roll of the dice.

    ``people`` work there on ``today``; those who left come on top. ``deals`` fixes the number of
    deals, else it follows from the people and the months. The data end with the midnight that
    begins ``today``, so that the same seed and day give the same organisation at any hour.
    """

    people: int
    months: int
    seed: int
    today: date
    deals: int | None = None

    def __post_init__(self) -> None:
        if self.people < SMALLEST_ORGANISATION:
            raise ValueError(
                f"people: {self.people} is too few; the smallest demo has {SMALLEST_ORGANISATION}."
            )
        if not 1 <= self.months <= 120:
            raise ValueError(f"months: {self.months} is not between 1 and 120.")
        if self.deals is not None and self.deals < self.people:
            raise ValueError(f"deals: {self.deals} is fewer than one for each of the people.")

    @property
    def starts_on(self) -> date:
        """Return the first day of the history: a first of a month."""
        return month_start(self.today, months=-self.months)

    @property
    def warms_up_on(self) -> date:
        return self.starts_on - timedelta(days=WARM_UP_DAYS)

    @property
    def ends_on(self) -> date:
        """Return the day after the last day of the simulated future."""
        return self.today + timedelta(days=FUTURE_DAYS)

    @property
    def fiscal_years(self) -> tuple[date, date]:
        """Return the first days of the first and the last fiscal year that the demo needs."""
        first = fiscal_year_start(self.warms_up_on, first_month=FIRST_MONTH)
        return first, fiscal_year_start(self.ends_on, first_month=FIRST_MONTH)

    @property
    def is_bulk(self) -> bool:
        """Whether it is for a benchmark, which wants many deals and little around them."""
        return self.deals is not None and self.deals > 50_000
