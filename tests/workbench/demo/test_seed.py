import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F, Sum
from django.utils import timezone

from org.models.calendar import ExchangeRate, FiscalPeriod, Organisation
from org.models.people import Person, ReportingClosure, ReportingLine
from org.models.quotas import Quota
from org.models.teams import TeamMembership
from pipeline import history
from pipeline.activities.models import Activity
from pipeline.deals.models import Deal, DealVersion
from tests.worlds import world
from workbench.demo import loading
from workbench.demo import story as truth
from workbench.demo.days import calendar_of
from workbench.demo.plan import Plan
from workbench.demo.story import tell

# Together, so that the two organisations are made once.
pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("seed")]

TODAY = date(2026, 11, 16)
SMALL = ("--people", "16", "--months", "9", "--seed", "3", "--today", str(TODAY))
TABLES = (
    "org_organisation", "org_holiday", "org_fiscalperiod", "org_exchangerate", "org_person",
    "org_rolegrant", "org_reportingline", "org_reportingclosure", "org_team", "org_teammembership",
    "org_territory", "org_personterritory", "org_quota", "pipeline_stage", "pipeline_product",
    "pipeline_account", "pipeline_accountterritory", "pipeline_contact", "pipeline_deal",
    "pipeline_dealversion", "pipeline_dealline", "pipeline_dealcontact", "pipeline_activity",
    "pipeline_creditsplit", "pipeline_creditshare",
    "coaching_oneonone", "coaching_session", "coaching_note", "coaching_actionitem",
    "hiring_requisition", "hiring_candidate", "hiring_application",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SALESMGR_VAR", str(tmp_path))


def seed(*more: str) -> str:
    out = StringIO()
    call_command("seed_demo", *SMALL, *more, stdout=out)
    return out.getvalue()


def _made(*options: str) -> None:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("SALESMGR_VAR", folder)
        call_command("seed_demo", *options, verbosity=0, stdout=StringIO())


def _small() -> None:
    _made(*SMALL)


def _large() -> None:
    _made("--people", "60", "--months", "18", "--today", str(TODAY))


small, large = world(_small), world(_large)


def digests() -> dict[str, str]:
    """Return for each table a digest of all its rows, ids included."""
    found = {}
    with connection.cursor() as cursor:
        # The database shows candidates to their recruiter, and not to a query of nobody's.
        cursor.execute(
            "SELECT set_config('salesmgr.viewer', min(person_id)::text, true)"
            " FROM org_rolegrant WHERE role = 'recruiter'"
        )
        for table in TABLES:
            cursor.execute(f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t")
            found[table] = cursor.fetchone()[0]
    return found


def present() -> datetime:
    """Return the demo's present: the midnight that begins TODAY."""
    days = calendar_of(Plan(16, 9, 3, TODAY))
    return datetime.fromtimestamp(int(days.midnight[days.today]), tz=UTC)


def empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL salesmgr.emptying = 'on'")
        tables = ", ".join((*TABLES, "pipeline_competitor"))
        cursor.execute(f"TRUNCATE {tables} RESTART IDENTITY CASCADE")


def test_same_seed_and_day_give_the_same_rows_and_truth(tmp_path: Path) -> None:
    empty()
    seed()
    first, kept = digests(), (tmp_path / "demo" / "truth-3.csv").read_bytes()
    empty()

    seed()

    assert all(first.values())
    assert digests() == first
    assert (tmp_path / "demo" / "truth-3.csv").read_bytes() == kept


def test_every_deal_has_an_unbroken_history(small: None) -> None:
    history.check()
    assert DealVersion.objects.count() > 3 * Deal.objects.count()
    assert not DealVersion.objects.filter(valid_from__gte=present()).exists()


def test_a_past_day_differs_from_today(small: None) -> None:
    now = present()
    fields = ("deal_id", "stage_id", "amount", "expected_close_on", "next_step")

    today = set(Deal.objects.as_of(now).values_list(*fields))
    days_ago = set(Deal.objects.as_of(now - timedelta(days=3)).values_list(*fields))

    assert today != days_ago
    assert len(today & days_ago) > len(today) / 2


def test_what_the_database_derives_agrees_with_the_simulated_versions(small: None) -> None:
    last = DealVersion.objects.filter(valid_to__year=9999)

    assert not last.exclude(deal__status=F("status")).exists()
    assert not last.exclude(deal__category=F("category")).exists()
    assert not last.filter(status="won").exclude(category="closed").exists()
    assert not Deal.objects.filter(stage_entered_at__lt=F("created_at")).exists()


def test_an_update_through_the_triggers_continues_the_seeded_history(small: None) -> None:
    deal = Deal.objects.open().order_by("pk").first()
    versions = deal.versions.count()

    with history.writing(by=None, source="page"):
        deal.amount = Decimal("12345.00")
        deal.save()

    history.check()
    assert deal.versions.count() == versions + 1
    assert deal.versions.last().amount == Decimal("12345.00")


def test_foreign_deals_carry_the_rate_of_their_day(large: None) -> None:
    foreign = Deal.objects.exclude(currency="USD").filter(amount__isnull=False)
    assert foreign.count() >= 3

    for deal in foreign:
        day = deal.closed_on or deal.created_at.date()
        rate = ExchangeRate.objects.filter(currency=deal.currency, valid_from__lte=day).first()
        assert deal.amount_base == (deal.amount * rate.rate).quantize(
            Decimal("0.01"), "ROUND_HALF_UP"
        )


def test_closure_is_the_tree_of_lines_on_any_day(small: None) -> None:
    day = TODAY - timedelta(days=140)
    manager = {
        line.person_id: line.manager_id
        for line in ReportingLine.objects.all()
        if line.valid_from <= day and (line.valid_to is None or day < line.valid_to)
    }
    expected = set()
    for person in Person.objects.values_list("pk", flat=True):
        at, depth = person, 0
        while at is not None:
            expected.add((at, person, depth))
            at, depth = manager.get(at), depth + 1

    found = {
        (row.ancestor_id, row.descendant_id, row.depth)
        for row in ReportingClosure.objects.all()
        if row.valid_from <= day and (row.valid_to is None or day < row.valid_to)
    }

    assert found == expected


def test_every_seller_has_a_team_and_a_manager_while_working(small: None) -> None:
    for person in Person.objects.with_roles("rep").filter(is_active=True):
        assert TeamMembership.objects.on(TODAY).filter(person=person).count() == 1
        assert person.reporting_lines.filter(valid_to=None).count() == 1


def test_leavers_are_inactive_and_keep_their_credit(large: None) -> None:
    left = Person.objects.with_roles("rep").filter(left_on__isnull=False)

    assert left.exists()
    assert not left.filter(is_active=True).exists()
    assert Deal.objects.won().filter(credited_to__in=left).exists()
    assert not Deal.objects.open().filter(owner__in=left).exists()
    assert not Activity.objects.filter(
        person__in=left, occurred_at__date__gt=F("person__left_on")
    ).exists()


def test_quotas_have_versions_reasons_and_teams_of_their_own(large: None) -> None:
    current = Quota.objects.as_of(timezone.now())
    quarter = FiscalPeriod.objects.of_kind("quarter").holding(TODAY).get()
    team = TeamMembership.objects.on(TODAY).get(person__title="Sales Manager, New England").team
    members = TeamMembership.objects.on(TODAY).filter(team=team).values("person")

    own = current.get(team=team, period=quarter, measure="bookings").target
    given = sum(
        row.target
        for row in current.filter(person__in=members, period__parent=quarter, measure="bookings")
        if row.target
    )

    assert own > 0
    assert own != given
    assert 0.7 < own / given < 1.3
    assert Quota.objects.filter(reason__startswith="Mid-year correction").exists()
    assert Quota.objects.filter(target=None).exists()
    assert not Quota.objects.filter(set_at__gt=present()).exists()


def test_attainment_is_neither_trivial_nor_hopeless(large: None) -> None:
    quarters = list(
        FiscalPeriod.objects.of_kind("quarter").filter(
            end_on__lte=TODAY, start_on__gte=TODAY - timedelta(days=400)
        )
    )
    current = [q.pk for q in Quota.objects.as_of(timezone.now()) if q.target and q.person_id]
    monthly = Quota.objects.filter(pk__in=current, measure="bookings")

    attained = []
    for quarter in quarters:
        booked = dict(
            Deal.objects.won()
            .filter(closed_on__gte=quarter.start_on, closed_on__lt=quarter.end_on)
            .values_list("credited_to")
            .annotate(Sum("amount_base"))
        )
        quotas = monthly.filter(period__parent=quarter).values_list("person")
        attained += [
            float(booked.get(person, 0) / target)
            for person, target in quotas.annotate(Sum("target"))
        ]

    attained = np.array(attained)
    assert len(attained) > 100
    assert 0.5 < np.median(attained) < 1.2
    assert 0.15 < (attained >= 1).mean() < 0.75


def test_a_database_with_deals_is_left_alone(small: None) -> None:
    before = digests()

    with pytest.raises(CommandError, match="already holds deals"):
        seed()
    said = seed("--if-empty", "--print-logins")

    assert "stays as it is" in said
    assert "harbor-lights-demo" in said
    assert digests() == before


def test_the_printed_log_ins_work_for_every_role() -> None:
    said = seed("--print-logins")

    logins = loading.log_ins()
    assert [role for role, *_ in logins] == [
        "Rep",
        "Manager",
        "Director",
        "Admin",
        "Executive",
        "Recruiter",
    ]
    for _, _, email in logins:
        assert email in said
        assert Person.objects.get(email=email).check_password(loading.PASSWORD)
    left = Person.objects.filter(is_active=False)
    assert not any(person.check_password(loading.PASSWORD) for person in left)


def test_impossible_requests_are_refused_in_words() -> None:
    with pytest.raises(CommandError, match="lies in the future"):
        call_command("seed_demo", "--today", "2999-01-01")
    with pytest.raises(CommandError, match="people: 2 is too few"):
        call_command("seed_demo", "--people", "2")
    assert not Organisation.objects.exists()


def test_bulk_load_leaves_indexes_and_keys_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Plan, "is_bulk", property(lambda plan: plan.deals is not None))
    before = schema()

    call_command(
        "seed_demo", "--people", "14", "--months", "6", "--today", str(TODAY), "--deals", "1200",
        stdout=StringIO(),
    )  # fmt: skip

    assert Deal.objects.count() == 1200
    assert schema() == before
    history.check()


def schema() -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename::text, indexname::text, indexdef FROM pg_indexes"
            " WHERE tablename LIKE 'pipeline%' UNION ALL"
            " SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) || convalidated"
            " FROM pg_constraint WHERE conrelid::regclass::text LIKE 'pipeline%' UNION ALL"
            " SELECT tgrelid::regclass::text, tgname, tgenabled::text FROM pg_trigger"
            " WHERE NOT tgisinternal AND tgrelid::regclass::text LIKE 'pipeline%' ORDER BY 1, 2, 3"
        )
        return cursor.fetchall()


