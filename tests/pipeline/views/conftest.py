"""A browser of a named person of the sales team, and the stages of a small process."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.test import Client

from org.models.people import Person
from tests.factories.pipeline import StageFactory
from tests.pipeline.reports.paper import build_paper
from tests.worlds import world

BACKEND = "org.backends.SessionBackend"
As = Callable[[Person], Client]


@pytest.fixture
def as_(no_bare_numbers: None) -> As:
    """Return a client signed in as the person; a bare number in a template is an error."""

    def signed_in(person: Person) -> Client:
        client = Client()
        client.force_login(person, backend=BACKEND)
        return client

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
