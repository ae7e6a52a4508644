"""What the pages answer, as the shortest SQL that we could write by hand on the same tables.

A floor leaves out what a page adds: the session, who may see what, the rules of odd cases,
templates. It reads the same moment from the same versions, so that the ratio is the price of
everything between the database and the reader.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import connection, transaction

_QUOTAS = """
    SELECT person_id, sum(target) FROM (
        SELECT DISTINCT ON (person_id, period_id) person_id, target
          FROM org_quota
         WHERE measure = 'bookings' AND set_at <= now() AND {of}
           AND period_id IN (SELECT id FROM org_fiscalperiod
                              WHERE kind = 'month' AND start_on >= %(start)s AND start_on < %(end)s)
         ORDER BY person_id, period_id, set_at DESC) newest
     GROUP BY 1
"""
# Bookings, wins and losses by person; the open pipeline by person, stage and category; quotas.
TEAM = (
    """
    SELECT credited_to_id, sum(amount_base) FILTER (WHERE status = 'won'),
           count(*) FILTER (WHERE status = 'won'), count(*)
      FROM pipeline_dealversion
     WHERE status <> 'open' AND NOT archived AND closed_on >= %(start)s AND closed_on < %(end)s
       AND valid_from <= now() AND valid_to > now()
     GROUP BY 1
    """,
    """
    SELECT owner_id, stage_id, category, count(*), sum(amount_base)
      FROM pipeline_dealversion
     WHERE status = 'open' AND NOT archived AND valid_from <= now() AND valid_to > now()
     GROUP BY 1, 2, 3
    """,
    _QUOTAS.format(of="person_id IS NOT NULL"),
)
# The closed deals of the quarter with what they took, and the deals created by status.
METRICS = (
    """
    SELECT version.credited_to_id, version.closed_on, deal.source, version.lost_reason,
           version.status, count(*), sum(version.amount_base),
           array_agg(version.closed_on - deal.created_at::date)
      FROM pipeline_dealversion version JOIN pipeline_deal deal ON deal.id = version.deal_id
     WHERE version.status <> 'open' AND NOT version.archived
       AND version.closed_on >= %(start)s AND version.closed_on < %(end)s
       AND version.valid_from <= now() AND version.valid_to > now()
     GROUP BY 1, 2, 3, 4, 5
    """,
    """
    SELECT date_trunc('quarter', created_at), status, count(*), sum(amount_base)
      FROM pipeline_deal
     WHERE archived_at IS NULL AND created_at >= %(start)s::date - 365 AND created_at < %(end)s
     GROUP BY 1, 2
    """,
)
# From stage to stage: the stays that began in the quarter, by where they led.
STAGES = (
    """
    SELECT stage_id, went_to, count(*),
           percentile_cont(ARRAY[0.5, 0.75]) WITHIN GROUP (ORDER BY left_at - entered)
      FROM (SELECT stage_id, status, valid_from AS entered, lead(valid_from) OVER path AS left_at,
                   lead(stage_id) OVER path AS went_to
              FROM (SELECT deal_id, stage_id, status, valid_from, lag(stage_id) OVER (
                               PARTITION BY deal_id ORDER BY valid_from) AS came_from
                      FROM pipeline_dealversion WHERE valid_from <= now()) changed
             WHERE came_from IS DISTINCT FROM stage_id
            WINDOW path AS (PARTITION BY deal_id ORDER BY valid_from)) stays
     WHERE status = 'open' AND entered >= %(start)s AND entered < %(end)s
     GROUP BY 1, 2
    """,
)
# The pipeline of the quarter then and now, and the deals that changed in the four weeks between.
_IN_PLAY = """
    SELECT sum(amount_base), count(*) FROM pipeline_dealversion
     WHERE status = 'open' AND NOT archived
       AND expected_close_on >= %(start)s AND expected_close_on < %(end)s
       AND valid_from <= {moment} AND valid_to > {moment}
