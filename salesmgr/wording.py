"""Why something needs attention, in words, with the threshold that it crossed."""

from decimal import Decimal

from kit.display import count, day, days, money, percent
from kit.money import from_cents
from pipeline.metrics.attention import (
    THRESHOLDS,
    DealPrompt,
    DealReason,
    NextUp,
    PersonPrompt,
    PersonReason,
    ToDo,
)


def amount(cents: int | None) -> str:
    """Return cents as whole units; a dash where there is no amount."""
    return money(None if cents is None else from_cents(cents))


def deal_reasons(prompt: DealPrompt | ToDo) -> list[str]:
    """Return the reasons of a deal's prompt, the most urgent first."""
    return [_deal_reason(reason, prompt) for reason in prompt.reasons]


def _deal_reason(reason: DealReason, prompt: DealPrompt | ToDo) -> str:
    deal = prompt.deal
    if reason is DealReason.CLOSE_PASSED:
        return f"Close date passed: {day(deal.close_on)}"
    if reason is DealReason.NOT_COMMITTED:
        return f"Large, closes {day(deal.close_on)} and not in commit"
    if reason is DealReason.STEP_OVERDUE:
        return f"Next step was due {day(deal.next_step_on)}"
    if reason is DealReason.STALLED:
        return f"In {deal.stage} for {days(deal.stage_days)}, expected {days(deal.expected_days)}"
    if reason is DealReason.QUIET:
        since = "No activity for" if deal.touched else "No activity since its creation,"
        return f"{since} {days(deal.quiet_days)}"
    return {
        DealReason.OWNER_LEFT: "Owner has left: give it to somebody",
        DealReason.NO_CLOSE_DATE: "No close date",
        DealReason.NO_STEP: "No next step",
    }[reason]


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


def thresholds(large: int | None) -> list[str]:
    """Return all thresholds of the attention list in words; ``large`` in cents."""
    limits = THRESHOLDS
    of_quota = f"{percent(limits.large_share_of_quota)} of the quota"
    looked_at = f"Looked at: the {limits.deals_looked_at} largest of the open deals that should"
    large_deals = f"Large is {of_quota}: without a quota no deal is called large."
    if large is not None:
        soon = f"closing within {days(limits.soon_days)} and not in commit"
        large_deals = f"Large ({of_quota}, {amount(large)} or more), {soon}."
    behind = f"People below {percent(limits.behind_pace)} of what is expected by now"
    return [
        f"{looked_at} close by the end of the period, have no close date or no owner any more.",
        f"No activity for {days(limits.quiet_days)} or more.",
        f"In its stage for {_times(limits.stalled_factor)} the stage's expected days or longer.",
        large_deals,
        f"{behind} at the usual pace of this team.",
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


def _times(factor: Decimal) -> str:
    return f"{factor.normalize():f} times"
