"""Hiring. "north" is Mia's requisition with recruiter Rex, interviewed by Rita; "south" is Max's
with no recruiter and Rob as interviewer."""

import uuid
from datetime import UTC, date, datetime
from typing import Any

from hiring import services
from hiring.models import HiringStage
from tests.access.matrix import MISSING, Case, World, grid, only, same

AT = datetime(2026, 3, 2, tzinfo=UTC)


def build(world: World) -> None:
    world.made["hiring stage used"] = HiringStage.objects.get(name="Applied")
    world.made["hiring stage free"] = HiringStage.objects.get(name="Screen")
    team = world.team
    north = services.open_requisition(
        by=team.rex,
        title="Rep, North",
        team=team.north,
        hiring_manager=team.mia,
        heads=2,
        opened_on=date(2026, 1, 5),
        interviewers=[team.rita],
    )
    south = services.open_requisition(
        by=team.max,
        title="Rep, South",
        team=team.south,
        hiring_manager=team.max,
        heads=1,
        opened_on=date(2026, 1, 5),
        interviewers=[team.rob],
    )
    for name, requisition, actor in (("north", north, team.rex), ("south", south, team.max)):
        application = services.add_candidate(
            requisition, by=actor, full_name=f"Canary {name}", submission=uuid.uuid4(), at=AT
        )
        world.made |= {
            f"requisition {name}": requisition,
            f"application {name}": application,
            f"candidate {name}": application.candidate,
        }


def of(kind: str) -> Any:
    def kwargs(world: World, target: str) -> dict[str, Any]:
        return {"pk": MISSING if target == "missing" else world.made[f"{kind} {target}"].pk}

    return kwargs


def new_body(world: World, _target: str) -> dict[str, Any]:
    return {
        "title": "Rep",
        "team": world.team.north.pk,
        "hiring_manager": world.team.mia.pk,
        "heads": 1,
        "opened_on": "2026-02-01",
    }


def edit_body(_world: World, _target: str) -> dict[str, Any]:
    return {"version": 1, "title": "Senior rep", "heads": 2, "opened_on": "2026-01-05"}


def candidate_body(_world: World, _target: str) -> dict[str, Any]:
    return {"full_name": "Nora New", "submission": uuid.uuid4()}


def move_body(_world: World, _target: str) -> dict[str, Any]:
    return {"to": HiringStage.objects.get(name="Interview").pk, "version": 1}


PLACES = grid("""
             north  south  missing
anonymous    302    302    302
deactivated  302    302    302
rep          200    404    404
manager      200    404    404
director     200    200    404
executive    200    200    404
admin        200    200    404
recruiter    200    200    404
stranger     404    404    404
""")
KEEPERS = grid("""
             north  south  missing
anonymous    302    302    302
deactivated  302    302    302
rep          403    404    404
manager      302    404    404
director     403    403    404
executive    403    403    404
admin        403    403    404
recruiter    302    302    404
stranger     404    404    404
""")
TAKERS = grid("""
             north  south  missing
anonymous    302    302    302
deactivated  302    302    302
rep          403    404    404
manager      403    404    404
director     403    403    404
executive    403    403    404
admin        403    403    404
recruiter    302    302    404
stranger     404    404    404
""")
HANDLERS = grid("""
             north  south  missing
anonymous    302    302    302
deactivated  302    302    302
rep          403    404    404
manager      302    404    404
director     403    403    404
executive    403    403    404
admin        403    403    404
recruiter    302    403    404
stranger     404    404    404
""")
# Names: the requisition's people alone, so no admin, no director, no recruiter of another one.
CANDIDATES = grid("""
             north  south  missing
anonymous    302    302    302
deactivated  302    302    302
rep          200    404    404
manager      200    404    404
director     404    404    404
executive    404    404    404
admin        404    404    404
recruiter    200    404    404
stranger     404    404    404
""")
CANDIDATE_DEEDS = grid("""
             north  south  missing
anonymous    302    302    302
deactivated  302    302    302
rep          403    404    404
manager      302    404    404
director     404    404    404
executive    404    404    404
admin        404    404    404
recruiter    302    404    404
stranger     404    404    404
""")
# Who keeps the requisition may give it away, and an admin, who reads no candidate by that.
GIVERS = {**KEEPERS, ("admin", "north"): 302, ("admin", "south"): 302}
KEEPERS_FORM = {
    **KEEPERS,
    ("manager", "north"): 200,
    ("recruiter", "north"): 200,
    ("recruiter", "south"): 200,
}
CANDIDATE_FORM = {**CANDIDATE_DEEDS, ("manager", "north"): 200, ("recruiter", "north"): 200}
# The stages are everybody's, so admins set them up and recruiters do.
STAGE_KEEPERS = grid("""
             used  free  missing
anonymous    302   302   302
deactivated  302   302   302
rep          403   403   403
manager      403   403   403
director     403   403   403
executive    403   403   403
admin        200   200   404
recruiter    200   200   404
stranger     403   403   403
""")
STAGE_SAVED = {
    **STAGE_KEEPERS,
    **{(actor, target): 302 for actor in ("admin", "recruiter") for target in ("used", "free")},
}
# Candidates stand in the one that is used.
STAGE_ARCHIVED = {**STAGE_SAVED, ("admin", "used"): 400, ("recruiter", "used"): 400}
HANDLERS_FORM = {
    **HANDLERS,
    ("manager", "north"): 200,
    ("recruiter", "north"): 200,
}

