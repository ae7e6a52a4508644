"""Quotas from rows: whose, of what, for which period."""

import re
from dataclasses import dataclass, field
from datetime import date

from imports.engine import dates
from imports.engine.cells import Money
from imports.engine.composing import RowError, Setting, Values
from imports.engine.staging import Staged
from org.enums import MEASURE_LABELS, Measure
from org.models.calendar import FiscalPeriod

SUBJECTS = ("person", "team", "territory")
_QUARTER = re.compile(
    r"(?:FY\s*)?(?:(?P<y1>\d{4})\s*[-/ ]?\s*)?Q(?P<q>[1-4])"
    r"(?:\s*[-/ ]?\s*(?:FY\s*)?(?P<y2>\d{4}))?",
    re.I,
)
_MONTH = re.compile(r"(?P<year>\d{4})[-/](?P<month>\d{1,2})|(?P<month2>\d{1,2})/(?P<year2>\d{4})")
_NAMED_MONTH = re.compile(r"(?P<name>[A-Za-z]{3,9})\.?\s+(?P<year>\d{4})")
_YEAR = re.compile(r"(?:FY\s*)?(?P<year>\d{4})(?:/\d{2})?", re.I)


@dataclass(slots=True)
class QuotaComposer:
    """Quotas. Periods are the fiscal calendar's own, by label or by the usual ways of writing."""

    setting: Setting
    periods: dict[str, FiscalPeriod] = field(default_factory=dict)
    by_start: dict[tuple[str, date], FiscalPeriod] = field(default_factory=dict)
    years: dict[int, FiscalPeriod] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for period in FiscalPeriod.objects.select_related("parent"):
            self.periods[" ".join(period.label.casefold().split())] = period
            self.by_start[period.kind, period.start_on] = period
            if period.kind == "year":
                self.years[period.start_on.year] = period

    def compose(self, row: int, values: Values) -> Staged:
        subject, pk = self._subject(values)
        measure = values.get("measure") or str(Measure.BOOKINGS)
        period = self._period(values.get("period") or "")
        target = values.get("target")
        if target is None:
            raise RowError("target", "It must not be blank.")
        self._check_target(measure, target)
        data = {
            "subject": subject,
            "subject_id": pk,
            "measure": measure,
            "period_id": period.pk,
            "target": str(target.amount),
            "reason": values.get("reason") or "",
        }
        return Staged(row, f"n:{subject}|{pk}|{measure}|{period.pk}", data)

    def _subject(self, values: Values) -> tuple[str, int]:
        given = [name for name in SUBJECTS if values.get(name) is not None]
        if len(given) != 1:
            raise RowError(given[1] if given else "", "It must name one person, team or territory.")
        pk = self.setting.required(values, given[0])
        if pk < 0:
            raise RowError(given[0], "Quotas are for people and teams that are here already.")
        return given[0], pk

    def _check_target(self, measure: str, target: Money) -> None:
        if target.amount <= 0:
            raise RowError("target", "A quota is greater than zero.")
        if measure != Measure.BOOKINGS and target.amount != int(target.amount):
            label = MEASURE_LABELS[Measure(measure)].lower()
            raise RowError("target", f"A quota of {label} is a whole number.")
        base = self.setting.organisation.currency
        if target.currency and self.setting.currency({}, target) != base:
            raise RowError("target", f"Quotas are in the reporting currency, {base}.")

    def _period(self, text: str) -> FiscalPeriod:
        if not text:
            raise RowError("period", "It must not be blank.")
        found = self.periods.get(" ".join(text.casefold().split())) or self._written(text)
        if found is None:
            raise RowError(
                "period", "There is no such period in the calendar: write 2026, Q1 2026 or 2026-01."
            )
        return found

    def _written(self, text: str) -> FiscalPeriod | None:
        if match := _QUARTER.fullmatch(text):
            year = match["y1"] or match["y2"]
            parent = self.years.get(int(year)) if year else None
            return parent and self._quarter(parent, int(match["q"]))
        if match := _MONTH.fullmatch(text):
            month, year = match["month"] or match["month2"], match["year"] or match["year2"]
            return self._starting("month", int(year), int(month))
        if match := _YEAR.fullmatch(text):
            return self.years.get(int(match["year"]))
        if match := _NAMED_MONTH.fullmatch(text):
            text = f"1 {match['name']} {match['year']}"
        day = dates.readings(text).get(None)
        return self._starting("month", day.year, day.month) if day else None

    def _quarter(self, year: FiscalPeriod, number: int) -> FiscalPeriod | None:
        quarters = sorted(
            (p for p in self.by_start.values() if p.kind == "quarter" and p.parent_id == year.pk),
            key=lambda period: period.start_on,
        )
        return quarters[number - 1] if len(quarters) >= number else None

    def _starting(self, kind: str, year: int, month: int) -> FiscalPeriod | None:
        return self.by_start.get((kind, date(year, month, 1))) if 1 <= month <= 12 else None
