"""Deals: staged rows against the deals here; then deals with their history at its true dates."""

from datetime import datetime

from django.db import connection

from imports.engine import deal_lines
from imports.engine.comparing import begin_match, begin_turns, execute, put_in_created_ids
from imports.engine.deal_columns import FIRST_VALUES, KEPT, PLAIN, VALUES, VERSION
from imports.engine.tables import change_of
from imports.enums import ImportSubject
from imports.models import ImportRun
from org.models.people import Person
from org.services.calendar import organisation
from pipeline import history

# Values that are compared with a deal that is here; the nullable override is told by "".
COLUMNS = {
    "name": "text",
    "account_id": "bigint",
    "owner_id": "bigint",
    "stage_id": "bigint",
    "amount": "numeric",
    "currency": "text",
    "expected_close_on": "date",
    "closed_on": "date",
    **PLAIN,
    "lost_reason": "text",
    "competitor_id": "bigint",
    "lost_note": "text",
}
# What follows from a row's product, so that rows may differ in it and still be one deal.
OF_LINES = "'{line,open_amount,made_amount,made_priced,made_name}'::text[]"
FOREVER = "TIMESTAMPTZ '9999-12-31 00:00:00+00'"
REFERENCES = {
    "account_id": ImportSubject.ACCOUNT,
    "owner_id": ImportSubject.PERSON,
    "stage_id": ImportSubject.STAGE,
    "open_stage_id": ImportSubject.STAGE,
    "line,product_id": ImportSubject.PRODUCT,
}

MATCH = """
    SELECT first.row, known.id AS target, 1 AS many
      FROM first LEFT JOIN pipeline_deal known ON known.external_id = first.data ->> 'external_id'
     WHERE first.data ? 'external_id'
    UNION ALL
    SELECT first.row, min(alike.id), count(alike.id)
      FROM first
      LEFT JOIN pipeline_deal alike
             ON alike.archived_at IS NULL
            AND alike.owner_id = (first.data ->> 'owner_id')::bigint
            AND alike.name = coalesce(first.data ->> 'name', first.data ->> 'made_name')
            AND alike.account_id IS NOT DISTINCT FROM (first.data ->> 'account_id')::bigint
            AND (NOT %(dated)s OR (alike.created_at AT TIME ZONE %(zone)s)::date
                                  = (first.data ->> 'made_created_day')::date)
     WHERE NOT first.data ? 'external_id'
     GROUP BY first.row
"""

LINES = f"""
CREATE TEMP TABLE import_lines ON COMMIT DROP AS
SELECT first_row AS row, jsonb_agg(line ORDER BY line) AS lines FROM (
    SELECT DISTINCT t.first_row, jsonb_build_array((s.data #>> '{{line,product_id}}')::bigint,
                        (s.data #>> '{{line,quantity}}')::numeric,
                        (s.data #>> '{{line,unit_price}}')::numeric) AS line
      FROM import_turn t
      JOIN imports_importstagedrow s ON s.run_id = %(run)s AND s.row = t.row
      LEFT JOIN imports_importstagedrow f
             ON t.turn > 1 AND f.run_id = %(run)s AND f.row = t.first_row
     WHERE s.data ? 'line' AND (t.turn = 1 OR s.data - {OF_LINES} = f.data - {OF_LINES})) each
 GROUP BY first_row
"""

LINE_CHANGE = """
CASE WHEN l.lines IS NOT NULL AND t.id IS NOT NULL AND l.lines IS DISTINCT FROM (
          SELECT jsonb_agg(line ORDER BY line) FROM (
              SELECT jsonb_build_array(h.product_id, h.quantity, CASE
                     WHEN l.lines #> '{0,2}' <> 'null' THEN h.unit_price END) AS line
                FROM pipeline_dealline h WHERE h.deal_id = t.id) here)
     THEN jsonb_build_object('lines', jsonb_build_array(
          (SELECT jsonb_agg(jsonb_build_array(h.product_id, h.quantity, h.unit_price) ORDER BY h.id)
             FROM pipeline_dealline h WHERE h.deal_id = t.id), l.lines))
     ELSE '{}' END"""

CATEGORY_CHANGE = """
CASE WHEN r.data ? 'category_override'
      AND t.category_override IS DISTINCT FROM nullif(r.data ->> 'category_override', '')
     THEN jsonb_build_object('category_override', jsonb_build_array(
          t.category_override, nullif(r.data ->> 'category_override', '')))
     ELSE '{}' END"""

