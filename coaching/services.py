"""The deeds of coaching. The audit log learns that something was written, never what."""

from datetime import date, datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F

from coaching import rules
from coaching.enums import ItemState, SessionState
from coaching.models import ActionItem, Note, OneOnOne, PrivateNote, Session
from org import audit, private
from org.models.people import Person
from org.services.guard import must
from org.services.set_up import set_values

EARLIEST, LATEST = date(2000, 1, 1), date(2199, 12, 31)


class NoteConflictError(Exception):
    """The note was changed elsewhere since it was read; ``current`` is what stands there now."""

    def __init__(self, current: str, version: int) -> None:
        super().__init__("the note was changed elsewhere")
        self.current = current
        self.version = version


@transaction.atomic
def start(*, by: Person, person: Person, manager: Person, every_days: int = 7) -> OneOnOne:
    """Start the series of the two, or return the one that runs: a double click makes one."""
    must(rules.can_start(by, person=person, manager=manager))
    if not 1 <= every_days <= 92:
        raise ValidationError({"every_days": "Meet every 1 to 92 days."})
    series, created = OneOnOne.objects.get_or_create(
        person=person, manager=manager, ended_at=None, defaults={"every_days": every_days}
    )
    if created:
        audit.record(by, "one_on_one.start", series)
    return series


@transaction.atomic
def end(one_on_one: OneOnOne, *, by: Person, at: datetime) -> OneOnOne:
    """End the series; its sessions and notes stay readable for the two."""
    must(rules.can_write(by, one_on_one))
    if OneOnOne.objects.running().filter(pk=one_on_one.pk).update(ended_at=at):
        audit.record(by, "one_on_one.end", one_on_one)
    one_on_one.refresh_from_db()
    return one_on_one


@transaction.atomic
def plan_session(one_on_one: OneOnOne, *, by: Person, on: date) -> Session:
    """Plan a session on a day; the day's session is returned if there is one."""
    must(rules.can_write(by, one_on_one))
    _check_day(on, "planned_on")
    found = one_on_one.sessions.exclude(state=SessionState.CANCELLED).filter(planned_on=on).first()
    if found:
        return found
    try:
        with transaction.atomic():
            session = Session.objects.create(one_on_one=one_on_one, planned_on=on)
    except IntegrityError:
        return plan_session(one_on_one, by=by, on=on)
    audit.record(by, "one_on_one.plan", session)
    return session


@transaction.atomic
def move_session(session: Session, *, by: Person, planned_on: date) -> Session:
    """Move a session to another day. Notes and items belong to the pair, so nothing is lost."""
    must(rules.can_write(by, session.one_on_one))
    _check_day(planned_on, "planned_on")
    others = session.one_on_one.sessions.exclude(pk=session.pk).exclude(
        state=SessionState.CANCELLED
    )
    if others.filter(planned_on=planned_on).exists():
        raise ValidationError({"planned_on": "There is a session on this day already."})
    return set_values(session, by=by, action="one_on_one.move", planned_on=planned_on)


@transaction.atomic
def set_session_state(session: Session, *, by: Person, state: SessionState) -> Session:
    """Mark a session held or cancelled, or planned again."""
    must(rules.can_write(by, session.one_on_one))
    try:
        with transaction.atomic():
            return set_values(session, by=by, action="one_on_one.session", state=state)
    except IntegrityError as error:
        raise ValidationError({"state": "There is a session on this day already."}) from error


@transaction.atomic
def add_note(session: Session, *, by: Person, body: str, submission: UUID) -> Note:
    """Write a note that both people read. The same submission twice is one note."""
    must(rules.can_write(by, session.one_on_one))
    note, created = Note.objects.get_or_create(
        submission=submission,
        defaults={"session": session, "author": by, "body": _text(body, "body")},
    )
    if created:
        audit.record(by, "one_on_one.note", note)
    return note


