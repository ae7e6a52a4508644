"""Contacts, products and the lines of deals, by the services that the pages use."""

from decimal import Decimal

import pytest

from org.models.audit import AuditEntry
from pipeline.credit.models import CreditSplit
from pipeline.customers.models import Contact
from pipeline.deals.models import DealLine
from pipeline.products.models import Product
from tests.api.conftest import program_of
from tests.factories.pipeline import AccountFactory, ContactFactory, DealFactory, ProductFactory

pytestmark = pytest.mark.django_db
KEY = "3f1c"


@pytest.fixture
def ada(sales_team):
    return program_of(sales_team.ada)


def line_on(deal, **fields):
    given = {"product": ProductFactory(), "quantity": Decimal(2), "unit_price": Decimal(5)}
    return DealLine.objects.create(deal=deal, **given | fields)


def test_a_contact_is_created_changed_with_what_was_seen_and_archived(sales_team, rita):
    acme = AccountFactory(name="Acme")
    made = rita.post("contacts", {"account": acme.pk, "full_name": " Nina ", "email": "n@acme.com"})
    pk = made.json()["id"]

    changed = rita.patch("contact", {"title": "CFO", "seen": {"title": ""}}, pk)
    late = rita.patch("contact", {"title": "CEO", "seen": {"title": ""}}, pk)
    archived = rita.post("contact-archive", pk=pk)

    assert (made.status_code, made.json()["full_name"], made.json()["account"]) == (
        201,
        "Nina",
        acme.pk,
    )
    assert (changed.status_code, changed.json()["title"]) == (200, "CFO")
    assert late.status_code == 409
    assert late.json()["differences"] == {"title": {"current": "CFO", "attempted": "CEO"}}
    assert archived.json()["archived_at"] is not None
    assert rita.get("contacts").json()["results"] == []
    assert [row["id"] for row in rita.get("contacts", archived="true").json()["results"]] == [pk]
    assert rita.post("contact-restore", pk=pk).json()["archived_at"] is None
    deeds = AuditEntry.objects.filter(subject_type="pipeline.contact", actor=sales_team.rita)
    assert sorted(deeds.values_list("action", flat=True)) == [
        "contact.archive",
        "contact.create",
        "contact.edit",
        "contact.restore",
    ]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"account": 987_654_321}, "account"),
        ({"account": "1"}, "account"),
        ({"full_name": ""}, "full_name"),
        ({"full_name": "nina"}, "full_name"),
        ({"email": "no address"}, "email"),
        ({"phone": 5}, "phone"),
        ({"owner": 1}, "owner"),
        ({"external_id": "taken"}, "external_id"),
    ],
)
def test_a_bad_contact_is_refused_by_its_field(rita, change, field):
    acme = AccountFactory()
    ContactFactory(account=acme, full_name="Nina", external_id="taken")

    answer = rita.post("contacts", {"account": acme.pk, "full_name": "Nora"} | change)

    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
    assert Contact.objects.count() == 1


def test_contacts_are_found_by_account_name_and_address(rita):
    acme = AccountFactory()
    nina = ContactFactory(account=acme, full_name="Nina Newman", email="Nina@acme.com")
    nora = ContactFactory(full_name="Nora Newman", external_id="C-1")

    def found(**query):
        return [row["id"] for row in rita.get("contacts", **query).json()["results"]]

    assert found() == [nina.pk, nora.pk]
    assert found(account=acme.pk) == found(text="nin new") == found(email="nina@ACME.com")
    assert found(account=acme.pk) == [nina.pk]
    assert found(external_id="C-1") == [nora.pk]


