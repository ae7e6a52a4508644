import re

import pytest
from django.test import Client
from django.urls import reverse

from org.models.calendar import FiscalPeriod
from org.models.teams import Team
from org.services import calendar, people, trees
from salesmgr.setup import steps
from tests.factories.org import PersonFactory, QuotaFactory
from tests.factories.pipeline import DealFactory, ProductFactory, StageFactory

pytestmark = pytest.mark.django_db


def done() -> list[str]:
    return [step.title for step in steps() if step.is_done]


def test_a_fresh_installation_leads_its_admin_step_by_step(client: Client) -> None:
    admin = people.create_person(by=None, full_name="Ada", email="a@example.com", roles=["admin"])
    client.force_login(admin)
    assert client.get(reverse("home")).url == reverse("setup")

    def follow() -> str:
        body = client.get(reverse("setup")).content.decode()
        return re.search(r'btn btn-primary" href="([^"]+)"', body)[1]

    assert follow() == reverse("org:organisation")
    calendar.configure(by=admin, name="Northwind")
    assert follow() == reverse("org:people")
    rita = people.create_person(by=admin, full_name="Rita", roles=["rep"])
    assert follow() == reverse("org:teams")
    north = trees.create(Team, by=admin, name="North")
    year = FiscalPeriod.objects.of_kind("year").first()
    people.join_team(rita, by=admin, team=north, since=year.start_on)
    assert follow() == reverse("pipeline:stages")
    stage = StageFactory()
    StageFactory(won=True)
    assert follow() == reverse("pipeline:stages")
    StageFactory(lost=True)
    # Products are optional, so quotas come next.
    assert follow() == reverse("org:quotas")
    QuotaFactory(person=rita, period=year)
    DealFactory(owner=rita, stage=stage)

    assert done() == [
        "Organisation",
        "People",
        "Teams",
        "Stages",
        "Quotas",
        "Accounts and deals",
    ]
    ProductFactory()
    assert "Products" in done()
    assert "7 of 7 steps are done" in " ".join(
        client.get(reverse("setup")).content.decode().split()
    )


def test_every_step_that_has_its_page_leads_there(client: Client) -> None:
    client.force_login(PersonFactory(roles=["admin"]))

    for step in steps():
        if step.href:
            assert client.get(step.href).status_code == 200, step.title
