"""The won deals that count for somebody as an overlay."""

from urllib.parse import urlencode

from django.urls import reverse

from analytics.attainment.reports.splits import Move, split_moves
from analytics.context.reports.look import Look
from analytics.context.reports.scope import Scope
from org.enums import SubjectKind


def overlays(look: Look, *, person: int | None = None) -> list[Move]:
    """Return the overlay credit of a look for deals won in the period, or that of one person in it.

    Name: Overlay credit
    Formula: sum of (the deal's amount x the overlay's percent), each rounded half up
    Unit: money
    Placed by: the day of the closing
    Credited to: the people whom the split in force at the moment names, and their team of the day
    Left out: deals without an amount; it is in no bookings, attainment or total
    Source: own, as is usual for specialists and leads who help to win what others own
    """
    moves = split_moves(look.period.period, moment=look.moment, setting=look.calendar)
    return [
        move
        for move in moves
        if move.overlay and person in (None, move.person) and _counts(look.scope, move)
    ]


def _counts(scope: Scope, move: Move) -> bool:
    """Whether the overlay is of the scope: by person, or by where that one or the account lay."""
    if scope.tree is not None:
        territory = scope.subject.kind is SubjectKind.TERRITORY
        return (move.territory if territory else move.team) in scope.inside(move.day)
    return scope.people is None or move.person in scope.people


def overlay_url(look: Look, *, person: int | None = None) -> str:
    """Return the address of the deals behind a look's overlay credit, or one person's in it."""
    subject = look.scope.subject
    named = {SubjectKind.PERSON: "person", SubjectKind.TERRITORY: "territory"}.get(subject.kind)
    whose = {named: subject.pk} if named else {"team": look.scope.key}
    figure = "overlay.all" if person is None else f"overlay.{person}"
    given = {**whose, "period": look.period.pk, "as_of": look.as_of, "figure": figure}
    query = urlencode({key: value for key, value in given.items() if value is not None})
    return f"{reverse('analytics:metric-rows')}?{query}"
