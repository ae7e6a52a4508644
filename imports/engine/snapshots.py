"""Deal history: the versions that imports made are replaced by what another system recorded."""

import json
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby, pairwise
from typing import Any
from zoneinfo import ZoneInfo

from imports.engine.cells import local_day
from imports.engine.comparing import execute, put_in_created_ids, rows_of
from imports.engine.composing import Rates
from imports.engine.staging import copy_rows
from imports.enums import ImportSubject
from imports.models import ImportKept, ImportRun
from kit.money import half_up
from org.models.people import Person
from pipeline import history
from pipeline.deals.models import FOREVER, Deal, DealVersion
from pipeline.enums import Status
from pipeline.stages.models import Stage

BATCH = 500
COLUMNS = tuple(
    str(column.column)
    for column in DealVersion._meta.fields  # noqa: SLF001 -- Django's public name
    if column.column != "id"
)

COMPARE = """
WITH staged AS (
    SELECT s.row, s.key, s.data, (s.data ->> 'deal_id')::bigint AS deal,
           row_number() OVER same AS turn, first_value(s.row) OVER same AS first_row,
           first_value(s.data) OVER same AS first_data
      FROM imports_importstagedrow s WHERE s.run_id = %(run)s
    WINDOW same AS (PARTITION BY s.key ORDER BY s.row)
), own AS (
    SELECT v.deal_id, min(v.valid_from) AS since FROM pipeline_dealversion v
     WHERE v.source <> 'import' AND v.deal_id IN (SELECT deal FROM staged) GROUP BY v.deal_id
), judged AS (
    SELECT r.row, r.turn, r.first_row, r.data = r.first_data AS same, r.deal,
           (SELECT max((e ->> 'at')::timestamptz)
              FROM jsonb_array_elements(r.data -> 'snapshots') e) >= own.since AS late, own.since,
           NOT EXISTS (
               SELECT 1 FROM jsonb_array_elements(r.data -> 'snapshots') e
                WHERE NOT EXISTS (
                    SELECT 1 FROM pipeline_dealversion v
                     WHERE v.deal_id = r.deal AND v.valid_from = (e ->> 'at')::timestamptz
                       AND v.stage_id = (e ->> 'stage_id')::bigint
                       AND (NOT e ? 'amount' OR v.amount = (e ->> 'amount')::numeric)
                       AND (NOT e ? 'owner_id' OR v.owner_id = (e ->> 'owner_id')::bigint)
                       AND (NOT e ? 'close_date' OR v.status <> 'open'
                            OR v.expected_close_on = (e ->> 'close_date')::date))) AS there
      FROM staged r LEFT JOIN own ON own.deal_id = r.deal
)
INSERT INTO import_found (row, action, target, changes, reason)
SELECT row,
       CASE WHEN turn > 1 AND same THEN 'part' WHEN turn > 1 OR late THEN 'refuse'
            WHEN there THEN 'leave' ELSE 'change' END,
       deal, NULL,
       CASE WHEN turn > 1 AND NOT same
            THEN 'Row ' || first_row || ' says otherwise of the same moment.'
            WHEN turn = 1 AND late
            THEN 'The deal was changed here from ' || (since AT TIME ZONE %(zone)s)::date
                 || ' on; only what lies before can be imported.' END
  FROM judged
"""


def compare(run: ImportRun, *, zone: str) -> None:
    execute(COMPARE, {"run": run.pk, "zone": zone})


def lock(run: ImportRun) -> None:
    execute(
        """SELECT id FROM pipeline_deal WHERE id IN (
               SELECT target FROM imports_importrow WHERE run_id = %s)
            ORDER BY id FOR NO KEY UPDATE""",
        [run.pk],
    )


