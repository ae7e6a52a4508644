"""Writing accounts, contacts and the territories that accounts are in.

They have no version. An editor names the values that they saw, and a field that somebody else
changed in the meantime is not overwritten: FieldConflict says which, and what stands there now.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import ForeignKey, Func, TextField, Value
from django.db.models.functions import Upper

from kit.edits import FieldConflict
from org import audit
from org.models.people import Person
from org.models.territories import Territory
from org.querysets import on_day
from org.services.guard import make_room, refused_as, require_admin, require_in_use
from org.services.set_up import locked_row, require, require_known, set_use
from pipeline import rules
from pipeline.customers.models import Account, AccountTerritory, Contact, name_key

ACCOUNT_FIELDS = (
    "name", "owner", "parent", "industry", "country", "website", "employees", "annual_revenue",
    "founded_year", "external_id",
)  # fmt: skip
CONTACT_FIELDS = ("full_name", "title", "email", "phone", "external_id")
REFUSALS = {
    "account_external_id_unique": ("external_id", "Another account already has this external id."),
    "contact_external_id_unique": ("external_id", "Another contact already has this external id."),
    "account_not_its_parent": ("parent", "An account cannot be its own parent."),
    "account_in_no_circle": ("parent", "This account lies below the one that it would lie in."),
}
NAMES_LOCK = 4711010
Shared = TypeVar("Shared", Account, Contact)


@transaction.atomic
def create_account(
    *, by: Person | None, name: str, same_name_too: bool = False, **fields: Any
) -> Account:
    """Create an account. A name that another has is refused unless ``same_name_too``."""
    _require_writer(by)
    account = Account(name=name, **_known(fields, ACCOUNT_FIELDS))
    _clean(account, ACCOUNT_FIELDS)
    # Two people entering one customer at once, or a double click, wait for each other here.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, hashtext(pipeline_name_key(%s)))",
            [NAMES_LOCK, account.name],
        )
    if not same_name_too and (duplicate := same_key(account.name).first()):
        raise ValidationError({"name": f"There is an account of this name already: {duplicate}."})
    with refused_as(REFUSALS):
        account.save(force_insert=True)
    audit.record(by, "account.create", account, changes={"name": (None, account.name)})
    return account


def same_name(name: str) -> Any:
    """Return the accounts of this name, whatever the case of its letters."""
    return Account.objects.live().alias(spelt=Upper("name")).filter(spelt=name.strip().upper())


def same_key(name: str) -> Any:
    """Return the accounts of this name, however it is spelt and whatever its legal form."""
    key = Func(Value(name), function="pipeline_name_key", output_field=TextField())
    return Account.objects.live().alias(key=name_key("name")).filter(key=key)


@transaction.atomic
def create_contact(
    *,
    by: Person | None,
    account: Account,
    full_name: str,
    another_too: bool = False,
    **fields: Any,
) -> Contact:
    """Create a contact; the name and e-mail of another there are refused unless ``another_too``."""
    _require_writer(by)
    contact = Contact(account=account, full_name=full_name, **_known(fields, CONTACT_FIELDS))
    _clean(contact, CONTACT_FIELDS)
    subject = locked_row(account)
    if subject.archived_at is not None:
        raise ValidationError("This account is archived; restore it first.")
    duplicate = subject.contacts.live().filter(
        full_name__iexact=contact.full_name, email__iexact=contact.email
    )
    if not another_too and duplicate.exists():
        raise ValidationError({"full_name": "This account already has this contact."})
    with refused_as(REFUSALS):
        contact.save(force_insert=True)
    audit.record(by, "contact.create", contact, changes={"account": (None, account)})
    return contact


def archive_account(account: Account, *, by: Person | None, at: datetime) -> Account:
    """Take an account out of the lists. Refused while open deals, anybody's, are with it."""
    _require_writer(by)
    return set_use(account, by=by, at=at, what="account", check=_refuse_selling)


def archive_contact(contact: Contact, *, by: Person | None, at: datetime) -> Contact:
    """Take a contact out of the lists; deals keep naming them."""
    _require_writer(by)
    return set_use(contact, by=by, at=at, what="contact")


