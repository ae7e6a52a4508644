import csv
import io
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from analytics.review.models import PipelineReview, SavedView
from kit.api.pages import PAGE_SIZE
from kit.display import money
from org.enums import Role
from tests.factories.org import PersonFactory
from tests.factories.pipeline import ActivityFactory, ContactFactory
from tests.pages import address_of
from tests.paper import at, change

pytestmark = pytest.mark.django_db
Q2 = {"period": "Q2 2026", "as_of": "2026-04-20", "since_day": "2026-04-01"}
MAY, JUNE = date(2026, 5, 20), date(2026, 6, 10)


@pytest.fixture
def moved(paper):
    """Rita's second quarter: one deal stays, one is new, one grew and was pushed, one was won."""
    ready = {"created_at": at(3, 1), "expected_close_on": MAY}
    paper.make("stays", paper.rita, "100", **ready)
    paper.make("grows", paper.rita, "200", **ready)
    paper.make("won", paper.rita, "400", **ready)
    paper.make("of Max's team", paper.rae, "800", **ready)
    paper.make("new", paper.rita, "1600", created_at=at(4, 5), expected_close_on=MAY)
    change(
        paper.deals["grows"],
        at=at(4, 6),
        amount=Decimal(250),
        expected_close_on=JUNE,
        stage=paper.propose,
    )
    change(paper.deals["won"], at=at(4, 7), stage=paper.won)
    return paper


def rows(response):
    return {row[0].text: row for row in response.context["table"].body}


def cell(response, name, key):
    return next(cell for cell in rows(response)[name] if cell.column.key == key)


def test_the_review_tells_what_changed_in_each_deal(moved, as_):
    response = as_(moved.mia).get(reverse("analytics:review"), Q2)

    assert set(rows(response)) == {"stays", "grows", "new"}
    assert cell(response, "grows", "amount").sub == "was 200"
    assert cell(response, "grows", "stage").sub.endswith("was Qualify")
    close = cell(response, "grows", "close")
    assert (close.text, close.sub) == (
        "10 Jun 2026",
        "was 20 May 2026; pushed once, first 20 May 2026",
    )
    assert cell(response, "stays", "amount").sub == ""
    assert "new since" in cell(response, "new", "name").sub
    html = response.content.decode()
    assert "1,950" in html
    assert "of Max" not in html


def test_a_total_opens_its_deals(moved, as_):
    client = as_(moved.mia)
    tabs = client.get(reverse("analytics:review"), Q2).context["since"]

    won = next(tab for tab in tabs if tab.label.startswith("Won"))
    response = client.get(reverse("analytics:review") + won.href)

    assert won.count == 1
    assert "400" in won.label
    assert set(rows(response)) == {"won"}
    # The address keeps what was chosen.
    assert all(f"{name}={value}" in won.href for name, value in Q2.items() if name != "period")


def test_the_deals_of_a_movement_add_up_to_its_total(moved, as_):
    client = as_(moved.mia)
    change(moved.deals["stays"], at=at(4, 8), amount=Decimal(70))
    tabs = client.get(reverse("analytics:review"), Q2).context["since"]

    assert [tab.label for tab in tabs] == ["New 1.6k", "Increased 50", "Decreased -30", "Won -400"]
    for tab, moves in zip(tabs, ([1600], [50], [-30], [-400]), strict=True):
        response = client.get(reverse("analytics:review") + tab.href)
        table = response.context["table"]

        assert tab.count == len(table.body)
        assert [cell(response, row.now.name, "moved").text for row in table.rows] == [
            money(value) for value in moves
        ]
        assert response.context["moved"] == sum(moves)
        file = client.get(reverse("analytics:review-csv") + tab.href).getvalue().decode("utf-8-sig")
        lines = list(csv.DictReader(io.StringIO(file)))
        assert [Decimal(line["Moved"]) for line in lines] == moves


