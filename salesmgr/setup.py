"""What is left to do before a new installation can be used, for its admin."""

from collections.abc import Callable
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
from pipeline.deals.models.deals import Deal
from pipeline.enums import Status
from pipeline.products.models import Product
from pipeline.stages.models import Stage
from salesmgr.context import address


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupStep:
    """One thing to set up: why, where, and whether it is done."""

    title: str
    text: str
    href: str
    label: str
    is_done: bool
    is_optional: bool = False


def _stages_are_complete() -> bool:
    own = Stage.objects.live().of_default()
    kinds = set(own.order_by().values_list("kind", flat=True).distinct())
    return kinds == {str(kind) for kind in Status}


# title, why, URL name, words of the link, whether it is done, whether it may be left out
STEPS: list[tuple[str, str, str, str, Callable[[], bool], bool]] = [
    (
        "Organisation",
        (
            "Name, time zone, start of the fiscal year and reporting currency. Everything else "
            "depends on them, and the last two stay once there are quotas and deals."
        ),
        "org:organisation",
        "Organisation's settings",
        FiscalPeriod.objects.exists,
        False,
    ),
    (
        "People",
        "Who sells, who manages, who may see what. Import a file, or add them one by one.",
        "org:people",
        "People",
        lambda: Person.objects.active().count() > 1,
        False,
    ),
    (
        "Teams",
        "Dashboards, quotas and credit speak of teams: make them and put people into them.",
        "org:teams",
        "Teams",
        TeamMembership.objects.exists,
        False,
    ),
    (
        "Stages",
        (
            "The steps of your sales process, with at least one that is open, won and lost each. "
            "Ways of selling that differ, such as renewals, get a pipeline of their own."
        ),
        "pipeline:stages",
        "Pipelines and stages",
        _stages_are_complete,
        False,
    ),
    (
        "Products",
        "What is sold, if deals shall say so.",
        "pipeline:products",
        "Products",
        Product.objects.exists,
        True,
    ),
    (
        "Quotas",
        "Without them there are bookings and pipeline, and no attainment.",
        "analytics:quotas",
        "Quotas",
        Quota.objects.exists,
        False,
    ),
    (
        "Accounts and deals",
        "Import what your present system holds, with its history; or let reps enter deals.",
        "imports:imports",
        "Imports",
        Deal.objects.exists,
        False,
    ),
]


def steps() -> list[SetupStep]:
    """Return the steps in the order in which they build on each other."""
    return [
        SetupStep(
            title=title,
            text=text,
            href=address(url_name),
            label=label,
            is_done=is_done(),
            is_optional=is_optional,
        )
        for title, text, url_name, label, is_done, is_optional in STEPS
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
