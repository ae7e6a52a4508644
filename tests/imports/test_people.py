from datetime import date

import pytest

from imports.engine.options import SINCE_EVER
from org.models.audit import AuditEntry
from org.models.people import Person, ReportingLine
from org.models.teams import Team, TeamMembership
from tests.factories.org import (
    OrganisationFactory,
    PersonFactory,
    ReportingLineFactory,
    TeamFactory,
    TeamMembershipFactory,
)
from tests.imports.runs import TODAY, counts, imported, planned, refusals, table, undone

pytestmark = pytest.mark.django_db
ALL = ("person", "team")


@pytest.fixture(autouse=True)
def company():
    return OrganisationFactory()


def test_an_office_holds_a_team_for_each_manager_and_the_manager_leads_it():
    run = imported(
        "people",
        table(
            """
            sales_agent | manager | regional_office
            Ann | Mia | East
            Bob | Mia | East
            Cy | Max | West
            """
        ),
        create=ALL,
    )

    assert counts(run) == {"create": 3}
    teams = dict(Team.objects.values_list("name", "parent__name"))
    assert teams == {"East": None, "West": None, "Mia's team": "East", "Max's team": "West"}
    memberships = TeamMembership.objects.values_list("person__full_name", "team__name", "is_lead")
    assert set(memberships) == {
        ("Ann", "Mia's team", False),
        ("Bob", "Mia's team", False),
        ("Cy", "Max's team", False),
        ("Mia", "Mia's team", True),
        ("Max", "Max's team", True),
    }
    lines = ReportingLine.objects.values_list("person__full_name", "manager__full_name")
    assert set(lines) == {("Ann", "Mia"), ("Bob", "Mia"), ("Cy", "Max")}
    assert set(ReportingLine.objects.values_list("valid_from", flat=True)) == {SINCE_EVER}
    roles = dict(Person.objects.values_list("full_name", "role_grants__role"))
    assert roles == {"Ann": "rep", "Bob": "rep", "Cy": "rep", "Mia": "manager", "Max": "manager"}


def test_a_manager_may_stand_below_their_reports_in_the_file():
    imported(
        "people",
        table(
            """
            Name | E-mail | Role | Manager | Team | Start date
            Ann | ann@example.com | rep | mia@example.com | North | 2025-02-01
            Mia | mia@example.com | manager; rep | | North | 2020-01-01
            """
        ),
        create=["team"],
    )

    line = ReportingLine.objects.get()
    assert (line.person.full_name, line.manager.full_name) == ("Ann", "Mia")
    assert line.valid_from == date(2025, 2, 1)
    mia = Person.objects.get(full_name="Mia")
    assert sorted(mia.role_set) == ["manager", "rep"]
    assert mia.memberships.get().is_lead


def test_the_same_people_twice_change_nothing():
    content = table(
        """
        Name | E-mail | Manager | Team
        Ann | ann@example.com | Mia | North
        Mia | mia@example.com | | North
        """
    )
    imported("people", content, create=ALL)

    assert counts(planned("people", content)) == {"leave": 2}


def test_a_new_manager_and_team_hold_from_the_day_of_the_data():
    ann, mia, max_ = (PersonFactory(full_name=name) for name in ("Ann", "Mia", "Max"))
    north, south = TeamFactory(name="North"), TeamFactory(name="South")
    ReportingLineFactory(person=ann, manager=mia)
    TeamMembershipFactory(person=ann, team=north)
    content = table("Name | Manager | Team\nAnn | Max | South")

    run = imported("people", content, as_of=date(2026, 10, 1))

    assert counts(run) == {"change": 1}
    lines = ReportingLine.objects.filter(person=ann).order_by("valid_from")
    assert list(lines.values_list("manager", "valid_from", "valid_to")) == [
        (mia.pk, date(2020, 1, 1), date(2026, 10, 1)),
        (max_.pk, date(2026, 10, 1), None),
    ]
    rows = TeamMembership.objects.filter(person=ann).order_by("valid_from")
    assert list(rows.values_list("team", "valid_from")) == [
        (north.pk, date(2020, 1, 1)),
        (south.pk, date(2026, 10, 1)),
    ]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("Ann | not an address | ", "This is not an e-mail address."),
        (" | ann@example.com | ", "It must not be blank."),
        ("Ann | ann@example.com | ANN", "Nobody reports to themself."),
        ("Ann | | Gus", "No person has this name."),
        ("Ann | taken@example.com | ", ""),
    ],
)
def test_bad_rows_are_refused(row, reason):
    PersonFactory(full_name="Gus", is_active=False, left_on=TODAY)
    PersonFactory(full_name="Other", email="taken@example.com")
    run = planned("people", table(f"Name | E-mail | Manager\n{row}"))

    if reason:
        assert [found[2] for found in refusals(run)] == [reason]
    else:
        # Known by the address, so the name changes.
        assert counts(run) == {"change": 1}


