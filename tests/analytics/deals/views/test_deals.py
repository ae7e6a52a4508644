from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html import unescape
from threading import Barrier, Thread

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from org.models.audit import AuditEntry
from pipeline import history
from pipeline.activities.reports import SHOWN
from pipeline.deals.models import Deal, DealLine, DealVersion
from pipeline.enums import Status
from pipeline.lifecycle import services
from tests.factories.org import ExchangeRateFactory
from tests.factories.pipeline import (
    AccountFactory,
    ActivityFactory,
    DealContactFactory,
    DealFactory,
    ProductFactory,
)
from tests.fixtures import BACKEND
from tests.pages import address_of, form_of

pytestmark = pytest.mark.django_db

NEW = "/deals/new/"


def page(deal, name="deal"):
    return address_of(name, args=[deal.pk])


def text_of(response):
    return " ".join(unescape(response.content.decode()).split())


def state():
    return (
        list(Deal.objects.order_by("pk").values()),
        list(DealVersion.objects.order_by("pk").values()),
        AuditEntry.objects.count(),
    )


# Creating


def test_a_name_is_enough_for_a_deal(as_, sales_team, stages):
    rita = as_(sales_team.rita)
    data = form_of(rita.get(NEW), having="submission") | {"name": "Spectrometers"}

    response = rita.post(NEW, data)

    deal = Deal.objects.get()
    assert response.url == page(deal)
    assert (deal.name, deal.owner, deal.stage, deal.currency, deal.amount) == (
        "Spectrometers",
        sales_team.rita,
        stages.qualify,
        "USD",
        None,
    )
    assert deal.versions.get().source == "page"


def test_a_double_click_makes_one_deal(as_, sales_team, stages):
    rita = as_(sales_team.rita)
    data = form_of(rita.get(NEW), having="submission") | {"name": "Spectrometers"}

    first, second = rita.post(NEW, data), rita.post(NEW, data)

    assert first.url == second.url == page(Deal.objects.get())


