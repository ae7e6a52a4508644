"""Territories: a tree of parts of the market, and who works them. Accounts are in pipeline."""

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from org import access, audit
from org.models.people import Person
from org.models.territories import PersonTerritory, Territory
from org.querysets import overlapping
from org.services.guard import locked, refused_as, require_admin, require_in_use

INSIDE_ITSELF = ("parent", "A territory cannot lie inside itself or a territory that it holds.")
LATEST = date(9999, 12, 31)


@transaction.atomic
def create_territory(*, by: Person | None, name: str, parent: Territory | None = None) -> Territory:
    require_admin(by)
    _check_parent(parent)
    territory = Territory(parent=parent)
    _name(territory, name)
    audit.record(by, "territory.create", territory, changes={"parent": (None, parent)})
    return territory


@transaction.atomic
def rename_territory(territory: Territory, *, by: Person | None, name: str) -> Territory:
    require_admin(by)
    subject = Territory.objects.select_for_update(no_key=True).get(pk=territory.pk)
    before = subject.name
    if before != name.strip():
        _name(subject, name)
        audit.record(by, "territory.rename", subject, changes={"name": (before, subject.name)})
    return subject


def _name(territory: Territory, name: str) -> None:
    territory.name = name.strip()
    if not territory.name:
        raise ValidationError({"name": "Give the territory a name."})
    territory.clean_fields()
    taken = ("name", f"There is already a territory called “{territory.name}”.")
    with refused_as({"territory_name_unique": taken}):
        territory.save()


def _check_parent(parent: Territory | None) -> None:
    if parent is not None:
        require_in_use(parent, field="parent")


@transaction.atomic
def move_territory(
    territory: Territory, *, by: Person | None, parent: Territory | None
) -> Territory:
    """Put the territory, with everything in it, into another one (None: at the top)."""
    require_admin(by)
    subject = Territory.objects.select_for_update(no_key=True).get(pk=territory.pk)
    if subject.parent_id == (parent.pk if parent else None):
        return subject
    _check_parent(parent)
    if parent is not None and parent.pk in territory_ids_below(subject):
        raise ValidationError(dict([INSIDE_ITSELF]))
    before, subject.parent = subject.parent, parent
    with refused_as(
        {"org_territory_no_circle": INSIDE_ITSELF, "territory_not_in_itself": INSIDE_ITSELF}
    ):
        subject.save(update_fields=["parent"])
    audit.record(by, "territory.move", subject, changes={"parent": (before, parent)})
    return subject


@transaction.atomic
def edit_territory(
    territory: Territory, *, by: Person | None, name: str, parent: Territory | None
) -> Territory:
    """Rename and move in one go."""
    rename_territory(territory, by=by, name=name)
    return move_territory(territory, by=by, parent=parent)


def territory_ids_below(territory: Territory) -> set[int]:
    """Return the ids of the territory and of every territory inside it."""
    return access.below(dict(Territory.objects.values_list("pk", "parent_id")), {territory.pk})


@transaction.atomic
def archive_territory(territory: Territory, *, by: Person | None) -> Territory:
    """Take a territory that nobody works any more out of use; its past figures stay."""
    require_admin(by)
    subject = Territory.objects.select_for_update(no_key=True).get(pk=territory.pk)
    if subject.archived_at is not None:
        return subject
    if child := subject.children.live().first():
        raise ValidationError(
            f"{subject} holds the territory {child}. Move or archive that one first."
        )
    if (
        worker := subject.people.exclude(valid_to__lte=access.today())
        .select_related("person")
        .first()
    ):
        raise ValidationError(f"{worker.person} works {subject}. End that first.")
    Territory.objects.filter(pk=subject.pk).update(archived_at=Now())
    subject.refresh_from_db(fields=["archived_at"])
    audit.record(by, "territory.archive", subject)
    return subject


@transaction.atomic
def restore_territory(territory: Territory, *, by: Person | None) -> Territory:
    require_admin(by)
    subject = Territory.objects.select_for_update(no_key=True).get(pk=territory.pk)
    if subject.archived_at is not None:
        _check_parent(subject.parent)
        subject.archived_at = None
        subject.save(update_fields=["archived_at"])
        audit.record(by, "territory.restore", subject)
    return subject


@transaction.atomic
def assign_person(
    person: Person,
    *,
    by: Person | None,
    territory: Territory,
    since: date,
    until: date | None = None,
) -> PersonTerritory:
    """Let the person work the territory from ``since`` until, and not including, ``until``."""
    require_admin(by)
    subject = locked(person)
    if until is not None and until <= since:
        raise ValidationError({"until": "The end comes after the start."})
    if subject.left_on and (until is None or until > subject.left_on):
        raise ValidationError({"since": f"{subject} left on {subject.left_on}."})
    require_in_use(territory, field="territory")
    rows = PersonTerritory.objects.filter(person=subject, territory=territory)
    if clash := rows.filter(overlapping(since, until or LATEST)).first():
        end = f"until {clash.valid_to}" if clash.valid_to else "with no end"
        raise ValidationError(
            {"since": f"{subject} already works {territory} from {clash.valid_from} {end}."}
        )
    row = PersonTerritory.objects.create(
        person=subject, territory=territory, valid_from=since, valid_to=until
    )
    audit.record(
        by,
        "territory.assign_person",
        subject,
        changes={"territory": (None, territory), "since": (None, since), "until": (None, until)},
    )
    return row


@transaction.atomic
def assign_people(
    people: Iterable[Person],
    *,
    by: Person | None,
    territory: Territory,
    since: date,
    until: date | None = None,
) -> None:
    """Assign all of these people, or none."""
    for person in people:
        assign_person(person, by=by, territory=territory, since=since, until=until)


@transaction.atomic
def end_assignment(row: PersonTerritory, *, by: Person | None, on: date) -> None:
    """End a person's work in a territory as of ``on``; a row that starts then or later goes."""
    require_admin(by)
    subject = (
        PersonTerritory.objects.select_for_update()
        .select_related("territory", "person")
        .get(pk=row.pk)
    )
    if subject.valid_to is not None and subject.valid_to <= on:
        raise ValidationError({"on": f"It already ended on {subject.valid_to}."})
    if subject.valid_from >= on:
        subject.delete()
    else:
        PersonTerritory.objects.filter(Q(pk=subject.pk)).update(valid_to=on)
    audit.record(
        by,
        "territory.end_person",
        subject.person,
        changes={"territory": (subject.territory, None), "until": (subject.valid_to, on)},
    )
