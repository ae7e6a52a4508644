"""Deals, accounts, contacts, activities and stages.

Deals are seen by their owner, the managers above today, executives and admins; executives only
look. Accounts and contacts are shared by everybody who sells.
"""

from typing import Any
from uuid import uuid4

from org.models.people import Person
from pipeline.deals.models import DealCollaborator, DealLine
from pipeline.stages.models import Pipeline, Stage
from tests.access.matrix import MISSING, Case, World, grid, only, same
from tests.factories.pipeline import (
    AccountFactory,
    ActivityFactory,
    ContactFactory,
    DealContactFactory,
    PipelineFactory,
    ProductFactory,
)


def build(world: World) -> None:
    account = AccountFactory(name="Acme Optics")
    product = ProductFactory()
    world.made |= {
        "account": account,
        "contact": ContactFactory(account=account),
        "product": product,
        "renewals": PipelineFactory(name="Renewals"),
        "lines": {
            name: DealLine.objects.create(deal=deal, product=product, unit_price=10)
            for name, deal in world.deals.items()
        },
        "involved": {name: DealContactFactory(deal=deal) for name, deal in world.deals.items()},
        "helping": {
            name: DealCollaborator.objects.create(
                deal=deal, person=world.team.gus, role="specialist"
            )
            for name, deal in world.deals.items()
        },
        "activities": {
            name: ActivityFactory(deal=deal, account=account, person=deal.owner)
            for name, deal in world.deals.items()
        },
    }


def owner_of(target: str) -> str:
    return {"former": "fay", "future": "flo", "leaver": "lou", "missing": "rita"}.get(
        target, target
    )


def deal(world: World, target: str) -> dict[str, Any]:
    return {"pk": world.deal_pk(target)}


def line(world: World, target: str) -> dict[str, Any]:
    pk = MISSING if target == "missing" else world.made["lines"][owner_of(target)].pk
    return {"pk": world.deal_pk(target), "row": pk}


def involved(world: World, target: str) -> dict[str, Any]:
    pk = MISSING if target == "missing" else world.made["involved"][owner_of(target)].pk
    return {"pk": world.deal_pk(target), "row": pk}


def named(world: World, target: str) -> dict[str, Any]:
    return {"contact": world.made["involved"][owner_of(target)].contact_id, "role": "blocker"}


def helping(world: World, target: str) -> dict[str, Any]:
    pk = MISSING if target == "missing" else world.made["helping"][owner_of(target)].pk
    return {"pk": world.deal_pk(target), "row": pk}


def helped(world: World, _target: str) -> dict[str, Any]:
    return {"person": world.team.rae.pk, "role": "sponsor"}


def parted(world: World, _target: str) -> dict[str, Any]:
    return {"person_1": world.team.ron.pk, "percent_1": "100", "reason": "He closed it"}


def activity(world: World, target: str) -> dict[str, Any]:
    return {"pk": MISSING if target == "missing" else world.made["activities"][owner_of(target)].pk}


def account(world: World, target: str) -> dict[str, Any]:
    return {"pk": MISSING if target == "missing" else world.made["account"].pk}


def contact(world: World, target: str) -> dict[str, Any]:
    return {"pk": MISSING if target == "missing" else world.made["contact"].pk}


def stage(world: World, target: str) -> dict[str, Any]:
    return {"pk": MISSING if target == "missing" else Stage.objects.get(name="Propose").pk}


def new_deal(world: World, _target: str) -> dict[str, Any]:
    return {
        "name": "Made in the matrix",
        "currency": "USD",
        "stage": Stage.objects.get(name="Qualify").pk,
        "owner": world.team.rita.pk,
        "submission": uuid4(),
    }


def edited(world: World, target: str) -> dict[str, Any]:
    owner: Person = getattr(world.team, owner_of(target))
    return {"name": "Renamed", "currency": "USD", "version": 1, "owner": owner.pk}


def deal_part(world: World, target: str) -> dict[str, Any]:
    return deal(world, target) | {"part": "next-step"}


def next_step(_world: World, _target: str) -> dict[str, Any]:
    return {"next_step": "Call back", "version": 1}


