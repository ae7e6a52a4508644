"""The whole simulated organisation: what the product is given, and the truth kept from it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.demo.arriving import Arrivals, arrivals, new_deals
from workbench.demo.days import SimulatedDays, calendar_of
from workbench.demo.deals import NEVER, WON, Ints, SimulatedDeals
from workbench.demo.market import Market, exchange_rates, open_market
from workbench.demo.people import SimulatedRoster, Talent, recruit
from workbench.demo.plan import DEALS_PER_REP_AND_MONTH, Plan
from workbench.demo.selling import Selling
from workbench.demo.words import COUNTRIES, PRODUCTS

# A full book for one person: beyond it deals get less attention.
USUAL_CAPACITY = 24.0
# The share of contacts that are written down in a benchmark's organisation.
BULK_LOGGED_SHARE = 0.24
PROSPECTING_A_DAY = 0.05


@dataclass(frozen=True, slots=True)
class Story:
    """Everything up to today, deals numbered from 0 in the order of their creation.

    ``deals`` are as they stand at the beginning of today; ``versions`` and ``activities`` are the
    columns of deals.VERSION_COLUMNS and ACTIVITY_COLUMNS in the order of deal and time; ``lines``
    are products in deals, quantity times price in cents, which sum to the deal's amount; ``later``
    holds the deals of ``deals``, then those not yet created, at the end of the future.
    """

    plan: Plan
    days: SimulatedDays
    roster: SimulatedRoster
    talent: Talent
    market: Market
    rates: list[tuple[str, date, Decimal]]
    deals: SimulatedDeals
    versions: dict[str, Ints]
    activities: dict[str, Ints]
    lines: dict[str, NDArray[Any]]
    deal_contacts: dict[str, Ints]
    later: SimulatedDeals
    capacity: float

    @property
    def count(self) -> int:
        return len(self.deals.owner)

    @property
    def closed_on(self) -> Ints:
        """Return the day number on which each deal closed, NEVER for the open ones."""
        return np.where(self.deals.stage >= WON, self.deals.entered_on, NEVER).astype(np.int32)


def tell(plan: Plan) -> Story:
    """Simulate the organisation of the plan. The same plan gives the same story."""
    streams = [np.random.default_rng([plan.seed, n]) for n in range(6)]
    days = calendar_of(plan)
    roster = recruit(plan, days, streams[0])
    talent = Talent.of(roster, days)
    coming = arrivals(plan, days, talent, streams[1])
    past = int((coming.day < days.today).sum())
    market = open_market(plan, roster, past, streams[2])
    deals = new_deals(days, talent, market, coming, streams[3])
    usual = DEALS_PER_REP_AND_MONTH * len(roster.reps) * plan.months
    capacity = USUAL_CAPACITY * (max(1.0, past / usual) if plan.deals else 1.0)
    selling = Selling(
        days, talent, deals, streams[4], capacity=capacity,
        logged_share=BULK_LOGGED_SHARE if plan.is_bulk else 1.0,
    )  # fmt: skip
    now = _run(selling, coming, past)
    kept = _kept(plan, days, now)
    future = np.arange(past, len(deals.owner))
    story = Story(
        plan=plan, days=days, roster=roster, talent=talent, market=market,
        rates=exchange_rates(plan, days, streams[5]),
        deals=now.take(kept),
        versions=_of_kept(selling.versions.joined(), kept, past),
        activities=_of_kept(selling.activities.joined(), kept, past),
        lines=_lines(now.take(kept), streams[5]),
        deal_contacts=_deal_contacts(plan, market, now.take(kept), streams[5]),
        later=deals.take(np.concatenate([kept, future])),
        capacity=capacity,
    )  # fmt: skip
    _prospect(story, streams[5])
    return story


def _run(selling: Selling, coming: Arrivals, past: int) -> SimulatedDeals:
    """Live through all days; return the deals as they stood at the beginning of today."""
    days = selling.days
    bounds = np.searchsorted(coming.day, np.arange(days.end + 1))
    now = selling.deals.take(np.arange(past))
    for day in range(days.end):
        if day == days.today:
            now = selling.deals.take(np.arange(past))
            selling.logs = False
        selling.step(day)
        selling.open(np.arange(bounds[day], bounds[day + 1]))
    return now


def _kept(plan: Plan, days: SimulatedDays, now: SimulatedDeals) -> NDArray[np.int64]:
    """Return the deals that the history holds: not those over before it began.

    Where a number of deals is asked for, the first that closed give way to those still open then.
    """
    over = (now.stage >= WON) | (now.archived == 1)
    kept = np.flatnonzero(~(over & (now.entered_on < days.start) & (now.created_on < days.start)))
    surplus = len(kept) - plan.deals if plan.deals is not None else 0
    if surplus > 0:
        closed = kept[over[kept]]
        kept = np.setdiff1d(kept, closed[:surplus])
    return kept


def _of_kept(log: dict[str, Ints], kept: NDArray[np.int64], past: int) -> dict[str, Ints]:
    """Return the rows of the kept deals under their new numbers, by deal and then in time."""
    number = np.full(past, NEVER, dtype=np.int32)
    number[kept] = np.arange(len(kept), dtype=np.int32)
    deal = number[log["deal"]]
    rows = np.flatnonzero(deal >= 0)
    rows = rows[np.argsort(deal[rows], kind="stable")]
    return {name: (deal if name == "deal" else column)[rows] for name, column in log.items()}


def _lines(deals: SimulatedDeals, rng: np.random.Generator) -> dict[str, NDArray[Any]]:
    """Give the deals with a price that reached a proposal one or two products."""
    priced = np.flatnonzero((deals.amount > 0) & (deals.stage >= 2))
    whole = deals.amount[priced].astype(np.int64) * 100
    unit = 5_000
    second = np.where(
        rng.random(len(priced)) < 0.4,
        whole // unit * rng.integers(10, 40, len(priced)) // 100 * unit,
        0,
    )
    other = (deals.product[priced] + rng.integers(1, len(PRODUCTS), len(priced))) % len(PRODUCTS)
    deal = np.concatenate([priced, priced])
    product = np.concatenate([deals.product[priced], other])
    cents = np.concatenate([whole - second, second])
    # As few of each as keep the price at or below the list, so that a discount is one. All amounts
    # are multiples of 50.00, which these quantities divide to the cent.
    quantities = np.array([1, 2, 5, 10, 20, 25, 50])
    listed = np.array([price for _, _, price, _ in PRODUCTS], dtype=np.int64)[product] * 100
    quantity = quantities[np.argmax(cents[:, None] <= quantities * listed[:, None], axis=1)]
    some = np.flatnonzero(cents > 0)
    some = some[np.argsort(deal[some], kind="stable")]
    columns = {"deal": deal, "product": product, "quantity": quantity}
    found = {name: column[some].astype(np.int32) for name, column in columns.items()}
    return found | {"cents": cents[some] // quantity[some]}


def _deal_contacts(
    plan: Plan, market: Market, deals: SimulatedDeals, rng: np.random.Generator
) -> dict[str, Ints]:
    """Return deal and contact: late deals know more of the people of the account."""
    if plan.is_bulk:
        return {name: np.empty(0, dtype=np.int32) for name in ("deal", "contact")}
    known = np.bincount(market.contact_account, minlength=market.count)[deals.account]
    wanted = np.minimum(rng.poisson(0.5 + 0.5 * np.minimum(deals.stage, 4)), known)
    deal = np.repeat(np.arange(len(wanted)), wanted)
    place = np.arange(len(deal)) - np.repeat(np.cumsum(wanted) - wanted, wanted)
    contact = market.first_contact[deals.account[deal]] + place
    return {"deal": deal.astype(np.int32), "contact": contact.astype(np.int32)}


def _prospect(story: Story, rng: np.random.Generator) -> None:
    """Add calls and e-mails to accounts with no deal in sight yet."""
    days, market, log = story.days, story.market, story.activities
    sells = story.talent.team[:, days.start : days.today] >= 0
    work = days.work[days.start : days.today]
    count = rng.poisson(sells * work * (0 if story.plan.is_bulk else PROSPECTING_A_DAY))
    person, day = (np.repeat(index, count[np.nonzero(count)]) for index in np.nonzero(count))
    rows = len(person)
    extra = {
        "deal": np.full(rows, NEVER),
        "account": rng.integers(0, market.count, rows),
        "person": person,
        "day": day + days.start,
        "second": rng.integers(9 * 3600, 17 * 3600, rows),
        "kind": rng.integers(0, 2, rows),
        "subject": rng.integers(0, 4, rows),
        "contact": rng.integers(0, 4, rows),
    }
    for name, column in extra.items():
        log[name] = np.concatenate([log[name], column.astype(np.int32)])


def currency_of(story: Story) -> NDArray[np.int64]:
    """Return the index into COUNTRIES of each deal's currency."""
    return story.market.country[story.deals.account]


def base_cents(
    story: Story, deal: Ints, amount: Ints, rate_day: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return amounts in cents of the reporting currency at the rate of the day, NEVER if unpriced.

    Rounds half up in whole numbers, as the database does.
    """
    country = currency_of(story)[deal]
    scaled = np.full(len(deal), 10_000, dtype=np.int64)
    for code in range(1, len(COUNTRIES)):
        mine = np.flatnonzero(country == code)
        table = [
            (story.days.number(day), int(rate * 10_000))
            for c, day, rate in story.rates
            if c == COUNTRIES[code][1]
        ]
        starts, values = (np.array(column) for column in zip(*table, strict=True))
        scaled[mine] = values[np.searchsorted(starts, rate_day[mine], side="right") - 1]
    cents = (amount.astype(np.int64) * scaled * 100 + 5_000) // 10_000
    return np.where(amount >= 0, cents, NEVER)