def test_managers_in_a_circle_are_refused():
    run = planned("people", table("Name | Manager\nAnn | Bob\nBob | Cy\nCy | Ann\nDee | Ann"))

    assert counts(run) == {"create": 1, "refuse": 3}
    assert {row for row, _, _ in refusals(run)} == {2, 3, 4}


def test_two_people_of_one_name_have_to_be_told_apart():
    PersonFactory(full_name="Ann", email=None)
    PersonFactory(full_name="Ann", email=None)
    run = planned("people", table("Name | Title\nAnn | Rep"))

    assert refusals(run) == [(2, "", "2 people here have this name: give an e-mail address or id.")]


def test_an_unknown_role_names_the_known_ones():
    run = planned("people", table("Name | Role\nAnn | king"))

    assert "rep, manager, admin" in refusals(run)[0][2]


def test_nobody_imports_their_own_roles(sales_team):
    content = table("Name | E-mail | Role\nAda Admin | ada@example.com | rep")
    run = planned("people", content, by=sales_team.ada)

    assert refusals(run) == [(2, "", "Nobody imports their own roles, manager or team.")]


def test_undoing_takes_people_teams_and_lines_back():
    mia = PersonFactory(full_name="Mia", title="Lead")
    ann = PersonFactory(full_name="Ann", title="")
    ReportingLineFactory(person=ann, manager=mia)
    before = list(ReportingLine.objects.values_list("person", "manager", "valid_from", "valid_to"))
    content = table(
        """
        Name | Title | Manager | Team
        Ann | Rep | Max | North
        New | Rep | Mia | North
        """
    )
    run = imported("people", content, create=ALL)
    assert Person.objects.count() == 4

    undone(run)

    assert run.state == "undone", run.failure
    assert sorted(Person.objects.values_list("full_name", "title")) == [
        ("Ann", ""),
        ("Mia", "Lead"),
    ]
    lines = ReportingLine.objects.values_list("person", "manager", "valid_from", "valid_to")
    assert list(lines) == before
    assert not Team.objects.exists()
    assert run.undo_report["kept"] == []


def test_undoing_leaves_what_was_edited_since_and_says_so():
    ann = PersonFactory(full_name="Ann", title="")
    run = imported("people", table("Name | Title\nAnn | Rep\nNew | Rep"))
    Person.objects.filter(pk=ann.pk).update(title="Boss")
    PersonFactory(full_name="Below")
    ReportingLineFactory(
        person=Person.objects.get(full_name="Below"), manager=Person.objects.get(full_name="New")
    )

    undone(run)

    ann.refresh_from_db()
    assert ann.title == "Boss"
    assert Person.objects.filter(full_name="New").exists()
    assert len(run.undo_report["kept"]) == 2


def test_the_audit_log_knows_the_import(sales_team):
    run = imported("people", table("Name\nNew One"), by=sales_team.ada)
    undone(run)

    log = AuditEntry.objects.filter(actor=sales_team.ada).order_by("pk")
    actions = list(log.values_list("action", flat=True))
    assert [action for action in actions if action.startswith("import.")] == [
        "import.upload",
        "import.decide",
        "import.start",
        "import.run",
        "import.request_undo",
        "import.undo",
    ]
    assert "person.create" in actions
    decided = log.get(action="import.decide")
    assert decided.changes == {"fields": [None, {"Name": "full_name"}]}
