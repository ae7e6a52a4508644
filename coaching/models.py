"""One-on-ones: sessions, notes that both people read, notes that one reads, and action items."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q, QuerySet
from django.urls import reverse

from coaching.enums import ItemState, SessionState
from kit.fields import check, choices, one_of
from org.models.people import Person


def _mine(viewer: Person, prefix: str = "") -> Q:
    if not (viewer.is_authenticated and viewer.is_active):
        return Q(pk__in=[])
    return Q(**{f"{prefix}person": viewer}) | Q(**{f"{prefix}manager": viewer})


class OneOnOneQuerySet(models.QuerySet):
    def visible_to(self, viewer: Person) -> QuerySet:
        """No manager above, admin or executive is among the readers."""
        return self.filter(_mine(viewer))

    def running(self) -> QuerySet:
        return self.filter(ended_at__isnull=True)


class SessionQuerySet(models.QuerySet):
    def visible_to(self, viewer: Person) -> QuerySet:
        return self.filter(_mine(viewer, "one_on_one__"))


class NoteQuerySet(models.QuerySet):
    def visible_to(self, viewer: Person) -> QuerySet:
        """Return both people's notes; one that is archived is seen by its author."""
        shown = Q(archived_at__isnull=True) | Q(author=viewer)
        return self.filter(_mine(viewer, "session__one_on_one__"), shown)


class PrivateNoteQuerySet(models.QuerySet):
    """Read only inside ``org.private.reading_as``: outside it the database returns no row."""

    def visible_to(self, viewer: Person) -> QuerySet:
        return self.filter(author=viewer)


class ActionItemQuerySet(models.QuerySet):
    def visible_to(self, viewer: Person) -> QuerySet:
        return self.filter(_mine(viewer, "one_on_one__"))

    def open(self) -> QuerySet:
        return self.filter(state=ItemState.OPEN)


class OneOnOne(models.Model):
    """The series of sessions between a person and their manager."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    manager = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    every_days = models.PositiveSmallIntegerField(default=7)
    started_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = OneOnOneQuerySet.as_manager()

    class Meta:
        ordering = ["person__full_name", "pk"]
        verbose_name = "one-on-one"
        indexes = [models.Index(fields=["manager"], name="one_on_one_of_manager")]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "manager"],
                condition=Q(ended_at__isnull=True),
                name="one_on_one_runs_once",
            ),
            check("one_on_one_of_two", ~Q(person=F("manager"))),
            check("one_on_one_rhythm", Q(every_days__range=(1, 92))),
        ]

    def __str__(self) -> str:
        return f"{self.person} with {self.manager}"

    def get_absolute_url(self) -> str:
        return reverse("coaching:one-on-one", args=[self.pk])


class Session(models.Model):
    """One meeting of the two, on a day."""

    one_on_one = models.ForeignKey(OneOnOne, on_delete=models.PROTECT, related_name="sessions")
    planned_on = models.DateField()
    state = models.CharField(
        max_length=10, choices=choices(SessionState), default=SessionState.PLANNED
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar = SessionQuerySet.as_manager()

    class Meta:
        ordering = ["-planned_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["one_on_one", "planned_on"],
                condition=~Q(state=SessionState.CANCELLED),
                name="session_once_a_day",
            ),
            one_of("session_state", "state", SessionState),
        ]

    def __str__(self) -> str:
        return f"{self.one_on_one}, {self.planned_on}"

    def get_absolute_url(self) -> str:
        return reverse("coaching:session", args=[self.pk])


class Note(models.Model):
    """What one of the two wrote for both; archived, it is its author's alone until restored."""

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="notes")
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    body = models.TextField()
    submission = models.UUIDField(unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    edited_at = models.DateTimeField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = NoteQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [check("note_says_something", ~Q(body=""))]

    def __str__(self) -> str:
        return f"Note of {self.author}, {self.created_at:%Y-%m-%d}"


class PrivateNote(models.Model):
    """What one of the two wrote for themself.

    The database shows a row to its author alone (sql/private_notes_author_alone.sql), whatever
    the application asks. It stands in no search, export, admin page, API or log.
    """

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    body = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    edited_at = models.DateTimeField(auto_now=True)

    objects: ClassVar = PrivateNoteQuerySet.as_manager()

    class Meta:
        ordering = ["session", "author"]
        constraints = [
            models.UniqueConstraint(fields=["session", "author"], name="private_note_one_each")
        ]

    def __str__(self) -> str:
        return "Private note"


class ActionItem(models.Model):
    """Something one of the two will do; it stays on every later session until it is closed."""

    one_on_one = models.ForeignKey(OneOnOne, on_delete=models.PROTECT, related_name="items")
    raised_in = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="raised_items")
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    task = models.CharField(max_length=500)
    due_on = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=choices(ItemState), default=ItemState.OPEN)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_in = models.ForeignKey(
        Session, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    submission = models.UUIDField(unique=True, editable=False)

    objects: ClassVar = ActionItemQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        indexes = [models.Index(fields=["one_on_one", "state"], name="action_item_open")]
        constraints = [
            one_of("action_item_state", "state", ItemState),
            check("action_item_says_what", ~Q(task="")),
            check(
                "action_item_closed_at",
                Q(state=ItemState.OPEN, closed_at__isnull=True, closed_in__isnull=True)
                | (~Q(state=ItemState.OPEN) & Q(closed_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return self.task
