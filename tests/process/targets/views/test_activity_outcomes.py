from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from org.services.calendar import ensure_years
from pipeline import history
from pipeline.activities.models import Activity
from pipeline.deals.models import Deal
from tests.factories.pipeline import ActivityFactory, DealFactory, StageFactory

pytestmark = pytest.mark.django_db

OUTCOMES = "/activities/outcomes/"
CREATED = datetime(2026, 3, 2, 9, tzinfo=UTC)
FIRST = {"period": "Q1 2026", "days": "14", "kind": "meeting"}


@pytest.fixture(autouse=True)
def _years(sales_team):
    ensure_years(2026, 2026)


def made(owner, name: str, *, met_after: int | None, end: str = "", **more) -> Deal:
    deal = DealFactory(owner=owner, name=name, created_at=CREATED, **more)
    if met_after is not None:
        at = CREATED + timedelta(days=met_after)
        logged = ActivityFactory(deal=deal, person=owner, kind="meeting", occurred_at=at)
        Activity.objects.filter(pk=logged.pk).update(created_at=at)
    if end:
        stage = StageFactory(**{end: True})
        reason = {"lost_reason": "price"} if end == "lost" else {}
        with history.writing(by=owner, source="page", at=timezone.now()):
            Deal.objects.filter(pk=deal.pk).update(stage=stage, **reason)
    return deal


@pytest.fixture
def cohort(sales_team):
    made(sales_team.rita, "Early won", met_after=3, end="won")
    made(sales_team.rita, "Early at the edge", met_after=14)
    made(sales_team.ron, "Before it was entered", met_after=-2, end="lost")
    made(sales_team.rita, "Later", met_after=15, end="lost")
    made(sales_team.rita, "Never", met_after=None, end="won")
    made(sales_team.rob, "Of Rob", met_after=1, end="won")


def groups(page) -> dict[str, tuple[int, ...]]:
    return {
        group.reach: (group.deals, group.open, group.won, group.lost)
        for group in page.context["found"].funnel.groups
    }


@pytest.mark.usefixtures("cohort")
def test_deals_are_parted_by_their_first_meeting(as_, sales_team):
    page = as_(sales_team.mia).get(OUTCOMES, FIRST)

    assert groups(page) == {"early": (3, 1, 1, 1), "later": (1, 0, 0, 1), "never": (1, 0, 1, 0)}
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FROM pipeline_deal d
                WHERE d.owner_id IN (%s, %s) AND EXISTS (
                      SELECT 1 FROM pipeline_activity a
                       WHERE a.deal_id = d.id AND a.kind = 'meeting'
                         AND a.occurred_at <= d.created_at + interval '14 days')""",
            [sales_team.rita.pk, sales_team.ron.pk],
        )
        assert cursor.fetchone()[0] == 3


@pytest.mark.usefixtures("cohort")
def test_every_figure_opens_its_deals(as_, sales_team):
    mia = as_(sales_team.mia)

    def shown(show: str) -> list[str]:
        page = mia.get(OUTCOMES, FIRST | {"show": show})
        return sorted(row.name for row in page.context["deals"].rows)

    assert shown("early:won") == ["Early won"]
    assert shown("early:closed") == ["Before it was entered", "Early won"]
    assert shown("later:") == ["Later"]
    assert len(shown(":")) == 5
    assert mia.get(OUTCOMES, FIRST | {"show": "early:maybe"}).status_code == 400


def test_young_deals_and_unlinked_activities_are_left_out_and_said(as_, sales_team):
    new = DealFactory(owner=sales_team.rita, name="New", created_at=timezone.now())
    ensure_years(timezone.now().year, timezone.now().year)
    ActivityFactory(person=sales_team.rita, kind="meeting", occurred_at=timezone.now())
    ActivityFactory(person=sales_team.rita, kind="call", occurred_at=timezone.now())
    rita = as_(sales_team.rita)

    page = rita.get(OUTCOMES)

    funnel = page.context["found"].funnel
    assert (funnel.deals, funnel.too_young, funnel.linked, funnel.unlinked) == (0, 1, 0, 1)
    assert "No deal of this period can be told yet." in page.content.decode()
    ActivityFactory(person=sales_team.rita, kind="meeting", deal=new, occurred_at=timezone.now())
    funnel = rita.get(OUTCOMES).context["found"].funnel
    assert (funnel.deals, funnel.too_young, funnel.linked) == (1, 0, 1)


@pytest.mark.usefixtures("cohort")
def test_a_past_day_knows_what_was_known(as_, sales_team):
    page = as_(sales_team.mia).get(OUTCOMES, FIRST | {"as_of": "2026-03-15"})

    # Two weeks are not over: only deals with a meeting can be told, and none is closed.
    assert groups(page)["early"] == (2, 2, 0, 0)
    assert page.context["found"].funnel.too_young == 3
