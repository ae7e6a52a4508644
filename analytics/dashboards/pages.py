"""The template contexts of the home pages, made from reports."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

from django.http import QueryDict
from django.urls import reverse

from analytics.attainment.reports.attainment import Bar
from analytics.attainment.reports.ledger import Curves
from analytics.context.reports import ReportView
from analytics.dashboards.figures import (
    amount,
    bookings_chart,
    head_figures,
    open_pipeline_chart,
    trend_chart,
)
from analytics.dashboards.metrics import TrendDay
from analytics.dashboards.reports.me import MyReport
from analytics.dashboards.reports.team import TeamReport
from analytics.dashboards.reports.team_rows import TeamRow
from analytics.dashboards.tables import (
    TEAMS,
    earlier_columns,
    member_urls,
    subteam_rows,
    team_columns,
    team_lines,
)
from analytics.risk.metrics.attention import (
    THRESHOLDS,
    DealPrompt,
    NextUp,
    PersonPrompt,
    PersonReason,
    ToDo,
)
from analytics.risk.metrics.risk import OpenDeal, Rules
from analytics.risk.reports.attention import reason_words, threshold_words
from kit import display
from kit.api.pages import LARGEST_PAGE
from kit.charts import Chart
from kit.display import count, days, percent
from kit.markup import numbered
from kit.periods import Period
from kit.tables import Empty, Sort, Table, paginate, query_with
from org.enums import SubjectKind
from pipeline import rules
from pipeline.deals.reports.selection import DealSelection
from pipeline.enums import CATEGORY_LABELS, Category

TO_DO_SHOWN = 25


@dataclass(frozen=True, slots=True)
class Prompt:
    """A line of the attention list: whose or what it is, its page, and why."""

    name: str
    href: str
    detail: str
    reasons: Sequence[str]


@dataclass(frozen=True, slots=True)
class Task:
    """A line of a person's open deals: what to do next, and the next step itself."""

    deal: int
    name: str
    href: str
    amount: str
    stage: str
    reasons: Sequence[str]
    ask: str
    tone: str
    next_step: str


def team_page(
    report: TeamReport, *, sort: Sort, teams_sort: Sort, page: int, query: QueryDict
) -> dict[str, Any]:
    """Return the context of the team dashboard."""
    report_view = report.report_view
    return {
        "report": report,
        "report_view": report_view,
        "figures": head_figures(report, report.total),
        "people_prompts": _person_prompts(report),
        "deal_prompts": _deal_prompts(report),
        "undated": _undated(report_view, report.attention.undated),
        "thresholds": thresholds(report.attention.large, report.attention.inputs.rules),
        "bookings": _bookings(report_view, report.curves, report.attainment.quota),
        "teams": report.teams and teams_table(report, sort=teams_sort, query=query),
        "teams_file": reverse("team-teams-file") + query_with(query, {"page": None}),
        "people": people_table(report, sort=sort, page=page, query=query),
        "people_file": reverse("team-file") + query_with(query, {"page": None}),
        "by_stage": _bars(report_view, report.by_stage, "stage"),
        "by_category": _bars(report_view, report.by_category, "category"),
        "forecast_href": _forecast_href(report_view, query),
        "trend_href": reverse("team-trend") + query_with(query, {"sort": None, "page": None}),
        "now_href": query_with(query, {"as_of": None}),
        "may_write": rules.can_write(report_view.viewer),
    }


def _forecast_href(report_view: ReportView, query: QueryDict) -> str:
    """Return where the forecast comes from; "" for people who are no team: none is made of them."""
    if report_view.scope.subject.kind is SubjectKind.BELOW:
        return ""
    return reverse("team-forecast") + query_with(query, {"sort": None, "page": None})


def people_table(report: TeamReport, *, sort: Sort, page: int, query: QueryDict) -> Table:
    """Return the table of people: the sorted people, then other lines, and the whole."""
    people = people_rows(report, sort)
    shown = paginate(people, number=page, size=LARGEST_PAGE)
    rest = team_lines(report) if shown.number == shown.last else []
    return Table(
        columns=team_columns(report),
        rows=[*shown.rows, *rest],
        caption=(
            f"People of {report.report_view.scope.label} in "
            f"{report.report_view.period.period.label}"
        ),
        sort=sort,
        page=shown if shown.last > 1 else None,
        base_query=query,
        total=report.total,
        empty=Empty(
            title="Nobody belongs here yet.",
            text="Put people into the team, or choose another team or day.",
            href=reverse("org:teams") if report.report_view.viewer.is_admin else "",
            label="Teams",
        ),
    )


