"""The columns of the set-up of risk: norms of stages, and what was set when."""

from kit.tables import Column
from pipeline.enums import Signal
from pipeline.reports.risk_words import UNITS

NORMS = [
    Column(key="stage", label="Stage", value=lambda row: row.stage),
    Column(
        key="deals",
        label="Won deals",
        kind="count",
        value=lambda row: row.norm.deals,
        note="Won within two years that stood in the stage.",
    ),
    Column(key="median", label="Median", kind="days", value=lambda row: row.norm.median),
    Column(
        key="p75",
        label="Three quarters",
        kind="days",
        value=lambda row: row.norm.p75,
        note="Three quarters of the won deals left the stage within so many days.",
    ),
    Column(
        key="fewest",
        label="Fewest to won",
        kind="days",
        value=lambda row: row.norm.fewest,
        note="From entering the stage to being won, the quickest.",
    ),
    Column(key="expected", label="Set by hand", kind="days", value=lambda row: row.norm.expected),
    Column(
        key="used",
        label="Measured by",
        value=lambda row: row.used,
        note="From fewer than 10 won deals, the days of the stage's set-up are used.",
    ),
]


def _limit(row: object) -> str:
    limit: int | None = getattr(row, "limit", None)
    return "" if limit is None else f"{limit:,} {UNITS[Signal(row.signal)]}"  # type: ignore[attr-defined]


HISTORY = [
    Column(key="signal", label="Signal", value=lambda row: row.get_signal_display()),
    Column(key="on", label="Judged", value=lambda row: "Yes" if row.is_on else "No"),
    Column(key="limit", label="Threshold", value=_limit),
    Column(
        key="basis",
        label="Basis",
        value=lambda row: (
            "Set by hand"
            if row.learnt_from is None
            else f"Learnt from {row.learnt_from:,} won deals"
        ),
    ),
    Column(key="weight", label="Weight", kind="count", value=lambda row: row.weight),
    Column(key="set_at", label="Since", kind="moment", value=lambda row: row.set_at),
    Column(
        key="set_by",
        label="By",
        value=lambda row: row.set_by.full_name if row.set_by else "No person",
    ),
]
