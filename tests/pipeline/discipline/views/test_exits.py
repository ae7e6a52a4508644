from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from org import access
from org.services import calendar
from pipeline.deals.models import Deal
from pipeline.discipline.models import CriterionMet, RequiredField, StageOverride
from pipeline.discipline.services import exits
from pipeline.discipline.services import setup as exit_setup
from pipeline.discipline.services.exits import ExitAnswers
from pipeline.lifecycle import services as deals
from tests.analytics.deals.views.test_deals import text_of
from tests.factories.pipeline import (
    CompetitorFactory,
    ContactFactory,
    DealFactory,
    ProductFactory,
)
from tests.pages import form_of

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def asked(stage, statement="Buyer confirmed the budget in writing", **options):
    return exit_setup.add_criterion(stage, by=None, statement=statement, **options).criterion


def move_page(deal):
    return reverse("analytics:deal-move", args=[deal.pk])


def overridden(deal, stages, **more):
    return StageOverride.objects.create(
        deal=deal, deal_version=50 + StageOverride.objects.count(), owner=deal.owner,
        from_stage=stages.qualify, to_stage=stages.propose, missing=["Amount"],
        reason="In a hurry", **more,
    )  # fmt: skip


def test_a_move_is_refused_with_a_form_of_just_what_is_missing(as_, sales_team, stages):
    budget = asked(stages.qualify)
    exit_setup.require_fields(
        stages.qualify, by=None, fields=["amount", "next_step", "contacts"], at=NOW
    )
    deal = DealFactory(owner=sales_team.rita)
    rita = as_(sales_team.rita)

    refused = rita.post(move_page(deal), {"version": 1, "stage": stages.propose.pk})

    form = refused.context["form"]
    assert refused.status_code == 400
    assert [field.name for field in form.asked] == [
        "next_step", f"criterion_{budget.pk}", "override_reason",
    ]  # fmt: skip
    assert [need.name for need in form.elsewhere] == ["contacts"]  # It has no account yet.
    assert set(form.errors) == {"__all__", "next_step", f"criterion_{budget.pk}"}
    assert "first say which account" in text_of(refused)


def test_the_form_that_is_refused_moves_the_deal_once_it_is_filled_in(as_, sales_team, stages):
    budget = asked(stages.qualify)
    exit_setup.require_fields(stages.qualify, by=None, fields=["next_step"], at=NOW)
    deal = DealFactory(owner=sales_team.rita)
    rita = as_(sales_team.rita)
    refused = rita.post(move_page(deal), {"version": 1, "stage": stages.propose.pk})

    data = form_of(refused, having="override_reason")
    data |= {"next_step": "Send the offer", f"criterion_{budget.pk}": "E-mail of 3 March"}
    assert rita.post(move_page(deal), data).status_code == 302

    deal.refresh_from_db()
    assert (deal.stage, deal.next_step) == (stages.propose, "Send the offer")
    page = text_of(rita.get(reverse("pipeline:deal-exit", args=[deal.pk])))
    assert "E-mail of 3 March" in page
    assert "Rita" in page


def test_an_override_moves_the_deal_and_stands_in_its_story(as_, sales_team, stages):
    asked(stages.qualify)
    deal = DealFactory(owner=sales_team.rita)
    rita = as_(sales_team.rita)
    data = form_of(
        rita.get(f"{move_page(deal)}?stage={stages.propose.pk}"), having="override_reason"
    )

    rita.post(move_page(deal), data | {"override_reason": "Their quarter ends"})

    assert StageOverride.objects.get().missing == ["Buyer confirmed the budget in writing"]
    page = text_of(rita.get(reverse("analytics:deal", args=[deal.pk])))
    assert "Exit overridden: Their quarter ends" in page