def test_admins_keep_products_that_everybody_reads(sales_team, ada, rita):
    made = ada.post("products", {"name": "Gauge", "list_price": "12.50"})
    pk = made.json()["id"]

    changed = ada.patch("product", {"list_price": None, "family": "Gauges"}, pk)
    denied = rita.patch("product", {"list_price": "0.01"}, pk)

    assert (made.status_code, made.json()["list_price"], made.json()["currency"]) == (
        201,
        "12.50",
        "USD",
    )
    assert (changed.json()["list_price"], changed.json()["family"]) == (None, "Gauges")
    assert denied.status_code == 403
    assert rita.get("product", pk).json()["list_price"] is None
    assert ada.post("product-archive", pk=pk).json()["archived_at"] is not None
    assert rita.get("products").json()["results"] == []
    assert ada.post("product-restore", pk=pk).json()["archived_at"] is None
    assert AuditEntry.objects.filter(action="product.edit", actor=sales_team.ada).count() == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " gauge"}, "name"),
        ({"list_price": "-1"}, "list_price"),
        ({"list_price": 1.5}, "list_price"),
        ({"list_price": "1.005"}, "list_price"),
        ({"currency": "EURO"}, "currency"),
        ({"currency": "E1R"}, "currency"),
        ({"price": "1"}, "price"),
    ],
)
def test_a_bad_product_is_refused_by_its_field(ada, change, field):
    ProductFactory(name="Gauge")

    answer = ada.post("products", {"name": "Meter"} | change)

    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
    assert Product.objects.count() == 1


def test_lines_are_added_read_on_the_deal_and_removed_once(sales_team, rita):
    deal, gauge = DealFactory(owner=sales_team.rita), ProductFactory(name="Gauge")
    body = {"product": gauge.pk, "quantity": "1.50", "unit_price": "10.00"}

    made = rita.post("deal-lines", body, pk=deal.pk, key=KEY)
    again = rita.post("deal-lines", body, pk=deal.pk, key=KEY)

    pk = made.json()["id"]
    assert made.json() == again.json()
    assert made.json() == {
        "id": pk,
        "deal": deal.pk,
        "product": gauge.pk,
        "product_name": "Gauge",
        "quantity": "1.50",
        "unit_price": "10.00",
    }
    assert rita.get("deal-lines", deal.pk).json()["results"] == [made.json()]
    assert [line["id"] for line in rita.get("deal", deal.pk).json()["lines"]] == [pk]
    removed = rita.post("line-remove", pk=pk, key="other")
    repeated = rita.post("line-remove", pk=pk, key="other")
    assert (removed.status_code, removed.json()) == (200, made.json())
    assert (repeated.json(), repeated.headers["Idempotency-Replayed"]) == (made.json(), "true")
    assert rita.post("line-remove", pk=pk).status_code == 404
    assert not DealLine.objects.exists()
    deeds = AuditEntry.objects.about(deal).filter(actor=sales_team.rita)
    assert sorted(deeds.values_list("action", flat=True)) == ["deal.add_line", "deal.remove_line"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"quantity": "0"}, "quantity"),
        ({"quantity": "-1"}, "quantity"),
        ({"quantity": 1.5}, "quantity"),
        ({"unit_price": "-0.01"}, "unit_price"),
        ({"unit_price": "1.005"}, "unit_price"),
        ({"product": 987_654_321}, "product"),
        ({"deal": 1}, "deal"),
    ],
)
def test_a_bad_line_is_refused_by_its_field(sales_team, rita, change, field):
    deal = DealFactory(owner=sales_team.rita)
    good = {"product": ProductFactory().pk, "quantity": "1", "unit_price": "1.00"}

    answer = rita.post("deal-lines", good | change, pk=deal.pk)

    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
    assert not DealLine.objects.exists()


def test_a_line_of_anothers_deal_is_as_one_that_does_not_exist(sales_team, rita, mia):
    deal = DealFactory(owner=sales_team.ron)
    line = line_on(deal)

    hidden, missing = rita.get("line", line.pk), rita.get("line", 987_654_321)

    assert (hidden.status_code, hidden.json()) == (404, missing.json())
    assert rita.post("line-remove", pk=line.pk).status_code == 404
    assert rita.get("deal-lines", deal.pk).status_code == 404
    assert mia.get("line", line.pk).json()["deal"] == deal.pk


