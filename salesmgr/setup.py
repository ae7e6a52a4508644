"""What is left to do before a new installation can be used, for its admin."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from org import rules
from org.http import PersonRequest
from org.models.calendar import FiscalPeriod
from org.models.people import Person
from org.models.quotas import Quota
from org.models.teams import TeamMembership
from pipeline.deals.models import Deal
from pipeline.enums import Status
from pipeline.products.models import Product
from pipeline.stages.models import Stage
from salesmgr.context import address


@dataclass(frozen=True, slots=True)
class SetupStep:
    """One thing to set up: why, where, and whether it is done."""

    title: str
    text: str
    url_name: str
    label: str
    is_done: bool
    is_optional: bool = False

    @property
    def href(self) -> str:
        return address(self.url_name)


def _stages_are_complete() -> bool:
    own = Stage.objects.live().of_default()
    kinds = set(own.order_by().values_list("kind", flat=True).distinct())
    return kinds == {str(kind) for kind in Status}


def steps() -> list[SetupStep]:
    """Return the steps in the order in which they build on each other."""
    return [
        SetupStep(
            "Organisation",
            (
                "Name, time zone, start of the fiscal year and reporting currency. Everything else "
                "depends on them, and the last two stay once there are quotas and deals."
            ),
            "org:organisation",
            "Organisation's settings",
            is_done=FiscalPeriod.objects.exists(),
        ),
        SetupStep(
            "People",
            "Who sells, who manages, who may see what. Import a file, or add them one by one.",
            "org:people",
            "People",
            is_done=Person.objects.active().count() > 1,
        ),
        SetupStep(
            "Teams",
            "Dashboards, quotas and credit speak of teams: make them and put people into them.",
            "org:teams",
            "Teams",
            is_done=TeamMembership.objects.exists(),
        ),
        SetupStep(
            "Stages",
            (
                "The steps of your sales process, with at least one that is open, won and lost "
                "each. Ways of selling that differ, such as renewals, get a pipeline of their own."
            ),
            "pipeline:stages",
            "Pipelines and stages",
            is_done=_stages_are_complete(),
        ),
        SetupStep(
            "Products",
            "What is sold, if deals shall say so.",
            "pipeline:products",
            "Products",
            is_done=Product.objects.exists(),
            is_optional=True,
        ),
        SetupStep(
            "Quotas",
            "Without them there are bookings and pipeline, and no attainment.",
            "org:quotas",
            "Quotas",
            is_done=Quota.objects.exists(),
        ),
        SetupStep(
            "Accounts and deals",
            "Import what your present system holds, with its history; or let reps enter deals.",
            "imports:imports",
            "Imports",
            is_done=Deal.objects.exists(),
        ),
    ]


@require_safe
def setup(request: PersonRequest) -> HttpResponse:
    """Show an admin what is set up and what comes next."""
    if not rules.can_administer(request.user):
        raise PermissionDenied("Only an admin sets up the organisation.")
    found = steps()
    following = next((step for step in found if not step.is_done and not step.is_optional), None)
    done = sum(step.is_done for step in found)
    context = {"steps": found, "following": following, "done": done, "all": len(found)}
    return render(request, "salesmgr/setup.html", context)