@transaction.atomic
def edit_note(note: Note, *, by: Person, body: str, version: int, at: datetime) -> Note:
    """Change an own note; NoteConflictError if it was changed since ``version``."""
    must(rules.can_edit_note(by, note))
    changed = Note.objects.filter(pk=note.pk, version=version, archived_at=None).update(
        body=_text(body, "body"), edited_at=at, version=F("version") + 1
    )
    note.refresh_from_db()
    if note.archived_at is not None:
        raise ValidationError("This note is archived. Restore it first.")
    if not changed:
        raise NoteConflictError(note.body, note.version)
    audit.record(by, "one_on_one.note_edit", note)
    return note


@transaction.atomic
def archive_note(note: Note, *, by: Person, at: datetime) -> Note:
    """Take an own note off the session's page; its author alone sees it until it is restored."""
    return _set_archived(note, by=by, at=at, action="one_on_one.note_archive")


@transaction.atomic
def restore_note(note: Note, *, by: Person) -> Note:
    """Show an archived note to both again."""
    return _set_archived(note, by=by, at=None, action="one_on_one.note_restore")


def _set_archived(note: Note, *, by: Person, at: datetime | None, action: str) -> Note:
    must(rules.can_edit_note(by, note))
    if Note.objects.filter(pk=note.pk, archived_at__isnull=at is not None).update(archived_at=at):
        audit.record(by, action, note)
    note.refresh_from_db()
    return note


def write_private_note(session: Session, *, by: Person, body: str, version: int) -> PrivateNote:
    """Write the author's private note of a session; ``version`` 0 is the first.

    Raises NoteConflictError when another tab of the same author wrote in between.
    """
    must(rules.can_write(by, session.one_on_one))
    with private.reading_as(by):
        note, created = PrivateNote.objects.select_for_update().get_or_create(
            session=session, author=by, defaults={"body": body}
        )
        if not created:
            if note.version != version and note.body != body:
                raise NoteConflictError(note.body, note.version)
            note.body, note.version = body, note.version + 1
            note.save(update_fields=["body", "version", "edited_at"])
        audit.record(by, "one_on_one.private_note", session, label="One-on-one")
        return note


@transaction.atomic
def add_item(
    session: Session,
    *,
    by: Person,
    owner: Person,
    task: str,
    submission: UUID,
    due_on: date | None = None,
) -> ActionItem:
    """Add something that one of the two will do. The same submission twice is one item."""
    series = session.one_on_one
    must(rules.can_write(by, series))
    if not rules.can_take_part(owner, series):
        raise ValidationError({"owner": "Choose one of the two people of this one-on-one."})
    if due_on:
        _check_day(due_on, "due_on")
    item, created = ActionItem.objects.get_or_create(
        submission=submission,
        defaults={
            "one_on_one": series,
            "raised_in": session,
            "owner": owner,
            "task": _text(task, "task"),
            "due_on": due_on,
        },
    )
    if created:
        audit.record(by, "one_on_one.item", item, label="Action item")
    return item


@transaction.atomic
def close_item(
    item: ActionItem, *, by: Person, state: ItemState, at: datetime, session: Session | None = None
) -> ActionItem:
    """Mark an item done or dropped, or open again; ``session`` is where that was agreed."""
    must(rules.can_write(by, item.one_on_one))
    before, is_open = item.state, state == ItemState.OPEN
    item.state = state
    item.closed_at = None if is_open else at
    item.closed_in = None if is_open else session
    item.save(update_fields=["state", "closed_at", "closed_in"])
    audit.record(
        by, "one_on_one.item_state", item, changes={"state": (before, state)}, label="Action item"
    )
    return item


def _text(text: str, field: str) -> str:
    if not text.strip():
        raise ValidationError({field: "Write something."})
    return text.strip()


def _check_day(day: date, field: str) -> None:
    if not EARLIEST <= day <= LATEST:
        raise ValidationError({field: f"Choose a day from {EARLIEST} to {LATEST}."})
