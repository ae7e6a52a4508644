from datetime import date

import pytest

from pipeline.activities.models import Activity
from tests.factories.pipeline import AccountFactory, ContactFactory, DealFactory, StageFactory
from tests.pages import form_of

pytestmark = pytest.mark.django_db

LOG = "/activities/log/"


def sent(client, **typed: str) -> dict[str, str]:
    return form_of(client.get(LOG), having="next_step") | {"subject": "Talked"} | typed


@pytest.fixture
def optics(sales_team):
    return AccountFactory(name="Acme Optics")


@pytest.fixture
def renewal(sales_team, optics):
    return DealFactory(name="Renewal of lenses", owner=sales_team.rita, account=optics)


def test_every_page_offers_to_log_and_comes_back(as_, sales_team, renewal):
    rita = as_(sales_team.rita)
    page = rita.get("/activities/?kind=call").content.decode()
    assert f'href="{LOG}?next=/activities/%3Fkind%3Dcall"' in page

    part = rita.get(LOG, headers={"HX-Request": "true", "HX-Current-URL": "http://x/deals/?page=2"})
    given = form_of(part, having="next_step")
    assert given["next"] == "/deals/?page=2"
    assert "<html" not in part.content.decode()
    typed = {"deal": "renewal of LENSES", "subject": "Talked", "next_step": "Send the offer"}
    typed |= {"direction": "out", "minutes": "12"}
    answer = rita.post(LOG, given | typed)

    assert (answer.status_code, answer.url) == (302, "/deals/?page=2")
    logged = Activity.objects.get()
    assert (logged.deal, logged.account, logged.person) == (
        renewal,
        renewal.account,
        sales_team.rita,
    )
    assert (logged.direction, logged.minutes) == ("out", 12)
    renewal.refresh_from_db()
    assert renewal.next_step == "Send the offer"


def test_those_who_look_on_are_offered_nothing(as_, sales_team):
    assert LOG not in as_(sales_team.eve).get("/activities/").content.decode()


def test_the_page_of_its_own_has_one_form(as_, sales_team):
    page = as_(sales_team.rita).get(LOG).content.decode()

    assert page.count('name="next_step"') == 1
    assert "log-dialog" not in page


def test_it_leads_to_what_it_was_about_and_never_elsewhere(as_, sales_team, renewal):
    rita = as_(sales_team.rita)

    answer = rita.post(LOG, sent(rita, deal=renewal.name, next="https://evil.example/"))

    assert answer.url == f"/deals/{renewal.pk}/"


def test_a_contact_brings_the_account(as_, sales_team, optics):
    ContactFactory(full_name="Nora Novak", email="nora@acme.example", account=optics)
    ContactFactory(full_name="Nora Novak", account=AccountFactory(name="Other"))
    rita = as_(sales_team.rita)

    for text in ("NORA@acme.example", "Nora Novak <nora@acme.example>"):
        assert rita.post(LOG, sent(rita, contact=text)).status_code == 302
    answer = rita.post(LOG, sent(rita, contact="Nora Novak"))

    assert {one.account for one in Activity.objects.all()} == {optics}
    assert list(answer.context["form"].errors) == ["contact"]
    assert rita.post(LOG, sent(rita, contact="nora novak", account="acme optics")).url == (
        f"/accounts/{optics.pk}/"
    )


@pytest.mark.parametrize(
    ("typed", "field", "says"),
    [
        ({"deal": "Renewal of lens"}, "deal", "Did you mean Renewal of lenses?"),
        ({"deal": "Secret of Rob"}, "deal", "There is no deal of this name."),
        ({"deal": "Renewal of lenses", "account": "Other"}, "account", "a deal of Acme Optics"),
        ({"contact": "Nobody", "deal": "Renewal of lenses"}, "contact", "at Acme Optics"),
        ({"account": "Other", "next_step": "Send it"}, "next_step", "name the deal too"),
        ({"deal": "Renewal of lenses", "direction": "up"}, "direction", "Select a valid choice"),
        ({"deal": "Renewal of lenses", "minutes": "10081"}, "minutes", "less than or equal"),
        ({}, "__all__", "which deal, account or contact"),
    ],
)
@pytest.mark.usefixtures("renewal")
def test_what_is_wrong_is_said_at_its_field(as_, sales_team, typed, field, says):
    AccountFactory(name="Other")
    DealFactory(name="Secret of Rob", owner=sales_team.rob)
    rita = as_(sales_team.rita)

    answer = rita.post(LOG, sent(rita, **typed))

    assert answer.status_code == 400
    assert list(answer.context["form"].errors) == [field]
    assert says in answer.content.decode()
    assert not Activity.objects.exists()


def test_deals_of_one_name_are_told_apart_by_number(as_, sales_team, renewal):
    duplicate = DealFactory(name=renewal.name, owner=sales_team.rita)
    DealFactory(name=renewal.name, owner=sales_team.rob)
    rita = as_(sales_team.rita)
    options = rita.get("/activities/suggest/deals/", {"deal": "rene"}).content.decode()
    assert f'value="{renewal.name} #{duplicate.pk}"' in options
    assert options.count("<option") == 2

    assert rita.post(LOG, sent(rita, deal=renewal.name)).status_code == 400
    rita.post(LOG, sent(rita, deal=f"{renewal.name} #{duplicate.pk}"))

    assert Activity.objects.get().deal == duplicate


def test_deals_are_suggested_by_their_own_and_their_accounts_names(as_, sales_team, renewal):
    DealFactory(name="Lenses that are sold", owner=sales_team.rita, stage=StageFactory(won=True))
    DealFactory(name="Lenses of Rob", owner=sales_team.rob)
    rita = as_(sales_team.rita)

    def suggested(text: str) -> str:
        return rita.get("/activities/suggest/deals/", {"deal": text}).content.decode()

    hint = "Acme Optics, Qualify"
    one = f'<option value="Renewal of lenses">{hint}</option>'
    assert suggested("lens").strip() == one
    assert suggested("acme").strip() == one
    assert suggested("- '").strip() == suggested("").strip() == ""


def test_contacts_are_suggested_of_the_deal_or_account_that_is_typed(as_, sales_team, renewal):
    ContactFactory(full_name="Nora Novak", email="nora@acme.example", account=renewal.account)
    ContactFactory(full_name="Nora Other")
    rita = as_(sales_team.rita)

    def suggested(**typed: str) -> int:
        page = rita.get("/activities/suggest/contacts/", {"contact": "nor", **typed})
        return page.content.decode().count("<option")

    assert suggested(deal=renewal.name) == suggested(account="acme optics") == 1
    assert suggested() == suggested(deal="Nothing like it") == 0


def test_a_day_of_the_next_step_is_kept(as_, sales_team, renewal):
    rita = as_(sales_team.rita)

    rita.post(LOG, sent(rita, deal=renewal.name, next_step="Send it", next_step_on="2026-12-01"))

    renewal.refresh_from_db()
    assert renewal.next_step_on == date(2026, 12, 1)
