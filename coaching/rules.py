"""Who may do what with one-on-ones."""

from coaching.models import Note, OneOnOne
from org import access
from org.models.people import Person, ReportingLine
from org.querysets import on_day


def can_start(actor: Person, *, person: Person, manager: Person) -> bool:
    """Either of the two may start the series, while the one reports to the other."""
    if actor.pk not in {person.pk, manager.pk}:
        return False
    lines = ReportingLine.objects.filter(on_day(access.today()), person=person, manager=manager)
    return lines.exists()


def can_take_part(actor: Person, one_on_one: OneOnOne) -> bool:
    return actor.pk in {one_on_one.person_id, one_on_one.manager_id}


def can_write(actor: Person, one_on_one: OneOnOne) -> bool:
    """An ended series stays readable for its two people, and is written no more."""
    return can_take_part(actor, one_on_one) and one_on_one.ended_at is None


def can_edit_note(actor: Person, note: Note) -> bool:
    return note.author_id == actor.pk and can_write(actor, note.session.one_on_one)
