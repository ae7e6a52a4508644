"""The accounts that lie in a territory, or in none."""

from datetime import date

from django.db.models import Exists, F, OuterRef, QuerySet

from org.models.people import Person
from org.models.territories import Territory
from org.querysets import on_day
from pipeline.customers.models import Account, AccountTerritory


def accounts_in(viewer: Person, territory: Territory, *, day: date) -> QuerySet[Account]:
    """Return the accounts that lie in this very territory on ``day``, with ``since`` when."""
    rows = Account.objects.visible_to(viewer).filter(
        on_day(day, "territories__"), territories__territory=territory
    )
    return rows.annotate(since=F("territories__valid_from")).order_by("name", "pk")


def accounts_nowhere(viewer: Person, *, day: date) -> QuerySet[Account]:
    """Return the accounts in use that lie in no territory on ``day``."""
    lying = AccountTerritory.objects.filter(on_day(day), account=OuterRef("pk"))
    rows = Account.objects.visible_to(viewer).filter(~Exists(lying), archived_at__isnull=True)
    return rows.order_by("name", "pk")
