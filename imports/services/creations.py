"""Making what files of imports name on the way: stages, teams, people, accounts, products."""

from typing import Any

from imports.engine.references import usual_place
from imports.enums import ImportSubject
from imports.models import ImportCreation, ImportRun
from org import audit
from org.enums import Role
from org.models.people import Person
from org.models.teams import Team
from org.services import people as people_service
from org.services import trees
from pipeline.customers.services import create_account
from pipeline.enums import Category, Status
from pipeline.products.models import Product
from pipeline.stages.models import Pipeline, Stage
from pipeline.stages.services import create_stage

# Stages made by an import stand between these; an admin sets them right afterwards.
LOWEST, HIGHEST = 10, 90
LAST_OPEN, WON, LOST = 800, 900, 910


def make(run: ImportRun, *, by: Person | None, currency: str) -> None:
    """Make everything the plan names and note what became of it on the plan's creations."""
    made: dict[int, Any] = {}
    creations = list(run.creations.order_by("number"))
    # A team may lie in another one that is made too: that one comes first.
    waiting = [c for c in creations if (c.detail.get("parent") or 0) < 0]
    opens = sorted(
        (
            c
            for c in creations
            if c.subject == ImportSubject.STAGE and _stage_kind(c) == Status.OPEN
        ),
        key=lambda c: (c.detail.get("order") or 100 + usual_place(c.name), c.number),
    )
    for creation in [*(c for c in creations if c not in waiting), *waiting]:
        made[-creation.number] = _made(
            creation, run, by=by, currency=currency, made=made, opens=opens
        )
        creation.target = made[-creation.number].pk
    ImportCreation.objects.bulk_update(creations, ["target"])


def _made(
    creation: ImportCreation,
    run: ImportRun,
    *,
    by: Person | None,
    currency: str,
    made: dict[int, Any],
    opens: list[ImportCreation],
) -> Any:
    match creation.subject:
        case ImportSubject.PERSON:
            role = Role.MANAGER if run.kind == "people" else Role.REP
            return people_service.create_person(by=by, full_name=creation.name, roles=(role,))
        case ImportSubject.TEAM:
            return _team(creation, by, made)
        case ImportSubject.STAGE:
            return _stage(creation, by, opens)
        case ImportSubject.ACCOUNT:
            # The preview named those that are alike, and the import was started all the same.
            return create_account(by=by, name=creation.name[:200], same_name_too=True)
        case ImportSubject.PRODUCT:
            product = Product.objects.create(name=creation.name[:200], currency=currency)
            audit.record(by, "product.create", product, reason=f"Import {run.pk}")
            return product
    raise ValueError(f"a {creation.subject} cannot be made by an import")


def _team(creation: ImportCreation, by: Person | None, made: dict[int, Any]) -> Team:
    parent = creation.detail.get("parent")
    if parent is None:
        return trees.create(Team, by=by, name=creation.name)
    above = made[parent] if parent < 0 else Team.objects.get(pk=parent)
    return trees.create(Team, by=by, name=creation.name, parent=above)


def _stage_kind(creation: ImportCreation) -> Status:
    return Status(creation.detail.get("kind", Status.OPEN))


def _pipeline(creation: ImportCreation) -> Pipeline:
    """Return the pipeline of a stage to be made: the default one unless the file names another."""
    named = creation.detail.get("pipeline")
    found: Pipeline = Pipeline.objects.get(**({"pk": named} if named else {"is_default": True}))
    return found


def _own_name(creation: ImportCreation) -> str:
    return str(creation.detail.get("name", creation.name))[:100]


def _stage(creation: ImportCreation, by: Person | None, opens: list[ImportCreation]) -> Stage:
    """Make a stage. Open ones follow those that are here, each more probable than the last."""
    kind, pipeline = _stage_kind(creation), _pipeline(creation)
    fields: dict[str, Any] = {"pipeline": pipeline, "name": _own_name(creation), "kind": str(kind)}
    if kind == Status.OPEN:
        opens = [c for c in opens if _pipeline(c) == pipeline]
        place = opens.index(creation) + 1
        here = Stage.objects.filter(kind=Status.OPEN, pipeline=pipeline)
        here = here.exclude(name__in=[_own_name(c) for c in opens])
        last = here.order_by("-order").first()
        fields |= {
            "probability": LOWEST + (HIGHEST - LOWEST) * place // (len(opens) + 1),
            "order": min(LAST_OPEN, (last.order if last else 0) + 10 * place),
            "default_category": str(Category.PIPELINE),
        }
    else:
        fields["order"] = WON if kind == Status.WON else LOST
    return create_stage(by=by, **fields)
