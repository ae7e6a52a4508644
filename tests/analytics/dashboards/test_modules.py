"""How many of our modules a request for the team dashboard passes through."""

import sys
from pathlib import Path
from types import FrameType

import pytest
from django.urls import reverse

from tests.analytics.dashboards.test_team_page import Q1, furnish
from tests.paper import Paper
from tests.test_structure import MODULES

# Reading one number means opening each of them. Lower this when there are fewer; never raise it.
MOST = 37
OURS = {str(path) for path in MODULES}


@pytest.fixture
def passed():
    """The files of ours in which a function is called from now on."""
    found: set[str] = set()

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_filename in OURS:
            found.add(frame.f_code.co_filename)

    yield found, lambda: sys.setprofile(note)
    sys.setprofile(None)


def test_the_dashboard_passes_through_few_modules(paper: Paper, sign_in_as, passed):
    furnish(paper)
    client = sign_in_as(paper.mia)
    client.get(reverse("team"), Q1)  # What is imported by the first request is not counted.
    found, count = passed

    count()
    response = client.get(reverse("team"), Q1)
    sys.setprofile(None)

    assert response.status_code == 200
    root = Path(__file__).resolve().parents[3]
    names = sorted(str(Path(name).relative_to(root)) for name in found)
    assert "analytics/dashboards/views.py" in names
    assert len(names) <= MOST, "\n".join(names)
