"""Making two accounts or contacts one, taking that back, and saying that they are two.

Nothing is deleted: what goes is archived and says what it went into, and the merge keeps the ids
of all that changed hands, so that exactly that can go back.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction

from org import audit
from org.models.people import Person
from pipeline import history, rules
from pipeline.accounts.models import Apart, Merge
from pipeline.customers.models import Account, AccountTerritory, Contact
from pipeline.customers.services import ACCOUNT_FIELDS, CONTACT_FIELDS
from pipeline.deals.models import DealContact, DealVersion

Shared = TypeVar("Shared", Account, Contact)
Days = tuple[date, date | None]

FIELDS: dict[type[models.Model], Sequence[str]] = {
    Account: ACCOUNT_FIELDS,
    Contact: CONTACT_FIELDS,
}
# What points at an account or contact and does not simply follow it: the history is the database's
# own, territories follow by day, roles one by one, and the rest says what was merged.
APART_FROM = (DealVersion, AccountTerritory, DealContact, Merge, Apart)
SAME = "Choose two different rows: one cannot be merged into itself."


@transaction.atomic
def merge_rows(
    kept: Shared, gone: Shared, *, by: Person | None, at: datetime, take: Collection[str] = ()
) -> Merge:
    """Let all that belongs to ``gone`` belong to ``kept``, and archive ``gone``.

    ``take`` names the fields of which the value of ``gone`` is kept; a field that is empty at
    ``kept`` is filled anyway. Days on which an account ``kept`` lay in no territory get those of
    ``gone``; a role in a deal that two contacts play stays with ``kept`` alone. Merging the same
    pair again returns the merge that stands. Raises ValidationError where one of them is
    archived, and PermissionDenied.
    """
    pair = _locked(kept, gone, by=by)
    if isinstance(pair, Merge):
        return pair
    first, second = pair
    ends = {f"kept_{_kind(first)}": first, f"gone_{_kind(first)}": second}
    merge = Merge(**ends, merged_at=at, merged_by=by)
    with history.writing(by=by, source="page", reason=f"{second} is merged into {first}"):
        merge.moved = _move_all(first, second)
    if isinstance(first, Account) and isinstance(second, Account):
        merge.moved["territories"] = _fill_territories(first, second)
    else:
        merge.moved |= _move_roles(first, second, at=at)
    return _finish(merge, by=by, at=at, take=take)


@transaction.atomic
def undo_merge(merge: Merge, *, by: Person | None, at: datetime) -> Merge:
    """Take a merge back: what changed hands goes back, unless it was changed again since.

    ``left`` of the merge then says what stayed. Twice is once. Raises ValidationError where the
    kept row was itself merged since, and PermissionDenied.
    """
    _require_merger(by)
    subject = Merge.objects.select_for_update(no_key=True, of=("self",)).get(pk=merge.pk)
    if subject.undone_at is not None:
        return subject
    ends: tuple[Any, Any] = (subject.kept, subject.gone)
    kept, gone = (type(row).objects.select_for_update().get(pk=row.pk) for row in ends)
    if kept.merged_into_id is not None:
        raise ValidationError(f"{kept} was merged into {kept.merged_into} since: undo that first.")
    left = _give_back_fields(subject, kept, gone)
    gone.archived_at = gone.merged_into = None
    gone.save()
    with history.writing(by=by, source="page", reason=f"{gone} is no longer merged into {kept}"):
        left += _give_back_rows(subject, kept, gone)
    subject.left, subject.undone_at, subject.undone_by = left, at, by
    subject.save(update_fields=["left", "undone_at", "undone_by"])
    audit.record(by, f"{_kind(kept)}.unmerge", kept, changes={"merged": (str(gone), None)})
    return subject


@transaction.atomic
def set_apart(one: Shared, other: Shared, *, by: Person | None, at: datetime) -> Apart:
    """Say that two rows are not the same, so that nobody is asked again. Twice is once."""
    _require_merger(by)
    if one.pk == other.pk:
        raise ValidationError(SAME)
    first, second = sorted((one, other), key=lambda row: row.pk)
    kind = _kind(one)
    row, is_new = Apart.objects.get_or_create(
        **{f"one_{kind}": first, f"other_{kind}": second},
        defaults={"said_at": at, "said_by": by},
    )
    if is_new:
        audit.record(by, f"{kind}.set_apart", first, changes={"not": (None, str(second))})
    return row


def _require_merger(by: Person | None) -> None:
    if by is not None and not rules.can_merge(by):
        raise PermissionDenied("Managers and admins merge accounts and contacts.")


def _kind(row: Account | Contact) -> str:
    return "account" if isinstance(row, Account) else "contact"


def _locked(kept: Shared, gone: Shared, *, by: Person | None) -> tuple[Shared, Shared] | Merge:
    """Return both rows under lock, or the merge of them that stands already."""
    _require_merger(by)
    if kept.pk == gone.pk:
        raise ValidationError(SAME)
    # In the order of their ids, so that two who merge at once wait for each other.
    rows = type(kept).objects.select_for_update().order_by("pk").in_bulk([kept.pk, gone.pk])
    first, second = rows[kept.pk], rows[gone.pk]
    if second.merged_into_id == first.pk:
        return Merge.objects.standing().get(**{f"gone_{_kind(second)}": second})
    for row in (first, second):
        if row.archived_at is not None:
            raise ValidationError(f"{row} is archived; restore it first.")
    return first, second


def followers(model: type[models.Model]) -> Iterator[models.ForeignKey]:
    """Yield the columns that point at accounts, or contacts, and follow a merge."""
    for relation in model._meta.get_fields(include_hidden=True):  # noqa: SLF001 -- Django's public name for it
        field = relation.remote_field if isinstance(relation, models.ManyToOneRel) else None
        if isinstance(field, models.ForeignKey) and not issubclass(field.model, APART_FROM):
            yield field


def _move_all(kept: Shared, gone: Shared) -> dict[str, list[int]]:
    """Point all that points at ``gone`` to ``kept``; return the ids by table and column."""
    moved = {}
    for field in followers(type(kept)):
        rows = field.model._base_manager.filter(**{field.name: gone})  # noqa: SLF001 -- archived ones too
        if field.model is type(kept):
            rows = rows.exclude(pk=kept.pk)
        ids = list(rows.select_for_update().order_by("pk").values_list("pk", flat=True))
        rows.filter(pk__in=ids).update(**{field.name: kept})
        moved[_path(field)] = ids
    return moved


def _path(field: models.ForeignKey) -> str:
    return f"{field.model._meta.label_lower}.{field.name}"  # noqa: SLF001 -- Django's public name for it


def _fill_territories(kept: Account, gone: Account) -> list[int]:
    """Put ``kept`` where ``gone`` lay on days on which ``kept`` lay nowhere; return the rows."""
    taken = list(kept.territories.values_list("valid_from", "valid_to"))
    made = [
        AccountTerritory.objects.create(
            account=kept, territory_id=row.territory_id, valid_from=since, valid_to=until
        )
        for row in gone.territories.order_by("valid_from")
        for since, until in free_days((row.valid_from, row.valid_to), taken)
    ]
    return [row.pk for row in made]


def free_days(wanted: Days, taken: Collection[Days]) -> list[Days]:
    """Return the parts of ``wanted`` that none of ``taken`` holds; None is an open end."""
    free: list[Days] = []
    since, end = wanted[0], wanted[1] or date.max
    for start, until in sorted(taken, key=lambda days: days[0]):
        if start >= end:
            break
        if start > since:
            free.append((since, start))
        since = max(since, until or date.max)
    if since < end:
        free.append((since, wanted[1]))
    return free


def _move_roles(kept: Contact, gone: Contact, *, at: datetime) -> dict[str, list[int]]:
    """Give ``kept`` the roles of ``gone`` in deals; end those that both play."""
    rows = DealContact.objects.select_for_update().filter(contact=gone).order_by("pk")
    played = set(
        DealContact.objects.filter(contact=kept, ended_at=None).values_list("deal", "role")
    )
    ended: list[int] = []
    moved: list[int] = []
    for row in rows:
        both = row.ended_at is None and (row.deal_id, row.role) in played
        (ended if both else moved).append(row.pk)
    DealContact.objects.filter(pk__in=moved).update(contact=kept)
    DealContact.objects.filter(pk__in=ended).update(ended_at=at)
    return {"roles": moved, "ended_roles": ended}


def _finish(merge: Merge, *, by: Person | None, at: datetime, take: Collection[str]) -> Merge:
    """Take over the fields, archive what goes, and keep the merge."""
    kept: Any = merge.kept
    gone: Any = merge.gone
    names = FIELDS[type(kept)]
    if unknown := sorted(set(take) - set(names)):
        raise ValidationError(dict.fromkeys(unknown, "This field cannot be taken over."))
    columns = {name: type(kept)._meta.get_field(name).attname for name in names}  # noqa: SLF001 -- Django's public name
    changes = {}
    for name, column in columns.items():
        before, other = getattr(kept, column), getattr(gone, column)
        wanted = other not in (None, "") and (name in take or before in (None, ""))
        if column == "parent_id":
            # Neither may lie below what it becomes.
            below_gone = before == gone.pk
            wanted = below_gone or (wanted and other != kept.pk)
            other = None if other == kept.pk else other
        if wanted and other != before:
            changes[name] = (before, other)
            setattr(kept, column, other)
    if "external_id" in changes:
        gone.external_id = None
    gone.archived_at, gone.merged_into = at, kept
    gone.save()
    kept.save()
    merge.fields = {name: [_plain(value) for value in pair] for name, pair in changes.items()}
    merge.save(force_insert=True)
    told = {"merged": (None, str(gone)), **changes}
    audit.record(by, f"{_kind(kept)}.merge", kept, changes=told)
    return merge


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, int) else str(value)


def _give_back_fields(merge: Merge, kept: Any, gone: Any) -> list[str]:
    """Undo what was taken over; return in words what was changed since and stays."""
    left = []
    for name, (before, after) in merge.fields.items():
        field = type(kept)._meta.get_field(name)  # noqa: SLF001 -- Django's public name for it
        if _plain(getattr(kept, field.attname)) != after:
            left.append(f"{str(field.verbose_name).capitalize()} was changed since.")
            continue
        value = field.target_field.to_python(before) if field.is_relation else None
        setattr(kept, field.attname, value if field.is_relation else field.to_python(before))
        if name == "external_id":
            kept.save()
            gone.external_id = after
    kept.save()
    return left


def _give_back_rows(merge: Merge, kept: Any, gone: Any) -> list[str]:
    """Point what was moved back; return in words what has gone elsewhere and stays there."""
    left = []
    for field in followers(type(kept)):
        ids = merge.moved.get(_path(field), [])
        rows = field.model._base_manager.filter(pk__in=ids, **{field.name: kept})  # noqa: SLF001 -- archived ones too
        left += _stayed(len(ids) - rows.update(**{field.name: gone}), field.model)
    if isinstance(kept, Contact):
        roles = DealContact.objects.filter(pk__in=merge.moved.get("roles", []), contact=kept)
        roles.update(contact=gone)
        ended = DealContact.objects.filter(pk__in=merge.moved.get("ended_roles", []))
        ended.filter(ended_at=merge.merged_at).update(ended_at=None)
    else:
        AccountTerritory.objects.filter(
            pk__in=merge.moved.get("territories", []), account=kept
        ).delete()
    return left


def _stayed(count: int, model: type[models.Model]) -> list[str]:
    meta = model._meta  # noqa: SLF001 -- Django's public name for it
    if count == 0:
        return []
    if count == 1:
        return [f"1 {meta.verbose_name} has gone elsewhere since and stays there."]
    return [f"{count} {meta.verbose_name_plural} have gone elsewhere since and stay there."]
