from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from org import rules
from org.enums import Measure, PeriodKind, Role, SubjectKind
from org.metrics import Subject
from org.models.calendar import FiscalPeriod
from org.models.people import Person
from org.models.teams import Team
from org.models.territories import Territory
from org.reports.quota_grid import NOBODYS, GridQuery, QuotaGrid, grid_inputs
from org.reports.quotas import BELOW, MINE, TERRITORIES, quota_grid, team_lines
from org.services import calendar, quotas
from tests.factories.org import (
    OrganisationFactory,
    PersonFactory,
    ReportingLineFactory,
    TeamFactory,
    TeamMembershipFactory,
    TerritoryFactory,
)
from tests.worlds import SalesTeam

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 8, 15, 12, tzinfo=UTC)


class Book:
    """A director's team with two teams in it; Ann moves from North to South on 1 July 2026."""

    def __init__(self) -> None:
        OrganisationFactory()
        calendar.ensure_years(2026, 2026)
        self.admin = PersonFactory(full_name="Admin", roles=[Role.ADMIN])
        self.sales = TeamFactory(name="Sales")
        self.north = TeamFactory(name="North", parent=self.sales)
        self.south = TeamFactory(name="South", parent=self.sales)
        self.mia = PersonFactory(full_name="Mia", roles=[Role.MANAGER])
        self.ann, self.bob, self.cid = (
            PersonFactory(full_name=name, roles=[Role.REP]) for name in ("Ann", "Bob", "Cid")
        )
        start, move = date(2025, 1, 1), date(2026, 7, 1)
        TeamMembershipFactory(person=self.mia, team=self.north, is_lead=True, valid_from=start)
        TeamMembershipFactory(person=self.ann, team=self.north, valid_from=start, valid_to=move)
        TeamMembershipFactory(person=self.ann, team=self.south, valid_from=move)
        TeamMembershipFactory(person=self.bob, team=self.north, valid_from=start)
        TeamMembershipFactory(person=self.cid, team=self.south, valid_from=start)
        for person in (self.ann, self.bob):
            ReportingLineFactory(person=person, manager=self.mia, valid_from=start)

    def put(self, subject: Person | Team | Territory, label: str, target: str) -> None:
        quotas.set_quota(
            by=None,
            subject=subject,
            measure=Measure.BOOKINGS,
            period=FiscalPeriod.objects.get(label=label),
            target=Decimal(target),
            reason="Plan",
            at=datetime(2026, 1, 1, tzinfo=UTC),
        )

    def query(self, group: str, kind: PeriodKind = PeriodKind.QUARTER) -> GridQuery:
        year = FiscalPeriod.objects.of_kind(PeriodKind.YEAR).get()
        return GridQuery(year=year.pk, measure=Measure.BOOKINGS, kind=kind, group=group)

    def grid(self, viewer: Person, group: str, kind: PeriodKind = PeriodKind.QUARTER) -> QuotaGrid:
        return quota_grid(viewer, self.query(group, kind), now=NOW)


@pytest.fixture
def book(db: None) -> Book:
    return Book()


def shown(grid: QuotaGrid) -> dict[str, list[int | None]]:
    """Return the rows and sums as whole numbers."""
    lines = {row.name: [cell.value for cell in row.cells] for row in grid.rows}
    lines |= {line.label: line.values for line in grid.sums}
    return {
        name: [None if value is None else int(value) for value in values]
        for name, values in lines.items()
    }