COMPARE = f"""
WITH judged AS (
    SELECT turn.row, r.data, t.id AS target,
           CASE WHEN t.id IS NULL THEN '{{}}' ELSE
           {change_of(COLUMNS)} || {CATEGORY_CHANGE} || {LINE_CHANGE} END AS changes,
           v.valid_from,
           CASE WHEN m.many > 1
                THEN m.many || ' deals here have this name, account and owner:'
                     || ' an id column is needed.'
                WHEN t.archived_at IS NOT NULL
                THEN 'This deal is in the archive; restore it first.'
                WHEN t.id IS NULL OR t.status = 'open'
                THEN r.data ->> 'made_undated' END AS reason
      FROM import_turn turn
      JOIN imports_importstagedrow r ON r.run_id = %(run)s AND r.row = turn.row
      LEFT JOIN import_match m ON m.row = turn.row
      LEFT JOIN pipeline_deal t ON t.id = m.target AND m.many = 1
      LEFT JOIN pipeline_dealversion v ON v.deal_id = t.id AND v.valid_to = {FOREVER}
      LEFT JOIN import_lines l ON l.row = turn.row
     WHERE turn.turn = 1
),
decided AS (
    SELECT *, coalesce(reason, CASE
        WHEN target IS NOT NULL AND changes - 'lines' <> '{{}}'
             AND %(moment)s::timestamptz IS NOT NULL AND valid_from > %(moment)s::timestamptz
             AND NOT (changes ? 'stage_id' AND data ? 'closed_on'
                      AND (data ->> 'made_closed_at')::timestamptz > valid_from)
        THEN 'The deal has a later change here, of ' || (valid_from AT TIME ZONE %(zone)s)::date
             || ', than the day of the file''s data.' END) AS why
      FROM judged
)
INSERT INTO import_found (row, action, target, changes, reason)
SELECT row,
       CASE WHEN why IS NOT NULL THEN 'refuse' WHEN target IS NULL THEN 'create'
            WHEN changes = '{{}}' THEN 'leave' ELSE 'change' END,
       target, CASE WHEN target IS NOT NULL AND changes <> '{{}}' THEN changes END, why
  FROM decided
"""

# Rows of a key that an earlier row has: parts of the same deal, or at odds with it.
COMPARE_FURTHER = f"""
WITH further AS (
    SELECT turn.row, turn.first_row, r.data, first.data AS first_data, found.reason AS first_why,
           r.data = first.data
           OR r.data ? 'line' AND r.data - {OF_LINES} = first.data - {OF_LINES} AS is_part
      FROM import_turn turn
      JOIN imports_importstagedrow r ON r.run_id = %(run)s AND r.row = turn.row
      JOIN imports_importstagedrow first ON first.run_id = %(run)s AND first.row = turn.first_row
      JOIN import_found found ON found.row = turn.first_row
     WHERE turn.turn > 1
)
INSERT INTO import_found (row, action, reason)
SELECT row, CASE WHEN first_why IS NULL AND is_part THEN 'part' ELSE 'refuse' END, CASE
       WHEN first_why IS NOT NULL THEN 'It repeats row ' || first_row || ', which is refused.'
       WHEN NOT is_part
       THEN 'Row ' || first_row || ' is the same deal with another ' || coalesce(
            (SELECT string_agg(replace(replace(theirs.key, '_id', ''), '_', ' '), ', '
                               ORDER BY theirs.key)
               FROM jsonb_each(data - {OF_LINES}) theirs
              WHERE theirs.value IS DISTINCT FROM first_data -> theirs.key
                AND theirs.key NOT LIKE 'made%%'), 'value') || '.' END
  FROM further
"""


def compare(run: ImportRun, *, zone: str, moment: datetime | None, dated: bool) -> None:
    """Find what becomes of each staged deal. ``moment`` is that of changes, None for now.

    ``dated`` says whether the file has a created date, which then is part of a deal's identity.
    """
    params = {"run": run.pk, "zone": zone, "moment": moment, "dated": dated}
    begin_turns(run)
    begin_match(MATCH, params)
    execute("DROP TABLE IF EXISTS pg_temp.import_lines")
    execute(LINES, params)
    execute("ANALYZE import_lines")
    execute(COMPARE, params)
    execute("ANALYZE import_found (row)")
    execute(COMPARE_FURTHER, params)


def lock(run: ImportRun) -> None:
    execute(
        """SELECT id FROM pipeline_deal WHERE id IN (
               SELECT target FROM imports_importrow
                WHERE run_id = %s AND action IN ('change', 'leave'))
            ORDER BY id FOR NO KEY UPDATE""",
        [run.pk],
    )