def test_truth_is_kept_aside_and_speaks_of_the_open_deals(tmp_path: Path) -> None:
    seed()
    kept = json.loads((tmp_path / "demo" / "truth-3.json").read_text())
    lines = (tmp_path / "demo" / "truth-3.csv").read_text().splitlines()

    assert kept["quarters"][0]["bookings_still_to_come"] > 0
    told = Deal.objects.open().filter(stage__pipeline__is_default=True)
    assert len(lines) - 1 == told.count()


def test_a_second_pipeline_has_renewals_of_what_was_bought(small: None) -> None:
    renewals = Deal.objects.filter(stage__pipeline__name="Renewals")
    assert set(renewals.values_list("status", flat=True)) == {"open", "won", "lost"}
    stages = renewals.open().values_list("stage__name", flat=True)
    assert set(stages) == {"Coming up", "In talks", "Quoted", "Verbal yes"}
    for deal in renewals:
        bought = Deal.objects.won().filter(stage__pipeline__is_default=True, account=deal.account)
        assert bought.filter(closed_on__lt=deal.created_at).exists()


def test_true_chances_tell_winners_from_losers() -> None:
    story = tell(Plan(people=60, months=12, seed=5, today=TODAY))

    columns = truth.open_deals(story)

    won, chance = columns["outcome"] == "won", columns["win_probability"]
    expected = chance.sum()
    assert ((chance >= 0) & (chance <= 1)).all()
    assert chance[won].mean() > chance[~won].mean() + 0.1
    assert abs(won.sum() - expected) < 4 * np.sqrt(expected)
