"""While the database is busy or away a page says so and when to come back; a fault stays a 500."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import OperationalError
from django.test import Client
from django.urls import reverse

from org.models.people import Person
from pipeline.deals.models import Deal
from tests.access.asking import BACKEND
from tests.factories.org import OrganisationFactory, PersonFactory
from tests.factories.pipeline import DealFactory


@pytest.fixture
def rita(transactional_db: None) -> Person:
    OrganisationFactory()
    return PersonFactory(roles=("rep",))


@pytest.fixture
def client(rita: Person) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(rita, backend=BACKEND)
    return client


@contextmanager
def held(deal: Deal) -> Iterator[None]:
    """Hold the deal's row from another connection; ours gives up waiting at once."""
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pipeline_deal WHERE id = %s FOR UPDATE", [deal.pk])
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")
        other.close()


def test_a_page_whose_row_is_held_asks_to_come_back(client: Client, rita: Person) -> None:
    deal = DealFactory(owner=rita, next_step="Call")
    url = reverse("analytics:deal-step", args=[deal.pk])
    sent = {"next_step": "Send the offer", "next_step_on": "", "version": deal.version}

    with held(deal):
        response = client.post(url, sent)

    assert response.status_code == 503
    assert response["Retry-After"] == "5"
    assert "Busy for a moment" in response.content.decode()
    deal.refresh_from_db()
    assert deal.next_step == "Call"
    assert client.post(url, sent).status_code == 302


def test_the_api_says_the_same_in_its_own_shape(client: Client, rita: Person) -> None:
    deal = DealFactory(owner=rita, next_step="Call")
    url = reverse("api:deal", args=[deal.pk])
    sent = {"next_step": "Send the offer", "version": deal.version}

    with held(deal):
        response = client.patch(url, sent, content_type="application/json")

    assert (response.status_code, response.json()["code"]) == (503, "unavailable")
    assert response["Retry-After"] == "5"
    deal.refresh_from_db()
    assert deal.next_step == "Call"
    assert client.patch(url, sent, content_type="application/json").status_code == 200


def test_a_statement_over_its_time_is_no_fault_of_the_page(client: Client) -> None:
    def slow(execute: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
        if "pipeline_deal" in sql:
            execute("SET statement_timeout = '20ms'", None, many, context)
            sql, params = "SELECT pg_sleep(1)", None
        return execute(sql, params, many, context)

    try:
        with connection.execute_wrapper(slow):
            response = client.get(reverse("analytics:deals"))
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET statement_timeout")

    assert response.status_code == 503


def test_a_server_that_is_gone_before_the_page_is_found_out_is_told_too(client: Client) -> None:
    """The session is read by a layer around every page, whose errors no page could catch."""

    def refused(_execute: Any, *_rest: Any) -> Any:
        raise OperationalError("could not connect to server: Connection refused")

    with connection.execute_wrapper(refused):
        response = client.get(reverse("analytics:deals"))

    assert response.status_code == 503
    assert "Traceback" not in response.content.decode()


def test_a_fault_of_ours_stays_one(client: Client) -> None:
    def broken(_execute: Any, *_rest: Any) -> Any:
        raise ValueError("a fault")

    with connection.execute_wrapper(broken):
        response = client.get(reverse("analytics:deals"))

    assert response.status_code == 500
    assert "The fault is ours" in response.content.decode()
    assert not transaction.get_connection().in_atomic_block
