import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pipeline.activities.models import Activity, CalendarUpload
from pipeline.deals.models import DealContact
from tests.factories.pipeline import ContactFactory, DealFactory
from tests.pages import form_of
from tests.pipeline.activities.test_calendars import event, wrapped

pytestmark = pytest.mark.django_db

CALENDARS = "/activities/calendar/"


@pytest.fixture
def nora(sales_team):
    return ContactFactory(full_name="Nora Novak", email="nora@acme.example")


def meeting(days_ago: int, **more) -> str:
    day = timezone.now() - timedelta(days=days_ago)
    return event(f"DTSTART:{day:%Y%m%d}T090000Z", uid=str(days_ago), **more)


def sent(client, *events: str, content: bytes | None = None):
    given = form_of(client.get(CALENDARS), having="submission")
    data = wrapped(*events) if content is None else content
    return client.post(CALENDARS, given | {"file": SimpleUploadedFile("week.ics", data)})


def test_a_calendar_is_looked_at_logged_and_taken_back(as_, sales_team, nora):
    deal = DealFactory(name="Lenses", owner=sales_team.rita, account=nora.account)
    rita = as_(sales_team.rita)

    preview = sent(rita, meeting(3), meeting(4), meeting(-3)).url
    page = rita.get(preview)
    text = page.content.decode()

    assert (text.count("Nora Novak"), text.count('name="take"')) == (2, 2)
    # The only open deal of the account is suggested.
    assert re.findall(rf'value="{deal.pk}" selected', text) == [f'value="{deal.pk}" selected'] * 2
    assert "1 still to come" in text
    assert not Activity.objects.exists()
    key = page.context["form"].rows[0].row.key
    answer = rita.post(preview, {"take": [key], f"deal-{key}": str(deal.pk)})
    again = rita.post(preview, {"take": [key], f"deal-{key}": str(deal.pk)})

    assert (answer.status_code, again.status_code) == (302, 302)
    assert Activity.objects.get().deal == deal
    second = rita.get(sent(rita, meeting(3), meeting(4)).url).content.decode()
    assert (second.count('name="take"'), second.count("Logged</span>")) == (1, 1)
    rita.post(preview + "undo/")
    assert not Activity.objects.live().exists()


def test_of_several_deals_none_is_suggested_but_that_of_the_contact(as_, sales_team, nora):
    first = DealFactory(owner=sales_team.rita, account=nora.account)
    DealFactory(owner=sales_team.rita, account=nora.account)
    DealFactory(name="Secret", owner=sales_team.rob, account=nora.account)
    rita = as_(sales_team.rita)
    preview = sent(rita, meeting(3)).url

    assert rita.get(preview).context["form"].rows[0].deal is None
    assert "Secret" not in rita.get(preview).content.decode()
    DealContact.objects.create(deal=first, contact=nora, role="champion")
    assert rita.get(preview).context["form"].rows[0].deal == first


def test_a_deal_that_is_not_offered_is_refused(as_, sales_team, nora):
    other = DealFactory(owner=sales_team.rob, account=nora.account)
    rita = as_(sales_team.rita)
    preview = sent(rita, meeting(3)).url
    key = rita.get(preview).context["form"].rows[0].row.key

    answer = rita.post(preview, {"take": [key], f"deal-{key}": str(other.pk)})

    assert answer.status_code == 400
    assert "this deal is not open any more" in answer.content.decode()
    assert not Activity.objects.exists()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "The file is empty."),
        (b"hello", "not a calendar file"),
        (b"x" * 5_000_001, "larger than 5 MB"),
    ],
    ids=["empty", "text", "huge"],
)
def test_a_file_that_cannot_be_read_is_told_so(as_, sales_team, content, says):
    answer = sent(as_(sales_team.rita), content=content)

    assert answer.status_code == 400
    assert says in answer.content.decode()
    assert not CalendarUpload.objects.exists()


def test_a_calendar_without_contacts_says_what_to_do(as_, sales_team):
    rita = as_(sales_team.rita)

    page = rita.get(sent(rita, meeting(3)).url).content.decode()

    assert "add those first" in page
    assert "1 with no contact of ours among the guests" in page


def test_the_preview_costs_the_same_for_one_and_for_many(as_, sales_team, nora):
    rita = as_(sales_team.rita)
    counts = []
    for number in (1, 30):
        preview = sent(rita, *(meeting(n + 1) for n in range(number))).url
        with CaptureQueriesContext(connection) as queries:
            rita.get(preview)
        counts.append(len(queries))

    assert counts[0] == counts[1]
