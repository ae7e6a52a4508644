"""Making the demo organisation: simulate, load, let each room add its own, keep the truth aside.

People and customers are written row by row, deals by the million.
"""

import time as clock
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from typing import Any

import numpy as np
from django.contrib.auth.hashers import make_password
from django.db import connection, models, transaction

from org.models.audit import AuditEntry
from org.models.calendar import ExchangeRate, FiscalPeriod, Holiday, Organisation
from org.models.people import Person, ReportingLine, RoleGrant
from org.models.quotas import Quota
from org.models.teams import Team, TeamMembership
from org.models.territories import PersonTerritory, Territory
from org.services import calendar
from pipeline.customers.models import Account, AccountTerritory, Contact
from pipeline.deals.models import Deal
from pipeline.products.models import Product
from pipeline.stages.models import Stage
from workbench.demo import deal_rows, renewals, rooms, set_up
from workbench.demo.copying import advance_sequences, bare, copy_rows, first_free_id
from workbench.demo.days import holidays
from workbench.demo.deal_rows import Ids
from workbench.demo.plan import (
    CURRENCY,
    DOMAIN,
    FIRST_MONTH,
    ORGANISATION,
    TIME_ZONE,
    WORKING_DAYS,
    Plan,
)
from workbench.demo.quotas import quotas_of
from workbench.demo.story import Story, keep_truth, tell
from workbench.demo.words import CONTACT_TITLES, COUNTRIES, INDUSTRIES, PRODUCTS, STAGES

PASSWORD = "harbor-lights-demo"  # noqa: S105 -- the demo's public password, printed on every start
# One fixed salt: hashing once for everybody is quick, and the same seed gives the same bytes.
SALT = "demoOrganisation"
ADVISORY_LOCK = 4711100
# The territory of the whole.
AREA = "North America"
BIG_TABLES = (
    "pipeline_deal",
    "pipeline_dealversion",
    "pipeline_activity",
    "pipeline_dealline",
    "pipeline_dealcontact",
)
NUMBERED = (Person, Team, Territory, Stage, Product, Account, Contact, Deal)


class NotEmptyError(Exception):
    """The database already holds an organisation, which a demo would be mixed into."""

    def __init__(self) -> None:
        super().__init__("The database already holds deals, accounts, teams or stages.")


def is_empty() -> bool:
    """Return whether there are no deals, accounts, teams and stages."""
    return not any(model.objects.exists() for model in (Deal, Account, Team, Stage))


def seed(plan: Plan, *, report: Callable[[str], None], keeps_truth: bool = True) -> Story:
    """Make the organisation of the plan in an empty database and tell ``report`` of each step.

    Either all of it is there afterwards or nothing. Raises NotEmptyError where an
    organisation is already there.
    """
    if not is_empty():
        raise NotEmptyError
    story = tell(plan)
    report(f"simulated {story.count:,} deals of {len(story.roster.people)} people")
    with transaction.atomic():
        load(story, report=report)
        if not plan.is_bulk:
            rooms.furnish(plan)
            set_up.set_targets(plan)
            set_up.let_wait(plan)
            set_up.ask(plan)
            report("one-on-ones, requisitions, candidates, activity targets and agreed waiting")
            rooms.add_colleagues(plan)
            report("colleagues who help with deals, and calendars")
            report("exits of stages, evidence, overrides and qualification")
            renewals.add(plan)
            report("a second pipeline, of renewals")
        if keeps_truth:
            report(f"the truth behind it is in {keep_truth(story)}")
    return story


