"""What the figures should be, and which of them are not. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from workbench.benchmarks.measuring import Batch, Measurement

MOST_STATEMENTS = 12
# Growth is judged from the smallest to the largest size, if the sizes are this far apart.
SIZES_APART = 5


@dataclass(frozen=True, slots=True)
class CaseTarget:
    """Limits for one case at the largest size; None where the case has none of the kind.

    ``most_ms`` speaks of the median on the machine that the targets were set on, with a million
    deals; ``most_spread`` is p95 / median; ``most_ratio`` is page / floor; ``most_growth`` is the
    largest size's median / the smallest's.
    """

    most_ms: float | None = None
    most_spread: float | None = None
    most_ratio: float | None = None
    most_growth: float | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """A target and what was measured against it, in words."""

    case: str
    what: str
    limit: str
    found: str
    is_met: bool


TARGETS: Mapping[str, CaseTarget] = {
    "team": CaseTarget(most_ms=60, most_spread=2, most_ratio=2.3, most_growth=2.5),
    "team-of-one": CaseTarget(most_ms=60, most_growth=2.5),
    "me": CaseTarget(most_ms=60, most_growth=2.5),
    "list": CaseTarget(most_ms=30, most_ratio=4, most_growth=2.5),
    "list-manager": CaseTarget(most_ms=30, most_growth=2.5),
    "list-rep": CaseTarget(most_ms=30, most_growth=2.5),
    "changes": CaseTarget(most_ms=400, most_growth=2.5),
    "review": CaseTarget(most_ms=400, most_growth=2.5),
    "forecast": CaseTarget(most_ms=60, most_ratio=2.3, most_growth=2.5),
    "metrics": CaseTarget(most_ms=1000, most_growth=2.5),
    "metrics-stages": CaseTarget(most_ms=1000, most_growth=2.5),
    "deal": CaseTarget(most_ms=12, most_ratio=3.5, most_growth=2.5),
    "move": CaseTarget(most_ms=20, most_ratio=3.5, most_growth=2.5),
}
# By batch: seconds for it, rows a second, deed / floor.
MOST_ATTAINMENT_SECONDS, MOST_ATTAINMENT_RATIO = 0.5, 4.5
FEWEST_ROWS_A_SECOND, MOST_IMPORT_RATIO = 10_000, 8.0
# Why targets of a case are missed, by its title and, where they differ, what is measured; profiled
# at 10,000 deals. Printed only beside targets that are missed.
REASONS: Mapping[str, str] = {
    "Team dashboard, everybody, this quarter": (
        "The page answers far more than its floor: curves, attention and a link behind each of some"
        " 350 figures. Half of the computing goes into composing the statements and adding up their"
        " rows, a third into the templates and tables."
    ),
    "Team dashboard, one team": "As for everybody, with fewer links.",
    "What changed, everybody, four weeks": (
        "Each deal that changed is read and sorted by its change in Python."
    ),
    "Pipeline review, everybody, four weeks": (
        "As for what changed; then 50 deals with their history, activities and reasons."
    ),
    "Forecast, everybody": (
        "Beside what the run has stored, the page reads the accuracy and the course of past"
        " forecasts, of which the floor reads nothing; each is a statement or two of its own."
    ),
    "Metrics, everybody, outcomes of this quarter": (
        "It reads all that ever closed, for cohorts and cycles: the floor grows more than the page."
    ),
    "Metrics, everybody, stages in this quarter": (
        "It reads the history of every stage: the floor grows more than the page."
    ),
    "My page": (
        "Half of the computing goes into composing nine statements and adding up their rows, a"
        " third into the templates and the inputs of the filter and of the quick log."
    ),
    "Deal list, admin": (
        "A third of the computing goes into the filter's fifteen inputs, as much into 50 rows of"
        " cells, the rest into the navigation and composing the statements."
    ),
    "Deal list, manager": "As for the admin.",
    "Deal list, rep": "As for the admin.",
    "Deal page": (
        "Half of the computing goes into the templates: the story's 25 entries, the navigation and"
        " the forms of moving and logging; a third into composing nine statements."
    ),
    "Deal page, statements": "Versions, activities, log, lines and contacts are one each, with"
    " their people.",
    "Stage move": (
        "Seven statements in a transaction, three triggers and a row each of history and audit."
    ),
    "Attainment of everybody in every month": (
        "The function of the pages is called month by month and reads the people, teams and quotas"
        " of each; the floor is one statement over all months. The nightly run computes two months,"
        " quarters and years, not the whole history."
    ),
    "Import of deals, preview and run": (
        "Python reads the file twice, which takes three tenths of the processor time. The database"
        " takes the rest: each deal and its first version enter nearly thirty indexes, and seven"
        " foreign keys of the two are looked up one by one, where the floor writes one table, a"
        " temporary one without any foreign key."
    ),
}
# Targets that nothing here measures, and why.
NOT_JUDGED: Mapping[str, str] = {
    "Dashboard, win rate and conversion from rollups": (
        "there are none: pages read the history itself, so that they are right the moment after a"
        " move; only what is forecast is stored overnight."
    ),
    "All rollups anew in 3 s": "as above; the nightly run is measured beside a floor of its own.",
    "Throughput of 25 dashboards a second over 4 connections": (
        "pages are measured one at a time in one process, without gunicorn."
    ),
    "200 MB for two web processes": "the memory of the web processes is not measured.",
}
# A viewer who may see less must not wait longer: (restricted case, case of who sees all, limit).
RESTRICTED = (("list-manager", "list", 1.2), ("list-rep", "list", 1.2))


def judge(
    results: Mapping[int, Mapping[str, Measurement]], titles: Mapping[str, str]
) -> list[Verdict]:
    """Return a verdict for each target measured; ``results`` is by size and case."""
    sizes = sorted(results)
    largest, smallest = results[sizes[-1]], results[sizes[0]]
    found = []
    for case, measured in largest.items():
        target, title = TARGETS.get(case, CaseTarget()), titles[case]
        found += _absolute(title, target, measured)
        if case in smallest and target.most_growth and sizes[-1] >= SIZES_APART * sizes[0]:
            growth = measured.page.median / smallest[case].page.median
            what = f"growth from {sizes[0]:,} to {sizes[-1]:,} deals"
            found.append(_verdict(title, what, growth, target.most_growth, "×"))
    for case, other, limit in RESTRICTED:
        if case in largest and other in largest:
            ratio = largest[case].page.median / largest[other].page.median
            found.append(_verdict(titles[case], f"against “{titles[other]}”", ratio, limit, "×"))
    return found


def _absolute(title: str, target: CaseTarget, measured: Measurement) -> list[Verdict]:
    found = []
    if target.most_ms:
        found.append(_verdict(title, "median", measured.page.median, target.most_ms, " ms"))
    if target.most_spread:
        spread = measured.page.p95 / measured.page.median
        found.append(_verdict(title, "p95 / median", spread, target.most_spread, "×"))
    if target.most_ratio:
        found.append(_verdict(title, "page / plain SQL", measured.ratio, target.most_ratio, "×"))
    if measured.statements:
        found.append(_verdict(title, "statements", float(measured.statements), MOST_STATEMENTS, ""))
    return found


def _verdict(case: str, what: str, value: float, limit: float, unit: str) -> Verdict:
    digits = 0 if unit in {" ms", ""} and value >= 10 else 1
    return Verdict(case, what, f"≤ {limit:g}{unit}", f"{value:.{digits}f}{unit}", value <= limit)


def judge_batches(attainment: Batch, imported: Batch) -> list[Verdict]:
    """Return the verdicts on the attainment of the whole history and on the import."""
    rows = imported.per_second
    found = [
        _verdict(attainment.title, "time", attainment.seconds, MOST_ATTAINMENT_SECONDS, " s"),
        Verdict(
            imported.title,
            "rows a second",
            f"≥ {FEWEST_ROWS_A_SECOND:,}",
            f"{rows:,.0f}",
            rows >= FEWEST_ROWS_A_SECOND,
        ),
    ]
    for batch, limit in ((attainment, MOST_ATTAINMENT_RATIO), (imported, MOST_IMPORT_RATIO)):
        if batch.ratio is not None:
            found.append(_verdict(batch.title, "deed / floor", batch.ratio, limit, "×"))
    return found
