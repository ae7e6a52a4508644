"""What the demo's reps owe of activities, and what they owed before."""

from datetime import UTC, datetime, time

from kit.periods import fiscal_year_start
from org.models.people import Person
from process.targets.models import ActivityTarget
from workbench.demo.plan import FIRST_MONTH, Plan

# Role, kind, how many, in a week or month, from the first or the running fiscal year on, and why.
TARGETS = (
    ("rep", "call", 2, "week", 0, "The plan of the year"),
    ("rep", "meeting", 6, "month", 0, "The plan of the year"),
    ("rep", "call", 3, "week", 1, "More first conversations"),
    ("manager", "meeting", 2, "month", 1, "Managers meet customers too"),
)


def set_targets(plan: Plan) -> None:
    """Write the targets as sales operations set them on the first day of a fiscal year."""
    running = fiscal_year_start(plan.today, first_month=FIRST_MONTH)
    years = (plan.fiscal_years[0], running)
    admin = Person.objects.with_roles("admin").order_by("pk").first()
    ActivityTarget.objects.bulk_create(
        ActivityTarget(
            role=role,
            kind=kind,
            count=count,
            every=every,
            starts_on=years[year],
            reason=reason,
            set_by=admin,
            set_at=datetime.combine(years[year], time(9), tzinfo=UTC),
        )
        for role, kind, count, every, year, reason in TARGETS
    )
