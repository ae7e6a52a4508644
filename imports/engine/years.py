"""The fiscal years that the dates of a file need and the calendar does not have yet."""

from datetime import date

from imports.engine.comparing import rows_of
from imports.enums import ImportKind
from imports.models import ImportRun
from org.enums import PeriodKind
from org.models.calendar import FiscalPeriod
from org.models.people import Person
from org.services import calendar

# An expected day further ahead than this is more likely a slip than a plan.
MOST_YEARS_AHEAD = 10
# What the past and the plans of a staged row are dated by.
_DAYS = {
    ImportKind.DEALS: """
        SELECT x.day::date FROM unnest(ARRAY[
            s.data ->> 'made_created_day', s.data ->> 'closed_on', s.data ->> 'made_closed_on',
            s.data ->> 'expected_close_on']) AS x(day)""",
    ImportKind.HISTORY: """
        SELECT x.day::date
          FROM jsonb_array_elements(s.data -> 'snapshots') AS e(held),
               unnest(ARRAY[left(e.held ->> 'at', 10), e.held ->> 'close_date']) AS x(day)""",
}


def missing(run: ImportRun, *, today: date) -> list[int]:
    """Return the calendar years in which the lacking fiscal years start, without a gap.

    They are those of what the plan creates and changes, and all between them and the calendar.
    """
    if run.kind not in _DAYS:
        return []
    [(first, last)] = rows_of(
        f"""SELECT min(dated.day), max(dated.day)
              FROM imports_importrow p
              JOIN imports_importstagedrow s ON s.run_id = p.run_id AND s.row = p.row,
                   LATERAL ({_DAYS[ImportKind(run.kind)]}) AS dated(day)
             WHERE p.run_id = %s AND p.action IN ('create', 'change') AND dated.day <= %s""",
        [run.pk, date(today.year + MOST_YEARS_AHEAD, 12, 31)],
    )
    if first is None:
        return []
    starts = FiscalPeriod.objects.of_kind(PeriodKind.YEAR).values_list("start_on", flat=True)
    there = {start.year for start in starts}
    needed = [calendar.fiscal_year_of(day).start.year for day in (first, last)]
    span = range(max(calendar.FIRST_YEAR, min([*needed, *there])), max([*needed, *there]) + 1)
    return [year for year in span if year not in there]


def said(years: list[int]) -> list[str]:
    """Return in words what the import adds to the calendar."""
    if not years:
        return []
    labels = [calendar.fiscal_year_starting(year).label for year in (years[0], years[-1])]
    which = (
        f"the fiscal year {labels[0]}"
        if len(years) == 1
        else f"the fiscal years {labels[0]} to {labels[1]} where they are missing"
    )
    text = f"The fiscal calendar does not hold all of these dates: the import adds {which}."
    return [f"{text} They stay if the import is undone."]


def add(years: list[int], *, by: Person | None) -> None:
    for year in years:
        calendar.add_year(by=by, year=year)
