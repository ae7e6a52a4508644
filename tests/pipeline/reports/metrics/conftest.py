import pytest

from org.enums import Role
from org.models.people import Person
from tests.factories.org import PersonFactory
from tests.pipeline.reports.metrics.market import fill
from tests.pipeline.reports.paper import Paper


@pytest.fixture
def market(paper: Paper) -> Paper:
    fill(paper)
    return paper


@pytest.fixture
def eve(db: None) -> Person:
    return PersonFactory(full_name="Eve Executive", roles=(Role.EXECUTIVE,))
