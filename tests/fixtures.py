"""What tests of pages and figures share: a signed-in browser, a small process, a world on paper."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.test import Client

from org.enums import Role
from org.models.people import Person
from tests.analytics.market import build_market
from tests.factories.org import PersonFactory
from tests.factories.pipeline import StageFactory
from tests.paper import build_paper
from tests.worlds import world

BACKEND = "org.backends.SessionBackend"
As = Callable[[Person], Client]


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend=BACKEND)
    return client


@pytest.fixture
def sign_in_as() -> As:
    return signed_in


@pytest.fixture
def as_(no_bare_numbers: None) -> As:
    """Return a client signed in as the person; a bare number in a template is an error."""
    return signed_in


@pytest.fixture
def stages(db: None) -> SimpleNamespace:
    return SimpleNamespace(
        qualify=StageFactory(),
        propose=StageFactory(propose=True),
        won=StageFactory(won=True),
        lost=StageFactory(lost=True),
    )


paper = world(build_paper)
market = world(build_market)


@pytest.fixture
def eve(db: None) -> Person:
    return PersonFactory(full_name="Eve Executive", roles=(Role.EXECUTIVE,))
