"""Which territory an account is in, and from when."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from org import audit
from org.models.people import Person
from org.models.territories import Territory
from org.querysets import on_day
from org.services.guard import make_room, require_admin, require_in_use
from pipeline.customers.models import Account, AccountTerritory


@transaction.atomic
def assign_account(
    account: Account, *, by: Person | None, territory: Territory | None, since: date
) -> AccountTerritory | None:
    """Let the account lie in the territory (None: in none) from a day to the next recorded change.

    Bookings follow the territory of the day on which a deal closed, so a later move leaves
    past figures as they are, and a backdated one corrects them.
    """
    require_admin(by)
    if territory is not None:
        require_in_use(territory, field="territory")
    return _assign(account, by=by, territory=territory, since=since)


@transaction.atomic
def assign_accounts(
    accounts: Iterable[Account], *, by: Person | None, territory: Territory, since: date
) -> None:
    """Assign all of these accounts, or none."""
    require_admin(by)
    require_in_use(territory, field="territory")
    for account in accounts:
        _assign(account, by=by, territory=territory, since=since)


def _assign(
    account: Account, *, by: Person | None, territory: Territory | None, since: date
) -> AccountTerritory | None:
    subject = Account.objects.select_for_update(no_key=True).get(pk=account.pk)
    rows = AccountTerritory.objects.filter(account=subject)
    before = rows.filter(on_day(since)).select_related("territory").first()
    until = make_room(rows, since=since)
    row = None
    if territory is not None:
        row = AccountTerritory.objects.create(
            account=subject, territory=territory, valid_from=since, valid_to=until
        )
    audit.record(
        by,
        "territory.assign_account",
        subject,
        changes={
            "territory": (before.territory if before else None, territory),
            "since": (None, since),
        },
    )
    return row