def test_what_is_in_play_moved_nowhere(moved, as_):
    response = as_(moved.mia).get(reverse("analytics:review"), Q2)

    assert "moved" not in [column.key for column in response.context["table"].columns]
    assert response.context["moved"] is None


@pytest.mark.parametrize(
    ("only", "names"),
    [
        ("changed", {"grows", "new"}),
        ("pushed", {"grows"}),
        ("no_step", {"grows", "new"}),
        ("step_overdue", {"stays"}),
        ("close_passed", set()),
        ("quiet", {"grows", "new"}),
    ],
)
def test_only_what_wants_a_look(moved, as_, only, names):
    change(moved.deals["stays"], at=at(3, 5), next_step="Call back", next_step_on=date(2026, 4, 10))
    for day in (8, 9):
        change(moved.deals["grows"], at=at(4, day), expected_close_on=date(2026, 6, 10 + day))
    ActivityFactory(deal=moved.deals["stays"], person=moved.rita, occurred_at=at(4, 15))
    _logged(at(4, 15))

    response = as_(moved.mia).get(reverse("analytics:review"), {**Q2, "only": only})

    assert set(rows(response)) == names


def test_a_narrowed_list_says_of_how_many_it_is_a_part(moved, as_):
    client = as_(moved.mia)

    whole = client.get(reverse("analytics:review"), Q2)
    part = client.get(reverse("analytics:review"), {**Q2, "only": "changed"})

    assert "3 deals, 1,950" in " ".join(whole.content.decode().split())
    assert "2 of 3 deals (changed since), 1,850" in " ".join(part.content.decode().split())


def _logged(moment):
    """Let what was logged have been logged at its time, which the clock of the test is not."""
    from pipeline.activities.models import Activity

    Activity.objects.update(created_at=moment)


def test_the_last_touch_and_the_people_in_it(moved, as_):
    account = moved.deals["stays"].account
    for contact in (ContactFactory(), ContactFactory()):
        ActivityFactory(
            deal=moved.deals["stays"],
            person=moved.rita,
            contact=contact,
            occurred_at=at(4, 18),
        )
    note = ActivityFactory(
        deal=moved.deals["stays"], person=moved.rita, kind="note", occurred_at=at(4, 19)
    )
    _logged(at(4, 18))

    response = as_(moved.mia).get(reverse("analytics:review"), Q2)

    touched = cell(response, "stays", "touched")
    assert (touched.text, touched.sub) == ("2 days ago", "with 2 contacts")
    assert cell(response, "new", "touched").text == "never"
    assert note.account_id != account


def test_a_rep_sees_their_own_pipeline_alone(moved, as_):
    response = as_(moved.rae).get(reverse("analytics:review"), Q2)

    assert set(rows(response)) == {"of Max's team"}


def test_a_manager_narrows_to_one_person(moved, as_):
    client = as_(moved.max)

    mine = client.get(reverse("analytics:review"), {**Q2, "person": moved.rae.pk})
    other = client.get(reverse("analytics:review"), {**Q2, "person": moved.rita.pk})

    assert set(rows(mine)) == {"of Max's team"}
    assert other.status_code == 404


def test_marking_as_reviewed_is_remembered_for_the_next_time(moved, as_):
    client, now = as_(moved.mia), timezone.now()
    sent = {"seen_at": now.isoformat(), "submission": str(uuid4())}

    for _ in range(2):
        assert client.post(reverse("analytics:review-done"), sent).status_code == 302

    review = PipelineReview.objects.get()
    assert (review.reviewer, review.team, review.reviewed_at) == (moved.mia, moved.north, now)
    response = client.get(reverse("analytics:review"))
    assert "your last review" in response.context["compared_with"]
    # Another's reviews are their own.
    other = as_(moved.max).get(reverse("analytics:review"))
    assert "your last review" not in other.context["compared_with"]