def test_a_year_by_quarters_adds_up_as_on_paper(book: Book) -> None:
    book.put(book.north, "FY 2026", "1000")
    book.put(book.bob, "Q1 2026", "100")
    book.put(book.bob, "Q2 2026", "110")
    book.put(book.ann, "Q1 2026", "70")
    book.put(book.ann, "Q3 2026", "80")
    book.put(book.cid, "Q3 2026", "5")

    grid = book.grid(book.admin, str(book.north.pk))

    assert [column.period.period.label for column in grid.columns] == [
        "Q1 2026",
        "Q2 2026",
        "Q3 2026",
        "Q4 2026",
        "FY 2026",
    ]
    # Ann's third quarter counts for South, where she is on its last day (or today), so North's
    # year holds her first quarter alone: 100 + 110 + 70 = 280, which is 720 less than the team's.
    assert shown(grid) == {
        "North as a team": [None, None, None, None, 1000],
        "Mia": [None] * 5,
        "Ann": [70, None, 80, None, 70],
        "Bob": [100, 110, None, None, 210],
        "People together": [170, 110, None, None, 280],
        "People together less the team": [None, None, None, None, -720],
    }
    ann = next(row for row in grid.rows if row.name == "Ann")
    assert [cell.is_input for cell in ann.cells] == [True, True, False, False, False]
    assert ann.cells[2].note == "Counts for South"


def test_a_team_above_shows_what_its_teams_come_to(book: Book) -> None:
    book.put(book.bob, "Q1 2026", "100")
    book.put(book.ann, "Q1 2026", "70")
    book.put(book.ann, "Q3 2026", "80")
    book.put(book.cid, "Q3 2026", "5")
    book.put(book.sales, "Q3 2026", "90")

    grid = book.grid(book.admin, str(book.sales.pk))

    assert shown(grid) == {
        "Sales as a team": [None, None, 90, None, 90],
        "North's people": [170, None, None, None, 170],
        "South's people": [None, None, 85, None, 85],
        "People together": [170, None, 85, None, 255],
        "People together less the team": [None, None, -5, None, 165],
    }
    assert [row.group for row in grid.rows] == ["", str(book.north.pk), str(book.south.pk)]


def test_months_add_up_to_quarters_unless_a_quarter_is_set_itself(book: Book) -> None:
    for label, target in (("Jan 2026", "10"), ("Feb 2026", "20"), ("Apr 2026", "40")):
        book.put(book.bob, label, target)
    book.put(book.bob, "Q1 2026", "100")

    grid = book.grid(book.admin, str(book.north.pk), PeriodKind.MONTH)

    labels = [column.period.period.label for column in grid.columns]
    bob = next(row for row in grid.rows if row.name == "Bob")
    values = {label: cell.value for label, cell in zip(labels, bob.cells, strict=True)}
    assert len(labels) == 17
    assert (values["Jan 2026"], values["Q1 2026"], values["Q2 2026"]) == (10, 100, 40)
    assert values["FY 2026"] == 140
    assert bob.cells[labels.index("Q1 2026")].note == "Set for Q1 2026 as a whole"


def test_drafts_stand_in_for_what_is_stored(book: Book) -> None:
    book.put(book.bob, "Q1 2026", "100")
    quarter = FiscalPeriod.objects.get(label="Q1 2026").pk
    half = FiscalPeriod.objects.get(label="Q2 2026").pk
    bob, query = book.bob.pk, book.query(str(book.north.pk))

    grid = quota_grid(
        book.admin,
        query,
        now=NOW,
        drafts={
            (Subject(SubjectKind.PERSON, bob), quarter): None,
            (Subject(SubjectKind.PERSON, bob), half): Decimal("12.50"),
        },
    )

    assert grid.sums[0].values == [None, Decimal("12.50"), None, None, Decimal("12.50")]


def test_a_manager_types_for_the_people_below_and_sees_the_rest_in_one_line(book: Book) -> None:
    outsider = PersonFactory(full_name="Odd", roles=[Role.REP])
    TeamMembershipFactory(person=outsider, team=book.north, valid_from=date(2025, 1, 1))
    book.put(outsider, "Q1 2026", "33")
    book.put(book.bob, "Q1 2026", "100")

    grid = book.grid(book.mia, str(book.north.pk))

    assert shown(grid)["1 person who does not report to you"] == [
        33,
        None,
        None,
        None,
        33,
    ]
    assert shown(grid)["People together"][0] == 133
    inputs = {cell.label.split(",")[0] for cell in grid.inputs}
    assert inputs == {"Ann", "Bob"}


