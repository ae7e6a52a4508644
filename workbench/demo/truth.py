"""The simulated truth, kept where no page reads it, so that forecasts can be judged by it."""

import csv
import json
from pathlib import Path

import numpy as np

from kit.periods import fiscal_year, fiscal_year_start, quarters
from salesmgr import embedded
from workbench.demo.deals import WON, Floats
from workbench.demo.plan import FIRST_MONTH
from workbench.demo.selling import Selling
from workbench.demo.story import Story

# So many futures of the open deals are drawn for their true chance; a benchmark draws none.
MOST_FUTURES = 200
FEWEST_FUTURES = 20
COPIED_DEALS = 60_000


def keep(story: Story, folder: Path | None = None) -> Path:
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
            {
                "email": p.email, "skill": round(p.skill, 4), "optimism": round(p.optimism, 4),
                "diligence": round(p.diligence, 4), "drive": round(p.drive, 4),
            }
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
