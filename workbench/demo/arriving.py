"""New deals: who opens them when, with which customer, worth what."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.demo.days import SimulatedDays
from workbench.demo.deals import NEVER, UNPRICED, Floats, Ints, SimulatedDeals
from workbench.demo.market import SEGMENTS, Market
from workbench.demo.people import Talent, ramped
from workbench.demo.plan import DEALS_PER_REP_AND_MONTH, Plan
from workbench.demo.words import PRODUCTS, SOURCES

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
