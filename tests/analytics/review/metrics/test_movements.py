import random
from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest

from analytics.review.enums import Movement, Unit
from analytics.review.metrics import (
    DealState,
    MovementStep,
    Worth,
    movements,
    waterfalls,
    worth,
)
from kit.periods import Period

QUARTER = Period(date(2026, 4, 1), date(2026, 7, 1))
BEFORE, INSIDE, AFTER = date(2026, 3, 15), date(2026, 5, 15), date(2026, 7, 1)


def deal(**changes):
    return replace(
        DealState(
            status="open",
            stage=1,
            owner=7,
            in_scope=True,
            probability=20,
            amount=Decimal(1000),
            currency="USD",
            base_cents=1000_00,
            close_on=INSIDE,
        ),
        **changes,
    )


def told(before, after, unit):
    """Return the movements of a deal with their values, as a waterfall of one unit tells them."""
    steps = movements(before, after, period=QUARTER)
    return {
        step.movement.value: value
        for step in steps
        for each, value in step.amounts()
        if each is unit
    }


def priced(amount, **changes):
    return deal(amount=Decimal(amount), base_cents=int(amount) * 100, **changes)


WON = {"status": "won", "probability": 100, "closed_on": INSIDE}
LOST = {"status": "lost", "probability": 0, "closed_on": INSIDE}
ELSEWHERE = {"owner": 8, "in_scope": False}


@pytest.mark.parametrize(
    ("before", "after", "steps"),
    [
        pytest.param(None, deal(), {"new": 1000_00}, id="created"),
        pytest.param(None, deal(close_on=AFTER), {}, id="created-for-another-period"),
        pytest.param(None, deal(**ELSEWHERE), {}, id="created-by-somebody-else"),
        pytest.param(deal(), deal(), {}, id="unchanged"),
        pytest.param(deal(close_on=AFTER), deal(), {"pulled_in": 1000_00}, id="pulled-in"),
        pytest.param(deal(close_on=None), deal(), {"pulled_in": 1000_00}, id="scheduled"),
        pytest.param(deal(close_on=BEFORE), deal(), {"slid_in": 1000_00}, id="slid-in"),
        pytest.param(deal(**LOST), deal(), {"reopened": 1000_00}, id="lost-then-open"),
        pytest.param(deal(**WON), deal(), {"reopened": 1000_00}, id="won-then-open"),
        pytest.param(deal(archived=True), deal(), {"restored": 1000_00}, id="restored"),
        pytest.param(deal(**ELSEWHERE), deal(), {"owner_in": 1000_00}, id="given-to-us"),
        pytest.param(deal(in_scope=False), deal(), {"seat_in": 1000_00}, id="owner-joined"),
        pytest.param(deal(), priced(1300), {"increased": 300_00}, id="larger"),
        pytest.param(deal(), priced(400), {"decreased": -600_00}, id="smaller"),
        pytest.param(
            deal(amount=None, base_cents=None), deal(), {"increased": 1000_00}, id="priced"
        ),
        pytest.param(
            deal(), deal(amount=None, base_cents=None), {"decreased": -1000_00}, id="unpriced"
        ),
        pytest.param(deal(), deal(base_cents=1100_00), {"rate": 100_00}, id="rate-rose"),
        pytest.param(
            deal(currency="EUR", base_cents=1100_00),
            deal(currency="EUR", amount=Decimal(2000), base_cents=2500_00),
            # 2000 at the old rate of 1.10 is 2200; the new rate of 1.25 adds 300.
            {"increased": 1100_00, "rate": 300_00},
            id="larger-at-another-rate",
        ),
        pytest.param(
            deal(),
            deal(currency="EUR", base_cents=1100_00),
            {"increased": 100_00},
            id="other-currency",
        ),
        pytest.param(
            deal(amount=Decimal(0), base_cents=0), deal(), {"increased": 1000_00}, id="from-zero"
        ),
        pytest.param(deal(), deal(close_on=AFTER), {"pushed_out": -1000_00}, id="pushed-out"),
        pytest.param(deal(), deal(close_on=None), {"pushed_out": -1000_00}, id="unscheduled"),
        pytest.param(
            deal(), deal(close_on=BEFORE), {"brought_forward": -1000_00}, id="brought-forward"
        ),
        pytest.param(
            deal(),
            priced(1500, close_on=AFTER),
            {"increased": 500_00, "pushed_out": -1500_00},
            id="grew-and-pushed-out",
        ),
        pytest.param(deal(), deal(**WON), {"won": -1000_00}, id="won"),
        pytest.param(
            deal(),
            priced(1200, **WON),
            {"increased": 200_00, "won": -1200_00},
            id="won-at-a-higher-amount",
        ),
        pytest.param(
            deal(),
            deal(**(WON | {"closed_on": BEFORE})),
            {"won_elsewhere": -1000_00},
            id="won-in-another-period",
        ),
        pytest.param(deal(), deal(**LOST), {"lost": -1000_00}, id="lost"),
        pytest.param(deal(), deal(archived=True), {"removed": -1000_00}, id="archived"),
        pytest.param(deal(), deal(**ELSEWHERE), {"owner_out": -1000_00}, id="given-away"),
        pytest.param(
            deal(),
            priced(5000, **ELSEWHERE, **WON),
            {"owner_out": -1000_00},
            id="given-away-then-won-for-more",
        ),
        pytest.param(deal(), deal(in_scope=False), {"seat_out": -1000_00}, id="owner-left"),
        pytest.param(None, deal(**WON), {"new": 1000_00, "won": -1000_00}, id="created-and-won"),
        pytest.param(
            deal(close_on=AFTER),
            deal(**WON, close_on=AFTER),
            {"pulled_in": 1000_00, "won": -1000_00},
            id="won-before-its-period",
        ),
        pytest.param(
            deal(**LOST),
            deal(**WON),
            {"reopened": 1000_00, "won": -1000_00},
            id="lost-then-won",
        ),
        pytest.param(None, deal(**LOST), {"new": 1000_00, "lost": -1000_00}, id="created-and-lost"),
        pytest.param(None, deal(**LOST, close_on=AFTER), {}, id="lost-of-another-period"),
        pytest.param(deal(**WON), priced(2000, **WON), {}, id="won-stays-won"),
        pytest.param(None, deal(**WON, archived=True), {}, id="created-won-and-archived"),
        pytest.param(
            deal(close_on=date(2026, 6, 30)),
            deal(close_on=date(2026, 7, 1)),
            {"pushed_out": -1000_00},
            id="period-end-is-excluded",
        ),
    ],
)
def test_each_deal_moves_for_one_reason(before, after, steps):
    found = told(before, after, Unit.AMOUNT)

    assert list(found.items()) == list(steps.items())


