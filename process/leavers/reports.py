"""The open deals of leavers."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import cycle, groupby
from typing import Any

from django.db.models import Count, F, QuerySet, Sum
from django.db.models.functions import Coalesce

from org.models.people import Person, ReportingLine
from org.models.teams import TeamMembership
from pipeline.customers.models import Account
from pipeline.deals.models import Deal
from process.enums import GivenTo
from process.models import LeaverRule


@dataclass(frozen=True, slots=True)
class AccountDeals:
    """The open deals of one account (None: of none).

    ``amount`` adds up those that have one; None where none has.
    """

    account: int | None
    name: str
    deals: Sequence[Deal]

    @property
    def amount(self) -> Decimal | None:
        priced = [deal.amount_base for deal in self.deals if deal.amount_base is not None]
        return sum(priced, Decimal(0)) if priced else None


def leavers(viewer: Person) -> list[dict[str, Any]]:
    """Return who has left and still has open deals that the viewer may see, the longest ago first.

    With person, full_name and left_on come the number of deals and the amount of those with one.
    """
    left = (
        Deal.objects.visible_to(viewer)
        .open()
        .filter(archived_at=None, owner__is_active=False, owner__left_on__isnull=False)
        .order_by()
        .values(person=F("owner"), full_name=F("owner__full_name"), left_on=F("owner__left_on"))
    )
    counted = left.annotate(deals=Count("pk"), amount=Coalesce(Sum("amount_base"), Decimal(0)))
    return list(counted.order_by("left_on", "full_name"))


def leaver_rules() -> QuerySet[LeaverRule]:
    """Return what was ever set, the newest first."""
    return LeaverRule.objects.select_related("set_by")


def open_deals_by_account(viewer: Person, person: Person) -> list[AccountDeals]:
    """Return the person's open deals that the viewer may see, by account, in one statement."""
    rows = Deal.objects.visible_to(viewer).open().filter(owner=person, archived_at=None)
    ordered = rows.select_related("account", "stage").order_by("account__name", "account", "pk")
    return [
        AccountDeals(account.pk, account.name, list(deals))
        if account
        else AccountDeals(None, "No account", list(deals))
        for account, deals in groupby(ordered, key=lambda deal: deal.account)
    ]


def new_owners(
    rule: GivenTo,
    person: Person,
    groups: Sequence[AccountDeals],
    among: Collection[Person],
) -> dict[int | None, Person]:
    """Return who gets the deals of each account (None: of none) by a rule, of those ``among``.

    Accounts for which the rule names nobody are left out. All deals of an account go to one
    person. The manager and the team are those of the person's newest seat, so also of a leaver's
    last day.
    """
    choice = {each.pk: each for each in among}
    if rule in {GivenTo.FEWEST, GivenTo.IN_TURN}:
        return _spread(groups, _team(person, choice), evenly=rule is GivenTo.FEWEST)
    lines = ReportingLine.objects.filter(person=person).order_by("-valid_from")
    manager = choice.get(lines.values_list("manager", flat=True).first() or 0)
    owners: dict[int, int | None] = {}
    if rule is GivenTo.ACCOUNT_OWNER:
        accounts = Account.objects.filter(pk__in=[group.account for group in groups])
        owners = dict(accounts.values_list("pk", "owner"))
    found = {
        group.account: choice.get(owners.get(group.account or 0) or 0) or manager
        for group in groups
    }
    return {account: owner for account, owner in found.items() if owner is not None}


def _team(person: Person, choice: dict[int, Person]) -> list[Person]:
    """Return the other members of the person's newest team, by name."""
    memberships = TeamMembership.objects.filter(person=person).order_by("-valid_from")
    team = memberships.values_list("team", flat=True).first()
    inside = TeamMembership.objects.filter(team=team, valid_to=None).values_list(
        "person", flat=True
    )
    return sorted((choice[pk] for pk in set(inside) & set(choice)), key=lambda each: each.full_name)


def _spread(
    groups: Sequence[AccountDeals], team: Sequence[Person], *, evenly: bool
) -> dict[int | None, Person]:
    if not team:
        return {}
    if not evenly:
        turns = cycle(team)
        return {group.account: next(turns) for group in groups}
    counted = Deal.objects.open().filter(owner__in=team, archived_at=None).order_by()
    carried = dict(counted.values("owner").annotate(n=Count("pk")).values_list("owner", "n"))
    found = {}
    # The largest first, so that the last ones even out what is left.
    for group in sorted(groups, key=lambda group: -len(group.deals)):
        owner = min(team, key=lambda each: carried.get(each.pk, 0))
        carried[owner.pk] = carried.get(owner.pk, 0) + len(group.deals)
        found[group.account] = owner
    return found