def handed_over(world: World, target: str) -> dict[str, Any]:
    deal = world.deals[owner_of(target)]
    return {"owner": world.team.ron.pk, "reason": "Left", "seen": f"{deal.pk}:{deal.version}"}


def whose(world: World, target: str) -> dict[str, Any]:
    return {"pk": world.person_pk(target)}


def moved(_world: World, _target: str) -> dict[str, Any]:
    return {"version": 1, "stage": Stage.objects.get(name="Propose").pk}


def archived(_world: World, _target: str) -> dict[str, Any]:
    return {"version": 1, "reason": "A double"}


def other_quantity(_world: World, _target: str) -> dict[str, Any]:
    return {
        "quantity": "3",
        "initial-quantity": "1",
        "unit_price": "10",
        "initial-unit_price": "10",
    }


def product_line(world: World, _target: str) -> dict[str, Any]:
    return {"product": world.made["product"].pk, "quantity": "2", "unit_price": "5"}


def logged(world: World, target: str) -> dict[str, Any]:
    return {
        "kind": "call",
        "subject": "Talked",
        "occurred_at": "2026-01-06T09:00",
        "submission": uuid4(),
        "deal": world.deal_pk(target),
    }


def new_account(_world: World, _target: str) -> dict[str, Any]:
    return {"name": "Zeta Labs"}


def new_contact(_world: World, _target: str) -> dict[str, Any]:
    return {"full_name": "Nina Newcomer"}


def signal(_world: World, _target: str) -> dict[str, Any]:
    return {"signal": "quiet"}


def pipeline(world: World, target: str) -> dict[str, Any]:
    return {"pk": MISSING if target == "missing" else Pipeline.objects.get(is_default=False).pk}


def named_pipeline(_world: World, _target: str) -> dict[str, Any]:
    return {"name": "Partners", "order": 30}


def new_stage(_world: World, _target: str) -> dict[str, Any]:
    return {"name": "Prove", "kind": "open", "order": 30, "probability": 60,
            "default_category": "best_case"}  # fmt: skip


def edited_stage(_world: World, _target: str) -> dict[str, Any]:
    return {"name": "Offer", "kind": "open", "order": 30, "probability": 60,
            "default_category": "best_case"}  # fmt: skip


SELLERS = same(200, recruiter=403)
WRITERS = same(200, recruiter=403, executive=403)
WRITTEN = same(302, recruiter=403, executive=403)

