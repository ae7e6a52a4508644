"""The deal history as arrays, read in one COPY, with the credited people."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import OuterRef, TextField
from django.db.models.functions import Cast, JSONObject, TruncDate

from forecasting.arrays import Ints, np
from forecasting.methods.history import (
    GONE,
    LOST,
    NEVER,
    NOBODY,
    OPEN,
    UNPRICED,
    WON,
    History,
    Memberships,
    Split,
)
from kit import periods
from kit.sql import read
from org.models.people import Person
from org.models.teams import TeamMembership
from org.services.calendar import organisation
from pipeline.credit.models import CreditShare, CreditSplit
from pipeline.enums import CreditKind, Status
from pipeline.stages.models import Stage

PIECE_BYTES = 4_000_000
# Years of quarters beyond the moment, for every period that may be asked about.
YEARS_AHEAD = 3
HISTORY = read("forecasting/sql/history.sql")
CODES = {
    "gone": GONE, "open": OPEN, "won": WON, "lost": LOST, "unpriced": UNPRICED, "nobody": NOBODY
}  # fmt: skip
COLUMNS = 8


class _Rows:
    """Collects the text of a COPY piece by piece and keeps only its numbers."""

    def __init__(self) -> None:
        self.pieces: list[Ints] = []
        self._text = bytearray()

    def write(self, data: bytes | str) -> int:
        self._text += data.encode() if isinstance(data, str) else data
        if len(self._text) >= PIECE_BYTES:
            self.parse()
        return len(data)

    def parse(self) -> None:
        end = self._text.rfind(b"\n") + 1
        if end:
            numbers = np.fromstring(self._text[:end].decode(), dtype=np.int64, sep=" ")
            self.pieces.append(numbers.reshape(-1, COLUMNS))
            del self._text[:end]

    def columns(self) -> list[Ints]:
        self.parse()
        whole = np.concatenate([np.empty((0, COLUMNS), dtype=np.int64), *self.pieces])
        return [np.ascontiguousarray(whole[:, column]) for column in range(COLUMNS)]


def history(moment: datetime) -> History:
    """Return everything known of deals at ``moment``, by the organisation's days.

    A stage that is archived keeps its place: deals went through it.
    """
    zone = organisation().time_zone
    rows = _Rows()
    with connection.cursor() as cursor:
        cursor.cursor.copy_expert(
            cursor.mogrify(HISTORY, {"zone": zone, "moment": moment, **CODES}).decode(), rows
        )
    deal, day, owner, stage, status, cents, closed_on, credited_to = rows.columns()
    stages = np.array(
        sorted(Stage.objects.filter(kind=Status.OPEN).values_list("pk", flat=True)), dtype=np.int64
    )
    place = np.where(status == OPEN, np.searchsorted(stages, stage), -1)
    return History(
        deal=deal,
        day=day,
        owner=owner,
        stage=place,
        status=status,
        cents=cents,
        closed_on=closed_on,
        credited_to=credited_to,
        last_day=moment.astimezone(ZoneInfo(zone)).toordinal(),
        stages=len(stages),
        quarter_starts=quarter_starts(int(day.min(initial=moment.toordinal())), moment.date()),
        memberships=memberships(),
        left=people_who_left(),
        splits=credit_splits(moment, zone=ZoneInfo(zone)),
    )


def quarter_starts(first: int, last: date) -> Ints:
    """Return the first days of the fiscal quarters around a first ordinal day and a last day."""
    month = organisation().fiscal_year_start_month
    start = periods.fiscal_year_start(date.fromordinal(first), first_month=month)
    starts = []
    while start.year <= last.year + YEARS_AHEAD:
        year = periods.fiscal_year(start)
        starts += [quarter.start.toordinal() for quarter in periods.quarters(year)]
        start = year.end
    return np.array(starts, dtype=np.int64)


def memberships() -> Memberships:
    """Return for which team each person's deals counted on which days, as recorded now."""
    rows = [
        (person, team, start.toordinal(), end.toordinal() if end else NEVER)
        for person, team, start, end in TeamMembership.objects.order_by(
            "person", "valid_from"
        ).values_list("person", "team", "valid_from", "counts_to")
    ]
    table = np.array(rows, dtype=np.int64).reshape(-1, 4)
    return Memberships(*(np.ascontiguousarray(table[:, column]) for column in range(4)))


def people_who_left() -> dict[int, int]:
    """Return the first day gone of everybody who left, as an ordinal."""
    left = Person.objects.filter(left_on__isnull=False).values_list("pk", "left_on")
    return {person: day.toordinal() for person, day in left}


def credit_splits(moment: datetime, *, zone: ZoneInfo) -> dict[int, list[Split]]:
    """Return how the credit of each deal was split at the end of which days, the earliest first.

    Of several splits of a deal on one day the last counts.
    """
    shares = CreditShare.objects.filter(split=OuterRef("pk"), kind=CreditKind.REVENUE)
    row = JSONObject(person="person", percent=Cast("percent", TextField()))
    rows = (
        CreditSplit.objects.known_at(moment)
        .annotate(day=TruncDate("set_at", tzinfo=zone), parts=ArraySubquery(shares.values(row=row)))
        .values_list("deal", "day", "parts")
    )
    by_day: dict[int, dict[int, Mapping[int, Decimal]]] = {}
    for deal, day, parts in rows.reverse():
        percents = {part["person"]: Decimal(part["percent"]) for part in parts}
        by_day.setdefault(deal, {})[day.toordinal()] = percents
    return {deal: list(splits.items()) for deal, splits in by_day.items()}