def restore_row(row: Shared, *, by: Person | None) -> Shared:
    """Bring an account or contact back into the lists."""
    _require_writer(by)
    what = "account" if isinstance(row, Account) else "contact"
    return set_use(row, by=by, at=None, what=what, check=_refuse_merged)


def _refuse_selling(subject: Account) -> None:
    if subject.deals.open().exists():
        raise ValidationError("Open deals are with this account; close or archive them first.")


def _refuse_merged(subject: Account | Contact) -> None:
    if subject.merged_into is not None:
        raise ValidationError(
            f"{subject} was merged into {subject.merged_into}: undo the merge to have both again."
        )


@transaction.atomic
def edit_row(
    row: Shared, *, by: Person | None, changes: Mapping[str, Any], seen: Mapping[str, Any]
) -> Shared:
    """Change fields of an account or contact; ``seen`` are the values that the author replaced."""
    _require_writer(by)
    require_known(changes, allowed=ACCOUNT_FIELDS if isinstance(row, Account) else CONTACT_FIELDS)
    subject = locked_row(row)
    wanted = {name: value for name, value in changes.items() if getattr(subject, name) != value}
    before = {name: getattr(subject, name) for name in wanted}
    if contested := [name for name in wanted if name in seen and before[name] != seen[name]]:
        raise FieldConflict(subject, contested)
    for name, value in wanted.items():
        setattr(subject, name, value)
    _clean(subject, wanted)
    if wanted:
        with refused_as(REFUSALS):
            subject.save(update_fields=list(wanted))
        action = f"{subject._meta.model_name}.edit"  # noqa: SLF001 -- Django's public name for it
        changed = {name: (before[name], getattr(subject, name)) for name in wanted}
        audit.record(by, action, subject, changes=changed)
    return subject


def _require_writer(by: Person | None) -> None:
    require(rules.can_write, by, "You may look at accounts, not change them.")


def _known(fields: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    require_known(fields, allowed=names)
    return dict(fields)


def _clean(row: Account | Contact, names: Any) -> None:
    """Check the named fields, spaces around texts removed."""
    fields = row._meta.concrete_fields  # noqa: SLF001 -- Django's public name for it
    for field in fields:
        if field.name in names and isinstance(value := getattr(row, field.name), str):
            setattr(row, field.name, value.strip() or (None if field.null else ""))
    related = {field.name for field in fields if isinstance(field, ForeignKey)}
    row.clean_fields(exclude=related | {field.name for field in fields} - set(names))
    owner = getattr(row, "owner", None) if "owner" in names else None
    if owner is not None and not rules.can_carry_deals(owner):
        raise ValidationError({"owner": "Choose somebody who sells."})


def assign_account(
    account: Account, *, by: Person | None, territory: Territory | None, since: date
) -> AccountTerritory | None:
    """Let the account lie in the territory (None: in none) from a day to the next recorded change.

    Bookings follow the territory of the day on which a deal closed, so a later move leaves
    past figures as they are, and a backdated one corrects them.
    """
    return assign_accounts([account], by=by, territory=territory, since=since)[0]


@transaction.atomic
def assign_accounts(
    accounts: Iterable[Account], *, by: Person | None, territory: Territory | None, since: date
) -> list[AccountTerritory | None]:
    """Assign all of these accounts, or none."""
    require_admin(by)
    if territory is not None:
        require_in_use(territory, field="territory")
    return [_assign(row, by=by, territory=territory, since=since) for row in accounts]


def _assign(
    account: Account, *, by: Person | None, territory: Territory | None, since: date
) -> AccountTerritory | None:
    subject = locked_row(account)
    rows = AccountTerritory.objects.filter(account=subject)
    before = rows.filter(on_day(since)).select_related("territory").first()
    until = make_room(rows, since=since)
    row = None
    if territory is not None:
        row = AccountTerritory.objects.create(
            account=subject, territory=territory, valid_from=since, valid_to=until
        )
    changes = {
        "territory": (before.territory if before else None, territory),
        "since": (None, since),
    }
    audit.record(by, "territory.assign_account", subject, changes=changes)
    return row
