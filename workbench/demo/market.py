"""The customers: companies by industry and size, the people there, exchange rates."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from kit.periods import month_start
from workbench.demo.days import SimulatedDays
from workbench.demo.people import SimulatedRoster
from workbench.demo.plan import Plan
from workbench.demo.words import (
    COMPANY_FIRST,
    COMPANY_SECOND,
    CONTACT_TITLES,
    COUNTRIES,
    FIRST_NAMES,
    INDUSTRIES,
    LAST_NAMES,
    RATES,
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