@transaction.atomic
def load(story: Story, *, report: Callable[[str], None]) -> Ids:
    """Write the story; raise NotEmptyError, changing nothing, where there is an organisation."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ADVISORY_LOCK])
    if not is_empty():
        raise NotEmptyError
    ids = {model.__name__.lower(): first_free_id(model) for model in NUMBERED}
    for what, step in STEPS:
        _timed(what, partial(step, story, ids), report)
    advance_sequences(NUMBERED[:-1])
    with ExitStack() as stack:
        if story.plan.is_bulk:
            stack.enter_context(bare(BIG_TABLES))
        for what, step in deal_rows.STEPS:
            _timed(what, partial(step, story, ids), report)
        advance_sequences([Deal])
        if story.plan.is_bulk:
            report("indexes and foreign keys")
    _timed("the check of the history", lambda: deal_rows.check(story), report)
    AuditEntry.objects.create(
        at=_moment(story, story.days.today, 0), actor=None, action="demo.seed",
        subject_type="org.organisation", subject_id=1, subject_label=ORGANISATION,
        changes={"seed": [None, story.plan.seed]},
    )  # fmt: skip
    return ids


def _timed(what: str, step: Callable[[], Any], report: Callable[[str], None]) -> None:
    start = clock.monotonic()
    step()
    report(f"{what} ({clock.monotonic() - start:.1f} s)")


def _moment(story: Story, day: int, second: int) -> datetime:
    return datetime.fromtimestamp(int(story.days.midnight[day]) + second, tz=UTC)


def _calendar(story: Story, ids: Ids) -> None:
    settings: dict[str, Any] = {
        "name": ORGANISATION, "time_zone": TIME_ZONE, "currency": CURRENCY,
        "fiscal_year_start_month": FIRST_MONTH,
    }  # fmt: skip
    if Organisation.objects.exists():
        calendar.configure(by=None, working_days=WORKING_DAYS, **settings)
    else:
        Organisation.objects.create(pk=1, working_days=list(WORKING_DAYS), **settings)
    first, last = story.plan.fiscal_years
    calendar.ensure_years(first.year, last.year)
    known = set(Holiday.objects.values_list("day", flat=True))
    Holiday.objects.bulk_create(
        Holiday(day=day, name=name)
        for day, name in holidays(first.year, last.year + 1).items()
        if day not in known
    )
    ExchangeRate.objects.bulk_create(
        ExchangeRate(currency=currency, valid_from=day, rate=rate)
        for currency, day, rate in story.rates
    )
    Stage.objects.bulk_create(
        Stage(
            id=ids["stage"] + n, name=name, kind=kind, order=n + 1, probability=probability,
            default_category=category, expected_days=days,
        )
        for n, (name, kind, probability, category, days) in enumerate(STAGES)
    )  # fmt: skip


def _people(story: Story, ids: Ids) -> None:
    roster = story.roster
    secret = make_password(PASSWORD, salt=SALT)
    copy_rows(
        Person,
        "id password is_superuser email full_name title is_active started_on left_on created_at",
        (
            (
                ids["person"] + p.index, secret if p.left_on is None else "!left",
                "admin" in p.roles and p.left_on is None, p.email, p.name, p.title,
                p.left_on is None, p.started_on, p.left_on,
                datetime.combine(p.started_on, datetime.min.time(), tzinfo=UTC),
            )
            for p in roster.people
        ),
    )  # fmt: skip
    copy_rows(
        RoleGrant,
        "person_id role",
        ((ids["person"] + p.index, role) for p in roster.people for role in p.roles),
    )
    copy_rows(
        ReportingLine,
        "person_id manager_id valid_from valid_to",
        (
            (ids["person"] + x.person, ids["person"] + x.manager, x.days.start, x.days.end)
            for x in roster.lines
        ),
    )
    _trees(story, ids)


def _trees(story: Story, ids: Ids) -> None:
    """Write the teams and, one for each, the territories that they work."""
    teams, memberships = story.roster.teams, story.roster.memberships
    for model, first, whole in ((Team, ids["team"], None), (Territory, ids["territory"], AREA)):
        rows = [(first + n, name, parent) for n, (name, parent) in enumerate(teams)]
        copy_rows(
            model,
            "id name parent_id",
            (
                (pk, name, first + parent) if parent is not None else (pk, whole or name, None)
                for pk, name, parent in rows
            ),
        )
    copy_rows(
        TeamMembership,
        "team_id person_id is_lead valid_from valid_to",
        (
            (ids["team"] + m.team, ids["person"] + m.person, m.is_lead, m.days.start, m.days.end)
            for m in memberships
        ),
    )
    copy_rows(
        PersonTerritory,
        "territory_id person_id valid_from valid_to",
        (
            (ids["territory"] + m.team, ids["person"] + m.person, m.days.start, m.days.end)
            for m in memberships
        ),
    )


def _quotas(story: Story, ids: Ids) -> None:
    periods = {(p.kind, p.start_on): p.pk for p in FiscalPeriod.objects.all()}
    copy_rows(
        Quota,
        "person_id team_id territory_id measure period_id target reason set_by_id set_at",
        (
            (
                None if row.person is None else ids["person"] + row.person,
                None if row.team is None else ids["team"] + row.team,
                None if row.territory is None else ids["territory"] + row.territory,
                row.measure, periods[str(row.kind), row.start_on], row.target, row.reason,
                ids["person"] + row.set_by, row.set_at.isoformat(),
            )
            for row in quotas_of(story)
        ),
    )  # fmt: skip


def _market(story: Story, ids: Ids) -> None:
    copy_rows(
        Product,
        "id name family list_price currency",
        (
            (ids["product"] + n, name, family, price, CURRENCY)
            for n, (name, family, price, _) in enumerate(PRODUCTS)
        ),
    )
    market, created = story.market, _account_days(story)
    owners = _owners(story)
    copy_rows(
        Account,
        "id name owner_id industry country website employees annual_revenue founded_year"
        " created_at",
        (
            (
                ids["account"] + n, market.name[n], ids["person"] + owners[n],
                INDUSTRIES[market.industry[n]][0], COUNTRIES[market.country[n]][0],
                _domain(market.name[n]), market.employees[n],
                market.employees[n] * (90_000 + n * 7919 % 160_000), 1950 + n * 31 % 70,
                _moment(story, created[n], 30_000),
            )
            for n in range(market.count)
        ),
    )  # fmt: skip
    copy_rows(
        AccountTerritory,
        "account_id territory_id valid_from",
        (
            (ids["account"] + n, ids["territory"] + market.team[n], story.days.date(created[n]))
            for n in range(market.count)
        ),
    )
    people = zip(market.contact_name, market.contact_title, market.contact_account, strict=True)
    copy_rows(
        Contact,
        "id account_id full_name title email phone created_at",
        (
            (
                ids["contact"] + n, ids["account"] + account, name, CONTACT_TITLES[title],
                f"{name.lower().replace(' ', '.')}@{_domain(market.name[account])}",
                f"+1 555 {n % 1000:03d} {n * 7919 % 10000:04d}",
                _moment(story, created[account], 31_000),
            )
            for n, (name, title, account) in enumerate(people)
        ),
    )  # fmt: skip


def _domain(company: str) -> str:
    return company.lower().replace(" ", "") + ".example"


def _account_days(story: Story) -> Any:
    """Return the day on which each account was entered: before its first deal, or just some day."""
    days = np.arange(story.market.count) * 7919 % story.days.today
    np.minimum.at(days, story.deals.account, np.maximum(story.deals.created_on - 1, 0))
    return days


def _owners(story: Story) -> list[int]:
    """Return a rep of today for each account, from the team of its territory."""
    team_today = story.talent.team[:, story.days.today]
    reps = {team: np.flatnonzero(team_today == team) for team in story.roster.selling_teams}
    anybody = np.flatnonzero(team_today >= 0)
    owners = []
    for n, team in enumerate(story.market.team):
        mine = reps[int(team)] if len(reps[int(team)]) else anybody
        owners.append(int(mine[n % len(mine)]))
    return owners


STEPS: tuple[tuple[str, Callable[[Story, Ids], None]], ...] = (
    ("the calendar", _calendar),
    ("people and teams", _people),
    ("quotas", _quotas),
    ("accounts and products", _market),
)


def log_ins() -> list[tuple[str, str, str]]:
    """Return (role, name, e-mail) of one person of each role of the demo that is loaded."""
    found = []
    people = Person.objects.active().filter(email__endswith=f"@{DOMAIN}")
    for label, condition, order in LOG_INS:
        person = people.filter(condition).order_by(order, "pk").first()
        if person:
            found.append((label, person.full_name, person.email or ""))
    return found


LOG_INS = (
    # The first of each: the rep's manager and the manager's director, so that one sees the other.
    ("Rep", models.Q(role_grants__role="rep"), "pk"),
    ("Manager", models.Q(title__startswith="Sales Manager"), "pk"),
    (
        "Director",
        models.Q(title__startswith="Sales Director") | models.Q(title="VP Sales"),
        "title",
    ),
    ("Admin", models.Q(role_grants__role="admin"), "pk"),
    ("Executive", models.Q(role_grants__role="executive"), "pk"),
    ("Recruiter", models.Q(role_grants__role="recruiter"), "pk"),
)