SEEN = grid("""
                rita rob former future leaver missing
    anonymous   302  302 302    302    302    302
    deactivated 302  302 302    302    302    302
    rep         200  404 404    404    404    404
    manager     200  404 404    404    200    404
    director    200  200 200    200    200    404
    executive   200  200 200    200    200    404
    admin       200  200 200    200    200    404
    recruiter   404  404 404    404    404    404
    stranger    404  404 404    404    404    404
""")
OPENED_TO_WRITE = grid("""
                rita rob former future leaver missing
    anonymous   302  302 302    302    302    302
    deactivated 302  302 302    302    302    302
    rep         200  404 404    404    404    404
    manager     200  404 404    404    200    404
    director    200  200 200    200    200    404
    executive   403  403 403    403    403    404
    admin       200  200 200    200    200    404
    recruiter   404  404 404    404    404    404
    stranger    404  404 404    404    404    404
""")
CHANGED = grid("""
                rita rob former future leaver missing
    anonymous   302  302 302    302    302    302
    deactivated 302  302 302    302    302    302
    rep         302  404 404    404    404    404
    manager     302  404 404    404    302    404
    director    302  302 302    302    302    404
    executive   403  403 403    403    403    404
    admin       302  302 302    302    302    404
    recruiter   404  404 404    404    404    404
    stranger    404  404 404    404    404    404
""")
# Nobody hands over their own deals but who may give deals to others.
HANDING_OVER = OPENED_TO_WRITE | {("rep", "rita"): 403}
HANDED_OVER = CHANGED | {("rep", "rita"): 403}
# A hidden deal is refused like one that does not exist: as a wrong choice in the form.
LOGGED = grid("""
                rita rob former future leaver missing
    anonymous   302  302 302    302    302    302
    deactivated 302  302 302    302    302    302
    rep         302  400 400    400    400    400
    manager     302  400 400    400    302    400
    director    302  302 302    302    302    400
    executive   403  403 403    403    403    403
    admin       302  302 302    302    302    400
    recruiter   403  403 403    403    403    403
    stranger    400  400 400    400    400    400
""")
SHARED = grid("""
                any missing
    anonymous   302 302
    deactivated 302 302
    rep         200 404
    manager     200 404
    director    200 404
    executive   200 404
    admin       200 404
    recruiter   404 404
    stranger    200 404
""")
SHARED_OPENED_TO_WRITE = grid("""
                any missing
    anonymous   302 302
    deactivated 302 302
    rep         200 404
    manager     200 404
    director    200 404
    executive   403 404
    admin       200 404
    recruiter   404 404
    stranger    200 404
""")
SHARED_CHANGED = grid("""
                any missing
    anonymous   302 302
    deactivated 302 302
    rep         302 404
    manager     302 404
    director    302 404
    executive   403 404
    admin       302 404
    recruiter   404 404
    stranger    302 404
""")
ADMINS = grid("""
                any missing
    anonymous   302 302
    deactivated 302 302
    rep         403 403
    manager     403 403
    director    403 403
    executive   403 403
    admin       200 404
    recruiter   403 403
    stranger    403 403
""")
ADMINS_CHANGED = grid("""
                any missing
    anonymous   302 302
    deactivated 302 302
    rep         403 403
    manager     403 403
    director    403 403
    executive   403 403
    admin       302 404
    recruiter   403 403
    stranger    403 403
""")

