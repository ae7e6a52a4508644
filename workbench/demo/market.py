"""The customers, exchange rates, and the deals that arrive: who opens them when, worth what."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from kit.periods import month_start
from workbench.demo.days import SimulatedDays
from workbench.demo.deals import NEVER, UNPRICED, Floats, Ints, SimulatedDeals
from workbench.demo.people import SimulatedRoster, Talent, ramped
from workbench.demo.plan import DEALS_PER_REP_AND_MONTH, Plan
from workbench.demo.words import (
    COMPANY_FIRST,
    COMPANY_SECOND,
    CONTACT_TITLES,
    COUNTRIES,
    FIRST_NAMES,
    INDUSTRIES,
    LAST_NAMES,
    PRODUCTS,
    RATES,
    SOURCES,
)

# Segment: most employees in it, typical deal in reporting currency, how long deals take.
SEGMENTS = ((99, 16_000, 0.65), (999, 36_000, 1.0), (200_000, 80_000, 1.5))
MOST_ACCOUNTS = 100_000


@dataclass(frozen=True, slots=True)
class Market:
    """Accounts as arrays by account number; contacts belong to accounts one after the other.

    ``team`` is the index of the selling team whose territory the account lies in; ``segment``
    indexes SEGMENTS; the contacts of account a are numbered ``first_contact[a]`` on.
    """

    name: list[str]
    industry: NDArray[np.int64]
    country: NDArray[np.int64]
    employees: NDArray[np.int64]
    segment: NDArray[np.int64]
    team: NDArray[np.int64]
    first_contact: NDArray[np.int64]
    contact_name: list[str]
    contact_title: NDArray[np.int64]
    contact_account: NDArray[np.int64]

    @property
    def count(self) -> int:
        return len(self.name)


def open_market(
    plan: Plan, roster: SimulatedRoster, deals: int, rng: np.random.Generator
) -> Market:
    """Return about one account for every four deals."""
    count = int(np.clip(deals // 4, 40, MOST_ACCOUNTS))
    industry = rng.choice(len(INDUSTRIES), count, p=[share for _, _, share in INDUSTRIES])
    employees = np.clip(np.exp(rng.normal(5.2, 1.5, count)), 8, 150_000).astype(np.int64)
    most = np.array([segment[0] for segment in SEGMENTS])
    contacts = np.ones(count, dtype=np.int64) if plan.is_bulk else rng.integers(1, 5, count)
    total = int(contacts.sum())
    first, last = rng.choice(FIRST_NAMES, total), rng.choice(LAST_NAMES, total)
    return Market(
        name=_company_names(industry, rng),
        industry=industry,
        country=rng.choice(len(COUNTRIES), count, p=[share for _, _, share in COUNTRIES]),
        employees=employees,
        segment=np.searchsorted(most, employees),
        team=rng.choice(np.array(roster.selling_teams), count),
        first_contact=np.concatenate([[0], np.cumsum(contacts)[:-1]]),
        contact_name=[f"{a} {b}" for a, b in zip(first, last, strict=True)],
        contact_title=rng.integers(0, len(CONTACT_TITLES), total),
        contact_account=np.repeat(np.arange(count), contacts),
    )


def _company_names(industry: NDArray[np.int64], rng: np.random.Generator) -> list[str]:
    """Return a different name for each company, ending in a word of its industry."""
    used: dict[str, int] = {}
    names = []
    first = rng.choice(COMPANY_FIRST, len(industry))
    second = rng.choice(COMPANY_SECOND, len(industry))
    ending = rng.integers(0, 4, len(industry))
    for a, b, kind, n in zip(first, second, industry, ending, strict=True):
        name = f"{a}{b} {INDUSTRIES[kind][1][n]}"
        used[name] = used.get(name, 0) + 1
        names.append(name if used[name] == 1 else f"{name} {used[name]}")
    return names


def exchange_rates(
    plan: Plan, days: SimulatedDays, rng: np.random.Generator
) -> list[tuple[str, date, Decimal]]:
    """Return (currency, first day, rate) for every month from the first that a deal may need."""
    found = []
    for currency, start in sorted(RATES.items()):
        rate, month = start, month_start(days.first, months=-1)
        while month <= plan.today:
            found.append((currency, month, Decimal(f"{rate:.4f}")))
            rate = float(np.clip(rate * np.exp(rng.normal(0, 0.012)), start * 0.9, start * 1.1))
            month = month_start(month, months=1)
    return found


WORKING_DAYS_A_MONTH = 21
SOURCE_SHARE = np.array([0.34, 0.30, 0.12, 0.12, 0.12])
SOURCE_QUALITY = np.array([0.10, -0.45, 0.65, 0.30, -0.15])
# Events come in spring and autumn; the other sources follow the season alone.
EVENT_MONTHS = (3, 4, 9, 10)
# Deals are opened in working hours, seconds after midnight.
OPENS_AT, CLOSES_AT = 8 * 3600 + 1800, 18 * 3600
# Days that remain from the entry into a stage to the close, as a rep would guess them.
REMAINING = np.array([52.0, 41.0, 29.0, 19.0, 9.0])


@dataclass(slots=True)
class Arrivals:
    """Who opens a deal on which day and where it comes from, in order of the days."""

    person: Ints
    day: Ints
    source: Ints


def arrivals(plan: Plan, days: SimulatedDays, talent: Talent, rng: np.random.Generator) -> Arrivals:
    """Draw the deals to come by person, day and source: Poisson, or the asked number of them."""
    rate = _rates(days, talent)
    if plan.deals is not None:
        rate *= plan.deals / rate[:, days.start : days.today].sum()
    counts = rng.poisson(rate).astype(np.int64)
    if plan.deals is not None:
        inside = rate[:, days.start : days.today]
        counts[:, days.start : days.today] = rng.multinomial(
            plan.deals, (inside / inside.sum()).ravel()
        ).reshape(inside.shape)
    day, person = (
        np.repeat(index.ravel(), counts.T.ravel())
        for index in np.meshgrid(
            np.arange(counts.shape[1]), np.arange(counts.shape[0]), indexing="ij"
        )
    )
    events = np.isin(days.month[day], EVENT_MONTHS)
    draw = rng.random(len(day))
    usual, busy = SOURCE_SHARE.copy(), SOURCE_SHARE.copy()
    usual[-1] *= 0.4
    busy[-1] *= 2.2
    source = np.where(
        events,
        np.searchsorted(np.cumsum(busy / busy.sum()), draw),
        np.searchsorted(np.cumsum(usual / usual.sum()), draw),
    )
    return Arrivals(
        person=person.astype(np.int32),
        day=day.astype(np.int32),
        source=np.minimum(source, len(SOURCES) - 1).astype(np.int32),
    )


def _rates(days: SimulatedDays, talent: Talent) -> Floats:
    """Return the expected new deals by person and simulated day."""
    number = np.arange(days.end)
    ramp = ramped(number[None, :] - talent.started_on[:, None])
    # Who is about to leave opens nothing new.
    sells = (talent.team[:, : days.end] >= 0) & (number < talent.leaves_on[:, None] - 10)
    daily = DEALS_PER_REP_AND_MONTH / WORKING_DAYS_A_MONTH * days.season * days.work
    return sells * ramp * talent.drive[:, None] * daily[None, : days.end]


def new_deals(
    days: SimulatedDays,
    talent: Talent,
    market: Market,
    coming: Arrivals,
    rng: np.random.Generator,
) -> SimulatedDeals:
    """Return the deals as they are on the day they are opened, customers and true quality drawn."""
    count = len(coming.day)
    team = talent.team[coming.person, coming.day]
    account = _accounts_of(market, team, rng)
    segment = market.segment[account]
    typical = np.array([s[1] for s in SEGMENTS])[segment]
    length = np.array([s[2] for s in SEGMENTS])[segment] * np.exp(rng.normal(0, 0.2, count))
    product = rng.choice(len(PRODUCTS), count, p=[share for *_, share in PRODUCTS])
    worth = (
        typical
        * np.exp(rng.normal(0, 0.4, count))
        * (np.array([p[2] for p in PRODUCTS])[product] / 11_000) ** 0.5
    )
    price = np.maximum(np.round(worth / 50) * 50, 1_000).astype(np.int32)
    optimism = talent.optimism[coming.person]
    hoped = np.round(price * np.exp(rng.normal(0.02, 0.15, count) + 0.05 * optimism) / 50) * 50
    foreign = market.country[account] > 0
    unpriced = (rng.random(count) < 0.13) & ~foreign
    stage = (rng.random(count) < 0.18).astype(np.int32)
    close_on = guessed_close(
        days, rng, today=coming.day.astype(np.int64), stage=stage, length=length, optimism=optimism
    )
    second = rng.integers(OPENS_AT, CLOSES_AT, count).astype(np.int32)
    step = np.where(
        rng.random(count) < talent.diligence[coming.person], rng.integers(1, 4, count), 0
    )
    zeros = np.zeros(count, dtype=np.int32)
    return SimulatedDeals(
        owner=coming.person.copy(),
        stage=stage,
        amount=np.where(unpriced, UNPRICED, np.maximum(hoped, 500)).astype(np.int32),
        close_on=close_on,
        override=zeros.copy(),
        step=step.astype(np.int32),
        step_on=np.where(step > 0, coming.day + rng.integers(1, 12, count), NEVER).astype(np.int32),
        archived=zeros.copy(),
        account=account.astype(np.int32),
        source=coming.source,
        product=product.astype(np.int32),
        created_on=coming.day,
        created_second=second,
        created_by=coming.person,
        first_close_on=close_on.copy(),
        quality=rng.normal(0, 1, count) + SOURCE_QUALITY[coming.source],
        length=length,
        price=price,
        duplicate=rng.random(count) < 0.004,
        foreign=foreign,
        quiet=rng.random(count) < 0.12,
        touched_on=coming.day.copy(),
        entered_on=coming.day.copy(),
        entered_second=second.copy(),
        lost_reason=np.full(count, NEVER, dtype=np.int32),
        pushes=zeros.copy(),
    )


def _accounts_of(
    market: Market, team: NDArray[np.int16], rng: np.random.Generator
) -> NDArray[np.int64]:
    """Draw an account of the team's territory for each deal; some customers buy far more often."""
    found = np.zeros(len(team), dtype=np.int64)
    for number in np.unique(team):
        here = np.flatnonzero(market.team == number)
        mine = np.flatnonzero(team == number)
        if not len(here):
            here = np.arange(market.count)
        # The square of a uniform number prefers the first accounts of the list.
        found[mine] = here[(rng.random(len(mine)) ** 2 * len(here)).astype(np.int64)]
    return found


def guessed_close(
    days: SimulatedDays,
    rng: np.random.Generator,
    *,
    today: NDArray[np.int64],
    stage: Ints,
    length: Floats,
    optimism: Floats,
) -> Ints:
    """Return the close dates that owners state: optimists too early, many a period's end."""
    remaining = REMAINING[np.minimum(stage, 4)] * length
    remaining = remaining * np.exp(rng.normal(0, 0.35, len(today)) - 0.22 * optimism)
    day = np.minimum(today + np.maximum(np.round(remaining), 3), days.count - 1).astype(np.int64)
    draw = rng.random(len(today))
    day = day + np.where(
        draw < 0.26, days.to_quarter_end[day], np.where(draw < 0.48, days.to_month_end[day], 0)
    )
    return np.minimum(day, days.count - 1).astype(np.int32)