def test_a_contact_a_product_and_where_it_came_from_are_given_with_the_move(
    as_, sales_team, stages
):
    asks = ["contacts", "products", "source"]
    exit_setup.require_fields(stages.qualify, by=None, fields=asks, at=NOW)
    contact, lamp = ContactFactory(), ProductFactory(list_price=90, currency="USD")
    deal = DealFactory(owner=sales_team.rita, account=contact.account, currency="USD")
    rita = as_(sales_team.rita)
    data = form_of(
        rita.get(f"{move_page(deal)}?stage={stages.propose.pk}"), having="override_reason"
    )

    silent = rita.post(move_page(deal), data)
    assert set(silent.context["form"].errors) == {"contacts", "products", "source"}
    data |= {"contacts": contact.pk, "products": lamp.pk, "source": "Fair"}
    half = rita.post(move_page(deal), data)
    assert set(half.context["form"].errors) == {"contacts_role"}
    assert not deal.contact_roles.exists()
    assert form_of(half, having="override_reason")["source"] == "Fair"
    assert rita.post(move_page(deal), data | {"contacts_role": "champion"}).status_code == 302

    deal.refresh_from_db()
    assert (deal.stage, deal.source) == (stages.propose, "Fair")
    assert [(row.contact, row.role) for row in deal.contact_roles.all()] == [(contact, "champion")]
    assert [(row.product, row.quantity, row.unit_price) for row in deal.lines.all()] == [
        (lamp, 1, 90)
    ]


def test_somebody_new_is_added_to_the_account_and_somebody_known_is_not_doubled(
    as_, sales_team, stages
):
    exit_setup.require_fields(stages.qualify, by=None, fields=["contacts"], at=NOW)
    account = ContactFactory(full_name="Nora Known").account
    rita = as_(sales_team.rita)
    for name in ("Nils New", "nora  known"):
        deal = DealFactory(owner=sales_team.rita, account=account)
        data = {"version": 1, "stage": stages.propose.pk, "contacts_role": "champion"}
        assert rita.post(move_page(deal), data | {"contacts_new": name}).status_code == 302

    assert sorted(row.full_name for row in account.contacts.all()) == ["Nils New", "Nora Known"]


def test_a_new_deal_in_a_later_stage_is_asked_in_its_form(as_, sales_team, stages):
    budget = asked(stages.qualify)
    asks = ["amount", "competitor", "contacts", "products"]
    exit_setup.require_fields(stages.qualify, by=None, fields=asks, at=NOW)
    rita, address = as_(sales_team.rita), reverse("analytics:deal-new")
    rival = CompetitorFactory()
    data = form_of(rita.get(address), having="submission")
    data |= {"name": "Lamps", "stage": stages.propose.pk}
    contact, lamp = ContactFactory(), ProductFactory(list_price=90, currency="USD")
    data["account"] = contact.account.name

    refused = rita.post(address, data)

    assert refused.status_code == 400
    assert set(refused.context["form"].errors) == {*asks, f"criterion_{budget.pk}"}
    data = form_of(refused, having="override_reason")
    data |= {"amount": "50", "competitor": rival.pk, f"criterion_{budget.pk}": "Mail of May"}
    data |= {"contacts": contact.pk, "contacts_role": "champion", "products": lamp.pk}
    assert rita.post(address, data).status_code == 302
    deal = Deal.objects.get()
    assert (deal.stage, deal.amount, deal.competitor) == (stages.propose, 50, rival)
    assert deal.contact_roles.get().contact == contact
    assert deal.lines.get().product == lamp
    assert not StageOverride.objects.exists()


def test_a_new_deal_is_made_without_it_for_a_reason(as_, sales_team, stages):
    asked(stages.qualify)
    rita, address = as_(sales_team.rita), reverse("analytics:deal-new")
    data = form_of(rita.get(address), having="submission")
    data |= {"name": "Lamps", "stage": stages.propose.pk, "override_reason": "They called us"}

    assert rita.post(address, data).status_code == 302

    assert StageOverride.objects.get().reason == "They called us"


