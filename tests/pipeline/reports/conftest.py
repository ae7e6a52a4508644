import pytest

from tests.pipeline.reports.paper import Paper, build_paper


@pytest.fixture
def paper(db: None) -> Paper:
    return build_paper()
