import copy
import time
from typing import Any

import pytest
from django.test import Client


def test_healthz_answers_anybody_without_a_query(client: Client) -> None:
    response = client.get("/healthz")

    assert response.status_code == 200
    assert response.content == b"ok\n"


@pytest.mark.django_db
def test_readyz_names_each_part(client: Client) -> None:
    response = client.get("/readyz")

    assert response.content.decode().splitlines() == [
        "database: ok",
        "migrations: ok",
        "redis: ok",
    ]
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_readyz_says_at_once_that_redis_is_gone(client: Client, settings: Any) -> None:
    caches = copy.deepcopy(settings.CACHES)
    caches["default"]["LOCATION"] = "unix:///nowhere/valkey.sock?db=0"
    settings.CACHES = caches
    begun = time.monotonic()

    response = client.get("/readyz")

    assert response.status_code == 503
    assert "redis: failing" in response.content.decode()
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_pages_refuse_to_be_written_to(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405