CASES = [
    Case("hiring:requisitions", "GET", same(200)),
    Case("hiring:requisition-new", "GET", only("manager", "director", "recruiter")),
    # Mia is nobody's choice but her own, her director's and a recruiter's.
    Case(
        "hiring:requisition-new",
        "POST",
        only("manager", "director", "recruiter", status=302),
        data=new_body,
    ),
    Case("hiring:requisition", "GET", PLACES, kwargs=of("requisition")),
    Case(
        "hiring:requisition-state",
        "POST",
        KEEPERS,
        kwargs=of("requisition"),
        data=lambda _w, _t: {"state": "on_hold", "reason": "Budget", "version": 1},
    ),
    Case("hiring:take-over", "POST", TAKERS, kwargs=of("requisition")),
    Case(
        "hiring:hiring-manager",
        "POST",
        # Mia names herself or somebody below her, and so not Dana.
        {**GIVERS, ("manager", "north"): 400},
        kwargs=of("requisition"),
        data=lambda world, _: {"hiring_manager": world.team.dana.pk},
    ),
    Case(
        "hiring:interviewers",
        "POST",
        KEEPERS,
        kwargs=of("requisition"),
        data=lambda world, _: {"interviewers": [world.team.ron.pk]},
    ),
    Case("hiring:candidate-new", "GET", HANDLERS_FORM, kwargs=of("requisition")),
    Case("hiring:candidate-new", "POST", HANDLERS, kwargs=of("requisition"), data=candidate_body),
    Case("hiring:candidate", "GET", CANDIDATES, kwargs=of("candidate")),
    Case(
        "hiring:candidate-erase",
        "POST",
        CANDIDATE_DEEDS,
        kwargs=of("candidate"),
        data=lambda _w, _t: {"sure": "on"},
    ),
    Case("hiring:move", "POST", CANDIDATE_DEEDS, kwargs=of("application"), data=move_body),
    Case("hiring:requisition-edit", "GET", KEEPERS_FORM, kwargs=of("requisition")),
    Case("hiring:requisition-edit", "POST", KEEPERS, kwargs=of("requisition"), data=edit_body),
    Case("hiring:candidate-edit", "GET", CANDIDATE_FORM, kwargs=of("candidate")),
    Case(
        "hiring:candidate-edit",
        "POST",
        CANDIDATE_DEEDS,
        kwargs=of("candidate"),
        data=lambda _w, _t: {"version": 1, "full_name": "Nora Newer"},
    ),
    Case("hiring:candidate-archive", "POST", CANDIDATE_DEEDS, kwargs=of("candidate")),
    Case("hiring:stages", "GET", only("admin", "recruiter")),
    Case("hiring:stage-new", "GET", only("admin", "recruiter")),
    Case(
        "hiring:stage-new",
        "POST",
        only("admin", "recruiter", status=302),
        data=lambda _w, _t: {"name": "Task", "kind": "open", "order": 25},
    ),
    Case("hiring:stage", "GET", STAGE_KEEPERS, kwargs=of("hiring stage")),
    Case(
        "hiring:stage",
        "POST",
        STAGE_SAVED,
        kwargs=of("hiring stage"),
        data=lambda _w, target: {"name": f"Stage {target}", "kind": "open", "order": 15},
    ),
    Case("hiring:stage-archive", "POST", STAGE_ARCHIVED, kwargs=of("hiring stage")),
]
