"""Imports are the admins' alone: for everybody else there is no way in, whatever the run."""

from typing import Any

from django.db.models import Model

from imports.enums import ImportState
from imports.models import ImportAnswer, ImportMapping
from tests.access.matrix import MISSING, Case, Expected, World, grid, only
from tests.imports.runs import executed, planned, uploaded

PEOPLE = "Name,E-mail\nNew Person,new@example.com\nNo Mail,bad address\n"


def build(world: World) -> None:
    ada = world.team.ada
    world.made["import_mapping"] = uploaded("people", PEOPLE, by=ada)
    world.made["import_planned"] = planned("people", PEOPLE, by=ada)
    world.made["import_answer"] = ImportAnswer.objects.create(
        subject="account", text="CANARY", answered_by=ada
    )
    world.made["import_columns"] = ImportMapping.objects.create(
        kind="accounts", signature="canary", fields={"Canary": "name"}, chosen_by=ada
    )
    done = planned("accounts", "Account name\nCanary account\n", by=ada)
    world.made["import_done"] = executed(done)
    assert done.state == ImportState.DONE


def kwargs(world: World, target: str) -> dict[str, Any]:
    run: Model | None = world.made.get(f"import_{target}")
    return {"pk": run.pk if run else MISSING}


def admins(target: str, there: int) -> Expected:
    rows = [
        f"{actor} {there} 404" if actor == "admin" else f"{actor} 403 403"
        for actor in ("rep", "manager", "director", "executive", "admin", "recruiter", "stranger")
    ]
    header = f"{target} missing"
    return grid("\n".join([header, "anonymous 302 302", "deactivated 302 302", *rows]))


COLUMNS = {
    "field-0": "full_name",
    "field-1": "email",
    "as_of": "2026-01-01",
    "since": "2020-01-01",
}

CASES = [
    Case("imports:imports", "GET", only("admin")),
    Case("imports:import-new", "GET", only("admin")),
    Case("imports:import-new", "POST", only("admin", status=400)),
    Case("imports:imports-remembered", "GET", only("admin")),
    Case("imports:import-answer-forget", "POST", admins("answer", 302), kwargs=kwargs),
    Case("imports:import-mapping-forget", "POST", admins("columns", 302), kwargs=kwargs),
    Case("imports:import", "GET", admins("mapping", 200), kwargs=kwargs),
    Case("imports:import-progress", "GET", admins("planned", 286), kwargs=kwargs),
    Case("imports:import-columns", "GET", admins("mapping", 200), kwargs=kwargs),
    Case(
        "imports:import-columns",
        "POST",
        admins("mapping", 302),
        kwargs=kwargs,
        data=lambda _world, _target: COLUMNS,
    ),
    Case(
        "imports:import-layout",
        "POST",
        admins("mapping", 302),
        kwargs=kwargs,
        data=lambda _world, _target: {"encoding": "utf-8", "delimiter": "comma", "header_row": 1},
    ),
    Case("imports:import-answers", "POST", admins("planned", 400), kwargs=kwargs),
    Case(
        "imports:import-start",
        "POST",
        admins("planned", 302),
        kwargs=kwargs,
        data=lambda _world, _target: {"skip_refused": "on"},
    ),
    Case("imports:import-undo", "POST", admins("done", 302), kwargs=kwargs),
    Case("imports:import-discard", "POST", admins("planned", 302), kwargs=kwargs),
    Case("imports:import-rows", "GET", admins("planned", 200), kwargs=kwargs),
    Case("imports:import-refused", "GET", admins("planned", 200), kwargs=kwargs),
]
