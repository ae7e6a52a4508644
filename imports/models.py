"""Imports: each run of a file with what was decided, planned and done, and how to take it back."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse

from imports.enums import IMPORT_KIND_LABELS, ImportKind, ImportState, ImportSubject, RowAction
from imports.querysets import ImportAnswerQuerySet, ImportQuerySet
from kit.fields import choices, one_of
from org.models.people import Person


class ImportRun(models.Model):
    """One file and what became of it.

    ``options`` are the decisions (layout, mapping, formats, answers), ``profile`` what was read
    of the file before them, ``plan`` what the preview showed, ``outcome`` what was done.
    """

    kind = models.CharField(max_length=20, choices=choices(ImportKind, IMPORT_KIND_LABELS))
    state = models.CharField(
        max_length=20, choices=choices(ImportState), default=ImportState.READING
    )
    file_name = models.CharField(max_length=255)
    file_size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    submission = models.UUIDField(null=True, unique=True, editable=False)
    # False while a command works on it itself, without any worker.
    is_queued = models.BooleanField(default=True)
    created_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    started_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    moved_at = models.DateTimeField(auto_now_add=True)
    options = models.JSONField(default=dict)
    profile = models.JSONField(default=dict)
    plan = models.JSONField(default=dict)
    outcome = models.JSONField(default=dict)
    failure = models.CharField(max_length=2000, blank=True)
    # How often the work it waits for has begun: a file that kills its worker is given up.
    attempts = models.PositiveSmallIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    transaction = models.BigIntegerField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    undo_report = models.JSONField(default=dict)

    objects: ClassVar = ImportQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            one_of("import_run_kind", "kind", ImportKind),
            one_of("import_run_state", "state", ImportState),
            models.CheckConstraint(
                name="import_run_done_has_outcome",
                condition=~Q(state__in=["done", "undoing", "undone"])
                | Q(finished_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"Import {self.pk}: {self.file_name}"

    def get_absolute_url(self) -> str:
        return reverse("imports:import", args=[self.pk])


class ImportChunk(models.Model):
    """A piece of an import's file. In the database, so that any worker on any host can read it."""

    SIZE: ClassVar[int] = 1 << 20

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="chunks")
    number = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        ordering = ["run", "number"]
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="import_chunk_once")]


class ImportStagedRow(models.Model):
    """A row as it was read: its identity and its values. Not logged: after a crash read anew."""

    run = models.ForeignKey(
        ImportRun, on_delete=models.CASCADE, related_name="+", db_constraint=False
    )
    row = models.PositiveIntegerField()
    key = models.CharField(max_length=600)
    data = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["run", "row"], name="import_staged_row")]


class ImportRow(models.Model):
    """What the plan does with a row, and after the run what it did: to which row of which table.

    ``changes`` maps a field to its value before and after. Rows are written by who holds the
    run's own row under lock, so each one's run need not be looked up once more.
    """

    run = models.ForeignKey(
        ImportRun,
        on_delete=models.CASCADE,
        related_name="rows",
        db_constraint=False,
        db_index=False,  # The unique pair of run and row serves for it.
    )
    row = models.PositiveIntegerField()
    action = models.CharField(max_length=10, choices=choices(RowAction))
    target = models.BigIntegerField(null=True)
    changes = models.JSONField(null=True)

    class Meta:
        ordering = ["run", "row"]
        indexes = [models.Index(fields=["target", "run"], name="import_row_target")]
        constraints = [
            models.UniqueConstraint(fields=["run", "row"], name="import_row_once"),
            one_of("import_row_action", "action", RowAction),
        ]


class ImportRefusal(models.Model):
    """Why a row is refused: the column, its text, and the reason in words."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="refusals")
    row = models.PositiveIntegerField()
    column = models.CharField(max_length=300, blank=True)
    text = models.CharField(max_length=300, blank=True)
    reason = models.CharField(max_length=1000)

    class Meta:
        ordering = ["run", "row", "pk"]
        indexes = [models.Index(fields=["run", "row"], name="import_refusal_row")]


class ImportCreation(models.Model):
    """Something a file names that is made on the way: an account, a stage, a person.

    Rows of the plan speak of it by minus its number until the run has made it.
    """

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="creations")
    number = models.PositiveIntegerField()
    subject = models.CharField(max_length=20, choices=choices(ImportSubject))
    name = models.CharField(max_length=300)
    detail = models.JSONField(default=dict)
    target = models.BigIntegerField(null=True)

    class Meta:
        ordering = ["run", "number"]
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="import_creation_once"),
            one_of("import_creation_subject", "subject", ImportSubject),
        ]


class ImportKept(models.Model):
    """What a run replaced and undoing it puts back: rows of a table as they were."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="kept")
    table = models.CharField(max_length=60)
    target = models.BigIntegerField()
    before = models.JSONField()
    after = models.JSONField()

    class Meta:
        ordering = ["run", "pk"]


class ImportMapping(models.Model):
    """The columns' fields as last chosen for files with the same headers."""

    kind = models.CharField(max_length=20, choices=choices(ImportKind, IMPORT_KIND_LABELS))
    signature = models.CharField(max_length=64)
    fields = models.JSONField()
    chosen_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    chosen_at = models.DateTimeField(auto_now=True, null=True)

    objects: ClassVar = ImportQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "-chosen_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "signature"], name="import_mapping_once"),
            one_of("import_mapping_kind", "kind", ImportKind),
        ]


class ImportAnswer(models.Model):
    """What a text in files means here, as somebody answered once: "GTXPro" is product 12."""

    subject = models.CharField(max_length=20, choices=choices(ImportSubject))
    text = models.CharField(max_length=300)
    target = models.BigIntegerField(null=True)
    answered_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(auto_now=True)

    objects: ClassVar = ImportAnswerQuerySet.as_manager()

    class Meta:
        ordering = ["subject", "text"]
        constraints = [
            models.UniqueConstraint(fields=["subject", "text"], name="import_answer_once"),
            one_of("import_answer_subject", "subject", ImportSubject),
        ]