@dataclass(slots=True)
class Rebuilding:
    """Writes the versions of the deals of a run anew."""

    run: ImportRun
    by: Person | None
    reason: str
    zone: ZoneInfo
    rates: Rates
    stages: dict[int, Stage] = field(default_factory=dict)
    transaction: int = 0

    def write(self) -> None:
        if any(True for _ in self.run.creations.all()):
            self._put_in_made_stages()
        self.stages = {stage.pk: stage for stage in Stage.objects.all()}
        [(self.transaction,)] = rows_of("SELECT pg_current_xact_id()::text::bigint")
        touched: list[int] = []
        with history.writing(by=self.by, source="import", reason=self.reason, rewrite=True):
            for deals in self._batches():
                self._rebuild(deals)
                touched += deals
            if touched:
                history.check(touched)

    def _put_in_made_stages(self) -> None:
        put_in_created_ids(self.run, {"stage_id": str(ImportSubject.STAGE)})
        execute(
            """UPDATE imports_importstagedrow s
                  SET data = jsonb_set(s.data, '{snapshots}', (
                      SELECT jsonb_agg(CASE WHEN c.target IS NULL THEN e
                                            ELSE jsonb_set(e, '{stage_id}', to_jsonb(c.target)) END
                                       ORDER BY place)
                        FROM jsonb_array_elements(s.data -> 'snapshots')
                             WITH ORDINALITY AS x(e, place)
                        LEFT JOIN imports_importcreation c
                               ON c.run_id = s.run_id AND c.subject = 'stage'
                              AND -c.number = (e ->> 'stage_id')::bigint))
                WHERE s.run_id = %s""",
            [self.run.pk],
        )

    def _batches(self) -> Iterator[list[int]]:
        deals = [
            deal
            for (deal,) in rows_of(
                """SELECT DISTINCT target FROM imports_importrow
                    WHERE run_id = %s AND action IN ('change', 'leave') AND target IN (
                        SELECT target FROM imports_importrow
                         WHERE run_id = %s AND action = 'change')
                    ORDER BY target""",
                [self.run.pk, self.run.pk],
            )
        ]
        for start in range(0, len(deals), BATCH):
            yield deals[start : start + BATCH]

    def _rebuild(self, ids: list[int]) -> None:
        deals = {deal.pk: deal for deal in Deal.objects.filter(pk__in=ids)}
        versions = DealVersion.objects.filter(deal__in=ids).order_by("deal", "valid_from")
        before = {deal: list(rows) for deal, rows in groupby(versions, key=lambda v: v.deal_id)}
        snapshots = self._snapshots(ids)
        kept_before = as_json(ids)
        fresh: list[DealVersion] = []
        for pk in ids:
            fresh += self._chain(deals[pk], before[pk], snapshots[pk])
        self._move_beginnings(ids, fresh)
        execute("DELETE FROM pipeline_dealversion WHERE deal_id = ANY(%s)", [ids])
        copy_rows(
            "pipeline_dealversion",
            COLUMNS,
            ([_plain(getattr(version, name)) for name in COLUMNS] for version in fresh),
        )
        after = as_json(ids)
        ImportKept.objects.bulk_create(
            ImportKept(
                run=self.run, table="versions", target=pk, before=kept_before[pk], after=after[pk]
            )
            for pk in ids
        )

    def _snapshots(self, ids: list[int]) -> dict[int, list[dict[str, Any]]]:
        """Return the deals' snapshots of the plan, in the order of time."""
        found: dict[int, list[dict[str, Any]]] = {pk: [] for pk in ids}
        for deal, snapshots in rows_of(
            """SELECT p.target, s.data -> 'snapshots' FROM imports_importrow p
                 JOIN imports_importstagedrow s ON s.run_id = p.run_id AND s.row = p.row
                WHERE p.run_id = %s AND p.action IN ('change', 'leave') AND p.target = ANY(%s)""",
            [self.run.pk, ids],
        ):
            found[deal] += json.loads(snapshots) if isinstance(snapshots, str) else snapshots
        for rows in found.values():
            for snapshot in rows:
                snapshot["at"] = datetime.fromisoformat(snapshot["at"])
            rows.sort(key=lambda snapshot: snapshot["at"])
        return found

    def _chain(
        self, deal: Deal, before: list[DealVersion], snapshots: list[dict[str, Any]]
    ) -> list[DealVersion]:
        """Return the deal's versions: what stays before and after the snapshots, and theirs."""
        own = [version for version in before if version.source != "import"]
        imported = [version for version in before if version.source == "import"]
        first = snapshots[0]["at"]
        chain = [copy(version) for version in imported if version.valid_from < first]
        if chain and local_day(chain[0].valid_from, self.zone) == local_day(first, self.zone):
            chain = []  # Of the creation only the day was known; the first snapshot is its hour.
        current = copy(before[-1])
        for snapshot in snapshots:
            if chain and chain[-1].valid_from == snapshot["at"]:
                chain.pop()
            chain.append(self._version(deal, current, chain[-1] if chain else None, snapshot))
        if own:
            chain += [version for version in before if version.valid_from >= own[0].valid_from]
        elif _agree(chain[-1], current):
            last = chain.pop()
            current.valid_from, current.transaction = last.valid_from, self.transaction
            chain.append(current)
        else:
            current.valid_from = max(
                current.valid_from, chain[-1].valid_from + timedelta(microseconds=1)
            )
            chain.append(current)
        for version, following in pairwise(chain):
            version.valid_to = following.valid_from
        chain[-1].valid_to = FOREVER
        return chain

    def _version(
        self,
        deal: Deal,
        current: DealVersion,
        previous: DealVersion | None,
        snapshot: dict[str, Any],
    ) -> DealVersion:
        stage = self.stages[snapshot["stage_id"]]
        day = local_day(snapshot["at"], self.zone)
        is_open = stage.kind == Status.OPEN
        amount, currency = self._amount(deal, previous, snapshot, is_open=is_open)
        owner = snapshot.get("owner_id") or deal.credited_to_id or deal.owner_id
        ends_here = not is_open and deal.status == stage.kind
        closed_on = None if is_open else (deal.closed_on if ends_here else day)
        expected = previous.expected_close_on if previous else None
        if is_open and "close_date" in snapshot:
            expected = date.fromisoformat(snapshot["close_date"])
        category = snapshot.get("category") if is_open else None
        return DealVersion(
            deal_id=deal.pk,
            valid_from=snapshot["at"],
            name=deal.name,
            account_id=deal.account_id,
            owner_id=owner,
            stage_id=stage.pk,
            status=stage.kind,
            probability=stage.probability,
            amount=amount,
            currency=currency,
            **self._converted(deal, amount, currency, closed_on or day),
            expected_close_on=expected,
            closed_on=closed_on,
            credited_to_id=None if is_open else (deal.credited_to_id if ends_here else owner),
            category=category if category and category != "closed" else stage.default_category,
            next_step="",
            lost_reason=deal.lost_reason if ends_here else None,
            competitor_id=deal.competitor_id if ends_here else None,
            changed_by_id=self.by.pk if self.by else None,
            source="import",
            reason=self.reason,
            transaction=self.transaction,
        )

    def _amount(
        self,
        deal: Deal,
        previous: DealVersion | None,
        snapshot: dict[str, Any],
        *,
        is_open: bool,
    ) -> tuple[Decimal | None, str]:
        """Return the amount then known: stated, else that before, at the end the deal's own."""
        if "amount" in snapshot:
            return Decimal(snapshot["amount"]), snapshot["currency"]
        if not is_open and deal.status != Status.OPEN:
            return deal.amount, deal.currency
        if previous is not None:
            return previous.amount, previous.currency
        return None, deal.currency

    def _converted(
        self, deal: Deal, amount: Decimal | None, currency: str, day: date
    ) -> dict[str, Any]:
        """Return the amount in the reporting currency and the rate by which it is that."""
        if amount is None or currency == self.rates.base:
            return {"amount_base": amount}
        entered = self.rates.entered(currency, day)
        if entered is None or (amount, currency, day) == (
            deal.amount,
            deal.currency,
            deal.closed_on,
        ):
            return {
                "amount_base": deal.amount_base,
                "exchange_rate": deal.exchange_rate,
                "exchange_rate_from": deal.exchange_rate_from,
            }
        since, rate = entered
        return {
            "amount_base": half_up(amount * rate),
            "exchange_rate": rate,
            "exchange_rate_from": since,
        }

    def _move_beginnings(self, ids: list[int], fresh: list[DealVersion]) -> None:
        """Let deals begin with their first version and be in their stage since they entered it."""
        begins: dict[int, datetime] = {}
        entered: dict[int, tuple[int, datetime]] = {}
        for version in fresh:
            begins.setdefault(version.deal_id, version.valid_from)
            if entered.get(version.deal_id, (None,))[0] != version.stage_id:
                entered[version.deal_id] = (version.stage_id, version.valid_from)
        execute(
            """UPDATE pipeline_deal d SET created_at = x.begins, stage_entered_at = x.entered
                 FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[])
                      AS x(id, begins, entered)
                WHERE d.id = x.id""",
            [ids, [begins[pk] for pk in ids], [entered[pk][1] for pk in ids]],
        )