@pytest.mark.django_db(transaction=True)
def test_many_clicks_at_once_make_one_deal(sales_team, stages):
    client = Client()
    client.force_login(sales_team.rita, backend=BACKEND)
    data = form_of(client.get(NEW), having="submission") | {"name": "Spectrometers"}
    answers, start = [], Barrier(6)

    def click():
        mine = Client()
        mine.cookies = client.cookies
        start.wait()
        answers.append(mine.post(NEW, data))
        connection.close()

    threads = [Thread(target=click) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {(answer.status_code, answer.url) for answer in answers} == {
        (302, page(Deal.objects.get()))
    }


@pytest.mark.parametrize(
    "case",
    [
        ({"name": ""}, "name", "required"),
        ({"amount": "-1"}, "amount", "greater than or equal to 0"),
        ({"amount": "12345678901234567"}, "amount", "no more than 14 digits"),
        ({"amount": "1e3"}, "amount", "digits"),
        ({"currency": "CHF", "amount": "5"}, "currency", "no exchange rate"),
        ({"currency": "1$"}, "currency", "at least 3"),
        ({"expected_close_on": "1899-12-31"}, "expected_close_on", "between 1980 and 2199"),
        ({"expected_close_on": "2026-02-30"}, "expected_close_on", "year-month-day"),
        ({"account": "Acne Optics"}, "account", "There is no account of this name"),
        ({"account": "Acme Labs"}, "account", "Did you mean Acme Labs One, Acme Labs Two?"),
        ({"stage": "987654"}, "stage", "valid choice"),
        ({"submission": "x"}, "submission", "valid UUID"),
    ],
)
def test_a_bad_new_deal_is_explained_on_its_field_and_keeps_what_was_typed(
    as_, sales_team, stages, case
):
    typed, field, said = case
    AccountFactory(name="Acme Labs One")
    AccountFactory(name="Acme Labs Two")
    rita = as_(sales_team.rita)
    data = form_of(rita.get(NEW), having="submission") | {"name": "Typed", "source": "Fair"}

    response = rita.post(NEW, data | typed)

    assert response.status_code == 400
    assert list(response.context["form"].errors) == [field]
    assert said in text_of(response)
    assert 'value="Fair"' in response.content.decode()
    assert not Deal.objects.exists()


def test_a_manager_creates_for_those_below_alone(as_, sales_team, stages):
    mia = as_(sales_team.mia)
    data = form_of(mia.get(NEW), having="submission") | {"name": "For Ron"}

    refused = mia.post(NEW, data | {"owner": sales_team.rob.pk})
    mia.post(NEW, data | {"owner": sales_team.ron.pk})

    assert list(refused.context["form"].errors) == ["owner"]
    assert Deal.objects.get().owner == sales_team.ron


def test_an_owner_sent_by_a_rep_is_not_heard(as_, sales_team, stages):
    rita = as_(sales_team.rita)
    data = form_of(rita.get(NEW), having="submission") | {"name": "Mine"}

    rita.post(NEW, data | {"owner": sales_team.ron.pk})

    assert Deal.objects.get().owner == sales_team.rita


def test_an_account_that_shares_its_name_is_chosen_by_number(as_, sales_team, stages):
    first, second = AccountFactory(name="Acme"), AccountFactory(name="Acme")
    rita = as_(sales_team.rita)
    data = form_of(rita.get(NEW), having="submission") | {"name": "Which"}

    refused = rita.post(NEW, data | {"account": "acme"})
    rita.post(NEW, data | {"account": f"Acme #{second.pk}"})
    offered = rita.get("/accounts/suggest/", {"account": "acm"}).content.decode()

    assert "Several accounts have this name" in text_of(refused)
    assert Deal.objects.get().account == second
    assert f'value="Acme #{first.pk}"' in offered


# Editing


def test_an_edit_changes_what_was_typed_and_nothing_else(as_, sales_team, stages):
    deal = DealFactory(
        owner=sales_team.rita, account=AccountFactory(), source="Fair", next_step="Call"
    )
    rita = as_(sales_team.rita)
    data = form_of(rita.get(page(deal, "deal-edit")), having="version")

    response = rita.post(page(deal, "deal-edit"), data | {"amount": "2500.50"})

    assert response.url == page(deal)
    entry = AuditEntry.objects.about(deal).get()
    assert entry.changes == {"amount": ["1000.00", "2500.50"]}
    deal.refresh_from_db()
    assert (deal.source, deal.next_step) == ("Fair", "Call")


def test_saving_an_untouched_form_writes_nothing(as_, sales_team, stages):
    deal = DealFactory(owner=sales_team.rita, account=AccountFactory(), category_override="commit")
    before = state()
    for person in (sales_team.rita, sales_team.mia):
        client = as_(person)
        data = form_of(client.get(page(deal, "deal-edit")), having="version")

        assert client.post(page(deal, "deal-edit"), data).status_code == 302

    assert state() == before


def test_the_second_editor_sees_both_values_and_overwrites_nothing(as_, sales_team, stages):
    deal = DealFactory(owner=sales_team.rita, amount=1000, next_step="Call")
    rita, mia = as_(sales_team.rita), as_(sales_team.mia)
    address = page(deal, "deal-edit")
    hers, his = (form_of(client.get(address), having="version") for client in (rita, mia))
    rita.post(address, hers | {"amount": "2000"})
    before = state()

    typed = {"amount": "3000", "next_step": "Visit", "source": "Fair"}
    conflict = mia.post(address, his | typed)

    assert conflict.status_code == 409
    assert state() == before
    said = text_of(conflict)
    assert "3,000.00" in said
    assert "2,000.00" in said
    assert "by Rita Rep" in said
    fields = {clash.field: clash.contested for clash in conflict.context["conflict"].clashes}
    assert fields == {"amount": True, "next_step": False, "source": False}


def test_the_second_editor_takes_each_field_from_either_side(as_, sales_team, stages):
    deal = DealFactory(owner=sales_team.rita, amount=1000, name="Old", next_step="Call")
    rita, mia = as_(sales_team.rita), as_(sales_team.mia)
    address = page(deal, "deal-edit")
    hers, his = (form_of(client.get(address), having="version") for client in (rita, mia))
    rita.post(address, hers | {"amount": "2000", "name": "Hers", "source": "Web"})
    conflict = mia.post(address, his | {"amount": "3000", "name": "His", "next_step": "Visit"})

    chosen = form_of(conflict, having="version")
    response = mia.post(address, chosen | {"take-amount": "mine", "take-name": "stored"})

    assert response.url == page(deal)
    deal.refresh_from_db()
    assert (deal.amount, deal.name, deal.next_step, deal.source) == (
        Decimal(3000),
        "Hers",
        "Visit",
        "Web",
    )
    assert AuditEntry.objects.about(deal).first().changes == {
        "amount": ["2000.00", "3000"],
        "next_step": ["Call", "Visit"],
    }


def test_a_contested_field_without_a_choice_stays_as_it_is_stored(as_, sales_team, stages):
    deal = DealFactory(owner=sales_team.rita, amount=1000)
    rita, mia = as_(sales_team.rita), as_(sales_team.mia)
    address = page(deal, "deal-edit")
    hers, his = (form_of(client.get(address), having="version") for client in (rita, mia))
    rita.post(address, hers | {"amount": "2000"})

    conflict = mia.post(address, his | {"amount": "3000"})

    assert "take-amount" not in form_of(conflict, having="version")
    assert 'name="take-amount" value="mine" required' in " ".join(conflict.content.decode().split())


def test_a_third_change_during_the_choice_is_told_again(as_, sales_team, stages):
    deal = DealFactory(owner=sales_team.rita, amount=1000)
    rita, mia = as_(sales_team.rita), as_(sales_team.mia)
    address = page(deal, "deal-edit")
    hers, his = (form_of(client.get(address), having="version") for client in (rita, mia))
    rita.post(address, hers | {"amount": "2000"})
    conflict = mia.post(address, his | {"amount": "3000"})
    rita.post(address, form_of(rita.get(address), having="version") | {"amount": "2500"})

    again = mia.post(address, form_of(conflict, having="version") | {"take-amount": "mine"})

    assert again.status_code == 409
    assert "2,500.00" in text_of(again)
    assert Deal.objects.get().amount == Decimal(2500)


def test_a_field_that_can_no_longer_be_set_says_so(as_, sales_team, stages):
    deal = DealFactory(owner=sales_team.rita)
    mia = as_(sales_team.mia)
    address = page(deal, "deal-edit")
    his = form_of(mia.get(address), having="version")
    services.move_stage(
        deal, by=sales_team.rita, source="page", version=1, to=stages.won, win_evidence="Order 7"
    )

    conflict = mia.post(address, his | {"category_override": "commit", "next_step": "Invoice"})
    mia.post(address, form_of(conflict, having="version"))

    assert conflict.status_code == 409
    assert "Now that the deal stands in Won, this cannot be set." in text_of(conflict)
    deal.refresh_from_db()
    assert (deal.next_step, deal.category_override, deal.status) == ("Invoice", None, Status.WON)


def test_an_imported_closing_without_reason_can_be_edited_all_the_same(as_, sales_team, stages):
    rita = as_(sales_team.rita)
    for stage in (stages.won, stages.lost):
        deal = DealFactory(owner=sales_team.rita, stage=stage)
        data = form_of(rita.get(page(deal, "deal-edit")), having="version")

        rita.post(page(deal, "deal-edit"), data | {"next_step": "Ask again"})

        deal.refresh_from_db()
        assert deal.next_step == "Ask again"


def test_a_note_on_an_old_won_deal_stays_in_its_month(as_, sales_team, stages):
    deal = DealFactory(
        owner=sales_team.rita, stage=stages.won, created_at=datetime(2025, 11, 5, tzinfo=UTC)
    )
    rita = as_(sales_team.rita)
    data = form_of(rita.get(page(deal, "deal-edit")), having="version")
    rita.post(page(deal, "deal-edit"), data | {"next_step": "Ask for a reference"})
    month = timezone.now().date().replace(day=1)

    this_month = rita.get("/deals/", {"won": "1", "closed_from": month.isoformat()})
    november = rita.get(
        "/deals/", {"won": "1", "closed_from": "2025-11-01", "closed_to": "2025-12-01"}
    )

    assert this_month.context["found"].totals.count == 0
    assert november.context["found"].totals.amount == deal.amount


# The next step


def step_of(client, deal, *, back="/me/?period=Q1+2026"):
    return form_of(client.get(page(deal, "deal-step"), {"next": back}), having="next_step")


def test_a_next_step_is_said_and_its_author_comes_back_to_where_they_were(as_, sales_team, stages):
    deal = DealFactory(owner=sales_team.rita, amount=500, next_step="Call")
    rita = as_(sales_team.rita)
    data = step_of(rita, deal) | {"next_step": "Send the offer", "next_step_on": "2026-04-10"}

    first, second = (rita.post(page(deal, "deal-step"), data) for _ in range(2))

    assert first.url == second.url == "/me/?period=Q1+2026"
    deal.refresh_from_db()
    assert (deal.next_step, deal.next_step_on, deal.amount) == (
        "Send the offer",
        date(2026, 4, 10),
        500,
    )
    assert deal.version == 2
    logged = AuditEntry.objects.about(deal).get(action="deal.edit")
    assert logged.changes == {
        "next_step": ["Call", "Send the offer"],
        "next_step_on": [None, "2026-04-10"],
    }
    assert (logged.actor, deal.versions.latest("valid_from").source) == (sales_team.rita, "page")


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example/", ""])
def test_after_a_next_step_nobody_is_led_elsewhere(as_, sales_team, stages, back):
    deal = DealFactory(owner=sales_team.rita)
    rita = as_(sales_team.rita)
    data = step_of(rita, deal) | {"next_step": "Call", "next": back}

    shown = rita.get(page(deal, "deal-step"), {"next": back}).content.decode()
    # Beside the page, the way to log an activity keeps its whole address.
    assert "elsewhere" not in shown.partition("<main")[2]
    assert rita.post(page(deal, "deal-step"), data).url == page(deal)


def test_a_bad_day_of_a_next_step_is_explained_and_what_was_typed_stays(as_, sales_team, stages):
    deal = DealFactory(owner=sales_team.rita)
    rita = as_(sales_team.rita)
    data = step_of(rita, deal) | {"next_step": "Call", "next_step_on": "1066-01-01"}
    before = state()

    answer = rita.post(page(deal, "deal-step"), data)

    assert answer.status_code == 400
    assert "between 1980 and 2199" in text_of(answer)
    assert form_of(answer, having="next_step") == data | {
        "csrfmiddlewaretoken": form_of(answer, having="next_step")["csrfmiddlewaretoken"]
    }
    assert state() == before


def test_a_next_step_that_somebody_else_has_said_meanwhile_is_not_lost(as_, sales_team, stages):
    deal = DealFactory(owner=sales_team.rita, amount=500, next_step="Call")
    rita = as_(sales_team.rita)
    data = step_of(rita, deal) | {"next_step": "Send the offer"}
    services.edit_deal(
        deal, by=sales_team.mia, source="page", version=1,
        changes={"next_step": "Visit", "amount": Decimal(700)},
    )  # fmt: skip

    told = rita.post(page(deal, "deal-step"), data)

    assert told.status_code == 409
    assert '<strong class="kit-text">Send the offer</strong>' in text_of(told)
    assert "Visit" in text_of(told)
    deal.refresh_from_db()
    assert deal.next_step == "Visit"
    chosen = form_of(told, having="version")
    rita.post(page(deal, "deal-edit"), chosen | {"take-next_step": "mine"})
    deal.refresh_from_db()
    assert (deal.next_step, deal.amount) == ("Send the offer", 700)


def test_in_place_the_form_comes_without_a_page_around_it(as_, sales_team, stages):
    deal = DealFactory(owner=sales_team.rita)

    part = as_(sales_team.rita).get(page(deal, "deal-step"), headers={"HX-Request": "true"})

    assert "<html" not in part.content.decode()
    assert form_of(part, having="next_step")["version"] == "1"


# Moving


def test_the_button_moves_to_the_next_stage_and_a_second_click_does_no_harm(
    as_, sales_team, stages
):
    deal = DealFactory(owner=sales_team.rita)
    rita = as_(sales_team.rita)
    data = form_of(rita.get(page(deal)), having="stage")

    answers = [rita.post(page(deal, "deal-move"), data) for _ in range(2)]

    assert {answer.url for answer in answers} == {page(deal)}
    deal.refresh_from_db()
    assert (deal.stage, deal.version) == (stages.propose, 2)


@pytest.mark.django_db(transaction=True)
def test_a_move_takes_few_statements(sales_team, stages, django_assert_max_num_queries):
    deal = DealFactory(owner=sales_team.rita, stage=stages.qualify)
    mia = Client()
    mia.force_login(sales_team.mia, backend=BACKEND)
    mia.get("/healthz")  # The session's first request writes it.
    mia.get(page(deal))

    # Two for who asks, three for what, three for what the exit of the stage asks for, and eleven
    # in the transaction: its two ends included, and the exit once more, held.
    with django_assert_max_num_queries(19):
        mia.post(page(deal, "deal-move"), {"version": 1, "stage": stages.propose.pk})

    deal.refresh_from_db()
    assert (deal.stage, deal.version) == (stages.propose, 2)


def test_a_closing_without_its_reason_is_asked_for_it_and_keeps_the_rest(as_, sales_team, stages):
    deal = DealFactory(owner=sales_team.rita)
    rita = as_(sales_team.rita)
    before = state()

    lost = rita.post(
        page(deal, "deal-move"),
        {"version": 1, "stage": stages.lost.pk, "lost_note": "They went quiet"},
    )
    won = rita.post(page(deal, "deal-move"), {"version": 1, "stage": stages.won.pk})

    assert (lost.status_code, list(lost.context["form"].errors)) == (400, ["lost_reason"])
    assert "They went quiet" in lost.content.decode()
    assert (won.status_code, list(won.context["form"].errors)) == (400, ["win_evidence"])
    assert state() == before


def test_a_stale_move_says_what_happened_and_can_be_repeated(as_, sales_team, stages):
    deal = DealFactory(owner=sales_team.rita)
    rita, mia = as_(sales_team.rita), as_(sales_team.mia)
    mia_move = form_of(mia.get(page(deal, "deal-move")), having="version")
    rita_edit = form_of(rita.get(page(deal, "deal-edit")), having="version")
    rita.post(page(deal, "deal-edit"), rita_edit | {"amount": "2000"})
    before = state()

    typed = {"stage": stages.lost.pk, "lost_reason": "price", "lost_note": "Too dear"}
    conflict = mia.post(page(deal, "deal-move"), mia_move | typed)
    assert conflict.status_code == 409
    assert state() == before
    assert "1,000.00 USD" in text_of(conflict)
    assert "Too dear" in text_of(conflict)

    mia.post(page(deal, "deal-move"), form_of(conflict, having="version"))
    deal.refresh_from_db()
    assert (deal.status, deal.lost_reason, deal.lost_note, deal.amount) == (
        Status.LOST,
        "price",
        "Too dear",
        Decimal(2000),
    )


# Archiving, contacts, lines


def test_a_deal_is_archived_with_its_reason_and_restored(as_, sales_team, stages):
    deal = DealFactory(owner=sales_team.rita)
    rita = as_(sales_team.rita)
    address = page(deal, "deal-archive")

    rita.post(address, form_of(rita.get(address), having="version") | {"reason": "A double"})
    assert rita.get("/deals/").context["found"].totals.count == 0
    assert "A double" in text_of(rita.get(page(deal)))
    assert rita.get("/deals/", {"archived": "1"}).context["found"].totals.count == 1
    refused = rita.post(page(deal, "deal-edit"), {"version": 2, "name": "X", "currency": "USD"})
    assert "archived; restore it first" in text_of(refused)

    rita.post(address, form_of(rita.get(address), having="version"))
    assert rita.get("/deals/").context["found"].totals.count == 1


def test_archiving_a_deal_that_changed_meanwhile_is_refused(as_, sales_team, stages):
    deal = DealFactory(owner=sales_team.rita)
    rita = as_(sales_team.rita)
    data = form_of(rita.get(page(deal, "deal-archive")), having="version")
    services.edit_deal(
        deal, by=sales_team.mia, source="page", version=1, changes={"amount": Decimal(5)}
    )

    response = rita.post(page(deal, "deal-archive"), data)

    assert "look at it again" in str(next(iter(get_messages(response.wsgi_request))))
    assert Deal.objects.get().archived_at is None


def test_product_lines_take_the_list_price_and_add_up_to_the_cent(as_, sales_team, stages):
    deal = DealFactory(owner=sales_team.rita)
    product = ProductFactory(name="GTX Pro", list_price=Decimal("10.25"))
    rita = as_(sales_team.rita)
    address = page(deal, "deal-line-new")

    rita.post(address, {"product": product.pk, "quantity": "3"})
    rita.post(address, {"product": product.pk, "quantity": "0.5", "unit_price": "0.01"})
    refused = rita.post(address, {"product": product.pk, "quantity": "0"})

    assert "above zero" in text_of(refused)
    shown = rita.get(page(deal)).context["page"]
    assert [(line.quantity, line.total) for line in shown.lines] == [
        ("3", Decimal("30.75")),
        ("0.5", Decimal("0.01")),
    ]
    assert shown.lines_total == Decimal("30.76")

    first = DealLine.objects.first()
    rita.post(reverse("pipeline:deal-line-remove", args=[deal.pk, first.pk]))
    assert DealLine.objects.count() == 1


def test_a_product_line_is_changed_and_a_stale_change_overwrites_nothing(as_, sales_team, stages):
    deal = DealFactory(owner=sales_team.rita)
    line = DealLine.objects.create(deal=deal, product=ProductFactory(), quantity=2, unit_price=5)
    address = reverse("pipeline:deal-line", args=[deal.pk, line.pk])
    rita = as_(sales_team.rita)
    shown = rita.get(address)
    seen = {"initial-quantity": "2", "initial-unit_price": "5.00"}

    assert 'value="5.00"' in shown.content.decode()
    saved = rita.post(address, {"quantity": "4", "unit_price": "5.00", **seen})
    stale = as_(sales_team.mia).post(address, {"quantity": "7", "unit_price": "6", **seen})
    refused = rita.post(address, {"quantity": "0", "unit_price": "5", "initial-quantity": "4"})

    assert (saved.status_code, saved.url) == (302, page(deal))
    assert stale.status_code == 409
    assert "Somebody changed this meanwhile to “4.00”" in text_of(stale)
    assert "above zero" in text_of(refused)
    line.refresh_from_db()
    assert (line.quantity, line.unit_price) == (4, 5)
    again = {**seen, "initial-quantity": "4.00"}
    as_(sales_team.mia).post(address, {"quantity": "7", "unit_price": "6", **again})
    line.refresh_from_db()
    assert (line.quantity, line.unit_price) == (7, 6)
    entries = AuditEntry.objects.filter(action="deal.edit_line").order_by("pk")
    assert [entry.actor for entry in entries] == [sales_team.rita, sales_team.mia]


def test_a_line_of_another_deal_is_not_removed_through_ones_own(as_, sales_team, stages):
    own, other = (DealFactory(owner=owner) for owner in (sales_team.rita, sales_team.rob))
    line = DealLine.objects.create(deal=other, product=ProductFactory(), unit_price=1)

    response = as_(sales_team.rita).post(
        reverse("pipeline:deal-line-remove", args=[own.pk, line.pk])
    )

    assert response.status_code == 404
    assert DealLine.objects.exists()


# The page


def test_the_story_tells_who_changed_what_when_why_and_by_which_way(as_, sales_team, stages):
    start = timezone.now() - timedelta(days=10)
    deal = DealFactory(owner=sales_team.rita, created_at=start, amount=1000)
    with history.writing(
        by=sales_team.mia, source="api", reason="Scope grew", at=start + timedelta(days=2)
    ):
        Deal.objects.filter(pk=deal.pk).update(amount=2500, stage=stages.propose)
    deal.refresh_from_db()
    services.edit_deal(
        deal, by=sales_team.rita, source="page", version=2, changes={"source": "Fair"}
    )
    ActivityFactory(
        deal=deal, person=sales_team.ron, subject="Demo", occurred_at=start + timedelta(days=1)
    )

    shown = as_(sales_team.rita).get(page(deal)).context["page"]

    told = [
        (
            entry.title,
            entry.who and entry.who.full_name,
            entry.way,
            entry.reason,
            [(change.label, change.before, change.after) for change in entry.changes],
        )
        for entry in shown.timeline.entries
    ]
    assert told[0] == ("Changed", "Rita Rep", "", "", [("Source", "", "Fair")])
    assert told[1][:4] == ("Moved to Propose", "Mia Manager", "through the API", "Scope grew")
    assert ("Amount", "1,000.00 USD", "2,500.00 USD") in told[1][4]
    assert ("Stage", "Qualify", "Propose") in told[1][4]
    assert told[2][:2] == ("Call: Demo", "Ron Rep")
    assert told[3][:3] == ("Created", None, "directly in the database")


def test_the_path_says_how_many_days_the_deal_stood_where(as_, sales_team, stages):
    start = timezone.now() - timedelta(days=10)
    deal = DealFactory(owner=sales_team.rita, created_at=start)
    for day, stage in ((3, stages.propose), (4, stages.qualify), (6, stages.propose)):
        with history.writing(by=None, source="page", at=start + timedelta(days=day)):
            Deal.objects.filter(pk=deal.pk).update(stage=stage)

    shown = as_(sales_team.rita).get(page(deal)).context["page"]

    days = {step.stage.name: round(step.days, 2) for step in shown.path}
    assert days == {"Qualify": 5.0, "Propose": 5.0}
    assert [step.stage.name for step in shown.path if step.is_current] == ["Propose"]
    assert round(shown.days_here, 2) == 4.0


def test_the_page_says_by_which_rate_an_amount_was_converted(as_, sales_team, stages):
    ExchangeRateFactory(valid_from=date(2026, 1, 1), rate="1.1")
    ExchangeRateFactory(valid_from=date(2026, 3, 3), rate="1.2345")
    deal = DealFactory(owner=sales_team.rita, amount=1000, currency="EUR")
    rita = as_(sales_team.rita)

    assert "USD, from 1,000.00 EUR at 1.10 of 1 Jan 2026" in text_of(rita.get(page(deal)))
    with history.writing(by=None, source="page", at=datetime(2026, 3, 5, tzinfo=UTC)):
        Deal.objects.filter(pk=deal.pk).update(stage=stages.won)

    shown = rita.get(page(deal))
    assert "USD, from 1,000.00 EUR at 1.2345 of 3 Mar 2026" in text_of(shown)
    told = [
        (change.before, change.after)
        for entry in shown.context["page"].timeline.entries
        for change in entry.changes
        if change.label == "Converted at"
    ]
    assert told == [("1.10 of 1 Jan 2026", "1.2345 of 3 Mar 2026"), ("", "1.10 of 1 Jan 2026")]
    assert "from 1," not in text_of(rita.get(page(DealFactory(owner=sales_team.rita))))


def test_a_long_story_is_folded_and_can_be_opened(as_, sales_team, stages):
    deal = DealFactory(owner=sales_team.rita)
    for number in range(SHOWN + 5):
        ActivityFactory(deal=deal, person=sales_team.rita, subject=f"Call {number}")
    rita = as_(sales_team.rita)

    folded, whole = rita.get(page(deal)), rita.get(page(deal), {"timeline": "all"})

    assert folded.context["page"].timeline.older == 6
    assert "Show 6 older" in text_of(folded)
    assert len(whole.context["page"].timeline.entries) == SHOWN + 6


def test_an_executive_looks_on(as_, sales_team, stages):
    deal = DealFactory(owner=sales_team.rita)

    shown = text_of(as_(sales_team.eve).get(page(deal)))

    assert "Edit" not in shown
    assert "Save activity" not in shown
    assert "Move to" not in shown


def test_what_people_write_is_shown_as_text(as_, sales_team, stages):
    deal = DealFactory(owner=sales_team.rita, name="<script>alert(1)</script>", next_step="<b>x")
    ActivityFactory(deal=deal, person=sales_team.rita, subject="<img src=x>", body="a\nb <i>")

    content = as_(sales_team.rita).get(page(deal)).content.decode()

    assert "<script>alert(1)" not in content
    assert "<img src=x>" not in content
    assert "&lt;b&gt;x" in content


def test_the_page_asks_as_much_for_one_thing_of_each_as_for_three(as_, sales_team, stages):
    account = AccountFactory()
    deal = DealFactory(owner=sales_team.rita, account=account)
    rita, counted = as_(sales_team.rita), []
    rita.get(page(deal))
    for number in (1, 2):
        for _ in range(number):
            DealContactFactory(deal=deal)
            DealLine.objects.create(deal=deal, product=ProductFactory(), unit_price=1)
            ActivityFactory(deal=deal, person=sales_team.ron)
            deal.refresh_from_db()
            services.edit_deal(
                deal,
                by=sales_team.mia,
                source="page",
                version=deal.version,
                changes={"amount": deal.amount + 1, "source": f"Fair {deal.version}"},
            )
        with CaptureQueriesContext(connection) as queries:
            assert rita.get(page(deal)).status_code == 200
        counted.append(len(queries))

    assert counted[0] == counted[1]
    assert counted[0] <= 14, "\n".join(query["sql"][:150] for query in queries.captured_queries)


def test_no_stage_is_chosen_beforehand(as_, sales_team, stages):
    deal = DealFactory(owner=sales_team.rita)
    rita = as_(sales_team.rita)

    shown, sent = rita.get(page(deal)), rita.post(page(deal, "deal-move"), {"stage": ""})

    offered = shown.context["move"]["stage"]
    assert offered.value() is None
    assert next(iter(offered.field.choices)) == ("", "Choose a stage")
    assert sent.status_code == 400
    assert Deal.objects.get().stage == deal.stage


@pytest.mark.parametrize(
    ("end", "asked"), [("won", (True, False)), ("lost", (False, True)), ("", (True, True))]
)
def test_a_closing_asks_for_what_its_end_needs_alone(as_, sales_team, stages, end, asked):
    deal = DealFactory(owner=sales_team.rita)
    query = {"stage": getattr(stages, end).pk} if end else {}

    text = text_of(as_(sales_team.rita).get(page(deal, "deal-move"), query))

    assert ("What shows that it is won?" in text, "Loss reason" in text) == asked


def test_a_closing_without_its_reason_is_asked_for_that_reason_alone(as_, sales_team, stages):
    deal = DealFactory(owner=sales_team.rita)
    rita = as_(sales_team.rita)
    form = form_of(rita.get(page(deal, "deal-move")), having="version")

    refused = rita.post(page(deal, "deal-move"), form | {"stage": stages.lost.pk})

    assert refused.status_code == 400
    assert "Say why the deal was lost." in text_of(refused)
    assert "What shows that it is won?" not in text_of(refused)


def test_the_same_deal_again_within_minutes_is_asked_about(as_, sales_team, stages):
    rita = as_(sales_team.rita)
    given = {"name": "Spectrometers", "amount": "100"}

    def send(**more):
        # As after Back: the page is loaded anew, with another submission.
        return rita.post(NEW, form_of(rita.get(NEW), having="submission") | given | more)

    first, twice = send(), send()

    made = Deal.objects.get()
    assert first.status_code == 302
    assert twice.status_code == 409
    assert f'href="{page(made)}"' in twice.content.decode()
    assert send(amount="101").status_code == 302
    again = rita.post(NEW, form_of(twice, having="submission") | {"again": "1"})
    assert again.status_code == 302
    assert Deal.objects.filter(name="Spectrometers", amount=100).count() == 2


def test_the_same_deal_is_made_without_a_question_by_others_and_later(as_, sales_team, stages):
    now = timezone.now()
    same = {"owner": sales_team.rita, "name": "Spectrometers", "account": None, "amount": None}
    DealFactory(**same, created_by=sales_team.mia, created_at=now)
    DealFactory(**same, created_by=sales_team.rita, created_at=now - timedelta(minutes=11))
    rita = as_(sales_team.rita)

    form = form_of(rita.get(NEW), having="submission") | {"name": "Spectrometers"}

    assert rita.post(NEW, form).status_code == 302