def test_evidence_is_shown_and_taken_back_on_the_deal(as_, sales_team, stages):
    budget = asked(stages.qualify)
    deal = DealFactory(owner=sales_team.rita)
    rita = as_(sales_team.rita)
    address = reverse("pipeline:deal-criterion", args=[deal.pk, budget.pk])

    silent = rita.post(address, {"evidence": " "})
    assert silent.status_code == 400
    rita.post(address, {"evidence": "E-mail of 3 March"})
    met = CriterionMet.objects.get()
    rita.post(reverse("pipeline:deal-criterion-withdraw", args=[deal.pk, met.pk]))

    page = rita.get(reverse("pipeline:deal-exit", args=[deal.pk]), headers={"HX-Request": "true"})
    assert "Taken back: Buyer confirmed the budget in writing" in text_of(page)
    assert "<html" not in page.content.decode()


def test_a_criterion_is_added_reworded_made_to_wait_and_ended(as_, sales_team, stages):
    ada = as_(sales_team.ada)
    new = reverse("pipeline:criterion-new", args=[stages.qualify.pk])
    ada.post(new, {"statement": "Budget confirmed", "order": "10"})
    ada.post(new, {"statement": "Trial passed", "order": "20"})
    budget, trial = stages.qualify.exit_criteria.order_by("pk")

    edit = reverse("pipeline:criterion", args=[trial.pk])
    data = form_of(ada.get(edit), having="statement")
    ada.post(edit, data | {"depends_on": budget.pk})
    circle = ada.post(
        reverse("pipeline:criterion", args=[budget.pk]),
        {"statement": "Budget confirmed", "order": "10", "depends_on": trial.pk},
    )
    assert (circle.status_code, list(circle.context["form"].errors)) == (400, ["depends_on"])
    page = text_of(ada.get(reverse("pipeline:stage-exit", args=[stages.qualify.pk])))
    assert "after: Budget confirmed" in page

    ada.post(reverse("pipeline:criterion-end", args=[trial.pk]))
    assert not trial.versions.live().exists()
    page = text_of(ada.get(reverse("pipeline:stage-exit", args=[stages.qualify.pk])))
    assert "Asked before" in page


def test_fields_are_ticked_and_unticked(as_, sales_team, stages):
    ada = as_(sales_team.ada)
    address = reverse("pipeline:stage-exit", args=[stages.qualify.pk])
    ada.post(address, {"fields_asked": ["amount", "products"]})
    ada.post(address, {"fields_asked": ["amount"]})

    assert [row.field for row in RequiredField.objects.live()] == ["amount"]
    assert ada.get(reverse("pipeline:stage-exit", args=[stages.won.pk])).status_code == 404


def test_overrides_are_counted_by_owner_and_stage_as_sql_counts_them(as_, sales_team, stages):
    calendar.ensure_years(access.today().year, access.today().year)
    first = DealFactory(owner=sales_team.rita, name="Spectrometers")
    second = DealFactory(owner=sales_team.ron, name="Lenses")
    for deal in (first, first, second, DealFactory(owner=sales_team.rob, name="Elsewhere")):
        overridden(deal, stages)
    overridden(first, stages, overridden_at=datetime.now(UTC) - timedelta(days=800))

    page = as_(sales_team.mia).get("/pipeline/overrides/")

    people = [(row.label, row.overrides, row.deals) for row in page.context["people"].rows]
    assert people == [("Rita Rep", 2, 1), ("Ron Rep", 1, 1)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pipeline_stageoverride o JOIN pipeline_deal d ON d.id = o.deal_id"
            " WHERE d.owner_id = ANY (%s) AND o.overridden_at > now() - interval '1 day'",
            [[sales_team.rita.pk, sales_team.ron.pk]],
        )
        assert cursor.fetchone() == (sum(number for _, number, _ in people),)
    assert [row.overrides for row in page.context["stages"].rows] == [3]
    text = text_of(page)
    assert "Spectrometers" in text
    assert "Elsewhere" not in text