def teams_table(report: TeamReport, *, sort: Sort, query: QueryDict) -> Table:
    """Return the table of the teams directly below the scope, and the whole."""
    return Table(
        columns=TEAMS,
        rows=subteam_rows(report, sort),
        caption=(
            f"Teams of {report.report_view.scope.label} in {report.report_view.period.period.label}"
        ),
        sort=sort,
        sort_param="teams_sort",
        base_query=query,
        total=report.total,
    )


def people_rows(report: TeamReport, sort: Sort) -> list[TeamRow]:
    """Return the lines of people in order."""
    people = [row for row in report.rows if row.person is not None]
    return sort.apply_to_list(people, team_columns(report))


def trend_page(report_view: ReportView, days: Sequence[TrendDay]) -> dict[str, Any]:
    """Return the context of the trend of open pipeline."""
    today = report_view.calendar.day(report_view.moment)

    def dated(selection: DealSelection) -> Callable[[date], str]:
        return lambda day: selection.url() if day == today else selection.url_of("as_of", day)

    drawn = any(each.cents or each.closing_cents for each in days)
    chart = drawn and trend_chart(
        days,
        period=report_view.period.period,
        href=dated(report_view.open),
        closing_href=dated(report_view.closing),
    )
    return {"report_view": report_view, "trend": chart, "has_begun": bool(days)}


def my_page(report: MyReport, *, query: QueryDict) -> dict[str, Any]:
    """Return the context of a person's own page."""
    report_view = report.report_view
    shown = report.to_do[:TO_DO_SHOWN]
    return {
        "report": report,
        "report_view": report_view,
        "figures": head_figures(report, report),
        "has_numbers": _has_numbers(report),
        "forecast_href": reverse("member-forecast", args=[report.person.pk])
        + query_with(query, {}),
        "activities_href": reverse("process:activity-attainment-of", args=[report.person.pk])
        + query_with(query, {}),
        "tasks": _tasks(shown, day=report_view.day),
        "undated": _undated(report_view, report.undated),
        "more_tasks": report.all_open.deals - len(shown) - report.undated,
        "bookings": _bookings(report_view, report.curves, report.attainment.quota),
        "earlier": Table(
            columns=earlier_columns(report_view),
            rows=list(reversed(report.earlier)),
            caption="Earlier periods",
            empty=Empty(title="There is no earlier period in the calendar."),
        ),
    }


def _has_numbers(report: MyReport) -> bool:
    """Whether there is anything of the person's own: a quota, a deal, bookings now or before."""
    booked = [report.attainment.actual, *(each.booked for each in report.earlier)]
    quotas = [report.attainment.quota, *(each.quota for each in report.earlier)]
    return bool(report.all_open.deals or report.outcomes.closed or any(booked) or any(quotas))


def _person_prompts(report: TeamReport) -> list[Prompt]:
    report_view, names = report.report_view, _names(report)
    page_of, label = member_urls(report_view), report_view.period.period.label
    return [
        Prompt(
            name=names[prompt.standing.person],
            href=page_of(prompt.standing.person),
            detail="",
            reasons=person_reasons(prompt, period=label),
        )
        for prompt in report.attention.people
    ]


def _deal_prompts(report: TeamReport) -> list[Prompt]:
    names, page_of = _names(report), numbered("analytics:deal")
    return [
        Prompt(
            name=prompt.deal.name,
            href=page_of(prompt.deal.deal),
            detail=f"{_worth(prompt.deal)}, {names[prompt.deal.owner]}, {prompt.deal.stage}",
            reasons=deal_reasons(prompt, day=report.report_view.day),
        )
        for prompt in report.attention.deals
    ]


def _undated(report_view: ReportView, number: int) -> dict[str, str]:
    """Return the line about many deals without a close date and their address; empty for none."""
    if not number:
        return {}
    return {"text": undated_words(number), "href": report_view.open.but(no_close_date=True).url()}


def _worth(deal: OpenDeal) -> str:
    return "no amount" if deal.cents is None else amount(deal.cents)


