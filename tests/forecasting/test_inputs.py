"""The arrays equal a replay of the versions in plain Python."""

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from forecasting.inputs import history
from forecasting.methods.history import GONE, LOST, NOBODY, OPEN, UNPRICED, WON
from kit.money import cents
from org.services.people import join_team
from pipeline.credit.services import Share, split_credit
from pipeline.deals.models import Deal, DealVersion
from pipeline.enums import CreditKind
from pipeline.history import writing
from pipeline.stages.models import Stage
from tests.factories.org import OrganisationFactory, PersonFactory, TeamFactory
from tests.factories.pipeline import DealFactory, StageFactory

START = datetime(2026, 1, 1, tzinfo=UTC)
CODES = {"open": OPEN, "won": WON, "lost": LOST}


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu", "America/Los_Angeles"])
@pytest.mark.parametrize("seed", [1, 2])
def test_history_equals_a_replay(db: None, zone: str, seed: int) -> None:
    OrganisationFactory(time_zone=zone)
    rng = random.Random(seed)  # noqa: S311 -- a test's order
    stages = [
        StageFactory(),
        StageFactory(propose=True),
        StageFactory(won=True),
        StageFactory(lost=True),
    ]
    people = [PersonFactory(), PersonFactory()]
    for _ in range(6):
        play(rng, stages, people)
    moment = START + timedelta(days=25, hours=rng.randrange(24))

    known = history(moment)

    found = list(
        zip(
            known.deal.tolist(), known.day.tolist(), known.owner.tolist(), known.stage.tolist(),
            known.status.tolist(), known.cents.tolist(), known.closed_on.tolist(),
            known.credited_to.tolist(), strict=True,
        )
    )  # fmt: skip
    assert found == replay(moment, ZoneInfo(zone))
    assert known.last_day == moment.astimezone(ZoneInfo(zone)).toordinal()


def play(rng: random.Random, stages: list[Stage], people: list) -> None:
    moment = START + timedelta(hours=rng.randrange(200))
    with writing(by=None, source="import", at=moment):
        deal = DealFactory(owner=people[0], stage=stages[0], created_at=moment)
    for _ in range(rng.randrange(9)):
        moment += timedelta(minutes=rng.randrange(1, 4000))
        deal = Deal.objects.get(pk=deal.pk)
        change = rng.choice(["stage", "owner", "amount", "name", "archived_at"])
        values = {
            "stage": rng.choice(stages),
            "owner": rng.choice(people),
            "amount": rng.choice([None, 100, 250.5]),
            "name": f"Renamed at {moment}",
            "archived_at": rng.choice([None, moment]),
        }
        with writing(by=None, source="import", at=moment):
            setattr(deal, change, values[change])
            deal.save()


def replay(moment: datetime, zone: ZoneInfo) -> list[tuple[int, ...]]:
    places = {
        pk: place
        for place, pk in enumerate(
            Stage.objects.filter(kind="open").order_by("pk").values_list("pk", flat=True)
        )
    }
    states: dict[tuple[int, int], tuple[int, ...]] = {}
    for row in DealVersion.objects.filter(valid_from__lte=moment).order_by("deal", "valid_from"):
        status = GONE if row.archived else CODES[row.status]
        states[row.deal_id, row.valid_from.astimezone(zone).toordinal()] = (
            row.owner_id,
            places[row.stage_id] if status == OPEN else -1,
            status,
            UNPRICED if row.amount_base is None else cents(row.amount_base),
            row.closed_on.toordinal() if row.closed_on else -1,
            row.credited_to_id or NOBODY,
            row.stage_id,
        )
    kept: list[tuple[int, ...]] = []
    before: dict[int, tuple[int, ...]] = {}
    for (deal, day), state in sorted(states.items()):
        if before.get(deal) != state:
            kept.append((deal, day, *state[:-1]))
        before[deal] = state
    return kept


def test_splits_are_those_known_and_the_last_of_each_day(db: None) -> None:
    """Nine hours from Greenwich, evenings of the 1st in London are the 2nd."""
    OrganisationFactory(time_zone="Asia/Tokyo")
    ann, ben, deal = PersonFactory(roles=["rep"]), PersonFactory(roles=["rep"]), DealFactory()
    agreed = [(0, "100", "0"), (14, "50", "50"), (16, "66.67", "33.33"), (40, "0", "0")]
    moment, newest = START + timedelta(hours=40), None
    for hours, of_ann, of_ben in [*agreed, (41, "1", "99")]:
        parts = ((ann, CreditKind.REVENUE, of_ann), (ben, CreditKind.REVENUE, of_ben))
        overlay = Share(ben, CreditKind.OVERLAY, Decimal(10))
        shares = [Share(who, kind, Decimal(part)) for who, kind, part in parts if part != "0"]
        at = START + timedelta(hours=hours)
        newest = split_credit(
            deal, by=None, shares=[*shares, overlay], reason="Agreed", at=at, seen=newest
        ).pk

    known = history(moment)

    first = START.date().toordinal()
    assert known.splits == {
        deal.pk: [
            (first, {ann.pk: Decimal(50), ben.pk: Decimal(50)}),
            (first + 1, {ann.pk: Decimal("66.67"), ben.pk: Decimal("33.33")}),
            (first + 2, {}),
        ]
    }


def test_teams_and_leavers_are_those_of_org(db: None) -> None:
    OrganisationFactory()
    person, team = PersonFactory(), TeamFactory()
    gone = PersonFactory(left_on=datetime(2026, 3, 1, tzinfo=UTC).date(), is_active=False)
    join_team(person, by=None, team=team, since=START.date())

    known = history(START + timedelta(days=100))

    assert known.memberships.person.tolist() == [person.pk]
    assert known.memberships.team.tolist() == [team.pk]
    assert known.memberships.start.tolist() == [START.date().toordinal()]
    assert known.left == {gone.pk: datetime(2026, 3, 1, tzinfo=UTC).toordinal()}


def test_quarters_follow_the_fiscal_year(db: None) -> None:
    OrganisationFactory(fiscal_year_start_month=2)
    DealFactory()

    starts = history(datetime(2026, 6, 1, tzinfo=UTC)).quarter_starts

    months = {datetime.fromordinal(day).month for day in starts.tolist()}
    assert months == {2, 5, 8, 11}
    assert starts[0] <= datetime(2026, 1, 5, tzinfo=UTC).toordinal()
    assert starts[-1] > datetime(2028, 6, 1, tzinfo=UTC).toordinal()
