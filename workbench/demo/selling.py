"""The simulation: deals arrive, are worked, move, are pushed and close, day by day.

All chances are per working day and multiply; the constants were tuned until win rates, cycles
and pushes fell into the ranges that tests/demo/test_plausible.py states.
"""

import numpy as np
from numpy.typing import NDArray

from workbench.demo.days import SimulatedDays
from workbench.demo.deals import (
    ACTIVITY_COLUMNS,
    LOST,
    NEVER,
    TRACKED,
    UNPRICED,
    VERSION_COLUMNS,
    WON,
    Flags,
    Floats,
    Ints,
    Log,
    SimulatedDeals,
)
from workbench.demo.market import CLOSES_AT, OPENS_AT, guessed_close
from workbench.demo.people import Talent

# By open stage: the chance of contact, of moving on once in contact, of losing the deal.
TOUCH = np.array([0.15, 0.16, 0.19, 0.22, 0.28])
ADVANCE = np.array([0.072, 0.064, 0.062, 0.075, 0.090])
LOSE = np.array([0.0200, 0.0165, 0.0135, 0.0110, 0.0095])
# What the stage's default category is, as an index into deals.OVERRIDES.
DEFAULT_CATEGORY = np.array([2, 2, 2, 3, 4])
PIPELINE, BEST_CASE, COMMIT = 2, 3, 4
# The chances of the reasons of words.LOST_REASONS, after silence and without it.
QUIET_REASONS = np.array([0.46, 0, 0, 0.16, 0.18, 0, 0.20])
ENGAGED_REASONS = np.array([0.10, 0.34, 0.27, 0.09, 0.06, 0.14, 0])

REASSIGNED, DUPLICATE = 1, 2


class Selling:
    """The deals and the way from one day to the next.

    ``logs`` false leaves out the logs: the truth is drawn from many futures that nobody reads.
    ``copies`` says how often each deal is present, so that a person's load counts each once.
    """

    def __init__(
        self,
        days: SimulatedDays,
        talent: Talent,
        deals: SimulatedDeals,
        rng: np.random.Generator,
        *,
        capacity: float,
        copies: int = 1,
        logged_share: float = 1.0,
        logs: bool = True,
    ) -> None:
        self.days, self.talent, self.deals, self.rng = days, talent, deals, rng
        self.capacity, self.copies = capacity, copies
        self.logged_share, self.logs = logged_share, logs
        self.alive = np.empty(0, dtype=np.int64)
        self.versions = Log(VERSION_COLUMNS)
        self.activities = Log(ACTIVITY_COLUMNS)

    def open(self, born: NDArray[np.int64]) -> None:
        """Let new deals be worked from the next day on, and log how they began."""
        deals = self.deals
        self.alive = np.concatenate([self.alive, born])
        if self.logs and len(born):
            self.versions.add(
                deal=born.astype(np.int32),
                day=deals.created_on[born],
                second=deals.created_second[born],
                by=deals.created_by[born],
                reason=0,
                **{name: getattr(deals, name)[born] for name in TRACKED},
            )

    def step(self, day: int) -> None:
        """Let one day happen to every open deal."""
        if len(self.alive):
            _Day(self, day).happen()
            over = (self.deals.stage[self.alive] >= WON) | (self.deals.archived[self.alive] == 1)
            self.alive = self.alive[~over]


