"""What the pages of imports show: where a run stands, what it would do or did, and row by row."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Min, QuerySet

from imports.engine.asking import Questions, questions
from imports.engine.deal_plan import open_stage_name
from imports.engine.likely import LikelySame, likely_same
from imports.engine.options import Options, Profile
from imports.engine.questions import Question, left_out, open_questions
from imports.engine.references import COMPETITOR, names_of
from imports.engine.undo_report import UndoReport
from imports.enums import (
    IMPORT_KIND_LABELS,
    IMPORT_STATE_LABELS,
    ImportKind,
    ImportState,
    ImportSubject,
    RowAction,
)
from imports.models import ImportRow, ImportRun, ImportStagedRow
from org.enums import Role
from org.models.people import Person
from pipeline.customers.models import Account
from pipeline.products.models import Product

WORKING = frozenset(
    {ImportState.READING, ImportState.PLANNING, ImportState.RUNNING, ImportState.UNDOING}
)
TONES = {
    ImportState.DONE: "good",
    ImportState.FAILED: "bad",
    ImportState.MAPPING: "warn",
    ImportState.PLANNED: "warn",
}
MOST_SHOWN = 20
# Values of changes that are ids, and the subject whose names stand for them.
_NAMED = {
    "owner_id": ImportSubject.PERSON,
    "person_id": ImportSubject.PERSON,
    "manager_id": ImportSubject.PERSON,
    "account_id": ImportSubject.ACCOUNT,
    "parent_id": ImportSubject.ACCOUNT,
    "contact_id": ImportSubject.CONTACT,
    "deal_id": ImportSubject.DEAL,
    "stage_id": ImportSubject.STAGE,
    "competitor_id": COMPETITOR,
}


def state_label(run: ImportRun) -> str:
    return IMPORT_STATE_LABELS[ImportState(run.state)]


def state_tone(run: ImportRun) -> str:
    return TONES.get(ImportState(run.state), "neutral")


def is_working(run: ImportRun) -> bool:
    return run.state in WORKING


@dataclass(frozen=True, slots=True)
class RowChange:
    """One changed field in words."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row of the plan or of the result: its number, what it is called, and what changes."""

    number: int
    action: str
    name: str
    changes: list[RowChange]


def rows_of(run: ImportRun, action: str) -> QuerySet[ImportRow]:
    """Return the run's rows with this action, in the order of the file."""
    return run.rows.filter(action=action).order_by("row")


def shown(run: ImportRun, rows: Iterable[ImportRow]) -> list[ShownRow]:
    """Return the rows in words, with a query for each kind of thing that their values name."""
    found = list(rows)
    names = _names(run, found)
    called = _called(run, found)
    return [
        ShownRow(
            number=row.row,
            action=row.action,
            name=called.get(row.row) or called_here(run, row, names),
            changes=_in_words(row.changes or {}, names) if row.action == RowAction.CHANGE else [],
        )
        for row in found
    ]


def _called(run: ImportRun, rows: list[ImportRow]) -> dict[int, str]:
    """Return what the staged rows are called; after the run they are gone."""
    staged = ImportStagedRow.objects.filter(run=run, row__in=[row.row for row in rows])
    keys = ("name", "full_name", "made_name", "subject", "external_id")
    return {
        row.row: str(next((row.data[key] for key in keys if row.data.get(key)), ""))
        for row in staged
    }


# The table of what a kind's rows are, by which they are called after the run.
_SUBJECTS = {
    ImportKind.PEOPLE: ImportSubject.PERSON,
    ImportKind.ACCOUNTS: ImportSubject.ACCOUNT,
    ImportKind.PRODUCTS: ImportSubject.PRODUCT,
    ImportKind.CONTACTS: ImportSubject.CONTACT,
    ImportKind.DEALS: ImportSubject.DEAL,
    ImportKind.HISTORY: ImportSubject.DEAL,
}


def called_here(run: ImportRun, row: ImportRow, names: dict[str, dict[int, str]]) -> str:
    subject = _SUBJECTS.get(ImportKind(run.kind))
    return names.get(str(subject), {}).get(row.target or 0, "") if subject else ""


def _names(run: ImportRun, rows: list[ImportRow]) -> dict[str, dict[int, str]]:
    ids: dict[str, set[int]] = {}
    if subject := _SUBJECTS.get(ImportKind(run.kind)):
        ids[str(subject)] = {row.target for row in rows if row.target}
    for row in rows:
        for field, pair in (row.changes or {}).items():
            if field in _NAMED:
                wanted = ids.setdefault(str(_NAMED[field]), set())
                wanted |= {value for value in pair if isinstance(value, int)}
    made = {(creation.subject, -creation.number): creation.name for creation in run.creations.all()}
    found = {about: names_of(about, wanted) for about, wanted in ids.items()}
    for (about, number), name in made.items():
        found.setdefault(about, {})[number] = f"{name} (new)"
    return found


