from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from hiring import services
from hiring.models import Requisition
from org.models.audit import AuditEntry

pytestmark = pytest.mark.django_db
BACKEND = "org.backends.SessionBackend"


@pytest.fixture
def requisition(sales_team):
    return services.open_requisition(
        by=sales_team.rex,
        title="Rep",
        team=sales_team.north,
        hiring_manager=sales_team.mia,
        heads=1,
        opened_on=date(2026, 1, 5),
    )


def edit(requisition, by, version=1, **changes):
    return services.edit_requisition(requisition, by=by, version=version, changes=changes)


def sent(requisition, **typed):
    """Return what the edit form of a requisition sends, with what its author typed."""
    seen = {
        "title": requisition.title,
        "heads": requisition.heads,
        "opened_on": requisition.opened_on.isoformat(),
        "start_on": requisition.start_on.isoformat() if requisition.start_on else "",
        "reason": requisition.reason,
    }
    initial = {f"initial-{name}": value for name, value in seen.items()}
    return initial | seen | {"version": requisition.version} | typed


def test_a_requisition_is_corrected(client, sales_team, requisition):
    client.force_login(sales_team.mia, backend=BACKEND)
    address = reverse("hiring:requisition-edit", args=[requisition.pk])

    page = client.get(address).text
    body = sent(requisition, title="Senior rep", heads=3, start_on="2026-04-01")
    answer = client.post(address, body)

    assert 'value="Rep"' in page
    assert answer.status_code == 302
    found = Requisition.objects.get()
    assert (found.title, found.heads, found.start_on) == ("Senior rep", 3, date(2026, 4, 1))
    entry = AuditEntry.objects.get(action="requisition.edit")
    assert entry.changes == {
        "title": ["Rep", "Senior rep"],
        "heads": [1, 3],
        "start_on": [None, "2026-04-01"],
    }


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " "}, "title"),
        ({"heads": 0}, "heads"),
        ({"heads": 501}, "heads"),
        ({"start_on": date(2026, 1, 4)}, "start_on"),
        ({"state": "closed"}, "state"),
    ],
)
def test_what_no_requisition_may_say_is_refused(sales_team, requisition, changes, field):
    with pytest.raises(ValidationError) as refusal:
        edit(requisition, sales_team.rex, **changes)

    assert list(refusal.value.error_dict) == [field]
    assert Requisition.objects.filter(title="Rep", heads=1, version=1, state="open").exists()


def test_the_second_of_two_editors_is_shown_both_values(client, sales_team, requisition):
    edit(requisition, sales_team.mia, heads=2, start_on=date(2026, 5, 1))
    client.force_login(sales_team.rex, backend=BACKEND)
    address = reverse("hiring:requisition-edit", args=[requisition.pk])

    answer = client.post(address, sent(requisition, heads=5, title="Closer"))

    assert answer.status_code == 409
    assert 'Yours: <strong class="kit-text">5</strong>' in answer.text
    assert 'Stored now: <strong class="kit-text">2</strong>' in answer.text
    assert Requisition.objects.get().heads == 2
    choice = sent(Requisition.objects.get(), heads=5, title="Closer")
    assert client.post(address, choice | {"take-heads": "mine"}).status_code == 302
    found = Requisition.objects.get()
    assert (found.heads, found.title, found.start_on) == (5, "Closer", date(2026, 5, 1))


@pytest.mark.parametrize("name", ["ron", "dana", "ada", "eve"])
def test_nobody_but_its_keepers_edits_a_requisition(sales_team, requisition, name):
    with pytest.raises(PermissionDenied):
        edit(requisition, getattr(sales_team, name), title="Mine")

    assert Requisition.objects.get().title == "Rep"