def test_everybody_below_a_manager_with_their_whole_quotas(book: Book) -> None:
    book.put(book.ann, "Q1 2026", "70")
    book.put(book.ann, "Q3 2026", "80")
    book.put(book.bob, "Q1 2026", "100")

    grid = book.grid(book.mia, BELOW)

    assert shown(grid) == {
        "Ann": [70, None, 80, None, 150],
        "Bob": [100, None, None, None, 100],
        "Together": [170, None, 80, None, 250],
    }


def test_a_rep_sees_the_own_row_and_types_nothing(book: Book) -> None:
    book.put(book.ann, "Q1 2026", "70")

    grid = book.grid(book.ann, MINE)

    assert shown(grid) == {"Ann": [70, None, None, None, 70]}
    assert grid.inputs == []


def test_people_in_no_team_today_have_a_grid_of_their_own(book: Book) -> None:
    PersonFactory(full_name="Loose", roles=[Role.REP])
    PersonFactory(full_name="Recruiter", roles=[Role.RECRUITER])

    assert [row.name for row in book.grid(book.admin, NOBODYS).rows] == ["Loose"]


def test_a_parent_territory_sums_its_children_unless_set_itself(book: Book) -> None:
    world = TerritoryFactory(name="World")
    europe, asia = (TerritoryFactory(name=name, parent=world) for name in ("Europe", "Asia"))
    book.put(europe, "Q1 2026", "10")
    book.put(asia, "Q1 2026", "20")
    book.put(world, "Q2 2026", "99")

    grid = book.grid(book.admin, TERRITORIES)

    # World's own second quarter counts for its year, since it has rows of its own.
    assert shown(grid) == {
        "Asia": [20, None, None, None, 20],
        "Europe": [10, None, None, None, 10],
        "World": [None, 99, None, None, 99],
    }


def test_long_lists_are_paged_and_their_sums_are_of_everybody(book: Book) -> None:
    for number in range(70):
        person = PersonFactory(full_name=f"Rep {number:02}", roles=[Role.REP])
        TeamMembershipFactory(person=person, team=book.south, valid_from=date(2025, 1, 1))
        book.put(person, "Q1 2026", "1")

    first = book.grid(book.admin, str(book.south.pk))

    assert first.pages == 2
    assert len(first.rows) == 61
    assert first.sums[0].values[0] == 70


def test_the_overview_sets_each_team_against_its_people(book: Book) -> None:
    book.put(book.north, "FY 2026", "1000")
    book.put(book.bob, "Q1 2026", "100")
    book.put(book.cid, "Q1 2026", "5")

    lines = {
        line.team.name: (line.depth, line.own, line.together, line.difference, line.without)
        for line in team_lines(book.admin, book.query(""), now=NOW)
    }

    # Ann is in South today, sells, and has no quota.
    assert lines == {
        "Sales": (0, None, 105, None, 0),
        "North": (1, 1000, 100, -900, 0),
        "South": (1, None, 5, None, 1),
    }


@pytest.mark.parametrize("viewer", ["ada", "dana", "mia", "rita", "eve"])
def test_inputs_are_offered_where_the_rule_allows(sales_team: SalesTeam, viewer: str) -> None:
    calendar.ensure_years(2026, 2026)
    actor = getattr(sales_team, viewer)
    year = FiscalPeriod.objects.of_kind(PeriodKind.YEAR).get()
    query = GridQuery(year=year.pk, measure=Measure.BOOKINGS, kind=PeriodKind.YEAR, group="")
    inputs = grid_inputs(actor, query, NOW, {})

    for person in Person.objects.all():
        assert inputs.may_set(person.pk) == rules.can_set_quota_of(actor, person), person
