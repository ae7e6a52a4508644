"""The results as the text of docs/benchmarks.md, which is also what the screen shows. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workbench.benchmarks.measuring import Batch, Measurement
from workbench.benchmarks.targets import Verdict


@dataclass(frozen=True, slots=True)
class CaseLabel:
    """The words of a case: what is measured and what its floor is."""

    title: str
    floor: str


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that one run found; what is a mapping of numbers is by number of deals."""

    machine: str
    months: int
    open_deals: Mapping[int, int]
    repetitions: int
    lines: Mapping[str, CaseLabel]
    pages: Mapping[int, Mapping[str, Measurement]]
    batches: Mapping[int, Sequence[Batch]]
    verdicts: Sequence[Verdict]
    reasons: Mapping[str, str]
    not_judged: Mapping[str, str]


INTRODUCTION = """# Benchmarks

Written by `make bench` or `make bench-million`; do not edit. Each page is loaded through the whole
stack in one process (routes, middleware, session, access, templates; `DEBUG` off), turn and turn
about with a floor: plain SQL, written by hand, that answers the main question of the page on the
same database in the same run. `page / floor` is the price of everything between the database and
the reader; it holds on other machines, the milliseconds hold on this one. The database is the
simulated organisation of `seed_demo`: 60 people, {months} months, each size a database of its own
beside the main one.
"""


def markdown(report: Report) -> str:
    parts = [
        INTRODUCTION.format(months=report.months),
        f"{report.machine} Pages ran {report.repetitions} times after 3 that do not count.\n",
    ]
    for size, measured in sorted(report.pages.items()):
        parts += [
            f"## {size:,} deals, {report.open_deals[size]:,} of them open\n",
            _pages(report, measured),
        ]
        if batches := report.batches.get(size):
            parts.append(_batches(batches))
    if len(report.pages) > 1:
        parts += ["## Growth\n", _growth(report)]
    parts += ["## What the floors are\n", _floors(report), "## Targets\n", _targets(report)]
    return "\n".join(parts)


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table whose first column is text and whose others are numbers."""
    lines = [header, ["---", *("---:" for _ in header[1:])], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def _ms(value: float) -> str:
    return f"{value:.1f} ms" if value < 100 else f"{value:,.0f} ms"


def _pages(report: Report, measured: Mapping[str, Measurement]) -> str:
    return _table(
        ["page", "median", "p95", "floor", "page / floor", "statements"],
        [
            [
                report.lines[case].title,
                _ms(found.page.median),
                _ms(found.page.p95),
                _ms(found.floor.median),
                f"{found.ratio:.1f}×",
                str(found.statements),
            ]
            for case, found in measured.items()
        ],
    )


def _batches(batches: Sequence[Batch]) -> str:
    return _table(
        ["deed", "rows", "time", "rows / s", "floor", "deed / floor", "peak memory"],
        [
            [
                batch.title,
                f"{batch.rows:,}",
                f"{batch.seconds:.1f} s",
                f"{batch.per_second:,.0f}",
                f"{batch.floor_seconds:.2f} s" if batch.floor_seconds else "—",
                f"{batch.ratio:.1f}×" if batch.ratio else "—",
                f"{batch.peak_megabytes} MB" if batch.peak_megabytes else "—",
            ]
            for batch in batches
        ],
    )


def _growth(report: Report) -> str:
    sizes = sorted(report.pages)
    smallest, largest = report.pages[sizes[0]], report.pages[sizes[-1]]
    return _table(
        ["page", *(f"{size:,}" for size in sizes), "growth", "floor's growth"],
        [
            [
                report.lines[case].title,
                *(_ms(report.pages[size][case].page.median) for size in sizes),
                f"{largest[case].page.median / smallest[case].page.median:.1f}×",
                f"{largest[case].floor.median / smallest[case].floor.median:.1f}×",
            ]
            for case in smallest
        ],
    )


def _floors(report: Report) -> str:
    lines = [f"- {line.title}: {line.floor}." for line in report.lines.values()]
    batches = {batch.title: batch.floor for found in report.batches.values() for batch in found}
    lines += [f"- {title}: {floor}." for title, floor in batches.items()]
    return "\n".join([*lines, "", "The statements are in `workbench/benchmarks/floors.py`.", ""])


def _reason(report: Report, verdict: Verdict) -> str:
    """Return why the target is missed, by the most special of the known reasons."""
    known = report.reasons
    special = known.get(f"{verdict.case}, {verdict.what}")
    return special or known.get(verdict.case, "The reason is not known yet.")


def _targets(report: Report) -> str:
    """Return all targets with what was found, then each one missed with its reason."""
    sizes = max(report.pages)
    table = f"Set for 1,000,000 deals; judged at {sizes:,}.\n\n" + _table(
        ["case", "what", "target", "found", ""],
        [
            [v.case, v.what, v.limit, v.found, "met" if v.is_met else "**missed**"]
            for v in report.verdicts
        ],
    )
    unjudged = [f"- {what}: {why}" for what, why in report.not_judged.items()]
    rest = ["Not judged:\n", *unjudged, ""] if unjudged else [""]
    missed = [v for v in report.verdicts if not v.is_met]
    if not missed:
        return "\n".join([table, "Every target is met.\n", *rest])
    why = [
        f"- {v.case}, {v.what}: {v.found} against {v.limit}. {_reason(report, v)}" for v in missed
    ]
    return "\n".join([table, "Missed:\n", *why, "", *rest])
