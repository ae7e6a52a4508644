"""Columns of the home pages' tables, shared by page and download."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.urls import reverse

from analytics.attainment.metrics import win_rate
from analytics.context.metrics import FEWEST_CASES
from analytics.context.reports import ReportView
from analytics.dashboards.reports.me import EarlierPeriod
from analytics.dashboards.reports.team import TeamReport
from analytics.dashboards.reports.team_rows import TeamRow
from analytics.metrics.reports.rows import overlay_url
from kit.display import day
from kit.markup import numbered
from kit.money import from_cents
from kit.tables import Column, Sort
from org.metrics import ResolvedQuota
from pipeline.deals.reports.selection import DealSelection

Opens = Callable[[TeamRow], str | None]


def _opens(selection: Callable[[ReportView], DealSelection]) -> Opens:
    """Return what opens the deals of a line, where the viewer may see whose they are."""
    return lambda row: row.url_of(selection(row.report_view))


def _money(cents: Callable[[TeamRow], int | None]) -> Callable[[TeamRow], Decimal | None]:
    return lambda row: from_cents(cents(row))


def _of_people(value: Callable[[TeamRow], Any]) -> Callable[[TeamRow], Any]:
    """Leave a cell empty in the line of what no person has."""
    return lambda row: value(row) if row.people else None


def _name(row: TeamRow) -> str:
    if row.whole or not row.people or row.person is not None:
        return f"{row.name} (until {day(row.left_on)})" if row.left_on else row.name
    return (
        "1 person of other managers"
        if row.people == 1
        else f"{row.people} people of other managers"
    )


def _sources(row: TeamRow) -> str | None:
    """Return the page of the quotas that the line's quota is the sum of."""
    if row.whole:
        return row.report_view.quota_url()
    if row.team is not None:
        return row.report_view.quota_url(team=row.team)
    return None if row.person is None else row.report_view.quota_url(person=row.person)


won, closed, closing = (
    _opens(lambda report_view: report_view.won),
    _opens(lambda report_view: report_view.closed),
    _opens(lambda report_view: report_view.closing),
)

TEAM = [
    Column("name", "Person", value=_name, sort="name"),
    Column(
        "quota",
        "Quota",
        "money",
        _money(lambda r: r.quota),
        sort="quota",
        href=_sources,
        note="Opens the quotas that it is the sum of.",
    ),
    Column(
        "booked",
        "Booked",
        "money",
        _of_people(_money(lambda r: r.booked)),
        sort="booked",
        href=won,
        note="Amounts of deals won in the period, by credit split or for the owner at closing.",
    ),
    Column(
        "share",
        "Attainment",
        "percent",
        _of_people(lambda r: r.share),
        sort="share",
        href=won,
        note="Booked / quota.",
    ),
    Column(
        "closing",
        "Open",
        "money",
        _of_people(_money(lambda r: r.closing.cents)),
        sort="closing",
        href=closing,
        note="Open deals that are expected to close in the period.",
    ),
    Column(
        "coverage",
        "Coverage",
        "ratio",
        _of_people(lambda r: r.coverage),
        sort="coverage",
        href=closing,
        note="Open / what the quota still lacks; infinite once it is met.",
    ),
    Column(
        "win_rate",
        "Win rate",
        "percent",
        _of_people(lambda r: win_rate(r.outcomes)),
        sort="win_rate",
        href=closed,
        muted=lambda r: r.outcomes.is_few,
        note=f"Won / closed in the period, by number; grey below {FEWEST_CASES} closed deals.",
    ),
    Column(
        "closed",
        "Closed",
        "count",
        _of_people(lambda r: r.outcomes.closed),
        sort="closed",
        href=closed,
        note="Deals won and lost in the period.",
    ),
    Column(
        "cycle",
        "Cycle",
        "days",
        _of_people(lambda r: r.cycle.median),
        sort="cycle",
        href=won,
        muted=lambda r: r.cycle.cases < FEWEST_CASES,
        note=f"Median days from creation to won; grey below {FEWEST_CASES} won deals.",
    ),
    Column("last_activity", "Last active", "day", sort="last_activity"),
]
UNPRICED = Column(
    "unpriced",
    "Without amount",
    "count",
    _of_people(lambda r: r.unpriced),
    note="Deals won, or closing in the period, that have no amount: they add nothing to the sums.",
)
OVERLAY = Column(
    "overlay",
    "Overlay",
    "money",
    _of_people(_money(lambda r: r.credit.overlay)),
    note="Overlay shares of deals won in the period: beside what is booked, not in it.",
)