class _Day:
    """One day: copies of the open deals' fields are changed, compared and written back."""

    def __init__(self, selling: Selling, day: int) -> None:
        self.selling, self.day, self.rng = selling, day, selling.rng
        self.work = float(selling.days.work[day])
        self.deals = selling.deals.take(selling.alive)
        self.count = len(selling.alive)
        self.by = self.deals.owner.copy()
        self.reason = np.zeros(self.count, dtype=np.int32)
        talent = selling.talent
        self.ramp = talent.ramp(day)

    def happen(self) -> None:
        """Go through the day's business and write what changed."""
        self._hand_over()
        load = np.bincount(self.deals.owner, minlength=len(self.ramp)) / self.selling.copies
        pace = np.minimum(1.0, self.selling.capacity / np.maximum(load, 1))[self.deals.owner]
        touched = self._touch(pace)
        self._move(pace)
        self._push()
        self._size()
        self._judge()
        self._plan_next(touched)
        self._archive()
        self._write(touched)

    def _chance(self, chance: Floats | float) -> Flags:
        return self.rng.random(self.count) < chance

    def _of_owner(self, values: Floats) -> Floats:
        return values[self.deals.owner]

    def _open(self) -> Flags:
        return self.deals.stage < WON

    def _hand_over(self) -> None:
        """Give the deals of those who leave tonight to their team, by the manager's hand."""
        talent, owner = self.selling.talent, self.deals.owner
        for person in np.flatnonzero(talent.leaves_on == self.day + 1):
            theirs = np.flatnonzero(owner == person)
            team = talent.team[person, self.day]
            stays = talent.leaves_on > self.day + 1
            mates = np.flatnonzero((talent.team[:, self.day] == team) & stays)
            if not len(mates):
                mates = np.flatnonzero((talent.team[:, self.day] >= 0) & stays)
            owner[theirs] = self.rng.choice(mates, len(theirs))
            self.by[theirs] = talent.lead[team, self.day]
            self.reason[theirs] = REASSIGNED

    def _touch(self, pace: Floats) -> Flags:
        """Talk to customers; those gone quiet seldom answer."""
        deals, talent = self.deals, self.selling.talent
        strength = 0.35 * deals.quality + 0.2 * self._of_owner(talent.skill)
        neglect = np.where(self.day - deals.touched_on > 12, 1.8, 1.0)
        falls = 0.013 * np.exp(-strength) * neglect
        rises = 0.03
        turns = self._chance(self.work * np.where(deals.quiet, rises, falls))
        deals.quiet = deals.quiet ^ turns
        chance = TOUCH[deals.stage] * np.where(deals.quiet, 0.15, 1.0) * pace
        touched = self._chance(self.work * chance * (0.6 + 0.5 * self._of_owner(talent.diligence)))
        deals.touched_on[touched] = self.day
        return touched

    def _move(self, pace: Floats) -> None:
        """Move deals on after contact, or lose them, mostly after silence."""
        deals, talent, days = self.deals, self.selling.talent, self.selling.days
        ready = self.ramp[deals.owner]
        recent = self.day - deals.touched_on <= 6
        speed = np.exp(0.15 * self._of_owner(talent.skill) + 0.2 * deals.quality) * pace
        chance = (
            ADVANCE[deals.stage] * speed * (0.6 + 0.4 * ready) / deals.length
            * np.where(recent, 1.0, 0.04) * np.where(deals.quiet, 0.1, 1.0)
            * days.season[self.day] * self._heat()
        )  # fmt: skip
        aging = 0.25 + np.minimum((self.day - deals.entered_on) / 40, 2.5)
        weakness = np.exp(
            -0.6 * deals.quality - 0.32 * self._of_owner(talent.skill) + 0.5 * (1 - ready)
        )
        loss = (
            LOSE[deals.stage] * weakness * aging * np.where(deals.quiet, 3.6, 0.45) / deals.length
        )
        draw = self.rng.random(self.count)
        advance = draw < self.work * chance
        lose = ~advance & (draw < self.work * (chance + loss))
        skip = self._chance(0.10) & (deals.stage < 3)
        back = ~advance & ~lose & (deals.stage >= 2) & self._chance(0.002 * self.work)
        stage = np.where(advance, deals.stage + 1 + skip, deals.stage)
        stage = np.where(lose, LOST, np.where(back, stage - 1, stage)).astype(np.int32)
        reason = self._lost_reasons()
        deals.lost_reason = np.where(lose, reason, deals.lost_reason).astype(np.int32)
        deals.entered_on[stage != deals.stage] = self.day
        deals.stage = stage

    def _heat(self) -> Floats:
        """Return how the end of the quarter and a near close date speed up late deals."""
        left = self.selling.days.to_quarter_end[self.day]
        late = self.deals.stage >= 3
        rush = 2.0 if left <= 13 else 0.75 if left >= 65 else 1.0
        to_close = self.deals.close_on - self.day
        near = np.where(np.abs(to_close) <= 7, 1.7, np.where(to_close > 30, 0.55, 1.0))
        last = self.deals.stage == WON - 1
        return np.where(late, rush, 1.0 + 0.15 * (rush - 1.0)) * np.where(last, near, 1.0)

    def _lost_reasons(self) -> Ints:
        draw = self.rng.random(self.count)
        quiet = np.searchsorted(np.cumsum(QUIET_REASONS), draw)
        engaged = np.searchsorted(np.cumsum(ENGAGED_REASONS), draw)
        found = np.where(self.deals.quiet, quiet, engaged)
        return np.minimum(found, len(QUIET_REASONS) - 1).astype(np.int32)

    def _push(self) -> None:
        """Move close dates: out when the day comes too soon, in when a quarter's end is near."""
        deals, talent = self.deals, self.selling.talent
        diligence = self._of_owner(talent.diligence)
        left = deals.close_on - self.day
        early = (left <= 10) & (deals.stage < 4)
        chance = np.where(
            left < -2,
            0.12 * diligence**2,
            np.where(early, 0.10 * diligence, np.where(left <= 2, 0.10 * diligence, 0.0015)),
        )
        push = self._chance(self.work * chance) & self._open()
        guess = guessed_close(
            self.selling.days,
            self.rng,
            today=np.full(self.count, self.day),
            stage=deals.stage,
            length=deals.length,
            optimism=self._of_owner(talent.optimism),
        )
        push &= guess > deals.close_on
        said_commit = push & (deals.override == COMMIT) & self._chance(0.5)
        deals.override[said_commit] = BEST_CASE
        deals.close_on[push] = guess[push]
        deals.pushes += push
        end = self.day + self.selling.days.to_quarter_end[self.day]
        pull = (deals.stage == 4) & (deals.entered_on == self.day) & self._chance(0.35)
        pull &= (end - self.day < 35) & (deals.close_on > end)
        deals.close_on[pull] = end
        # The day a deal is won is its close date; a lost one keeps the date it missed.
        won = deals.stage == WON
        deals.close_on[won] = self.day

    def _size(self) -> None:
        """Price, grow, shrink and discount; foreign prices stand until the deal is won."""
        deals, rng = self.deals, self.rng
        entered = (deals.entered_on == self.day) & (deals.created_on < self.day)
        stage = deals.stage
        priced = (deals.amount == UNPRICED) & entered & (stage >= 2) & (stage <= WON)
        priced &= self._chance(np.where(stage >= 3, 1.0, 0.4))
        amount = np.where(priced, deals.price, deals.amount).astype(np.float64)
        optimism = self._of_owner(self.selling.talent.optimism)
        review = entered & ((stage == 2) | (stage == 3)) & self._chance(0.45)
        amount *= np.where(review, np.exp(rng.normal(-0.03, 0.22, self.count) - 0.06 * optimism), 1)
        drift = self._open() & (stage >= 1) & self._chance(0.003 * self.work)
        amount *= np.where(drift, np.exp(rng.normal(0.02, 0.3, self.count)), 1)
        pressed = 0.25 if self.selling.days.to_quarter_end[self.day] <= 13 else 0.0
        discount = entered & ((stage == 4) | (stage == WON)) & self._chance(0.35 + pressed)
        amount *= np.where(discount, 1 - rng.beta(2, 12, self.count), 1)
        steady = deals.foreign & (stage != WON)
        changes = priced | ((review | drift | discount) & (deals.amount != UNPRICED) & ~steady)
        rounded = np.maximum(np.round(amount / 50) * 50, 500).astype(np.int32)
        deals.amount = np.where(changes, rounded, deals.amount).astype(np.int32)

    def _judge(self) -> None:
        """Let owners say how sure they are: optimists early, the cautious late."""
        deals = self.deals
        optimism = self._of_owner(self.selling.talent.optimism)
        entered = deals.entered_on == self.day
        deals.override[entered] = 0
        draw = self.rng.random(self.count)
        bold = np.exp(0.9 * optimism)
        says_best = entered & (deals.stage == 2) & (draw < np.minimum(0.16 * bold, 0.6))
        says_commit = entered & (deals.stage == 3) & (draw < np.minimum(0.22 * bold, 0.8))
        holds_back = entered & (deals.stage == 4) & (draw < np.minimum(0.22 / bold, 0.8))
        deals.override[says_best | holds_back] = BEST_CASE
        deals.override[says_commit] = COMMIT
        doubts = deals.quiet & (deals.stage == 3) & self._chance(0.012 * self.work)
        deals.override[doubts] = PIPELINE
        usual = DEFAULT_CATEGORY[np.minimum(deals.stage, 4)]
        deals.override[(deals.override == usual) | (deals.stage >= WON)] = 0

    def _plan_next(self, touched: Flags) -> None:
        """Write down the next step after contact; the careless leave it old or empty."""
        deals = self.deals
        diligence = self._of_owner(self.selling.talent.diligence)
        entered = (deals.entered_on == self.day) & self._open()
        careful = self._chance(diligence)
        share = self.selling.logged_share
        passed = (deals.step > 0) & (deals.step_on < self.day)
        # Who has just talked to the customer writes down what comes next; some tidy up later.
        busy = np.where(touched, np.where(passed, 0.9, 0.35), 0.0) * diligence
        tidy = np.where(passed, 0.12 * diligence**2, 0.0) * self.work
        plans = (entered & careful) | (self._open() & self._chance(share * (busy + tidy)))
        deals.step = np.where(plans, self.rng.integers(1, 4, self.count), deals.step).astype(
            np.int32
        )
        when = self.day + self.rng.integers(3, 22, self.count)
        deals.step_on = np.where(plans, when, deals.step_on).astype(np.int32)
        forgets = (entered & ~careful) | ~self._open()
        deals.step[forgets] = 0
        deals.step_on[forgets] = NEVER

    def _archive(self) -> None:
        """Put away deals that somebody entered twice."""
        deals = self.deals
        away = deals.duplicate & self._open() & self._chance(0.25 * self.work)
        deals.archived[away] = 1
        self.reason[away] = DUPLICATE

    def _write(self, touched: Flags) -> None:
        """Write the fields back, and log the deals that changed and the contacts."""
        selling, deals = self.selling, self.deals
        second = self.rng.integers(OPENS_AT, CLOSES_AT, self.count)
        changed = np.zeros(self.count, dtype=bool)
        for name in TRACKED:
            changed |= getattr(deals, name) != getattr(selling.deals, name)[selling.alive]
        moved = deals.stage != selling.deals.stage[selling.alive]
        deals.entered_second[moved] = second[moved]
        for name in (
            *TRACKED,
            "quiet",
            "touched_on",
            "entered_on",
            "entered_second",
            "lost_reason",
            "pushes",
        ):
            getattr(selling.deals, name)[selling.alive] = getattr(deals, name)
        if not selling.logs:
            return
        if changed.any():
            selling.versions.add(
                deal=selling.alive[changed].astype(np.int32),
                day=self.day,
                second=second[changed],
                by=np.where(self.reason == REASSIGNED, self.by, deals.owner)[changed],
                reason=self.reason[changed],
                **{name: getattr(deals, name)[changed] for name in TRACKED},
            )
        self._log_contacts(touched, second)

    def _log_contacts(self, touched: Flags, second: NDArray[np.int64]) -> None:
        """Log what was done with customers, always before the change that came of it."""
        selling, deals = self.selling, self.deals
        logged = np.flatnonzero(touched & self._chance(selling.logged_share))
        if not len(logged):
            return
        earlier = second[logged] - self.rng.integers(600, 5400, len(logged))
        stage = np.minimum(deals.stage[logged], WON)
        kind = self.rng.choice(4, len(logged), p=[0.38, 0.34, 0.20, 0.08])
        selling.activities.add(
            deal=selling.alive[logged].astype(np.int32),
            account=deals.account[logged],
            person=deals.owner[logged],
            day=self.day,
            second=earlier,
            kind=kind,
            subject=self.rng.integers(0, 4, len(logged)) + 4 * (stage >= 2),
            contact=self.rng.integers(0, 4, len(logged)),
        )
