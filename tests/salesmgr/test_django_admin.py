import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from kit.admin import LookOnly
from tests.factories.org import PersonFactory
from tests.factories.pipeline import DealFactory

# What nobody but its people reads: on every channel, this one included.
PRIVATE = {"coaching", "hiring"}


@pytest.fixture
def root(db: None, client: Client) -> Client:
    client.force_login(PersonFactory(is_superuser=True, roles=["admin"]))
    return client


def test_nothing_private_is_registered_and_nothing_can_be_changed() -> None:
    for model, shown in admin.site._registry.items():
        assert model._meta.app_label not in PRIVATE, model
        assert isinstance(shown, LookOnly), model


@pytest.mark.parametrize("model", admin.site._registry, ids=lambda model: model._meta.label_lower)
def test_every_list_opens_and_offers_no_change(root: Client, model: type) -> None:
    DealFactory()
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"

    assert root.get(reverse(f"{name}_changelist")).status_code == 200
    assert root.get(reverse(f"{name}_add")).status_code == 403


def test_a_persons_page_shows_no_password(root: Client) -> None:
    person = PersonFactory()
    person.set_password("correct horse battery")
    person.save()

    body = root.get(reverse("admin:org_person_change", args=[person.pk])).content.decode()

    assert person.full_name in body
    assert person.password not in body
    assert "md5" not in body
    answer = root.post(
        reverse("admin:org_person_change", args=[person.pk]), {"full_name": "Forged"}
    )
    assert answer.status_code == 403
    assert root.post(reverse("admin:org_person_delete", args=[person.pk])).status_code == 403


def test_an_admin_of_ours_is_no_superuser(db: None, client: Client) -> None:
    client.force_login(PersonFactory(roles=["admin"]))

    assert client.get(reverse("admin:index")).status_code in {302, 403}


def test_a_superuser_who_is_no_admin_any_more_is_let_in_no_more(db: None, client: Client) -> None:
    client.force_login(PersonFactory(is_superuser=True, roles=["rep"]))

    assert client.get(reverse("admin:index")).status_code == 302