@pytest.mark.parametrize("seen_at", ["", "soon", "2199-01-01T00:00:00Z"])
def test_a_page_of_no_sensible_time_is_not_reviewed(moved, as_, seen_at):
    sent = {"seen_at": seen_at, "submission": str(uuid4())}

    response = as_(moved.mia).post(reverse("analytics:review-done"), sent, follow=True)

    assert "out of date" in response.content.decode()
    assert not PipelineReview.objects.exists()


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ({"since": "review"}, "You have not reviewed this pipeline yet."),
        ({"since": "start", "as_of": "2026-03-20"}, "Choose a moment before"),
        ({"since_day": "2026-04-20"}, "Choose a moment before"),
        ({"since_day": "20.4.2026"}, "Write the date as year-month-day"),
        ({"since_day": "1066-10-14"}, "There is nothing to see so long ago"),
        ({"since": "ever"}, "Select a valid choice"),
    ],
)
def test_a_moment_that_cannot_be_compared_with_is_explained(moved, as_, query, fault):
    asked = {"period": "Q2 2026", "as_of": "2026-04-20"} | query

    response = as_(moved.mia).get(reverse("analytics:review"), asked)

    assert response.status_code == 400
    assert fault in response.content.decode()


def test_the_download_holds_every_row_with_its_second_lines(moved, as_):
    response = as_(moved.mia).get(reverse("analytics:review-csv"), Q2)

    text = b"".join(response.streaming_content).decode()
    assert text.count("\n") == 4
    assert "pushed once" in text


def test_the_download_does_not_end_with_the_page(moved, as_):
    for n in range(PAGE_SIZE):
        moved.make(f"more {n}", moved.rita, "1", created_at=at(3, 1), expected_close_on=MAY)

    response = as_(moved.mia).get(reverse("analytics:review-csv"), {**Q2, "page": 2})

    text = b"".join(response.streaming_content).decode()
    assert text.count("\n") == 1 + 3 + PAGE_SIZE


def test_a_view_is_kept_shared_replaced_and_removed(moved, as_):
    mia, rita, rae = (as_(person) for person in (moved.mia, moved.rita, moved.rae))
    save = reverse("analytics:view-save", args=["review"])

    mia.post(save, {"name": "Quiet ones", "query": "only=quiet", "team": moved.north.pk})
    mia.post(save, {"name": "quiet ones", "query": "only=pushed", "team": moved.north.pk})

    view = SavedView.objects.get()
    assert view.query == "only=pushed"
    assert "quiet ones" in rita.get(reverse("analytics:review")).content.decode()
    assert "quiet ones" not in rae.get(reverse("analytics:review")).content.decode()
    assert mia.get(view.get_absolute_url()).status_code == 200
    assert rita.post(reverse("analytics:view-archive", args=[view.pk])).status_code == 403
    assert mia.post(reverse("analytics:view-archive", args=[view.pk])).status_code == 302
    mia.get(reverse("analytics:review"))  # Tells of the removal, once.
    assert "quiet ones" not in mia.get(reverse("analytics:review")).content.decode()


@pytest.mark.parametrize(
    ("sent", "fault"),
    [
        ({"name": " "}, "This field is required."),
        ({"name": "x" * 81}, "at most 80"),
        ({"name": "South's", "team": "south"}, "Select a valid choice"),
    ],
)
def test_a_view_that_cannot_be_kept_is_explained(moved, as_, sent, fault):
    if "team" in sent:
        sent["team"] = moved.south.pk
    save = reverse("analytics:view-save", args=["review"])

    response = as_(moved.mia).post(save, {"query": "only=quiet", **sent})

    assert response.status_code == 400
    assert fault in response.content.decode()
    assert not SavedView.objects.exists()


def test_an_organisation_without_a_calendar_is_told_so(db, as_):
    ada = PersonFactory(roles=(Role.ADMIN,))

    for name in ("review", "changes"):
        response = as_(ada).get(address_of(name))
        assert response.status_code == 200
        assert "There is no fiscal calendar yet." in response.content.decode()


