"""What a person has open and could hand over."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from org.models.people import Person
from pipeline.models.deals import Deal


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDeals:
    """The open deals of one account (None: of none). ``amount`` adds up those that have one."""

    account: int | None
    name: str
    deals: Sequence[Deal]

    @property
    def amount(self) -> Decimal:
        return sum((deal.amount_base or Decimal(0) for deal in self.deals), Decimal(0))


def open_deals_by_account(viewer: Person, person: Person) -> list[AccountDeals]:
    """Return the person's open deals that the viewer may see, by account, in one statement."""
    rows = Deal.objects.visible_to(viewer).open().filter(owner=person, archived_at=None)
    ordered = rows.select_related("account", "stage").order_by("account__name", "account", "pk")
    return [
        AccountDeals(
            account=account.pk if account else None,
            name=account.name if account else "No account",
            deals=list(deals),
        )
        for account, deals in groupby(ordered, key=lambda deal: deal.account)
    ]
