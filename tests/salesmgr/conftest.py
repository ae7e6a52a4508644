import pytest
from django.test import Client

from org.models.people import Person
from tests.pipeline.reports.paper import build_paper
from tests.worlds import world

BACKEND = "org.backends.SessionBackend"


paper = world(build_paper)


@pytest.fixture
def sign_in_as():
    def client(person: Person) -> Client:
        browser = Client()
        browser.force_login(person, backend=BACKEND)
        return browser

    return client