@pytest.mark.parametrize("name", ["review", "changes"])
def test_statements_do_not_depend_on_the_number_of_deals(
    moved, as_, django_assert_num_queries, name
):
    client, counts = as_(moved.mia), []
    query = {**Q2, "show": "new"}
    client.get(address_of(name), query)

    for extra in (0, 2):
        for n in range(extra):
            paper = moved.make(f"more {n}", moved.rita, "1", created_at=at(4, 6))
            change(paper, at=at(4, 8), expected_close_on=MAY)
        with django_assert_num_queries(100, exact=False) as found:
            assert client.get(address_of(name), query).status_code == 200
        counts.append(len(found))

    assert counts == [COUNTS[name]] * 2


COUNTS = {"review": 16, "changes": 11}


def part_form(client, deal, part):
    """Return the inputs of the form that comes into a cell."""
    href = reverse("analytics:deal-part", args=[deal.pk, part])
    response = client.get(href, {"next": "/back/"}, headers={"HX-Request": "true"})
    assert response.templates[0].name == "analytics/deals/_step_form.html"
    form = response.context["form"]
    shown = {name: form[name].value() for name in form.fields}
    stored = {form.add_initial_prefix(name): value for name, value in shown.items()}
    return href, {k: "" if v is None else str(v) for k, v in (shown | stored).items()}


@pytest.mark.parametrize(
    ("part", "field", "value"),
    [
        ("amount", "amount", "750"),
        ("close", "expected_close_on", "2026-07-01"),
        ("category", "category_override", "commit"),
        ("next-step", "next_step", "Send the offer"),
    ],
)
def test_a_cell_is_changed_in_its_place(moved, as_, part, field, value):
    mia, deal = as_(moved.mia), moved.deals["stays"]
    page = mia.get(reverse("analytics:review"), {"period": "Q2 2026", "since_day": "2026-04-01"})
    href, data = part_form(mia, deal, part)
    assert f'hx-get="{href}?next=' in page.content.decode()

    response = mia.post(href, data | {field: value})

    assert response.url == "/back/"
    deal.refresh_from_db()
    assert str(getattr(deal, field)).removesuffix(".00") == value


def test_a_cell_that_somebody_else_changed_meanwhile_is_not_overwritten(moved, as_):
    mia, deal = as_(moved.mia), moved.deals["stays"]
    href, data = part_form(mia, deal, "amount")
    change(deal, at=timezone.now(), amount=Decimal(111))

    response = mia.post(href, data | {"amount": "999"})

    assert response.status_code == 409
    assert "Somebody changed this deal meanwhile" in response.content.decode()
    deal.refresh_from_db()
    assert deal.amount == 111


def test_only_who_may_write_is_offered_to_change_and_never_the_past(moved, as_):
    eve = PersonFactory(roles=(Role.EXECUTIVE,))
    now = {"period": "Q2 2026", "since_day": "2026-04-01"}
    pages = [
        as_(eve).get(reverse("analytics:review"), now),
        as_(moved.mia).get(reverse("analytics:review"), Q2),
    ]

    assert all("kit-edit" not in page.content.decode() for page in pages)
    missing = reverse("analytics:deal-part", args=[moved.deals["stays"].pk, "owner"])
    assert as_(moved.mia).get(missing).status_code == 404


@pytest.mark.parametrize("show", ["", "pipeline", "commit"])
def test_what_is_counted_beside_the_rows_are_the_rows(moved, as_, show):
    mia = as_(moved.mia)
    change(moved.deals["grows"], at=timezone.now(), owner=moved.ron)
    change(moved.deals["stays"], at=timezone.now(), category_override="commit", amount=None)

    found = mia.get(
        reverse("analytics:review"),
        {"period": "Q2 2026", "since_day": "2026-04-01", "show": show},
    ).context["found"]

    assert found.shown.deals == len(found.page.rows)
    assert found.shown.unpriced == sum(row.now.amount_base is None for row in found.page.rows)
    assert found.shown.cents == sum(
        int(100 * (row.now.amount_base or 0)) for row in found.page.rows
    )
