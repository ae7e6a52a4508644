"""Engagement of contacts, and buying roles missing at a stage. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline.enums import ActivityKind, BuyingRole, Direction

RECENT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Touch:
    """An activity with a contact; ``direction`` "" and ``minutes`` None where nobody said them."""

    contact: int
    kind: str
    direction: str
    minutes: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Engagement:
    """When a contact was last talked with (None: never), and how often in the last 30 days."""

    last: datetime | None = None
    recent: int = 0


def is_exchange(touch: Touch) -> bool:
    """Whether both sides took part, as far as the activity tells.

    A meeting always; a call unless it lasted no minute, which is one that nobody took; an e-mail
    that came in or went both ways. An e-mail that was sent, or of which nobody said which way it
    went, is not one, and a note never is.
    """
    if touch.kind == ActivityKind.EMAIL:
        return touch.direction in {Direction.IN, Direction.BOTH}
    if touch.kind == ActivityKind.CALL:
        return touch.minutes != 0
    return touch.kind == ActivityKind.MEETING


def engagement(touches: Iterable[Touch], *, at: datetime) -> dict[int, Engagement]:
    """Return the engagement of each contact who was talked with by ``at``; others are left out.

    The last 30 days end with ``at`` and are half-open at their beginning.
    """
    found: dict[int, Engagement] = {}
    for touch in touches:
        if touch.at > at or not is_exchange(touch):
            continue
        before = found.get(touch.contact, Engagement())
        last = touch.at if before.last is None else max(before.last, touch.at)
        recent = before.recent + (touch.at > at - RECENT)
        found[touch.contact] = Engagement(last, recent)
    return found


@dataclass(frozen=True, slots=True)
class RoleNeed:
    """By the stage at ``place`` somebody must play the role, and be talked with if ``engaged``."""

    place: int
    role: BuyingRole
    engaged: bool


@dataclass(frozen=True, slots=True)
class Gap:
    """A need that is not met: nobody plays the role, or nobody who does was ever talked with."""

    need: RoleNeed
    named: bool


def usual_needs(stages: int) -> list[RoleNeed]:
    """Return what is needed by which of so many open stages where nobody said otherwise.

    From the second a champion who was talked with, from the third somebody who pays, from the last
    one talked with them and with who judges the technique. Fewer stages come to it sooner.
    """
    last = stages - 1
    return [
        RoleNeed(min(1, last), BuyingRole.CHAMPION, engaged=True),
        RoleNeed(min(2, last), BuyingRole.ECONOMIC_BUYER, engaged=last <= 2),
        *([RoleNeed(last, BuyingRole.ECONOMIC_BUYER, engaged=True)] if last > 2 else []),
        RoleNeed(last, BuyingRole.TECHNICAL, engaged=True),
    ]


def stakeholder_gaps(
    needs: Sequence[RoleNeed],
    *,
    place: int,
    playing: Mapping[str, Collection[int]],
    met: Collection[int],
) -> list[Gap]:
    """Return the needs of the stages up to ``place`` that are not met, one for each role.

    ``playing`` has the contacts of each role, ``met`` those who were ever talked with. Of several
    needs of a role that are not met, the earliest is told.
    """
    found: dict[str, Gap] = {}
    for need in sorted(needs, key=lambda need: need.place):
        who = playing.get(need.role, ())
        lacking = not who or (need.engaged and not set(who) & set(met))
        if need.place <= place and lacking:
            found.setdefault(need.role, Gap(need, named=bool(who)))
    return list(found.values())
