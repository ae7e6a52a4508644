import re
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from org.models.audit import AuditEntry
from pipeline.products import services as products
from pipeline.products.models import Product
from tests.worlds import SalesTeam

URL = reverse("pipeline:products")
NEW = reverse("pipeline:product-new")


@pytest.fixture
def ada(sales_team: SalesTeam, client: Client) -> Client:
    client.force_login(sales_team.ada)
    return client


def words(response: HttpResponse) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_a_product_is_added_changed_and_taken_out_of_use(ada: Client) -> None:
    assert "No products in use." in words(ada.get(URL))

    ada.post(NEW, {"name": " Sensor ", "family": "Hardware", "currency": "usd"})
    sensor = Product.objects.get()
    page = reverse("pipeline:product", args=[sensor.pk])
    ada.post(page, {"name": "Sensor X", "list_price": "99.50", "currency": "USD"})
    ada.post(reverse("pipeline:product-archive", args=[sensor.pk]))

    sensor.refresh_from_db()
    assert (sensor.name, sensor.family, sensor.currency) == ("Sensor X", "", "USD")
    assert sensor.list_price == Decimal("99.50")
    ada.get(URL)  # Takes the messages away.
    assert "Sensor X" not in words(ada.get(URL))
    assert "Sensor X" not in words(ada.get(URL, {"q": "hard", "archived": "on"}))
    assert "99.50 USD" in words(ada.get(URL, {"q": "sens", "archived": "on"}))
    ada.post(reverse("pipeline:product-archive", args=[sensor.pk]))
    assert "Sensor X" in words(ada.get(URL))
    assert list(AuditEntry.objects.about(sensor).values_list("action", flat=True)) == [
        "product.restore",
        "product.archive",
        "product.edit",
        "product.create",
    ]


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "GAUGE"}, "name"),
        ({"list_price": "-1"}, "list_price"),
        ({"list_price": "1.005"}, "list_price"),
        ({"list_price": "NaN"}, "list_price"),
        ({"currency": "E1"}, "currency"),
        ({"external_id": "P-1"}, "external_id"),
    ],
)
def test_a_bad_field_is_named_and_nothing_is_added(ada: Client, data: dict, field: str) -> None:
    products.create_product(by=None, name="Gauge", currency="USD", external_id="P-1")

    response = ada.post(NEW, {"name": "Sensor", "currency": "USD"} | data)

    assert response.status_code == 400
    assert f'id="id_{field}_error"' in response.content.decode()
    assert Product.objects.count() == 1


def test_only_admins_set_up_products(sales_team: SalesTeam) -> None:
    gauge = products.create_product(by=None, name="Gauge", currency="USD")

    for actor in (sales_team.mia, sales_team.rita, sales_team.eve):
        with pytest.raises(PermissionDenied):
            products.create_product(by=actor, name="Sensor", currency="USD")
        with pytest.raises(PermissionDenied):
            products.edit_product(gauge, by=actor, changes={"name": "Mine"})
        with pytest.raises(PermissionDenied):
            products.archive_product(gauge, by=actor, at=timezone.now())


def test_saving_without_a_change_writes_nothing(sales_team: SalesTeam) -> None:
    gauge = products.create_product(by=None, name="Gauge", currency="USD")

    products.edit_product(gauge, by=sales_team.ada, changes={"name": "Gauge "})

    assert AuditEntry.objects.about(gauge).count() == 1


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_database_the_same_for_one_and_three(
    ada: Client, django_assert_num_queries, count: int
) -> None:
    for number in range(count):
        products.create_product(by=None, name=f"Product {number}", currency="USD")
    ada.get(URL)

    with django_assert_num_queries(4):
        assert words(ada.get(URL)).count("In use") == count