@pytest.mark.parametrize(
    ("before", "after", "steps"),
    [
        # 200.00 weighs 20 %; at 50 % it weighs 500.00.
        (deal(), deal(stage=2, probability=50), {"advanced": 300_00}),
        (deal(stage=2, probability=50), deal(), {"went_back": -300_00}),
        (deal(), deal(probability=30), {"definition": 100_00}),
        (
            deal(),
            priced(2000, stage=2, probability=50),
            {"increased": 200_00, "advanced": 600_00},
        ),
        (deal(), deal(**WON), {"won": -200_00}),
        (deal(), deal(**LOST), {"lost": -200_00}),
        # 33.33 at 50 % is 16.665: half up to 16.67.
        (None, deal(amount=Decimal("33.33"), base_cents=33_33, probability=50), {"new": 16_67}),
    ],
)
def test_weighted_amounts_tell_stage_and_definition_apart(before, after, steps):
    assert told(before, after, Unit.WEIGHTED) == steps


def test_deals_are_counted_with_and_without_an_amount():
    unpriced = deal(amount=None, base_cents=None)

    assert movements(None, unpriced, period=QUARTER) == [MovementStep(Movement.NEW, Worth(deals=1))]
    assert told(None, unpriced, Unit.DEALS) == {"new": 1}
    assert told(None, unpriced, Unit.AMOUNT) == {"new": 0}
    assert told(deal(), priced(9), Unit.DEALS) == {}


def test_a_waterfall_that_does_not_add_up_is_refused():
    with pytest.raises(ValueError, match="do not make"):
        waterfalls(
            opening=Worth(cents=1),
            steps=[MovementStep(Movement.NEW, Worth(cents=2))],
            closing=Worth(cents=4),
        )


def test_bars_stand_in_one_order():
    lost, new = (
        MovementStep(Movement.LOST, Worth(deals=-1)),
        MovementStep(Movement.NEW, Worth(deals=3)),
    )

    flows = waterfalls(opening=Worth(5), steps=[lost, new, lost], closing=Worth(6))

    assert list(flows[Unit.DEALS].steps.items()) == [(Movement.NEW, 3), (Movement.LOST, -2)]


