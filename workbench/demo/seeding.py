"""Making the demo organisation: simulate, load, let each room add its own, keep the truth aside."""

from collections.abc import Callable

from django.db import transaction

from workbench.demo import colleagues, discipline, loading, owed, renewals, rooms, truth, waiting
from workbench.demo.plan import Plan
from workbench.demo.story import Story, tell


def seed(plan: Plan, *, report: Callable[[str], None], keeps_truth: bool = True) -> Story:
    """Make the organisation of the plan in an empty database and tell ``report`` of each step.

    Either all of it is there afterwards or nothing. Raises loading.NotEmptyError where an
    organisation is already there.
    """
    if not loading.is_empty():
        raise loading.NotEmptyError("The database already holds deals, accounts, teams or stages.")
    story = tell(plan)
    report(f"simulated {story.count:,} deals of {len(story.roster.people)} people")
    with transaction.atomic():
        loading.load(story, report=report)
        if not plan.is_bulk:
            rooms.furnish(plan)
            owed.set_targets(plan)
            waiting.agree(plan)
            discipline.ask(plan)
            report("one-on-ones, requisitions, candidates, activity targets and agreed waiting")
            colleagues.add(plan)
            report("colleagues who help with deals, and calendars")
            report("exits of stages, evidence, overrides and qualification")
            renewals.add(plan)
            report("a second pipeline, of renewals")
        if keeps_truth:
            report(f"the truth behind it is in {truth.keep(story)}")
    return story
