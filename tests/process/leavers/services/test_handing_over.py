from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from org.models.audit import AuditEntry
from org.models.people import Person
from org.services import people
from pipeline import history
from pipeline.deals.models import Deal, DealVersion
from process.leavers.services import hand_over
from tests.factories.pipeline import AccountFactory, DealFactory, StageFactory
from tests.fixtures import BACKEND
from tests.worlds import SalesTeam


class Desk:
    """Lou's: two open deals of Acme, one of Zeta, one of no account, one won and one archived."""

    def __init__(self, team: SalesTeam) -> None:
        self.team, self.lou = team, team.lou
        stage, won = StageFactory(), StageFactory(won=True)
        acme, zeta = AccountFactory(name="Acme"), AccountFactory(name="Zeta")
        self.acme, self.zeta = acme, zeta
        self.deals = {
            name: DealFactory(name=name, owner=self.lou, account=account, stage=stage, amount=100)
            for name, account in (("a1", acme), ("a2", acme), ("z", zeta), ("none", None))
        }
        self.won = DealFactory(name="won", owner=self.lou, stage=won, amount=7)
        self.archived = DealFactory(
            name="gone", owner=self.lou, stage=stage, archived_at="2026-01-05T10:00Z"
        )

    def seen(self) -> dict[int, int]:
        return {deal.pk: deal.version for deal in self.deals.values()}

    def owners(self) -> dict[str, Person]:
        return {deal.name: deal.owner for deal in Deal.objects.select_related("owner")}


@pytest.fixture
def desk(sales_team: SalesTeam) -> Desk:
    return Desk(sales_team)


def give(desk: Desk, by: Person | None, to: Person, **fields: object) -> int:
    wanted = {
        "owners": dict.fromkeys(desk.seen(), to),
        "seen": desk.seen(),
        "reason": "Lou has left",
    }
    return hand_over(desk.lou, by=by, **(wanted | fields))


def test_open_deals_change_hands_with_their_reason_and_credit_stays(desk: Desk) -> None:
    owners = dict.fromkeys(desk.seen(), desk.team.rita)
    owners[desk.deals["z"].pk] = desk.team.ron

    assert give(desk, desk.team.mia, desk.team.rita, owners=owners) == 4

    rita, ron, lou = desk.team.rita, desk.team.ron, desk.lou
    assert desk.owners() == {
        "a1": rita, "a2": rita, "z": ron, "none": rita, "won": lou, "gone": lou,
    }  # fmt: skip
    desk.won.refresh_from_db()
    assert desk.won.credited_to == lou
    versions = DealVersion.objects.filter(deal__in=desk.seen()).order_by("deal", "valid_from")
    assert list(versions.values_list("owner", "reason", "changed_by"))[1] == (
        rita.pk,
        "Lou has left",
        desk.team.mia.pk,
    )
    entry = AuditEntry.objects.about(desk.lou).get()
    assert (entry.action, entry.reason) == ("person.hand_over", "Lou has left")
    assert AuditEntry.objects.filter(action="deal.edit", reason="Lou has left").count() == 4


def test_the_same_once_more_changes_nothing(desk: Desk) -> None:
    give(desk, desk.team.ada, desk.team.rita)
    before = (DealVersion.objects.count(), AuditEntry.objects.count())

    assert give(desk, desk.team.ada, desk.team.rita) == 0

    assert (DealVersion.objects.count(), AuditEntry.objects.count()) == before


@pytest.mark.parametrize("field", ["amount", "owner"])
def test_a_deal_that_somebody_changed_meanwhile_stops_it_all(desk: Desk, field: str) -> None:
    value = {"amount": 5, "owner": desk.team.ron}[field]
    with history.writing(by=None, source="page"):
        Deal.objects.filter(pk=desk.deals["none"].pk).update(**{field: value})

    with pytest.raises(ValidationError, match="changed none in the meantime"):
        give(desk, desk.team.ada, desk.team.rita)

    assert desk.owners()["a1"] == desk.lou


def test_who_may_hand_over_and_to_whom(desk: Desk) -> None:
    team = desk.team
    for actor in (team.max, team.rita, team.eve):
        with pytest.raises(PermissionDenied):
            give(desk, actor, team.rita)
    for new in (team.rob, team.gus):
        with pytest.raises(ValidationError, match="Choose somebody who sells"):
            give(desk, team.mia, new)
    with pytest.raises(ValidationError, match="Say why"):
        give(desk, team.mia, team.rita, reason=" ")

    assert give(desk, team.dana, team.rob) == 4


def test_the_page_gives_accounts_to_different_people(desk: Desk, client) -> None:
    client.force_login(desk.team.mia, backend=BACKEND)
    url = reverse("process:hand-over", args=[desk.lou.pk])

    page = client.get(url)
    assert page.status_code == 200
    form = page.context["form"]
    sent = {
        "owner": desk.team.rita.pk,
        f"account-{desk.zeta.pk}": desk.team.ron.pk,
        "reason": form.initial["reason"],
        "seen": form.initial["seen"],
    }
    assert client.post(url, sent).status_code == 302

    owners = desk.owners()
    assert (owners["a1"], owners["z"], owners["none"]) == (
        desk.team.rita,
        desk.team.ron,
        desk.team.rita,
    )
    assert b"No open deals." in client.get(url).content


def test_a_page_that_is_out_of_date_says_so(desk: Desk, client) -> None:
    client.force_login(desk.team.ada, backend=BACKEND)
    url = reverse("process:hand-over", args=[desk.lou.pk])
    seen = client.get(url).context["form"].initial["seen"]
    with history.writing(by=None, source="page"):
        Deal.objects.filter(pk=desk.deals["z"].pk).update(amount=5)

    answer = client.post(url, {"owner": desk.team.rita.pk, "reason": "Left", "seen": seen})

    assert answer.status_code == 400
    assert b"Somebody changed z in the meantime" in answer.content
    assert desk.owners()["a1"] == desk.lou


@pytest.mark.parametrize("deals", [1, 3])
def test_the_page_asks_the_same_for_one_and_three(
    sales_team: SalesTeam, client, django_assert_num_queries, deals: int
) -> None:
    for _ in range(deals):
        DealFactory(owner=sales_team.lou, account=AccountFactory())
    client.force_login(sales_team.ada, backend=BACKEND)
    url = reverse("process:hand-over", args=[sales_team.lou.pk])

    with django_assert_num_queries(11):
        client.get(url)


def test_the_step_of_deactivating_leads_there(desk: Desk, client) -> None:
    client.force_login(desk.team.ada, backend=BACKEND)
    people.deactivate(desk.team.rita, by=desk.team.ada, on=date(2026, 1, 5))

    for person in (desk.team.rita, desk.team.ron):
        page = client.get(person.get_absolute_url()).content.decode()
        assert reverse("process:hand-over", args=[person.pk]) in page