"""
_THEN = "now() - interval '28 days'"
CHANGES = (
    _IN_PLAY.format(moment=_THEN),
    _IN_PLAY.format(moment="now()"),
    f"""
    SELECT version.deal_id, was.status, was.owner_id, was.amount_base, was.expected_close_on,
           version.status, version.owner_id, version.amount_base, version.expected_close_on
      FROM pipeline_dealversion version
      LEFT JOIN pipeline_dealversion was
        ON was.deal_id = version.deal_id AND was.valid_from <= {_THEN} AND was.valid_to > {_THEN}
     WHERE version.valid_from > {_THEN} AND version.valid_to > now()
       AND (version.expected_close_on >= %(start)s AND version.expected_close_on < %(end)s
            OR version.closed_on >= %(start)s AND version.closed_on < %(end)s
            OR was.expected_close_on >= %(start)s AND was.expected_close_on < %(end)s)
    """,
)
# The same, and the 50 largest deals with their names.
REVIEW = (
    *CHANGES,
    """
    SELECT version.*, account.name, owner.full_name, stage.name
      FROM pipeline_dealversion version
      JOIN org_person owner ON owner.id = version.owner_id
      JOIN pipeline_stage stage ON stage.id = version.stage_id
      LEFT JOIN pipeline_account account ON account.id = version.account_id
     WHERE version.status = 'open' AND NOT version.archived
       AND expected_close_on >= %(start)s AND expected_close_on < %(end)s
       AND valid_from <= now() AND valid_to > now()
     ORDER BY amount_base DESC NULLS LAST LIMIT 50
    """,
)
# The same as for the dashboard, and the forecasts that the newest run has stored.
FORECAST = (
    *TEAM,
    """
    SELECT forecast.*, person.full_name
      FROM forecasting_forecast forecast
      JOIN analytics_recomputerun run ON run.id = forecast.run_id AND run.is_current
      LEFT JOIN org_person person ON person.id = forecast.person_id
     WHERE run.as_of = (SELECT max(as_of) FROM analytics_recomputerun WHERE is_current)
    """,
)
# The same for one person, and the person's open deals in the order of their close dates.
ME = (
    """
    SELECT sum(amount_base), count(*) FROM pipeline_dealversion
     WHERE credited_to_id = %(person)s AND status = 'won' AND NOT archived
       AND closed_on >= %(start)s AND closed_on < %(end)s
       AND valid_from <= now() AND valid_to > now()
    """,
    _QUOTAS.format(of="person_id = %(person)s"),
    """
    SELECT deal_id, name, amount_base, expected_close_on, next_step FROM pipeline_dealversion
     WHERE owner_id = %(person)s AND status = 'open' AND NOT archived AND valid_to > now()
     ORDER BY expected_close_on LIMIT 50
    """,
)
LIST = (
    """
    SELECT deal.id, deal.name, account.name, owner.full_name, stage.name, deal.amount_base,
           deal.expected_close_on
      FROM pipeline_deal deal
      JOIN pipeline_stage stage ON stage.id = deal.stage_id
      JOIN org_person owner ON owner.id = deal.owner_id
      LEFT JOIN pipeline_account account ON account.id = deal.account_id
     WHERE deal.archived_at IS NULL
     ORDER BY deal.created_at DESC, deal.id DESC LIMIT 50
    """,
)
DEAL = (
    """
    SELECT deal.*, account.name, owner.full_name, stage.name
      FROM pipeline_deal deal
      JOIN pipeline_stage stage ON stage.id = deal.stage_id
      JOIN org_person owner ON owner.id = deal.owner_id
      LEFT JOIN pipeline_account account ON account.id = deal.account_id
     WHERE deal.id = %(deal)s
    """,
    "SELECT * FROM pipeline_dealversion WHERE deal_id = %(deal)s ORDER BY valid_from",
    "SELECT * FROM pipeline_activity WHERE deal_id = %(deal)s ORDER BY occurred_at DESC LIMIT 50",
)
# With the triggers that keep the history: they belong to the database, not to the page.
MOVE = (
    """
    UPDATE pipeline_deal SET stage_id = %(stage)s WHERE id = %(deal)s AND version = %(version)s
    """,
    """
    INSERT INTO org_auditentry (action, subject_type, subject_id, subject_label, changes, reason)
    VALUES ('deal.move', 'pipeline.deal', %(deal)s, 'floor', '{}', '')
    """,
)
# Bookings and quota of every person in every month of the history.
RECOMPUTE = (
    """
    CREATE TEMP TABLE bench_attainment ON COMMIT DROP AS
    SELECT quota.person_id, quota.period_id, coalesce(sum(won.amount_base), 0) AS booked,
           quota.target
      FROM (SELECT DISTINCT ON (person_id, period_id) person_id, period_id, target,
                   period.start_on, period.end_on
              FROM org_quota JOIN org_fiscalperiod period ON period.id = period_id
             WHERE measure = 'bookings' AND set_at <= now() AND person_id IS NOT NULL
               AND period.kind = 'month' AND period.start_on <= now()
             ORDER BY person_id, period_id, set_at DESC) quota
      LEFT JOIN pipeline_dealversion won
        ON won.credited_to_id = quota.person_id AND won.status = 'won' AND NOT won.archived
       AND won.closed_on >= quota.start_on AND won.closed_on < quota.end_on
       AND won.valid_from <= now() AND won.valid_to > now()
     GROUP BY quota.person_id, quota.period_id, quota.target
    """,
)
# The same, and the simplest forecast there is: the open deals of every person, as they stood at the
# end of each week that the run looks back on, times the won share of their stage until then.
NIGHTLY = (
    *RECOMPUTE,
    """
    CREATE TEMP TABLE bench_share ON COMMIT DROP AS
    SELECT stood.stage_id, week, count(*) FILTER (WHERE closed.status = 'won')::numeric
                                 / count(*) AS won
      FROM generate_series(now() - %(weeks)s * interval '1 week', now(), '1 week') week
      JOIN (SELECT DISTINCT deal_id, stage_id FROM pipeline_dealversion
             WHERE status = 'open') stood ON true
      JOIN (SELECT deal_id, status, min(valid_from) AS since FROM pipeline_dealversion
             WHERE status <> 'open' AND NOT archived GROUP BY 1, 2) closed
        ON closed.deal_id = stood.deal_id AND closed.since <= week
     GROUP BY 1, 2
    """,
    """
    CREATE TEMP TABLE bench_forecast ON COMMIT DROP AS
    SELECT week, owner_id, sum(amount_base) AS amount, sum(amount_base * won) AS expected
      FROM bench_share share
      JOIN pipeline_dealversion version USING (stage_id)
     WHERE version.status = 'open' AND NOT archived AND valid_from <= week AND valid_to > week
     GROUP BY 1, 2
    """,
)

# What the triggers cost that derive a deal's standing and write its history.
TRIGGERS = (
    (
        "Bulk insert, with the triggers",
        """
        INSERT INTO pipeline_deal (
            name, account_id, owner_id, stage_id, status, category, amount, amount_base, currency,
            expected_close_on, next_step, source, lost_note, win_evidence, version)
        SELECT name, account_id, owner_id, stage_id, status, category, amount, amount_base,
               currency, expected_close_on, next_step, source, lost_note, win_evidence, 1
          FROM pipeline_deal WHERE status = 'open' AND currency = 'USD' LIMIT 10000
        """,
    ),
    (
        "Bulk update, with the triggers",
        """
        UPDATE pipeline_deal SET expected_close_on = expected_close_on + 7
         WHERE id IN (SELECT id FROM pipeline_deal WHERE status = 'open' ORDER BY id LIMIT 10000)
        """,
    ),
)


def reading(statements: Sequence[str], values: Mapping[str, Any]) -> Callable[[], object]:
    """Return a deed that runs the statements and fetches every row."""

    def read() -> list[list[tuple[Any, ...]]]:
        found = []
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement, dict(values))
                found.append(cursor.fetchall())
        return found

    return read


def write(statements: Sequence[str], values: Mapping[str, Any]) -> None:
    """Run the statements in one transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, dict(values))