def test_a_line_is_changed_with_what_was_seen_and_a_stale_change_is_told(sales_team, rita):
    line = line_on(DealFactory(owner=sales_team.rita))

    first = rita.patch("line", {"quantity": "3.50", "seen": {"quantity": "2.00"}}, pk=line.pk)
    stale = rita.patch(
        "line",
        {"quantity": "9", "unit_price": "6.00", "seen": {"quantity": "2", "unit_price": "5"}},
        pk=line.pk,
    )
    unseen = rita.patch("line", {"quantity": "9"}, pk=line.pk)
    bad = rita.patch("line", {"quantity": "0", "seen": {"quantity": "3.50"}}, pk=line.pk)
    product = rita.patch("line", {"product": 1, "seen": {}}, pk=line.pk)

    assert (first.status_code, first.json()["quantity"]) == (200, "3.50")
    assert stale.status_code == 409
    assert stale.json()["differences"] == {"quantity": {"current": "3.50", "attempted": "9.00"}}
    assert (unseen.status_code, list(unseen.json()["fields"])) == (400, ["seen"])
    assert (bad.status_code, list(bad.json()["fields"])) == (400, ["quantity"])
    assert product.status_code == 400
    line.refresh_from_db()
    assert (line.quantity, line.unit_price) == (Decimal("3.50"), Decimal(5))
    entry = AuditEntry.objects.get(action="deal.edit_line", actor=sales_team.rita)
    assert [words.split(" ")[0] for words in entry.changes["product line"]] == ["2", "3.5"]


@pytest.mark.parametrize("name", ["contacts", "products", "deal-lines"])
def test_the_lists_ask_as_often_for_three_as_for_one(
    sales_team, rita, name, django_assert_num_queries
):
    deal = DealFactory(owner=sales_team.rita)
    pk = deal.pk if name == "deal-lines" else None

    def grow():
        ContactFactory()
        line_on(deal)

    grow()
    rita.get(name, pk)
    queries = {"contacts": 3, "products": 3, "deal-lines": 5}[name]
    with django_assert_num_queries(queries):
        assert len(rita.get(name, pk).json()["results"]) == 1

    grow()
    grow()

    with django_assert_num_queries(queries):
        assert len(rita.get(name, pk).json()["results"]) == 3


def test_who_plays_a_part_in_a_deal_is_added_changed_and_removed(sales_team, rita):
    deal = DealFactory(owner=sales_team.rita, account=AccountFactory())
    ann = ContactFactory(account=deal.account)
    stranger = ContactFactory()

    refused = rita.post("deal-contacts", {"contact": stranger.pk, "role": "user"}, pk=deal.pk)
    made = rita.post("deal-contacts", {"contact": ann.pk, "role": "user"}, pk=deal.pk).json()
    changed = rita.post("deal-contact-change", {"role": "legal"}, pk=made["id"]).json()
    body = rita.get("deal", deal.pk).json()
    removed = rita.post("deal-contact-remove", pk=changed["id"]).json()

    assert refused.json()["fields"] == {"contact": ["Choose a contact of the deal's account."]}
    assert (made["contact"], made["role"], made["ended_at"]) == (ann.pk, "user", None)
    assert (changed["role"], changed["added_at"]) == (
        "legal",
        rita.get("deal-contact", made["id"]).json()["ended_at"],
    )
    assert body["contacts"] == [ann.pk]
    assert removed["ended_at"] is not None
    assert rita.get("deal", deal.pk).json()["contacts"] == []
    assert rita.get("deal-contacts", deal.pk).json()["results"] == []
    then = rita.get("deal-contacts", deal.pk, as_of=changed["added_at"]).json()["results"]
    assert [row["role"] for row in then] == ["legal"]


def test_what_is_wrong_with_a_share_is_told_by_its_place(sales_team, mia):
    deal = DealFactory(owner=sales_team.rita)
    shares = [
        {"person": sales_team.rita.pk, "kind": "revenue", "percent": "60"},
        {"person": sales_team.ron.pk, "kind": "revenue", "percent": "a lot"},
    ]

    answer = mia.post("deal-credit", {"shares": shares, "reason": "Deal", "seen": None}, deal.pk)

    assert answer.status_code == 400
    assert answer.json()["fields"] == {"shares.1": ['Give the number as text, such as "1200.50".']}
    assert not CreditSplit.objects.exists()