def _names(report: TeamReport) -> dict[int, str]:
    return {row.person: row.name for row in report.rows if row.person is not None}


def _bookings(report_view: ReportView, curves: Curves, quota: int | None) -> Chart | None:
    """Return the chart of bookings; None where there is nothing to draw."""
    if quota is None and not any(curve.whole for curve in (curves.current, *curves.earlier)):
        return None

    def booked(period: Period) -> Callable[[date], str]:
        return partial(report_view.won.but(closed_from=period.start).url_of, "closed_to")

    return bookings_chart(
        curves.current,
        curves.earlier,
        quota=quota,
        week=report_view.calendar.week,
        first_open_day=report_view.calendar.first_open_day(report_view.moment),
        hrefs=booked,
        quota_href=report_view.quota_url(),
    )


def _bars(report_view: ReportView, bars: Sequence[Bar], part: str) -> Chart | None:
    """Return the chart of open pipeline by ``part``, a part of a selection; None without deals."""
    if not bars:
        return None
    if part == "category":
        bars = [replace(bar, label=CATEGORY_LABELS[Category(bar.label)]) for bar in bars]

    def hrefs(bar: Bar) -> tuple[str, str]:
        closing, every = report_view.closing, report_view.open
        return closing.url_of(part, bar.key), every.url_of(part, bar.key)

    return open_pipeline_chart(bars, by=part, period=report_view.period.period, hrefs=hrefs)


def _tasks(shown: Sequence[ToDo], *, day: date) -> list[Task]:
    page_of = numbered("analytics:deal")
    return [
        Task(
            deal=todo.deal.deal,
            name=todo.deal.name,
            href=page_of(todo.deal.deal),
            amount=_worth(todo.deal),
            stage=todo.deal.stage,
            reasons=deal_reasons(todo, day=day),
            ask=to_do_words(todo),
            tone="neutral" if todo.ask is NextUp.STEP_AHEAD else "warn",
            next_step=todo.deal.next_step,
        )
        for todo in shown
    ]


def deal_reasons(prompt: DealPrompt | ToDo, *, day: date) -> list[str]:
    """Return the reasons of a deal's prompt, the most urgent first."""
    return [reason_words(reason, prompt.deal, day=day) for reason in prompt.reasons]


def person_reasons(prompt: PersonPrompt, *, period: str) -> list[str]:
    """Return the reasons of a person's prompt, the most urgent first."""
    standing = prompt.standing
    words = {
        PersonReason.BEHIND: (
            f"Booked {amount(standing.actual)} of {amount(standing.expected)} expected by now "
            "at the team's usual pace"
        ),
        PersonReason.QUIET: "No activity yet"
        if standing.quiet_days is None
        else f"No activity for {days(standing.quiet_days)}",
        PersonReason.NO_QUOTA: f"No quota for {period}",
    }
    return [words[reason] for reason in prompt.reasons]


def thresholds(large: int | None, rules: Rules) -> list[str]:
    """Return all thresholds of the attention list in words; ``large`` in cents."""
    limits = THRESHOLDS
    looked_at = f"Looked at: the {limits.deals_looked_at} largest of the open deals that should"
    large_deals = "Without a quota no deal is called large."
    if large is not None:
        large_deals = f"Large here is {amount(large)} or more."
    behind = f"People below {percent(limits.behind_pace)} of what is expected by now"
    return [
        f"{looked_at} close by the end of the period, have no close date or no owner any more.",
        *threshold_words(rules),
        large_deals,
        f"{behind} at the usual pace of this team.",
        f"People without activity for {days(limits.quiet_days)} or more.",
        f"From {limits.undated_alike} on, deals without a close date are told in one line.",
        f"At most {limits.deals_per_person} deals of one person and {limits.deals_shown} in all.",
    ]


def to_do_words(todo: ToDo) -> str:
    """Return what a deal asks for next where that is no reason for attention; else ""."""
    due = display.day(todo.due_on)
    return {
        NextUp.STEP_TODAY: "Next step is due today",
        NextUp.CLOSES_SOON: f"Closes {due}",
        NextUp.STEP_AHEAD: f"Next on {due}",
    }.get(todo.ask, "")


def undated_words(number: int) -> str:
    """Return the line that stands for many open deals without a close date."""
    return f"{count(number)} open deals without a close date: clean up"
