from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction

from org.models.audit import AuditEntry
from pipeline.activities.reports import deal_timeline
from pipeline.deals.models import Deal
from pipeline.enums import LossKind, LostReason, Status
from pipeline.lifecycle import services as deals
from pipeline.stages import services as outcomes
from pipeline.stages.models import Competitor, LossReason
from tests.factories.pipeline import CompetitorFactory, DealFactory, StageFactory
from tests.pipeline.lifecycle.services.test_deals import create, edit, messages, move

pytestmark = pytest.mark.django_db


def test_every_reason_of_before_is_a_row_of_the_same_code():
    assert set(LossReason.objects.values_list("code", flat=True)) == set(LostReason)
    kinds = dict(LossReason.objects.values_list("code", "kind"))
    assert kinds["competitor"] == LossKind.COMPETITIVE
    assert kinds["no_decision"] == kinds["no_contact"] == LossKind.NO_DECISION


def test_the_database_knows_the_codes_and_keeps_them():
    deal = DealFactory(stage=StageFactory(lost=True))

    with pytest.raises(IntegrityError, match="deal_lost_reason_known"), transaction.atomic():
        Deal.objects.filter(pk=deal.pk).update(lost_reason="mood")
    with pytest.raises(IntegrityError, match="so it stays"), transaction.atomic():
        LossReason.objects.filter(code="price").update(code="dear")


def test_a_competitive_loss_asks_for_the_competitor(sales_team):
    deal, lost = create(sales_team.rita), StageFactory(lost=True)

    with pytest.raises(ValidationError) as refusal:
        move(deal, sales_team.rita, lost, lost_reason="competitor")
    assert list(messages(refusal)) == ["competitor"]
    assert Deal.objects.get(pk=deal.pk).status == Status.OPEN

    deal = move(
        deal, sales_team.rita, lost, lost_reason="competitor", competitor=CompetitorFactory()
    )
    assert deal.competitor == Competitor.objects.get()


def test_no_decision_asks_for_nobody(sales_team):
    deal = create(sales_team.rita)

    deal = move(deal, sales_team.rita, StageFactory(lost=True), lost_reason="no_decision")

    assert (deal.lost_reason, deal.competitor) == ("no_decision", None)


def test_whom_we_were_up_against_is_kept_at_the_closing(sales_team):
    rival = CompetitorFactory()
    deal = create(sales_team.rita, competitor=rival)

    deal = move(deal, sales_team.rita, StageFactory(lost=True), lost_reason="competitor")

    assert deal.competitor == rival


def test_an_import_may_leave_the_competitor_out(sales_team):
    deal = create(sales_team.rita)

    deal = deals.move_stage(
        deal, by=sales_team.ada, source="import", version=1, to=StageFactory(lost=True),
        lost_reason="competitor",
    )  # fmt: skip

    assert deal.status == Status.LOST


def test_a_new_name_is_added_once_whatever_its_case(sales_team):
    lost = StageFactory(lost=True)
    first, second = create(sales_team.rita), create(sales_team.rita)

    first = move(
        first, sales_team.rita, lost, lost_reason="competitor", new_competitor=" Rival  Works "
    )
    second = move(
        second, sales_team.rita, lost, lost_reason="competitor", new_competitor="RIVAL WORKS"
    )

    assert first.competitor == second.competitor == Competitor.objects.get(name="Rival Works")
    assert AuditEntry.objects.filter(action="competitor.create").count() == 1


def test_a_refused_move_adds_no_competitor(sales_team):
    deal = create(sales_team.rita)

    with pytest.raises(ValidationError):
        move(deal, sales_team.rita, StageFactory(lost=True), new_competitor="Rival Works")
    with pytest.raises(deals.EditConflict):
        move(
            deal, sales_team.rita, StageFactory(lost=True), version=7,
            lost_reason="competitor", new_competitor="Rival Works",
        )  # fmt: skip

    assert not Competitor.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_same_name_from_four_people_at_once_is_one_competitor():
    def name(_: int) -> int:
        try:
            return outcomes.named_competitor("Rival Works", by=None).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(name, range(8)))

    assert len(found) == Competitor.objects.count() == 1