OF_TEAMS = ("quota", "booked", "share", "closing", "coverage", "win_rate", "closed")
GAP = Column(
    "gap",
    "Gap",
    "money",
    _of_people(_money(lambda r: r.gap)),
    sort="gap",
    href=_sources,
    note="Quota - booked; below zero once the quota is exceeded.",
)
TEAMS = [
    Column(
        "name",
        "Team",
        sort="name",
        href=lambda r: None if r.team is None else _team_href(r.report_view, r.team),
    ),
    *(column for column in TEAM if column.key in OF_TEAMS),
]


TEAMS.insert(4, GAP)


EARLIER = [
    Column("period", "Period", value="period.period.label"),
    Column("quota", "Quota", "money", lambda e: from_cents(e.quota)),
    Column("booked", "Booked", "money", lambda e: from_cents(e.booked)),
    Column("share", "Attainment", "percent"),
]


def earlier_columns(report_view: ReportView) -> list[Column]:
    """Return the columns of earlier periods, whose bookings open their deals."""

    def href(each: EarlierPeriod) -> str:
        period = each.period.period
        return report_view.won.but(closed_from=period.start, closed_to=period.end).url()

    def quota(each: EarlierPeriod) -> str:
        return report_view.quota_url(period=each.period.pk)

    opens = {"quota": quota, "booked": href, "share": href}
    return [replace(c, href=opens[c.key]) if c.key in opens else c for c in EARLIER]


def team_columns(report: TeamReport) -> list[Column]:
    """Return the columns of people as the page has them."""
    opens = {
        "name": _of_person(member_urls(report.report_view)),
        "last_activity": _of_person(_activities_urls(report.report_view)),
    }
    columns = [replace(c, href=opens[c.key]) if c.key in opens else c for c in TEAM]
    if not report.attainment.overlay:
        return columns

    def href(row: TeamRow) -> str | None:
        counts = row.person is not None and row.credit.overlay
        return overlay_url(report.report_view, person=row.person) if counts else None

    return [*columns, replace(OVERLAY, href=href)]


def team_download(report: TeamReport) -> list[Column]:
    """Return the columns of the download: where deals lack an amount, how many do too."""
    columns = team_columns(report)
    return [*columns, UNPRICED] if report.total.unpriced else columns


def _of_person(url: Callable[[int], str]) -> Opens:
    return lambda row: None if row.person is None else url(row.person)


def team_lines(report: TeamReport) -> list[TeamRow]:
    """Return the lines below the people: the sum of those not shown, and quota given to nobody."""
    rest = [row for row in report.rows if row.person is None]
    if report.unallocated:
        words = "Not given to people" if report.unallocated > 0 else "Over-assigned"
        rest.append(_quota_line(report, words, report.unallocated))
    return rest


def subteam_rows(report: TeamReport, sort: Sort) -> list[TeamRow]:
    """Return the lines of teams in order, then those of what is of none of them."""
    teams = [row for row in report.teams if row.team is not None]
    rest = [row for row in report.teams if row.team is None]
    if report.not_of_teams:
        words = "Not given to teams" if report.not_of_teams > 0 else "Given to teams on top"
        rest.append(_quota_line(report, words, report.not_of_teams))
    return [*sort.apply_to_list(teams, TEAMS), *rest]


def _quota_line(report: TeamReport, words: str, amount: int) -> TeamRow:
    """Return the line of a part of the quota that no person or team of the table has."""
    return TeamRow(
        report_view=report.report_view,
        name=words,
        people=0,
        target=ResolvedQuota(amount),
    )


def _team_href(report_view: ReportView, team: int) -> str:
    """Return the dashboard of a team for the period and day of a report view."""
    as_of = f"&as_of={report_view.as_of.isoformat()}" if report_view.as_of else ""
    return f"{reverse('team')}?team={team}&period={report_view.period.pk}{as_of}"


def member_urls(report_view: ReportView) -> Callable[[int], str]:
    """Return what makes the addresses of people's pages for the period and day of a report view."""
    as_of = f"&as_of={report_view.as_of.isoformat()}" if report_view.as_of else ""
    page_of = numbered("member")
    return lambda person: f"{page_of(person)}?period={report_view.period.pk}{as_of}"


def _activities_urls(report_view: ReportView) -> Callable[[int], str]:
    """Return what makes the addresses of people's activities, up to the day of a report view."""
    before = (
        f"&before={(report_view.as_of + timedelta(days=1)).isoformat()}"
        if report_view.as_of
        else ""
    )
    activities = reverse("pipeline:activities")
    return lambda person: f"{activities}?person={person}{before}"