def as_json(ids: list[int]) -> dict[int, dict[str, Any]]:
    """Return each deal's beginnings and versions as plain values, by which undoing compares."""
    return {
        pk: json.loads(text)
        for pk, text in rows_of(
            """SELECT d.id, jsonb_build_object(
                      'created_at', d.created_at, 'stage_entered_at', d.stage_entered_at,
                      'versions', (SELECT jsonb_agg(to_jsonb(v) - 'id' ORDER BY v.valid_from)
                                     FROM pipeline_dealversion v WHERE v.deal_id = d.id))::text
                 FROM pipeline_deal d WHERE d.id = ANY(%s)""",
            [ids],
        )
    }


def _agree(snapshot: DealVersion, current: DealVersion) -> bool:
    """Whether the last snapshot is the state that the deal is in now."""
    return (
        snapshot.stage_id == current.stage_id
        and snapshot.owner_id == current.owner_id
        and snapshot.amount == current.amount
        and snapshot.currency == current.currency
        and (
            current.status != Status.OPEN or snapshot.expected_close_on == current.expected_close_on
        )
    )


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return "t" if value else "f"
    return value.isoformat() if isinstance(value, date) else value


def restore(target: int, before: dict[str, Any]) -> None:
    """Put a deal's versions and beginnings back as they were. Call inside ``history.writing``."""
    columns = ", ".join(COLUMNS)
    execute(
        "UPDATE pipeline_deal SET created_at = %s, stage_entered_at = %s WHERE id = %s",
        [before["created_at"], before["stage_entered_at"], target],
    )
    execute("DELETE FROM pipeline_dealversion WHERE deal_id = %s", [target])
    execute(
        f"""INSERT INTO pipeline_dealversion ({columns})
            SELECT {columns}
              FROM jsonb_populate_recordset(NULL::pipeline_dealversion, %s::jsonb)""",
        [json.dumps(before["versions"])],
    )
