"""The list of activities."""

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from kit.tables import Page, Sort, paginate
from org.models.people import Person
from pipeline.activities.models import Activity
from pipeline.deals.models.deals import Deal

# Nobody leafs through more, and each is looked up by its person and by the owner of its deal.
ACTIVITIES_CAP = 1_000


def activity_rows(viewer: Person) -> QuerySet:
    """Return the activities that the viewer may see, newest first, ready to be shown.

    ``deal_is_visible`` says whether the viewer may open the deal: a person below them may have
    worked on a deal that is not.
    """
    deals = Deal.objects.visible_to(viewer).filter(pk=OuterRef("deal"))
    rows = Activity.objects.visible_to(viewer).live()
    return rows.annotate(deal_is_visible=Exists(deals)).select_related(
        "person", "deal", "account", "contact"
    )


def activities_of(
    viewer: Person,
    *,
    person: int | None,
    kind: str,
    direction: str,
    since: datetime | None,
    before: datetime | None,
    sort: Sort,
) -> QuerySet:
    """Return the activities of [since, before) that the viewer may see, in order."""
    given = {
        "person": person,
        "kind": kind,
        "direction": direction,
        "occurred_at__gte": since,
        "occurred_at__lt": before,
    }
    rows: Any = activity_rows(viewer).filter(
        **{lookup: value for lookup, value in given.items() if value}
    )
    ordered: QuerySet = rows.in_order(sort.key, descending=sort.descending)
    return ordered


def activity_list(rows: QuerySet, *, number: int) -> Page:
    """Return a page of activities."""
    return paginate(rows, number=number, cap=ACTIVITIES_CAP)
