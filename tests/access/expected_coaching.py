"""One-on-ones: the two people alone. Rita's manager is Mia, Rob's is Max."""

import uuid
from typing import Any

from coaching import services
from org import access
from tests.access.matrix import MISSING, Case, World, grid, same

TWO_ALONE = """
             rita  rob  missing
anonymous    302   302  302
deactivated  302   302  302
rep          {ok}  404  404
manager      {ok}  404  404
director     404   404  404
executive    404   404  404
admin        404   404  404
recruiter    404   404  404
stranger     404   404  404
"""
SEEN = grid(TWO_ALONE.format(ok=200))
DONE = grid(TWO_ALONE.format(ok=302))
# A note is changed by its author alone, Rita and Rob here; the other one reads it.
AUTHORS_DEED = {**DONE, ("manager", "rita"): 403}


def build(world: World) -> None:
    team, today = world.team, access.today()
    for person, manager in ((team.rita, team.mia), (team.rob, team.max)):
        series = services.start(by=person, person=person, manager=manager)
        session = services.plan_session(series, by=person, on=today)
        note = services.add_note(session, by=person, body="Canary", submission=uuid.uuid4())
        item = services.add_item(
            session, by=person, owner=person, task="Canary", submission=uuid.uuid4()
        )
        name = "rita" if person == team.rita else "rob"
        world.made |= {
            f"series {name}": series,
            f"session {name}": session,
            f"note {name}": note,
            f"item {name}": item,
        }


def of(kind: str) -> Any:
    def kwargs(world: World, target: str) -> dict[str, Any]:
        return {"pk": MISSING if target == "missing" else world.made[f"{kind} {target}"].pk}

    return kwargs


def item_body(world: World, _target: str) -> dict[str, Any]:
    return {"task": "Call", "owner": world.team.rita.pk, "submission": uuid.uuid4()}


def note_body(_world: World, _target: str) -> dict[str, Any]:
    return {"body": "Went well", "submission": uuid.uuid4()}


CASES = [
    Case("coaching:one-on-ones", "GET", same(200)),
    # Nobody can be chosen who does not report to the actor, or lead them.
    Case(
        "coaching:one-on-ones",
        "POST",
        same(400),
        data=lambda world, _: {"other": world.team.stan.pk, "every_days": 7},
    ),
    Case("coaching:one-on-one", "GET", SEEN, kwargs=of("series")),
    Case("coaching:end", "POST", DONE, kwargs=of("series")),
    Case(
        "coaching:plan",
        "POST",
        DONE,
        kwargs=of("series"),
        data=lambda _w, _t: {"planned_on": "2026-12-01"},
    ),
    Case("coaching:session", "GET", SEEN, kwargs=of("session")),
    Case(
        "coaching:move",
        "POST",
        DONE,
        kwargs=of("session"),
        data=lambda _w, _t: {"planned_on": "2026-12-02"},
    ),
    Case(
        "coaching:state", "POST", DONE, kwargs=of("session"), data=lambda _w, _t: {"state": "held"}
    ),
    Case("coaching:note-new", "POST", DONE, kwargs=of("session"), data=note_body),
    Case(
        "coaching:private-note",
        "POST",
        DONE,
        kwargs=of("session"),
        data=lambda _w, _t: {"body": "Doubts", "version": 0},
    ),
    Case("coaching:item-new", "POST", DONE, kwargs=of("session"), data=item_body),
    Case("coaching:note-edit", "GET", {**SEEN, ("manager", "rita"): 403}, kwargs=of("note")),
    Case(
        "coaching:note-edit",
        "POST",
        AUTHORS_DEED,
        kwargs=of("note"),
        data=lambda _w, _t: {"body": "Went very well", "version": 1},
    ),
    Case("coaching:note-archive", "POST", AUTHORS_DEED, kwargs=of("note")),
    Case(
        "coaching:item-state",
        "POST",
        DONE,
        kwargs=of("item"),
        data=lambda _w, _t: {"state": "done"},
    ),
]
