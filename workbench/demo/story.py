"""The whole simulated organisation: what the product is given, and the truth kept from it."""

import csv
import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kit.periods import fiscal_year, fiscal_year_start, quarters
from salesmgr import embedded
from workbench.demo.days import SimulatedDays, calendar_of
from workbench.demo.deals import NEVER, WON, Floats, Ints, SimulatedDeals
from workbench.demo.market import Arrivals, Market, arrivals, exchange_rates, new_deals, open_market
from workbench.demo.people import TRAITS, SimulatedRoster, Talent, recruit
from workbench.demo.plan import DEALS_PER_REP_AND_MONTH, FIRST_MONTH, Plan
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


# So many futures of the open deals are drawn for their true chance; a benchmark draws none.
MOST_FUTURES = 200
FEWEST_FUTURES = 20
COPIED_DEALS = 60_000


def keep_truth(story: Story, folder: Path | None = None) -> Path:
    """Write truth-SEED.json and truth-SEED.csv and return the path of the first.

    The JSON holds each person's latent traits and the bookings that come in each quarter; the
    CSV, for each open deal, its chance to be won within the simulated future, when it closes and
    how. Money is in whole units of the reporting currency or, per deal, of the deal's.
    """
    place = folder or embedded.var_dir() / "demo"
    place.mkdir(parents=True, exist_ok=True)
    path = place / f"truth-{story.plan.seed}.json"
    columns = open_deals(story)
    with path.with_suffix(".csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(zip(*(_texts(values) for values in columns.values()), strict=True))
    path.write_text(json.dumps(_organisation(story), indent=1, sort_keys=True) + "\n")
    return path


def chances(story: Story, alive: np.ndarray) -> tuple[Floats, Floats]:
    """Draw many futures of the deals open today.

    Returns the share in which each is won, and after how many days on average.
    """
    copies = int(np.clip(COPIED_DEALS // max(len(alive), 1), FEWEST_FUTURES, MOST_FUTURES))
    copied = story.deals.take(np.tile(alive, copies))
    futures = Selling(
        story.days, story.talent, copied, np.random.default_rng([story.plan.seed, 100]),
        capacity=story.capacity, copies=copies, logs=False,
    )  # fmt: skip
    futures.alive = np.arange(len(copied.owner))
    for day in range(story.days.today, story.days.end):
        futures.step(day)
    shape = (copies, len(alive))
    won = (copied.stage == WON).reshape(shape)
    days = (copied.entered_on - story.days.today).reshape(shape)
    with np.errstate(invalid="ignore"):
        mean = (won * days).sum(axis=0) / won.sum(axis=0)
    return won.mean(axis=0), mean


def open_deals(story: Story) -> dict[str, np.ndarray]:
    """Return the columns of the open deals: their chance, and what becomes of them."""
    alive = np.flatnonzero((story.deals.stage < WON) & (story.deals.archived == 0))
    later, days = story.later, story.days
    closed = later.stage[alive] >= WON
    columns = {
        "deal": alive + 1,
        "quality": np.round(story.deals.quality[alive], 4),
        "outcome": np.where(later.stage[alive] == WON, "won", np.where(closed, "lost", "open")),
        "closes_on": np.array(
            [
                days.date(day).isoformat() if over else ""
                for day, over in zip(later.entered_on[alive], closed, strict=True)
            ]
        ),
        "amount": np.where(later.amount[alive] >= 0, later.amount[alive], np.nan),
    }
    if not story.plan.is_bulk:
        won, after = chances(story, alive)
        columns["win_probability"], columns["days_to_win"] = np.round(won, 4), np.round(after, 1)
    return columns


def _texts(values: np.ndarray) -> list[str]:
    """Return the cells of a column; what is not a number is an empty cell."""
    return ["" if text == "nan" else text for text in map(str, values.tolist())]


def _organisation(story: Story) -> dict[str, object]:
    return {
        "seed": story.plan.seed,
        "today": story.plan.today.isoformat(),
        "people": [
            {"email": p.email} | {name: round(getattr(p, name), 4) for name in TRAITS}
            for p in story.roster.reps
        ],
        "quarters": _coming(story),
    }  # fmt: skip


def _coming(story: Story) -> list[dict[str, object]]:
    """Return what the quarters from today's on book after today, and from which deals."""
    later, days = story.later, story.days
    won = (later.stage == WON) & (later.entered_on >= days.today)
    first = fiscal_year(fiscal_year_start(story.plan.today, first_month=FIRST_MONTH))
    after = fiscal_year(first.end)
    found = []
    for quarter in quarters(first) + quarters(after):
        start, end = days.number(quarter.start), days.number(quarter.end)
        if end <= days.today or end > days.end:
            continue
        inside = won & (later.entered_on >= start) & (later.entered_on < end)
        known = inside & (np.arange(len(won)) < story.count)
        found.append(
            {
                "quarter": quarter.label,
                "deals_still_to_win": int(inside.sum()),
                "bookings_still_to_come": int(later.amount[inside].sum()),
                "of_them_from_deals_open_today": int(later.amount[known].sum()),
            }
        )
    return found
