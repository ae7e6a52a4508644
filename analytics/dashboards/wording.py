"""Why something needs attention, in words, with the threshold that it crossed."""

from datetime import date

from analytics.risk.metrics.attention import (
    THRESHOLDS,
    DealPrompt,
    NextUp,
    PersonPrompt,
    PersonReason,
    ToDo,
)
from analytics.risk.metrics.risk import Rules
from analytics.risk.reports.words import reason_words, threshold_words
from kit.display import count, day, days, money, percent
from kit.money import from_cents


def amount(cents: int | None) -> str:
    """Return cents as whole units; a dash where there is no amount."""
    return money(None if cents is None else from_cents(cents))


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


def to_do(todo: ToDo) -> str:
    """Return what a deal asks for next where that is no reason for attention; else ""."""
    due = day(todo.due_on)
    return {
        NextUp.STEP_TODAY: "Next step is due today",
        NextUp.CLOSES_SOON: f"Closes {due}",
        NextUp.STEP_AHEAD: f"Next on {due}",
    }.get(todo.ask, "")


def undated(number: int) -> str:
    """Return the line that stands for many open deals without a close date."""
    return f"{count(number)} open deals without a close date: clean up"
