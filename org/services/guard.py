"""What org's services share: who may write, what the database refused, rows that follow by date."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet

from org import rules
from org.models.people import Person
from org.models.teams import Team
from org.models.territories import Territory
from org.querysets import on_day

# Keys of advisory locks; the database's own functions use 4711001 and 4711002.
ADMINS_LOCK = 4711003


def must(allowed: bool) -> None:  # noqa: FBT001 -- reads as a sentence: must(can_open(...))
    """Raise PermissionDenied unless it is allowed."""
    if not allowed:
        raise PermissionDenied


def require_admin(by: Person | None) -> None:
    """Raise PermissionDenied unless ``by`` is an admin, or None: the system."""
    if by is not None and not rules.can_administer(by):
        raise PermissionDenied("Only an admin may do this.")


def require_change_of(person: Person, *, by: Person | None) -> None:
    """Raise PermissionDenied unless ``by`` may change the person's roles, line, team, standing."""
    require_admin(by)
    if by is not None and not rules.can_change_person(by, person):
        raise PermissionDenied("Nobody changes their own roles, reporting line, team or standing.")


def lock_admins() -> None:
    """Let one transaction at a time take admin rights away: two could take the last ones."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ADMINS_LOCK])


def locked(person: Person) -> Person:
    """Return the person read afresh, locked until the transaction ends."""
    return Person.objects.select_for_update(no_key=True).get(pk=person.pk)


def require_in_use(subject: Team | Territory, *, field: str) -> None:
    """Refuse an archived team or territory; keep others from archiving it in the meantime."""
    rows = type(subject).objects.select_for_update(no_key=True)
    if rows.get(pk=subject.pk).archived_at is not None:
        raise ValidationError({field: f"{subject} is archived. Restore it, or choose another."})


@contextmanager
def refused_as(messages: Mapping[str, tuple[str, str]]) -> Iterator[None]:
    """Turn the database's refusal by a named constraint into a ValidationError of a field.

    ``messages`` maps a constraint's name to (field, message). Other refusals pass through.
    """
    with named_refusals(messages), transaction.atomic():
        yield


@contextmanager
def named_refusals(messages: Mapping[str, tuple[str, str]]) -> Iterator[None]:
    """Do the same around a block that opens its own transaction."""
    try:
        yield
    except IntegrityError as error:
        name = str(getattr(getattr(error.__cause__, "diag", None), "constraint_name", ""))
        if name not in messages:
            raise
        field, message = messages[name]
        raise ValidationError({field: message}) from error


def make_room(rows: QuerySet, *, since: date) -> date | None:
    """End the dated row that holds on ``since`` and return the day up to which a new one may last.

    ``rows`` are all rows of the one subject. What is recorded for later stays: the new row lasts
    until the next recorded change, which is the end of the row it replaces, or the start of the
    one that follows; None when nothing is recorded.
    """
    following = rows.filter(valid_from__gt=since).order_by("valid_from").first()
    holding = rows.filter(on_day(since)).first()
    until = following.valid_from if following else None
    if holding is not None:
        until = holding.valid_to or until
        if holding.valid_from == since:
            holding.delete()
        else:
            holding.valid_to = since
            holding.save(update_fields=["valid_to"])
    return until


def cut_off(rows: QuerySet, *, on: date) -> None:
    """End dated rows as of ``on``: those that would start then or later go."""
    rows.filter(valid_from__gte=on).delete()
    rows.filter(on_day(on)).update(valid_to=on)