def _in_words(changes: dict[str, Any], names: dict[str, dict[int, str]]) -> list[RowChange]:
    return [
        RowChange(
            field.removesuffix("_id").replace("_", " ").capitalize(),
            *(_word(field, value, names) for value in pair),
        )
        for field, pair in changes.items()
        if not field.startswith("_")
    ]


def _word(field: str, value: Any, names: dict[str, dict[int, str]]) -> str:
    if value is None or value == "":
        return "—"
    if field in _NAMED and isinstance(value, int):
        return names.get(str(_NAMED[field]), {}).get(value, "—")
    if isinstance(value, list):
        return ", ".join(str(part) for part in value)
    return str(value)


def kind_to_begin_with() -> ImportKind:
    """Return the kind of file that makes sense next: what deals speak of comes before them."""
    if not Person.objects.exclude(role_grants__role=Role.ADMIN).exists():
        return ImportKind.PEOPLE
    if not Account.objects.exists():
        return ImportKind.ACCOUNTS
    return ImportKind.DEALS if Product.objects.exists() else ImportKind.PRODUCTS


def kind_to_follow(run: ImportRun) -> ImportKind | None:
    """Return the kind to import after a finished run, None where none is more likely."""
    after = {ImportKind.PRODUCTS: ImportKind.DEALS, ImportKind.DEALS: ImportKind.HISTORY}
    if run.state != ImportState.DONE:
        return None
    found = kind_to_begin_with()
    return found if found != run.kind else after.get(found)


@dataclass(frozen=True, slots=True)
class ColumnsPage:
    """What the page of columns shows beside its form."""

    asked: list[Question]
    left_out: list[str]
    notices: list[str]
    program: str
    remembered: bool
    rows: int
    encoding_samples: dict[str, str]
    sheets: list[str]


def columns_page(run: ImportRun) -> ColumnsPage:
    options, profile = Options.from_json(run.options), Profile.from_json(run.profile)
    return ColumnsPage(
        asked=open_questions(run.kind, options, profile),
        left_out=left_out(options, profile),
        notices=profile.notices,
        program=profile.program,
        remembered=profile.remembered,
        rows=profile.rows,
        encoding_samples=profile.encoding_samples,
        sheets=profile.sheets,
    )


@dataclass(frozen=True, slots=True)
class RefusedAlike:
    """Rows refused for the same reason with the same text: how many, and the first of them."""

    column: str
    text: str
    reason: str
    count: int
    first: int


def _refused(run: ImportRun) -> list[RefusedAlike]:
    """Return the most frequent refusals."""
    groups = (
        run.refusals.order_by()
        .values("column", "text", "reason")
        .annotate(count=Count("pk"), first=Min("row"))
        .order_by("-count", "first")[:MOST_SHOWN]
    )
    return [RefusedAlike(**group) for group in groups]


@dataclass(frozen=True, slots=True)
class PlanPage:
    """What the preview, and later the result, says."""

    counts: dict[str, int]
    rows: int
    decisions: list[str]
    notices: list[str]
    left_out: list[str]
    makes: list[tuple[str, str]]
    likely: list[LikelySame]
    open_stage: str
    changes: list[ShownRow]
    refused: list[RefusedAlike]
    questions: Questions
    undone: UndoReport | None
    next_kind: ImportKind | None

    @property
    def next_label(self) -> str:
        return IMPORT_KIND_LABELS[self.next_kind].lower() if self.next_kind else ""


def plan_page(run: ImportRun) -> PlanPage:
    plan = run.plan
    return PlanPage(
        counts=plan["counts"],
        rows=plan["rows"],
        decisions=plan["decisions"],
        notices=plan["notices"],
        left_out=plan["left_out"],
        makes=list(run.creations.values_list("subject", "name")),
        likely=likely_same(run) if run.state == ImportState.PLANNED else [],
        open_stage=open_stage_name(run),
        changes=shown(run, rows_of(run, RowAction.CHANGE)[:MOST_SHOWN]),
        refused=_refused(run),
        questions=questions(run),
        undone=UndoReport(**run.undo_report) if run.undo_report else None,
        next_kind=kind_to_follow(run),
    )
