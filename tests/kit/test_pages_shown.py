"""The pages of the frame itself: errors, sign-in, and the static files behind them."""

import gzip
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import storage
from django.core.management import call_command
from django.test import Client, RequestFactory, override_settings
from django.urls import reverse
from django.views.defaults import server_error

from org.enums import Role
from tests.factories.org import OrganisationFactory, PersonFactory


def test_server_error_page_needs_no_database() -> None:
    response = server_error(RequestFactory().get("/"))

    assert response.status_code == 500
    assert b"Something went wrong" in response.content


@pytest.mark.django_db
def test_missing_page_says_what_to_do(client: Client) -> None:
    response = client.get("/no/such/page/")

    assert response.status_code == 404
    assert b"no such page" in response.content
    assert b"tabler.min.css" in response.content


@pytest.mark.django_db
def test_stale_form_says_what_to_do() -> None:
    response = Client(enforce_csrf_checks=True).post(reverse("account_login"), {})

    assert response.status_code == 403
    assert b"Please send it again" in response.content


@pytest.mark.django_db
def test_pattern_page_is_in_the_order_that_its_address_asks_for(client: Client) -> None:
    client.force_login(PersonFactory(roles=[Role.ADMIN]), settings.AUTHENTICATION_BACKENDS[-1])

    first = client.get("/patterns/", {"sort": "closes_on"}).content.decode()
    unknown = client.get("/patterns/", {"sort": "password"})

    assert first.index("Østlund") < first.index("Fjord Bank")
    assert 'aria-sort="ascending"' in first
    assert "There is no order by &#x27;password&#x27; here." in unknown.content.decode()


@pytest.mark.django_db
def test_page_holds_no_inline_script_style_or_handler(client: Client) -> None:
    OrganisationFactory()
    client.force_login(PersonFactory(roles=[Role.ADMIN]), settings.AUTHENTICATION_BACKENDS[-1])

    response = client.get("/patterns/")
    html = response.content.decode()

    nonce = response.headers["Content-Security-Policy"].split("'nonce-")[1].split("'")[0]
    assert f'<style id="plotly.js-style-global" nonce="{nonce}">' in html
    assert " style=" not in html
    assert " onclick=" not in html
    for part in html.split("<script")[1:]:
        head = part.split(">", 1)[0]
        assert "src=" in head or "application/json" in head


def test_static_files_are_collected_with_hashes(tmp_path: Path) -> None:
    kept = {**settings.STORAGES, "staticfiles": {"BACKEND": "kit.storage.StaticStorage"}}

    with override_settings(
        STORAGES=kept,
        STATIC_ROOT=str(tmp_path),
        STATIC_COMPRESSION=False,  # Packing the chart library takes twenty seconds.
        INSTALLED_APPS=["kit", *STATIC_APPS],
    ):
        call_command("collectstatic", interactive=False, verbosity=0)
        names = storage.staticfiles_storage.hashed_files
        with override_settings(STATIC_COMPRESSION=True):
            list(storage.staticfiles_storage.compress_files([names["css/variables.css"]]))

    assert names["css/variables.css"] != "css/variables.css"
    assert (tmp_path / names["js/charts.js"]).exists()
    packed = gzip.decompress((tmp_path / f"{names['css/variables.css']}.gz").read_bytes())
    assert packed == (tmp_path / names["css/variables.css"]).read_bytes()
    assert not (tmp_path / f"{names['js/charts.js']}.gz").exists()
    assert (
        "sourceMappingURL"
        not in (tmp_path / names["vendor/tabler-1.6.1/tabler.min.js"]).read_text()
    )


STATIC_APPS = [
    "django.contrib.staticfiles",
    "django.contrib.contenttypes",
    "org",
    "django.contrib.auth",
]
