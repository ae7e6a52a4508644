"""Who booked what, in plain SQL that shares nothing with the code."""

from datetime import date, datetime

from django.db import connection

# Percent by person of the deals in force at a moment, rounded as the rule says, in plain SQL.
BY_PERSON = """
WITH won AS (
    SELECT v.deal_id, v.credited_to_id, (v.amount_base * 100)::bigint AS cents,
           (SELECT id FROM pipeline_creditsplit s WHERE s.deal_id = v.deal_id AND s.set_at <= %(at)s
             ORDER BY set_at DESC LIMIT 1) AS split
      FROM pipeline_dealversion v
     WHERE v.valid_from <= %(at)s AND v.valid_to > %(at)s AND v.status = 'won' AND NOT v.archived
       AND v.closed_on >= %(start)s AND v.closed_on < %(end)s AND v.amount_base IS NOT NULL
), exact AS (
    SELECT won.deal_id, won.cents, s.person_id, won.cents * s.percent / 100 AS part
      FROM won JOIN pipeline_creditshare s ON s.split_id = won.split AND s.kind = 'revenue'
), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY deal_id ORDER BY part - floor(part) DESC, person_id)
                AS place,
           cents - sum(floor(part)) OVER (PARTITION BY deal_id) AS left_over
      FROM exact
), parts AS (
    SELECT person_id, floor(part) + (place <= left_over)::int AS cents FROM ranked
    UNION ALL
    SELECT credited_to_id, cents FROM won
     WHERE NOT EXISTS (SELECT 1 FROM pipeline_creditshare s
                        WHERE s.split_id = won.split AND s.kind = 'revenue')
)
SELECT person_id, sum(cents)::bigint FROM parts GROUP BY 1
"""


def booked_by_person(at: datetime, start: date, end: date) -> dict[int, int]:
    """Return who had booked how many cents from ``start`` to before ``end``, as known at ``at``."""
    with connection.cursor() as cursor:
        cursor.execute(BY_PERSON, {"at": at, "start": start, "end": end})
        return dict(cursor.fetchall())