def test_a_reason_out_of_use_is_refused_anew_and_kept_where_it_stands(sales_team):
    deal = create(sales_team.rita)
    lost = StageFactory(lost=True)
    deal = move(deal, sales_team.rita, lost, lost_reason="timing")
    outcomes.set_use(LossReason.objects.get(code="timing"), by=sales_team.ada, at=datetime.now(UTC))

    with pytest.raises(ValidationError) as refusal:
        move(create(sales_team.rita), sales_team.rita, lost, lost_reason="timing")
    assert list(messages(refusal)) == ["lost_reason"]
    rival = CompetitorFactory()
    assert edit(deal, sales_team.rita, competitor=rival).competitor == rival


def test_the_set_up_is_for_admins(sales_team):
    fields = {"name": "Bad weather", "kind": "other", "order": 90}
    for write in (
        lambda by: outcomes.save_loss_reason(None, by=by, fields=fields),
        lambda by: outcomes.save_competitor(None, by=by, name="Rival Works"),
        lambda by: outcomes.set_use(LossReason.objects.first(), by=by, at=datetime.now(UTC)),
    ):
        with pytest.raises(PermissionDenied):
            write(sales_team.mia)
        write(sales_team.ada)
    with pytest.raises(PermissionDenied):
        outcomes.named_competitor("Rival Works", by=sales_team.eve)


def test_a_reason_gets_a_code_of_its_own_and_a_name_that_no_other_has(sales_team):
    fields = {"name": "Bad weather!", "kind": "other", "order": 90}
    made = outcomes.save_loss_reason(None, by=sales_team.ada, fields=fields)
    again = outcomes.save_loss_reason(
        None, by=sales_team.ada, fields=fields | {"name": "Bad: weather"}
    )
    assert (made.code, again.code) == ("bad_weather", "bad_weather_2")

    for wrong in ({"name": "bad WEATHER!"}, {"name": " "}):
        with pytest.raises(ValidationError) as refusal:
            outcomes.save_loss_reason(None, by=sales_team.ada, fields=fields | wrong)
        assert list(messages(refusal)) == ["name"]
    with pytest.raises(ValidationError) as refusal:
        outcomes.save_loss_reason(made, by=sales_team.ada, fields={"kind": "mood"})
    assert list(messages(refusal)) == ["kind"]


def test_the_last_reason_stays_in_use(sales_team):
    LossReason.objects.exclude(code="price").update(archived_at=datetime.now(UTC))

    with pytest.raises(ValidationError, match="last reason"):
        outcomes.set_use(
            LossReason.objects.get(code="price"), by=sales_team.ada, at=datetime.now(UTC)
        )


def test_reopening_says_why_clears_the_competitor_and_stands_in_the_story(sales_team):
    start = datetime(2026, 1, 5, 9, tzinfo=UTC)
    deal = create(sales_team.rita, at=start)
    deal = move(
        deal, sales_team.rita, StageFactory(lost=True), at=start + timedelta(days=1),
        lost_reason="competitor", competitor=CompetitorFactory(name="Rival Works"),
    )  # fmt: skip

    with pytest.raises(ValidationError) as refusal:
        move(deal, sales_team.rita, StageFactory())
    assert list(messages(refusal)) == ["reopen_reason"]
    deal = move(
        deal, sales_team.rita, StageFactory(), at=start + timedelta(days=2),
        reopen_reason="They called again",
    )  # fmt: skip

    assert (deal.status, deal.lost_reason, deal.competitor) == (Status.OPEN, None, None)
    entries = deal_timeline(deal).entries
    told = {entry.title: entry.reason for entry in entries}
    assert told["Reopened in Qualify"] == "They called again"
    changes = {(c.label, c.before, c.after) for entry in entries for c in entry.changes}
    assert ("Competitor", "Rival Works", "") in changes
    logged = AuditEntry.objects.about(deal).first().changes
    assert logged["lost_reason"] == ["competitor", None]


def test_a_competitor_whose_name_is_too_long_is_not_added(sales_team):
    with pytest.raises(ValidationError) as refusal:
        outcomes.named_competitor("x" * 101, by=sales_team.rita)

    assert messages(refusal) == {"new_competitor": ["A name has at most 100 characters."]}
    assert not Competitor.objects.exists()
