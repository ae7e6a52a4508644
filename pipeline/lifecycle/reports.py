"""Find a deal that was just created, so that Back and a second click do not create it twice."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from org.models.people import Person
from pipeline.deals.models import Deal

JUST_NOW = timedelta(minutes=10)
SAME = ("name", "account", "owner", "amount", "currency", "expected_close_on")


def just_made(author: Person, values: Mapping[str, Any], *, now: datetime) -> Deal | None:
    """Return a deal of the same author and values, made within minutes by another form.

    The same form sent twice is no twin: its submission makes one deal, however often it comes.
    """
    same = {name: values[name] for name in SAME if values[name] is not None}
    empty = {f"{name}__isnull": True for name in SAME if values[name] is None}
    rows = Deal.objects.visible_to(author).filter(created_by=author, created_at__gt=now - JUST_NOW)
    rows = rows.filter(**same, **empty)
    found: Deal | None = rows.order_by("-created_at").first()
    return None if found and found.submission == values["submission"] else found
