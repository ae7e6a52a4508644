"""The columns of what top performers do differently."""

from collections.abc import Callable
from dataclasses import replace

from kit.display import days, percent
from kit.money import from_cents
from kit.tables import Column
from process.practices.metrics import Difference, Finding
from process.practices.reports import Compared, Peer

FINDINGS = {
    Finding.MORE: ("The best do more", "good"),
    Finding.LESS: ("The best do less", "good"),
    Finding.CANNOT_TELL: ("Cannot tell", "neutral"),
    Finding.TOO_FEW: ("Too few people", "neutral"),
}


def _plain(value: float) -> str:
    return f"{value:.1f}"


UNITS = {"number": "number", "percent": "share", "days": "days"}
FORMATS: dict[str, Callable[[float], str]] = {"number": _plain, "percent": percent, "days": days}


def _median(read: Callable[[Difference], float | None]) -> Callable[[Compared], str]:
    def of(row: Compared) -> str:
        value = read(row.found)
        return "" if value is None else FORMATS[row.behaviour.kind](value)

    return of


def _effect(row: Compared) -> str:
    return "" if row.found.delta is None else f"{row.found.delta:+.2f}"


def _interval(row: Compared) -> str:
    found = row.found
    if found.low is None or found.high is None:
        return ""
    return f"{found.low:+.2f} to {found.high:+.2f}"


COMPARED = [
    Column(
        "label", "Behaviour", value="behaviour.label", sub=lambda row: row.behaviour.note, wide=True
    ),
    Column(
        "top",
        "Top quarter",
        value=_median(lambda found: found.top_median),
        sub=lambda row: f"of {row.found.top}",
        align="end",
        note="The median of the people of the top quarter.",
    ),
    Column(
        "rest",
        "The rest",
        value=_median(lambda found: found.rest_median),
        sub=lambda row: f"of {row.found.rest}",
        align="end",
        note="The median of the others who are compared.",
    ),
    Column(
        "delta",
        "Effect",
        value=_effect,
        align="end",
        note="Cliff's delta: 1 where everyone of the top quarter has more than everyone of the"
        " rest, -1 where everyone has less, 0 where neither is more frequent.",
    ),
    Column(
        "interval",
        "Interval",
        value=_interval,
        align="end",
        note="In which all effects of the table lie together with 95 % confidence.",
    ),
    Column(
        "finding",
        "What it tells",
        "badge",
        lambda row: FINDINGS[row.found.finding][0],
        tone=lambda row: FINDINGS[row.found.finding][1],
    ),
]
COMPARED_FILE = [
    Column("label", "Behaviour", value="behaviour.label"),
    Column("unit", "Unit", value=lambda row: UNITS[row.behaviour.kind]),
    Column("top", "Top quarter, median", value="found.top_median"),
    Column("top_people", "Top quarter, people", value="found.top"),
    Column("rest", "The rest, median", value="found.rest_median"),
    Column("rest_people", "The rest, people", value="found.rest"),
    Column("delta", "Effect", value="found.delta"),
    Column("low", "Interval from", value="found.low"),
    Column("high", "Interval to", value="found.high"),
    Column("finding", "What it tells", value=lambda row: FINDINGS[row.found.finding][0]),
]
PEERS = [
    Column("name", "Person"),
    Column("title", "Title"),
    Column("share", "Attainment", "percent", "attained.share"),
    Column("booked", "Booked", "money", lambda row: from_cents(row.attained.actual)),
    Column(
        "group",
        "Compared as",
        "badge",
        lambda row: group_of(row)[0],
        tone=lambda row: group_of(row)[1],
    ),
]

# With too few people there is no top quarter to compare.
TOO_FEW_PEERS = [
    replace(column, value=lambda row: row.left_out or "Alike") if column.key == "group" else column
    for column in PEERS
]


def group_of(row: Peer) -> tuple[str, str]:
    """Return a person's group in the comparison, or why they are left out, and its tone."""
    if row.left_out:
        return row.left_out, "neutral"
    return ("Top quarter", "good") if row.on_top else ("The rest", "plan")