# The sums of what follows from the products, for deals of several lines.
PARTS = """
CREATE TEMP TABLE import_parts ON COMMIT DROP AS
SELECT row, sum((data ->> 'open_amount')::numeric) AS open_amount,
       sum((data ->> 'made_amount')::numeric) AS made_amount
  FROM (SELECT DISTINCT ON (t.first_row, s.data -> 'line') t.first_row AS row, s.data
          FROM import_turn t
          JOIN imports_importstagedrow s ON s.run_id = %(run)s AND s.row = t.row
          JOIN imports_importrow p ON p.run_id = %(run)s AND p.row = t.row
         WHERE s.data ? 'line' AND p.action IN ('create', 'part')
           AND t.first_row IN (SELECT first_row FROM import_turn WHERE turn > 1)) each
 GROUP BY row
"""


INSERT_DEALS = f"""
INSERT INTO pipeline_deal (
    id, external_id, name, account_id, owner_id, stage_id, amount, currency, expected_close_on,
    closed_on, category_override, lost_reason, competitor_id, lost_note, win_evidence,
    created_by_id, created_at, stage_entered_at, status, category, version, {", ".join(PLAIN)})
SELECT p.target, s.data ->> 'external_id', coalesce(s.data ->> 'name', s.data ->> 'made_name'),
       (s.data ->> 'account_id')::bigint, (s.data ->> 'owner_id')::bigint,
       (s.data ->> 'stage_id')::bigint,
       coalesce((s.data ->> 'amount')::numeric, parts.made_amount,
                (s.data ->> 'made_amount')::numeric),
       coalesce(s.data ->> 'currency', s.data ->> 'made_currency'),
       (s.data ->> 'expected_close_on')::date,
       coalesce(s.data ->> 'closed_on', s.data ->> 'made_closed_on')::date,
       nullif(s.data ->> 'category_override', ''), s.data ->> 'lost_reason',
       (s.data ->> 'competitor_id')::bigint, coalesce(s.data ->> 'lost_note', ''), '',
       %(by)s::bigint,
       CASE WHEN coalesce((s.data ->> 'open_stage_id')::bigint, %(open_stage)s::bigint) IS NULL
                 AND s.data ? 'made_closed_at'
            THEN (s.data ->> 'made_closed_at')::timestamptz
            ELSE (s.data ->> 'made_created_at')::timestamptz END,
       coalesce(s.data ->> 'made_closed_at', s.data ->> 'made_created_at')::timestamptz,
       'open', 'pipeline', 1,
       {", ".join(VALUES)}
  FROM imports_importrow p
  JOIN imports_importstagedrow s ON s.run_id = p.run_id AND s.row = p.row
  LEFT JOIN import_parts parts ON parts.row = s.row
 WHERE p.run_id = %(run)s AND p.action = 'create'
 ORDER BY p.row
"""


# What was known before the closing is converted here as the database converts deals: at the rate
# of the creation's day.
INSERT_VERSIONS = f"""
WITH fresh AS (
    SELECT d.*, stage.probability, s.data,
           coalesce(parts.open_amount, (s.data ->> 'open_amount')::numeric) AS open_amount,
           greatest((s.data ->> 'made_closed_at')::timestamptz, d.created_at) AS final_from
      FROM imports_importrow p
      JOIN imports_importstagedrow s ON s.run_id = p.run_id AND s.row = p.row
      JOIN pipeline_deal d ON d.id = p.target
      JOIN pipeline_stage stage ON stage.id = d.stage_id
      LEFT JOIN import_parts parts ON parts.row = s.row
     WHERE p.run_id = %(run)s AND p.action = 'create'
)
INSERT INTO pipeline_dealversion ({VERSION})
SELECT id, coalesce(final_from, created_at), {FOREVER}, {", ".join(KEPT)}, probability, FALSE,
       %(by)s::bigint, 'import', %(reason)s, pg_current_xact_id()::text::bigint
  FROM fresh
UNION ALL
SELECT fresh.id, fresh.created_at, final_from, {", ".join(FIRST_VALUES)},
       open.probability, FALSE,
       %(by)s::bigint, 'import', %(reason)s, pg_current_xact_id()::text::bigint
  FROM fresh
  JOIN pipeline_stage open
    ON open.id = coalesce((data ->> 'open_stage_id')::bigint, %(open_stage)s::bigint)
  LEFT JOIN LATERAL (
       SELECT rate, valid_from FROM org_exchangerate
        WHERE fresh.currency <> %(base)s AND open_amount IS NOT NULL
          AND currency = fresh.currency AND valid_from <= (data ->> 'made_created_day')::date
        ORDER BY valid_from DESC LIMIT 1) exchange ON true
 WHERE final_from > fresh.created_at
"""

