"""Colleagues who help with a deal: what they come to see, what not, and until when."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from org.models.audit import AuditEntry
from org.models.people import Person
from pipeline import rules
from pipeline.activities.models import Activity
from pipeline.activities.services import log_activity
from pipeline.credit import services
from pipeline.credit.services import Share, split_credit
from pipeline.deals.models import Deal, DealCollaborator, DealVersion
from pipeline.lifecycle.services import archive_deal, edit_deal, move_stage
from tests.factories.pipeline import ActivityFactory, DealFactory, StageFactory

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture
def deal(sales_team):
    DealFactory(owner=sales_team.rita, name="Another of Rita")
    return DealFactory(owner=sales_team.rita, name="Optics")


def fresh(person):
    return Person.objects.get(pk=person.pk)


def seen(person) -> set[str]:
    return set(Deal.objects.visible_to(fresh(person)).values_list("name", flat=True))


def help_with(deal, person, *, by, at=MONDAY, role="specialist"):
    return services.add_collaborator(deal, by=by, person=person, role=role, at=at)


def test_who_helps_sees_this_deal_and_its_activities_until_it_ends(sales_team, deal):
    ActivityFactory(deal=deal, person=sales_team.rita)
    DealFactory(owner=sales_team.stan, name="Own")
    assert seen(sales_team.stan) == {"Own"}

    row = help_with(deal, sales_team.stan, by=sales_team.rita)

    stan = fresh(sales_team.stan)
    assert seen(stan) == {"Own", "Optics"}
    assert Activity.objects.visible_to(stan).count() == 1
    assert set(DealVersion.objects.visible_to(stan).values_list("name", flat=True)) == {
        "Own",
        "Optics",
    }
    assert DealCollaborator.objects.visible_to(stan).count() == 1
    # Neither who reports beside them nor who leads them sees more by it.
    assert seen(sales_team.rob) == seen(sales_team.max) == set()
    services.remove_collaborator(row, by=sales_team.rita, at=TUESDAY)
    services.remove_collaborator(row, by=sales_team.rita, at=TUESDAY + timedelta(days=1))
    assert seen(sales_team.stan) == {"Own"}
    assert Activity.objects.visible_to(fresh(sales_team.stan)).count() == 0
    assert DealCollaborator.objects.get().ended_at == TUESDAY
    assert AuditEntry.objects.about(deal).count() == 2


def test_who_helps_logs_and_changes_nothing(sales_team, deal):
    won = StageFactory(won=True)
    help_with(deal, sales_team.stan, by=sales_team.rita)
    stan = fresh(sales_team.stan)
    assert not rules.can_edit_seen_deal(stan, deal)
    by = {"by": stan, "source": "page", "version": deal.version}

    logged = log_activity(
        by=stan, kind="call", subject="Demo", occurred_at=MONDAY, now=MONDAY, deal=deal
    )
    for write in (
        lambda: edit_deal(deal, changes={"amount": 5}, **by),
        lambda: move_stage(deal, to=won, win_evidence="x", **by),
        lambda: archive_deal(deal, now=MONDAY, **by),
        lambda: split_credit(
            deal, by=stan, shares=[Share(stan, "revenue", 100)], reason="x", at=MONDAY
        ),
        lambda: help_with(deal, sales_team.rob, by=stan),
    ):
        with pytest.raises(PermissionDenied):
            write()

    assert logged.deal == deal
    assert Deal.objects.get(pk=deal.pk).version == deal.version


def test_a_manager_who_helps_below_edits_as_before(sales_team, deal):
    help_with(deal, sales_team.mia, by=sales_team.rita)

    assert rules.can_edit_seen_deal(fresh(sales_team.mia), deal)


def test_who_has_credit_sees_the_deal_while_they_have_it(sales_team, deal):
    shares = [Share(sales_team.stan, "revenue", 40), Share(sales_team.rita, "revenue", 60)]
    shares.append(Share(sales_team.rob, "overlay", 10))

    first = split_credit(deal, by=None, shares=shares, reason="x", at=MONDAY)
    assert seen(sales_team.stan) == seen(sales_team.rob) == {"Optics"}
    split_credit(deal, by=None, shares=shares[2:], reason="x", at=TUESDAY, seen=first.pk)

    assert seen(sales_team.stan) == set()
    assert seen(sales_team.rob) == {"Optics"}


def test_another_role_ends_the_one_before(sales_team, deal):
    help_with(deal, sales_team.stan, by=sales_team.rita)
    help_with(deal, sales_team.stan, by=sales_team.rita, role="sponsor", at=TUESDAY)
    help_with(deal, sales_team.stan, by=sales_team.rita, role="sponsor", at=TUESDAY)

    rows = DealCollaborator.objects.order_by("pk").values_list("role", "ended_at")
    assert list(rows) == [("specialist", TUESDAY), ("sponsor", None)]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("rita", "Rita Rep owns the deal."),
        ("rex", "Rex Recruiter does not sell here."),
        ("gus", "Gus Gone does not sell here."),
    ],
)
def test_who_cannot_help_is_refused_by_name(sales_team, deal, name, sentence):
    with pytest.raises(ValidationError) as refused:
        help_with(deal, getattr(sales_team, name), by=sales_team.rita)

    assert refused.value.message_dict == {"person": [sentence]}


def test_saving_a_person_whole_brings_nothing_back(sales_team, deal):
    row = help_with(deal, sales_team.stan, by=None)
    stale = fresh(sales_team.stan)
    services.remove_collaborator(row, by=None, at=TUESDAY)

    stale.save()

    assert seen(sales_team.stan) == set()


def test_the_database_keeps_who_helped_when(sales_team, deal):
    row = help_with(deal, sales_team.stan, by=None)

    for change in ({"person": sales_team.rob}, {"role": "other"}, {"added_at": TUESDAY}):
        with pytest.raises(IntegrityError), transaction.atomic():
            DealCollaborator.objects.filter(pk=row.pk).update(**change)