CASES: list[Case] = [
    Case("analytics:deals", "GET", SELLERS),
    Case("analytics:deals-csv", "GET", SELLERS),
    Case("analytics:deal-new", "GET", WRITERS),
    Case("analytics:deal-new", "POST", WRITTEN, data=new_deal),
    Case("analytics:deal", "GET", SEEN, kwargs=deal),
    Case("analytics:deal-edit", "GET", OPENED_TO_WRITE, kwargs=deal),
    Case("analytics:deal-edit", "POST", CHANGED, kwargs=deal, data=edited),
    Case("analytics:deal-step", "GET", OPENED_TO_WRITE, kwargs=deal),
    Case("analytics:deal-step", "POST", CHANGED, kwargs=deal, data=next_step),
    Case("analytics:deal-part", "GET", OPENED_TO_WRITE, kwargs=deal_part),
    Case("analytics:deal-part", "POST", CHANGED, kwargs=deal_part, data=next_step),
    Case("analytics:deal-move", "GET", OPENED_TO_WRITE, kwargs=deal),
    Case("analytics:deal-move", "POST", CHANGED, kwargs=deal, data=moved),
    Case("analytics:deal-archive", "GET", OPENED_TO_WRITE, kwargs=deal),
    Case("analytics:deal-archive", "POST", CHANGED, kwargs=deal, data=archived),
    Case("pipeline:deal-contacts", "GET", OPENED_TO_WRITE, kwargs=deal),
    Case("pipeline:deal-contacts", "POST", CHANGED, kwargs=deal, data=named),
    Case("pipeline:deal-contact", "GET", OPENED_TO_WRITE, kwargs=involved),
    Case(
        "pipeline:deal-contact",
        "POST",
        CHANGED,
        kwargs=involved,
        data=lambda _world, _target: {"role": "legal"},
    ),
    Case("pipeline:deal-contact-remove", "POST", CHANGED, kwargs=involved),
    Case("pipeline:deal-collaborators", "GET", OPENED_TO_WRITE, kwargs=deal),
    Case("pipeline:deal-collaborators", "POST", CHANGED, kwargs=deal, data=helped),
    Case("pipeline:deal-collaborator-remove", "POST", CHANGED, kwargs=helping),
    Case("pipeline:deal-credit", "GET", SEEN, kwargs=deal),
    Case("pipeline:deal-split", "GET", OPENED_TO_WRITE, kwargs=deal),
    Case("pipeline:deal-split", "POST", CHANGED, kwargs=deal, data=parted),
    Case("pipeline:deal-line-new", "GET", OPENED_TO_WRITE, kwargs=deal),
    Case("pipeline:deal-line-new", "POST", CHANGED, kwargs=deal, data=product_line),
    Case("pipeline:deal-line", "GET", OPENED_TO_WRITE, kwargs=line),
    Case("pipeline:deal-line", "POST", CHANGED, kwargs=line, data=other_quantity),
    Case("pipeline:deal-line-remove", "POST", CHANGED, kwargs=line),
    Case("process:hand-over", "GET", HANDING_OVER, kwargs=whose),
    Case("process:hand-over", "POST", HANDED_OVER, kwargs=whose, data=handed_over),
    Case("pipeline:accounts", "GET", SELLERS),
    Case("pipeline:account-suggest", "GET", SELLERS),
    Case("pipeline:account-new", "GET", WRITERS),
    Case("pipeline:account-new", "POST", WRITTEN, data=new_account),
    Case("pipeline:account", "GET", SHARED, kwargs=account),
    Case("pipeline:account-edit", "GET", SHARED_OPENED_TO_WRITE, kwargs=account),
    Case("pipeline:account-edit", "POST", SHARED_CHANGED, kwargs=account, data=new_account),
    Case("pipeline:account-archive", "POST", SHARED_CHANGED, kwargs=account),
    Case("pipeline:contact-new", "GET", SHARED_OPENED_TO_WRITE, kwargs=account),
    Case("pipeline:contact-new", "POST", SHARED_CHANGED, kwargs=account, data=new_contact),
    Case("pipeline:contact-edit", "GET", SHARED_OPENED_TO_WRITE, kwargs=contact),
    Case("pipeline:contact-edit", "POST", SHARED_CHANGED, kwargs=contact, data=new_contact),
    Case("pipeline:contact-archive", "POST", SHARED_CHANGED, kwargs=contact),
    Case("pipeline:activities", "GET", SELLERS),
    Case("pipeline:activities-csv", "GET", SELLERS),
    Case("pipeline:activity-new", "GET", WRITERS),
    Case("pipeline:activity-new", "POST", LOGGED, data=logged),
    Case("pipeline:activity-archive", "POST", CHANGED, kwargs=activity),
    Case("pipeline:stages", "GET", only("admin")),
    Case("analytics:risk", "GET", only("admin")),
    Case("analytics:risk", "POST", only("admin", status=400)),
    Case("analytics:risk-adopt", "POST", only("admin", status=302), kwargs=signal),
    Case("pipeline:stage-new", "GET", only("admin")),
    Case("pipeline:stage-new", "POST", only("admin", status=302), data=new_stage),
    Case("pipeline:stage", "GET", ADMINS, kwargs=stage),
    Case("pipeline:stage", "POST", ADMINS_CHANGED, kwargs=stage, data=edited_stage),
    Case("pipeline:stage-people", "GET", ADMINS, kwargs=stage),
    Case(
        "pipeline:stage-people",
        "POST",
        ADMINS_CHANGED,
        kwargs=stage,
        data=lambda _world, _target: {"named": ["legal"]},
    ),
    Case("pipeline:stage-archive", "POST", ADMINS_CHANGED, kwargs=stage),
    Case("pipeline:pipeline-new", "GET", only("admin")),
    Case("pipeline:pipeline-new", "POST", only("admin", status=302), data=named_pipeline),
    Case("pipeline:pipeline", "GET", ADMINS, kwargs=pipeline),
    Case("pipeline:pipeline", "POST", ADMINS_CHANGED, kwargs=pipeline, data=named_pipeline),
    Case("pipeline:pipeline-default", "POST", ADMINS_CHANGED, kwargs=pipeline),
    Case("pipeline:pipeline-qualified", "POST", ADMINS_CHANGED, kwargs=pipeline),
    Case("pipeline:pipeline-archive", "POST", ADMINS_CHANGED, kwargs=pipeline),
]
