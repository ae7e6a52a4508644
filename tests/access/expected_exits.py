"""Leaving a stage: its set-up for admins, evidence by those who may edit the deal."""

from typing import Any

from pipeline.discipline.models import CriterionMet, StageOverride
from pipeline.discipline.services import setup as exit_setup
from pipeline.stages.models import Stage
from tests.access.expected_pipeline import (
    ADMINS,
    ADMINS_CHANGED,
    CHANGED,
    OPENED_TO_WRITE,
    SEEN,
    SELLERS,
    deal,
    owner_of,
    stage,
)
from tests.access.matrix import MISSING, Case, World, same


def build(world: World) -> None:
    last = Stage.objects.get(name="Propose")
    version = exit_setup.add_criterion(last, by=None, statement="Trial passed")
    world.made["criterion"] = version.criterion
    world.made["met"] = {
        name: CriterionMet.objects.create(
            deal=one, criterion=version.criterion, version=version, evidence=f"Mail of {name}"
        )
        for name, one in world.deals.items()
    }
    for one in world.deals.values():
        StageOverride.objects.create(
            deal=one, deal_version=900, from_stage=one.stage, to_stage=last, owner=one.owner,
            missing=["Amount"], reason=f"Canary reason of {one.owner.full_name}",
        )  # fmt: skip


def criterion(world: World, target: str) -> dict[str, Any]:
    return {"pk": MISSING if target == "missing" else world.made["criterion"].pk}


def evidence(world: World, target: str) -> dict[str, Any]:
    return deal(world, target) | {"criterion": world.made["criterion"].pk}


def met(world: World, target: str) -> dict[str, Any]:
    pk = MISSING if target == "missing" else world.made["met"][owner_of(target)].pk
    return deal(world, target) | {"met": pk}


def shown(_world: World, _target: str) -> dict[str, Any]:
    return {"evidence": "E-mail of 3 March"}


def statement(_world: World, _target: str) -> dict[str, Any]:
    return {"statement": "Contract reviewed", "order": "20"}


CASES = [
    Case("pipeline:deal-exit", "GET", SEEN, kwargs=deal),
    Case("pipeline:deal-criterion", "GET", OPENED_TO_WRITE, kwargs=evidence),
    Case("pipeline:deal-criterion", "POST", CHANGED, kwargs=evidence, data=shown),
    Case("pipeline:deal-criterion-withdraw", "POST", CHANGED, kwargs=met),
    Case("process:overrides", "GET", SELLERS),
    Case("process:overrides", "GET", same(404, recruiter=403), query=f"?person={MISSING}"),
    Case("process:overrides", "GET", same(404, recruiter=403), query=f"?stage={MISSING}"),
    Case("pipeline:stage-exit", "GET", ADMINS, kwargs=stage),
    Case("pipeline:stage-exit", "POST", ADMINS_CHANGED, kwargs=stage),
    Case("pipeline:criterion-new", "GET", ADMINS, kwargs=stage),
    Case("pipeline:criterion-new", "POST", ADMINS_CHANGED, kwargs=stage, data=statement),
    Case("pipeline:criterion", "GET", ADMINS, kwargs=criterion),
    Case("pipeline:criterion", "POST", ADMINS_CHANGED, kwargs=criterion, data=statement),
    Case("pipeline:criterion-end", "POST", ADMINS_CHANGED, kwargs=criterion),
]
