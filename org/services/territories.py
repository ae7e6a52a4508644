"""Who works which territory when. The tree is in org.services.trees, accounts are in pipeline."""

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from org import audit
from org.models.people import Person
from org.models.territories import PersonTerritory, Territory
from org.querysets import overlapping
from org.services.guard import locked, require_admin, require_in_use

LATEST = date(9999, 12, 31)


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
