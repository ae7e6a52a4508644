import pytest

from pipeline.activities.models import Activity
from tests.factories.pipeline import DealFactory
from tests.pages import form_of

pytestmark = pytest.mark.django_db

BULK = "/activities/log/many/"
WHEN = "2026-03-02T10:00"


@pytest.fixture
def deals(sales_team):
    return [DealFactory(name=f"Deal {n}", owner=sales_team.rita) for n in (1, 2, 3)]


def row(number: int, **typed: str) -> dict[str, str]:
    given = {"kind": "call", "occurred_at": WHEN, "subject": "Talked"} | typed
    return {f"row-{number}-{name}": value for name, value in given.items()}


def sheet(client, *rows: dict[str, str], **more: str) -> dict[str, str]:
    given = form_of(client.get(BULK), having="row-1-deal")
    for each in rows:
        given |= each
    return given | more


def logged() -> list[tuple[str, str]]:
    return sorted((one.deal.name, one.subject) for one in Activity.objects.all())


@pytest.mark.usefixtures("deals")
def test_all_good_rows_are_logged_and_blank_ones_left_out(as_, sales_team):
    rita = as_(sales_team.rita)
    given = sheet(rita, row(1, deal="Deal 1"), row(4, deal="deal 2", kind="meeting"))

    answer = rita.post(BULK, given)
    again = rita.post(BULK, given)

    assert (answer.status_code, answer.url, again.status_code) == (302, "/activities/", 302)
    assert logged() == [("Deal 1", "Talked"), ("Deal 2", "Talked")]
    assert {one.person for one in Activity.objects.all()} == {sales_team.rita}


@pytest.mark.usefixtures("deals")
def test_one_bad_row_keeps_all_from_being_logged(as_, sales_team):
    DealFactory(name="Secret of Rob", owner=sales_team.rob)
    rita = as_(sales_team.rita)

    answer = rita.post(
        BULK,
        sheet(
            rita,
            row(1, deal="Deal 1"),
            row(2, deal="Secret of Rob"),
            row(3, deal="Deal 3", occurred_at="yesterday", subject=""),
            row(5, deal="Deal 3", occurred_at="2199-01-01T09:00"),
        ),
    )

    assert answer.status_code == 400
    assert answer.context["form"].faults == [
        "Row 2, Deal: There is no deal of this name.",
        "Row 3, When: Write the moment as 2026-11-23T14:30.",
        "Row 3, In a few words: This field is required.",
    ]
    assert not Activity.objects.exists()


@pytest.mark.usefixtures("deals")
def test_what_the_service_refuses_is_named_by_row_and_field(as_, sales_team):
    rita = as_(sales_team.rita)
    future = row(2, deal="Deal 2", occurred_at="2199-01-01T09:00")

    answer = rita.post(BULK, sheet(rita, row(1, deal="Deal 1"), future))

    assert answer.context["form"].faults == [
        "Row 2, When: Log what has happened: this lies in the future."
    ]
    assert not Activity.objects.exists()


@pytest.mark.usefixtures("deals")
def test_refused_rows_stay_to_be_mended_where_the_others_are_logged(as_, sales_team):
    rita = as_(sales_team.rita)
    future = row(2, deal="Deal 2", occurred_at="2199-01-01T09:00")
    given = sheet(rita, row(1, deal="Deal 1"), future, row(3, deal="Nothing"), skip="1")

    answer = rita.post(BULK, given)

    assert logged() == [("Deal 1", "Talked")]
    left = form_of(answer, having="row-2-deal")
    assert "row-1-deal" not in left
    assert (left["row-2-deal"], left["row-3-deal"]) == ("Deal 2", "Nothing")

    answer = rita.post(BULK, left | row(2) | {"row-3-deal": "Deal 3"})

    assert answer.status_code == 302
    assert logged() == [("Deal 1", "Talked"), ("Deal 2", "Talked"), ("Deal 3", "Talked")]
    # The first sheet once more, by the Back button: what it logged is there already.
    rita.post(BULK, given)
    assert Activity.objects.count() == 3


@pytest.mark.usefixtures("deals")
def test_more_rows_keep_what_was_typed_and_log_nothing(as_, sales_team):
    rita = as_(sales_team.rita)

    answer = rita.post(BULK, sheet(rita, row(1, deal="Deal 1"), more="1"))

    assert answer.status_code == 200
    given = form_of(answer, having="row-16-deal")
    assert given["row-1-deal"] == "Deal 1"
    assert given["row-16-occurred_at"]
    assert not Activity.objects.exists()
    rita.post(BULK, given)
    assert logged() == [("Deal 1", "Talked")]


def test_an_empty_sheet_says_what_to_fill_in(as_, sales_team):
    rita = as_(sales_team.rita)

    answer = rita.post(BULK, sheet(rita))

    assert answer.status_code == 400
    assert "at least one row" in answer.content.decode()


@pytest.mark.parametrize("rows", ["", "0", "-4", "99999999999", "x", "²"])
def test_a_mangled_number_of_rows_is_no_error(as_, sales_team, rows):
    assert as_(sales_team.rita).post(BULK, {"rows": rows}).status_code == 400
