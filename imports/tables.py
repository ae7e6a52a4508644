"""The columns of imports' tables."""

from typing import Any

from imports.enums import IMPORT_KIND_LABELS, ImportKind
from imports.reports.runs import state_label, state_tone
from kit.tables import Column

RUNS = [
    Column(
        key="file_name", label="File", sort="file_name", href=lambda run: run.get_absolute_url()
    ),
    Column(
        key="kind",
        label="Holds",
        sort="kind",
        value=lambda run: IMPORT_KIND_LABELS[ImportKind(run.kind)],
    ),
    Column(
        key="state", label="State", kind="badge", sort="state", value=state_label, tone=state_tone
    ),
    Column(
        key="rows",
        label="Rows",
        kind="count",
        value=lambda run: run.plan.get("rows", run.profile.get("rows")),
    ),
    Column(
        key="created_by",
        label="By",
        sort="created_by__full_name",
        value=lambda run: run.created_by or "Command line",
    ),
    Column(key="created_at", label="Begun", kind="moment", sort="created_at"),
]


def _changes(row: Any) -> str:
    return "; ".join(f"{c.field}: {c.before} → {c.after}" for c in row.changes)


def _number(row: Any) -> str:
    return str(row.number)


ROWS = [
    Column(key="number", label="Row", value=_number),
    Column(key="name", label="What it is"),
    Column(key="changes", label="What changes", value=_changes),
]

REFUSALS = [
    Column(key="row", label="Row", value=lambda refusal: str(refusal.row)),
    Column(key="column", label="Column"),
    Column(key="text", label="What stands there"),
    Column(key="reason", label="Reason"),
]