def test_the_share_of_moves_that_were_overridden_is_that_of_plain_sql(as_, sales_team, stages):
    calendar.ensure_years(access.today().year, access.today().year)
    rita = sales_team.rita
    early = begun(rita, stages)
    step(early, rita, stages.propose)  # Nothing was asked for yet.
    budget = asked(stages.qualify)
    for number in range(12):
        deal = begun(rita, stages)
        shown = {"evidence": {budget.pk: "Mail"}} if number >= 3 else {"override": "Hurry"}
        step(deal, rita, stages.propose, exit=ExitAnswers(**shown))
    step(begun(rita, stages), None, stages.propose, source="task")
    step(begun(rita, stages), rita, stages.lost, lost_reason="price")
    deals.create_deal(
        by=rita, source="page", name="Late", owner=rita, stage=stages.propose,
        exit=ExitAnswers(override="They called us"), at=datetime.now(UTC),
    )  # fmt: skip

    page = as_(sales_team.mia).get("/pipeline/overrides/", {"list": "moves"})

    (row,) = page.context["stages"].rows
    (own,) = page.context["people"].rows
    assert (row.label, row.moves, row.overrides) == ("Qualify", 13, 4)
    assert (own.label, own.moves, own.overrides) == ("Rita Rep", 13, 4)
    share = next(column for column in page.context["stages"].columns if column.key == "share")
    assert share.raw(row) == Decimal(4) / 13
    rows = page.context["rows"].rows
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT now_in.id FROM pipeline_dealversion now_in"
            "  LEFT JOIN pipeline_dealversion was"
            "         ON was.deal_id = now_in.deal_id AND was.valid_to = now_in.valid_from"
            " WHERE now_in.stage_id = %s AND now_in.source = 'page' AND now_in.deal_id <> %s"
            "   AND (was.stage_id = %s OR was.id IS NULL)",
            [stages.propose.pk, early.pk, stages.qualify.pk],
        )
        assert {row.pk for row in rows} == {pk for (pk,) in cursor.fetchall()}
    assert [row.because for row in rows].count(None) == 9
    assert {row.left_name for row in rows} == {"Qualify"}


def begun(owner, stages):
    # Before the test's transaction: what one transaction does is one version.
    yesterday = datetime.now(UTC) - timedelta(days=1)
    return DealFactory(owner=owner, stage=stages.qualify, created_at=yesterday)


def step(deal, by, to, *, source="page", **more):
    return deals.move_stage(deal, by=by, source=source, version=1, to=to, **more)


def test_each_count_opens_its_overrides(as_, sales_team, stages):
    calendar.ensure_years(access.today().year, access.today().year)
    for owner, name in ((sales_team.rita, "Spectrometers"), (sales_team.ron, "Lenses")):
        overridden(DealFactory(owner=owner, name=name), stages)
    mia = as_(sales_team.mia)
    cells = mia.get("/pipeline/overrides/").context["people"].body
    _, href = [cell.href for cell in cells[0] if cell.href]

    opened = text_of(mia.get("/pipeline/overrides/" + href.removesuffix("#overrides")))

    assert ("Spectrometers" in opened, "Lenses" in opened) == (True, False)


def test_the_pages_ask_as_much_for_one_row_as_for_three(as_, sales_team, stages):
    calendar.ensure_years(access.today().year, access.today().year)
    deal = DealFactory(owner=sales_team.rita)
    mia = as_(sales_team.mia)
    addresses = ("/pipeline/overrides/", reverse("pipeline:deal-exit", args=[deal.pk]))
    for address in addresses:
        mia.get(address)
    counted = []
    for number in (1, 2):
        for _ in range(number):
            asked(stages.qualify, f"Asked {CriterionMet.objects.count()}")
            overridden(deal, stages)
            criterion = asked(stages.qualify, "Shown")
            exits.meet_criterion(deal, criterion, by=sales_team.rita, evidence="Mail")
        for address in addresses:
            with CaptureQueriesContext(connection) as queries:
                assert mia.get(address).status_code == 200
            counted.append(len(queries))

    assert counted[:2] == counted[2:]


def test_a_deal_leaves_on_time_where_nothing_is_asked(as_, sales_team, stages):
    deal = DealFactory(owner=sales_team.rita, expected_close_on=date(2026, 12, 1))
    rita = as_(sales_team.rita)

    rita.post(move_page(deal), {"version": 1, "stage": stages.propose.pk})

    assert Deal.objects.get(pk=deal.pk).stage == stages.propose
    page = text_of(rita.get(reverse("pipeline:deal-exit", args=[deal.pk])))
    assert "Propose asks for nothing" in page
