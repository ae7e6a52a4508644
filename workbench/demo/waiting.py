"""Deals of the demo whose customers asked for time, and what its admin set about risk."""

from datetime import UTC, datetime, time, timedelta

from django.db import connection

from analytics.risk.enums import Signal
from analytics.risk.models import SignalRule
from org.models.people import Person
from pipeline import history
from workbench.demo.plan import Plan

# Each fortieth open deal waits, for one to eight weeks. The versions first: a deal that is then
# as its history says gets no further one.
WAIT = """
UPDATE pipeline_dealversion version
   SET wait_until = %(today)s::date + 7 * (1 + deal.id / 40 %% 8)::int
  FROM pipeline_deal deal
 WHERE deal.id = version.deal_id AND version.valid_to = '9999-12-31 00:00:00+00'
   AND deal.id %% 40 = 0 AND deal.status = 'open' AND deal.archived_at IS NULL;

UPDATE pipeline_deal deal SET wait_until = version.wait_until
  FROM pipeline_dealversion version
 WHERE version.deal_id = deal.id AND version.valid_to = '9999-12-31 00:00:00+00'
   AND version.wait_until IS NOT NULL;
"""


def agree(plan: Plan) -> None:
    """Let a few open deals wait until a day, and switch on the search for a decision-maker."""
    with history.writing(by=None, source="import", rewrite=True), connection.cursor() as cursor:
        cursor.execute(WAIT, {"today": plan.today})
    SignalRule.objects.create(
        signal=Signal.NO_DECISION_MAKER,
        is_on=True,
        limit=45,
        weight=8,
        set_by=Person.objects.with_roles("admin").order_by("pk").first(),
        set_at=datetime.combine(plan.today - timedelta(days=90), time(9), tzinfo=UTC),
    )