# Minutes matter only to the order of a deal's versions: a stage entered by a stated closing has
# that closing's time, everything else the time of the import.
MOVE_STAGES = """
UPDATE pipeline_deal d
   SET stage_id = (s.data ->> 'stage_id')::bigint,
       closed_on = coalesce((s.data ->> 'closed_on')::date, d.closed_on),
       stage_entered_at = CASE
           WHEN s.data ? 'closed_on' AND (s.data ->> 'made_closed_at')::timestamptz > v.valid_from
           THEN (s.data ->> 'made_closed_at')::timestamptz
           ELSE coalesce(%(moment)s::timestamptz, clock_timestamp()) END,
       {rest}
  FROM imports_importrow p
  JOIN imports_importstagedrow s ON s.run_id = p.run_id AND s.row = p.row
  JOIN pipeline_dealversion v ON v.deal_id = p.target
   AND v.valid_to = TIMESTAMPTZ '9999-12-31 00:00:00+00'
 WHERE p.run_id = %(run)s AND p.action = 'change' AND p.changes ? 'stage_id' AND d.id = p.target
"""

CHANGE_DEALS = """
UPDATE pipeline_deal d
   SET closed_on = CASE WHEN d.status = 'open' THEN d.closed_on
                        ELSE coalesce((s.data ->> 'closed_on')::date, d.closed_on) END,
       {rest}
  FROM imports_importrow p
  JOIN imports_importstagedrow s ON s.run_id = p.run_id AND s.row = p.row
 WHERE p.run_id = %(run)s AND p.action = 'change' AND NOT p.changes ? 'stage_id'
   AND p.changes - '{{lines,_before}}'::text[] <> '{{}}' AND d.id = p.target
"""
REST = ",\n       ".join(
    f"{name} = CASE WHEN s.data ? '{name}' THEN (s.data ->> '{name}')::{kind} ELSE d.{name} END"
    for name, kind in COLUMNS.items()
    if name not in {"stage_id", "closed_on"}
) + (
    ",\n       category_override = CASE WHEN s.data ? 'category_override' "
    "THEN nullif(s.data ->> 'category_override', '') ELSE d.category_override END"
)

# What the database derives of a deal and undoing has to put back, and by which it sees edits.
KEEP_BEFORE = """
UPDATE imports_importrow p SET changes = p.changes || jsonb_build_object('_before',
       jsonb_build_object('closed_on', d.closed_on, 'credited_to_id', d.credited_to_id,
                          'stage_entered_at', d.stage_entered_at))
  FROM pipeline_deal d WHERE p.run_id = %(run)s AND p.action = 'change' AND d.id = p.target
"""
KEEP_VERSION = """
UPDATE imports_importrow p
   SET changes = p.changes || jsonb_build_object('_version', jsonb_build_array(NULL, d.version))
  FROM pipeline_deal d WHERE p.run_id = %(run)s AND p.action = 'change' AND d.id = p.target
"""


def apply(
    run: ImportRun,
    *,
    by: Person | None,
    reason: str,
    open_stage: int | None,
    moment: datetime | None,
) -> None:
    """Write the deals and their versions; ends with the check that every history is unbroken."""
    put_in_created_ids(run, {key: str(subject) for key, subject in REFERENCES.items()})
    params = {
        "run": run.pk,
        "by": by.pk if by else None,
        "reason": reason,
        "open_stage": open_stage,
        "moment": moment,
        "base": organisation().currency,
    }
    execute(KEEP_BEFORE, params)
    execute("DROP TABLE IF EXISTS pg_temp.import_parts")
    execute(PARTS, params)
    execute("ANALYZE import_parts")
    execute("ANALYZE imports_importrow")
    with history.writing(by=by, source="import", reason=reason, rewrite=True, own_versions=True):
        execute(INSERT_DEALS, params)
        execute(INSERT_VERSIONS, params)
    with history.writing(by=by, source="import", reason=reason, rewrite=True):
        execute(MOVE_STAGES.format(rest=REST), params)
    with history.writing(by=by, source="import", reason=reason, at=moment):
        execute(CHANGE_DEALS.format(rest=REST), params)
    execute(deal_lines.DROP, params)
    execute(deal_lines.INSERT, params)
    execute(KEEP_VERSION, params)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT array_agg(target) FROM imports_importrow
                WHERE run_id = %s AND action IN ('create', 'change')""",
            [run.pk],
        )
        (touched,) = cursor.fetchone()
    if touched:
        history.check(touched)