def test_changes_that_cancel_each_other_still_show_their_bar():
    rose = movements(deal(), deal(base_cents=1000_01), period=QUARTER)
    fell = movements(deal(base_cents=1000_01), deal(), period=QUARTER)

    flows = waterfalls(
        opening=Worth(2, 2000_01, 400_00), steps=rose + fell, closing=Worth(2, 2000_01, 400_00)
    )

    assert flows[Unit.AMOUNT].steps == {Movement.RATE: 0}
    assert flows[Unit.WEIGHTED].steps == {}


class World:
    """One random history of a handful of deals, replayed from a plain list of what happened."""

    DAYS = 160

    def __init__(self, seed):
        self.rng = rng = random.Random(seed)  # noqa: S311 -- a reproducible world, not a secret
        # The seat of each person on each day: changes once or never.
        self.seats = {
            person: (rng.choice("NS"), rng.choice("NS"), rng.randint(1, self.DAYS))
            for person in range(3)
        }
        self.lands = {account: rng.choice("EW") for account in range(3)}
        self.deals = [self._history() for _ in range(rng.randint(1, 4))]
        self.since, self.until = sorted(rng.sample(range(self.DAYS), 2))

    def day(self, number):
        return date(2026, 2, 20) + timedelta(days=number)

    def _history(self):
        rng = self.rng
        state = {
            "status": rng.choice(["open", "open", "open", "won", "lost"]),
            "stage": 1,
            "owner": rng.randrange(3),
            "account": rng.randrange(3),
            "amount": self._amount(),
            "currency": rng.choice(["USD", "EUR"]),
            "rate": Decimal("1.1"),
            "close": self._close(),
            "archived": False,
        }
        number = rng.randrange(self.DAYS // 2)
        versions = [(number, self._sealed(state, None, number))]
        for _ in range(rng.randint(0, 9)):
            number += rng.randint(0, 25)
            changed = dict(versions[-1][1])
            for key in rng.sample(
                ["status", "stage", "owner", "amount", "rate", "close", "archived", "currency"], 2
            ):
                changed[key] = {
                    "status": lambda: rng.choice(["open", "open", "won", "lost"]),
                    "stage": lambda: rng.randint(1, 3),
                    "owner": lambda: rng.randrange(3),
                    "amount": self._amount,
                    "rate": lambda: Decimal(rng.randint(80, 150)) / 100,
                    "close": self._close,
                    "archived": lambda: not versions[-1][1]["archived"],
                    "currency": lambda: rng.choice(["USD", "EUR"]),
                }[key]()
            versions.append((number, self._sealed(changed, versions[-1][1], number)))
        return versions

    def _amount(self):
        return self.rng.choice([None, Decimal(0), Decimal(self.rng.randint(1, 10**6)) / 100])

    def _close(self):
        return self.rng.choice([None, *(self.day(self.rng.randint(-20, 180)) for _ in range(5))])

    def _sealed(self, state, before, number):
        """Give a closed deal its closing day and credit, as the database does."""
        if state["status"] == "open":
            return state | {"closed": None, "credit": None}
        if before is None or before["status"] != state["status"]:
            return state | {"closed": self.day(number), "credit": state["owner"]}
        return state

    def at(self, history, number):
        known = [state for moment, state in history if moment <= number]
        return known[-1] if known else None

    def seat(self, person, day):
        first, then, moves = self.seats[person]
        return then if day >= self.day(moves) else first

    def counts(self, state, scope, number):
        """Whether the state counts for the scope: said again, in other words than the product."""
        kind, name = scope
        who = state["owner"] if state["status"] == "open" else state["credit"]
        on = self.day(number) if state["status"] == "open" else state["closed"]
        return {
            "whole": lambda: True,
            "pipeline": lambda: True,
            "person": lambda: who == name,
            "team": lambda: self.seat(who, on) == name,
            "territory": lambda: self.lands[state["account"]] == name,
        }[kind]()

    def stands_in(self, state, scope):
        """Whether the state is of the pipeline that is looked at: the last stage is another's."""
        return scope[0] != "pipeline" or (state["stage"] == 3) == (scope[1] == "renewals")

    def base(self, state):
        if state["amount"] is None:
            return None
        rate = Decimal(1) if state["currency"] == "USD" else state["rate"]
        return int((state["amount"] * rate * 100).quantize(Decimal(1), ROUND_HALF_UP))

    def standing(self, state, scope, number):
        if state is None:
            return None
        return DealState(
            status=state["status"],
            stage=state["stage"],
            owner=state["owner"],
            in_scope=self.counts(state, scope, number),
            probability={1: 20, 2: 50, 3: 75}[state["stage"]],
            amount=state["amount"],
            currency=state["currency"],
            base_cents=self.base(state),
            close_on=state["close"],
            closed_on=state["closed"],
            archived=state["archived"],
            in_pipeline=self.stands_in(state, scope),
        )

    def pipeline(self, scope, number, unit):
        """The pipeline at the end of a day, added up from the states alone."""
        total = 0
        for history in self.deals:
            state = self.at(history, number)
            if state is None or state["archived"] or state["status"] != "open":
                continue
            if not state["close"] or not QUARTER.start <= state["close"] <= date(2026, 6, 30):
                continue
            if self.counts(state, scope, number) and self.stands_in(state, scope):
                odds = {1: 20, 2: 50, 3: 75}[state["stage"]]
                weight = Decimal(self.base(state) or 0) * odds / 100
                total += {
                    Unit.DEALS: 1,
                    Unit.AMOUNT: self.base(state) or 0,
                    Unit.WEIGHTED: int(weight.quantize(Decimal(1), ROUND_HALF_UP)),
                }[unit]
        return total

    def booked(self, scope, number):
        """The bookings of the quarter as known at the end of a day."""
        return sum(
            self.base(state) or 0
            for history in self.deals
            if (state := self.at(history, number))
            and state["status"] == "won"
            and not state["archived"]
            and QUARTER.start <= state["closed"] < QUARTER.end
            and self.counts(state, scope, number)
            and self.stands_in(state, scope)
        )


# In the order of Worth.
UNITS = (Unit.DEALS, Unit.AMOUNT, Unit.WEIGHTED)
SCOPES = [("whole", None), ("person", 1), ("team", "N"), ("territory", "E")]
SCOPES += [("pipeline", "renewals")]


@pytest.mark.parametrize("block", range(10))
def test_opening_and_steps_make_closing_over_ten_thousand_random_histories(block):
    for seed in range(block * 1000, block * 1000 + 1000):
        world = World(seed)
        for scope in SCOPES:
            pairs = [
                (
                    world.standing(world.at(history, world.since), scope, world.since),
                    world.standing(now, scope, world.until),
                )
                for history in world.deals
                if (now := world.at(history, world.until))
            ]
            opening, closing = (
                Worth(*(world.pipeline(scope, number, unit) for unit in UNITS))
                for number in (world.since, world.until)
            )
            steps = [
                step for before, after in pairs for step in movements(before, after, period=QUARTER)
            ]

            waterfalls(opening=opening, steps=steps, closing=closing)

            there = [before for before, _ in pairs if before and before.in_play(QUARTER)]
            assert opening == sum(
                (worth(each.base_cents, each.probability) for each in there), Worth()
            ), seed


def test_of_the_random_histories_every_movement_happens():
    found = set()
    for seed in range(3000):
        world = World(seed)
        for scope in SCOPES:
            for history in world.deals:
                if now := world.at(history, world.until):
                    before = world.standing(world.at(history, world.since), scope, world.since)
                    after = world.standing(now, scope, world.until)
                    found |= {step.movement for step in movements(before, after, period=QUARTER)}

    # No random world redefines a stage.
    assert found == set(Movement) - {Movement.DEFINITION}


@pytest.mark.parametrize("seed", range(300))
def test_what_shows_as_won_is_what_was_booked_meanwhile(seed):
    """Where no closed deal is reopened, edited or archived: then nothing else books."""
    world = World(seed)
    world.deals = [
        history
        for history in world.deals
        if not any(
            state["status"] == "won" and moment < history[-1][0] for moment, state in history
        )
    ]
    for scope in SCOPES:
        won = sum(
            -step.worth.cents
            for history in world.deals
            if (now := world.at(history, world.until))
            for step in movements(
                world.standing(world.at(history, world.since), scope, world.since),
                world.standing(now, scope, world.until),
                period=QUARTER,
            )
            if step.movement is Movement.WON
        )
        assert won == world.booked(scope, world.until) - world.booked(scope, world.since)
