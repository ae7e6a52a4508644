"""Deals, their versions and what belongs to them: staged as numbers, turned into rows by SQL."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from pipeline import history
from pipeline.stages.models import Competitor
from workbench.demo.copying import staged_numbers
from workbench.demo.deals import LOST, NEVER, OVERRIDES, REASONS, WON, Ints
from workbench.demo.story import Story, base_cents, currency_of
from workbench.demo.words import (
    ACTIVITY_KINDS,
    COMPETITORS,
    COUNTRIES,
    LOST_NOTES,
    LOST_REASONS,
    NEXT_STEP_COUNT,
    NEXT_STEPS,
    PRODUCTS,
    SOURCES,
    STAGES,
    SUBJECTS,
    SUBJECTS_PER_KIND,
    WIN_EVIDENCE,
)

# By the name of its model, the id of the first row of a table; row n of the story has it plus n.
Ids = Mapping[str, int]
# The seeded versions belong to no transaction that a later change could be merged into.
NO_TRANSACTION = 0
_STEP_TEXTS = [text for steps in NEXT_STEPS for text in steps] + [""] * (NEXT_STEP_COUNT * 2)
_SUBJECT_TEXTS = [text for kind in ACTIVITY_KINDS for group in SUBJECTS[kind] for text in group]


def _moments(story: Story, day: Ints, second: Ints) -> NDArray[np.int64]:
    return story.days.midnight[day] + second.astype(np.int64)


def _facts(story: Story, ids: Ids) -> dict[str, Any]:
    """Return the parameters of the statements: first ids, texts by number, the first day."""
    rivals = Competitor.objects.filter(name__in=COMPETITORS).order_by("pk")
    return {
        **ids, "first": story.days.first,
        "names": [name for name, *_ in PRODUCTS],
        "currencies": [currency for _, currency, _ in COUNTRIES],
        "overrides": list(OVERRIDES), "steps": _STEP_TEXTS, "sources": list(SOURCES),
        "reasons": list(LOST_REASONS), "notes": [LOST_NOTES[r] for r in LOST_REASONS],
        "rivals": len(COMPETITORS),
        "competitors": list(rivals.values_list("pk", flat=True)),
        "evidence": WIN_EVIDENCE, "whys": list(REASONS),
        "kinds": list(ACTIVITY_KINDS), "subjects": _SUBJECT_TEXTS,
        "statuses": [kind for _, kind, *_ in STAGES],
        "chances": [probability for _, _, probability, *_ in STAGES],
        "defaults": [category for *_, category, _ in STAGES],
        "lost": LOST, "won": WON, "no_transaction": NO_TRANSACTION,
    }  # fmt: skip


DEALS = """
INSERT INTO pipeline_deal (
    id, name, account_id, owner_id, stage_id, amount, currency, expected_close_on,
    original_close_on, closed_on, credited_to_id, category_override, next_step, next_step_on,
    source, lost_reason, lost_note, competitor_id, win_evidence, created_at, created_by_id,
    stage_entered_at, archived_at)
SELECT %(deal)s + d.number,
       account.name || ': ' || (%(names)s::text[])[d.product + 1]
           || CASE WHEN d.again = 1 THEN ' expansion' ELSE '' END,
       account.id, %(person)s + d.owner, %(stage)s + d.stage, nullif(d.amount, -1),
       (%(currencies)s::text[])[d.currency + 1], %(first)s::date + d.close_on,
       %(first)s::date + d.first_close_on,
       CASE WHEN d.stage >= %(won)s THEN %(first)s::date + d.entered_on END,
       CASE WHEN d.stage >= %(won)s THEN %(person)s + d.owner END,
       (%(overrides)s::text[])[d.override + 1],
       (%(steps)s::text[])[d.step + 1],
       CASE WHEN d.step_on >= 0 THEN %(first)s::date + d.step_on END,
       (%(sources)s::text[])[d.source + 1],
       CASE WHEN d.stage = %(lost)s THEN (%(reasons)s::text[])[d.lost_reason + 1] END,
       CASE WHEN d.stage = %(lost)s THEN (%(notes)s::text[])[d.lost_reason + 1] ELSE '' END,
       CASE WHEN d.stage = %(lost)s AND (%(reasons)s::text[])[d.lost_reason + 1] = 'competitor'
            THEN (%(competitors)s::bigint[])[1 + d.number %% %(rivals)s] END,
       CASE WHEN d.stage = %(won)s THEN %(evidence)s ELSE '' END,
       to_timestamp(d.created), %(person)s + d.created_by, to_timestamp(d.entered),
       CASE WHEN d.archived >= 0 THEN to_timestamp(d.archived) END
  FROM demo_deal d JOIN pipeline_account account ON account.id = %(account)s + d.account
 ORDER BY d.number
"""

VERSIONS = """
WITH rates AS (
    SELECT currency, rate, valid_from,
           lead(valid_from) OVER (PARTITION BY currency ORDER BY valid_from) AS until
      FROM org_exchangerate
)
INSERT INTO pipeline_dealversion (
    deal_id, valid_from, valid_to, name, account_id, owner_id, stage_id, status, probability,
    amount, currency, amount_base, exchange_rate, exchange_rate_from, expected_close_on, closed_on,
    credited_to_id, category, next_step, next_step_on, lost_reason, competitor_id, archived,
    changed_by_id, source, reason, transaction)
SELECT deal.id, to_timestamp(v.since),
       CASE WHEN v.until >= 0 THEN to_timestamp(v.until) ELSE '9999-12-31 00:00:00+00' END,
       deal.name, deal.account_id, %(person)s + v.owner, %(stage)s + v.stage,
       (%(statuses)s::text[])[v.stage + 1], (%(chances)s::int[])[v.stage + 1],
       nullif(v.amount, -1), deal.currency, nullif(v.base, -1)::numeric / 100,
       rates.rate, rates.valid_from,
       %(first)s::date + v.close_on,
       CASE WHEN v.stage >= %(won)s THEN %(first)s::date + v.day END,
       CASE WHEN v.stage >= %(won)s THEN %(person)s + v.owner END,
       coalesce((%(overrides)s::text[])[v.override + 1], (%(defaults)s::text[])[v.stage + 1]),
       (%(steps)s::text[])[v.step + 1],
       CASE WHEN v.step_on >= 0 THEN %(first)s::date + v.step_on END,
       CASE WHEN v.stage = %(lost)s THEN deal.lost_reason END,
       CASE WHEN v.stage = %(lost)s THEN deal.competitor_id END,
       v.archived = 1, %(person)s + v.by_whom, 'page', (%(whys)s::text[])[v.reason + 1],
       %(no_transaction)s
  FROM demo_version v JOIN pipeline_deal deal ON deal.id = %(deal)s + v.deal
  LEFT JOIN rates
    ON v.base >= 0 AND rates.currency = deal.currency
   AND %(first)s::date + v.rate_day >= rates.valid_from
   AND (rates.until IS NULL OR %(first)s::date + v.rate_day < rates.until)
 ORDER BY v.deal, v.since
"""

ACTIVITIES = """
INSERT INTO pipeline_activity (
    kind, direction, minutes, subject, body, occurred_at, person_id, deal_id, account_id,
    contact_id, created_at)
SELECT (%(kinds)s::text[])[a.kind + 1],
       -- Of three calls or e-mails one comes in; a meeting goes both ways, a note none.
       CASE WHEN a.kind = 2 THEN 'both' WHEN a.kind = 3 THEN ''
            WHEN a.occurred %% 3 = 0 THEN 'in' ELSE 'out' END,
       CASE a.kind WHEN 0 THEN 4 + a.occurred %% 27 WHEN 2 THEN 30 + 15 * (a.occurred %% 3) END,
       (%(subjects)s::text[])[a.subject + 1], '',
       to_timestamp(a.occurred), %(person)s + a.person,
       CASE WHEN a.deal >= 0 THEN %(deal)s + a.deal END, %(account)s + a.account,
       %(contact)s + a.contact, to_timestamp(a.occurred)
  FROM demo_activity a ORDER BY a.occurred, a.person
"""

LINES = """
INSERT INTO pipeline_dealline (deal_id, product_id, quantity, unit_price)
SELECT %(deal)s + l.deal, %(product)s + l.product, l.quantity, l.cents::numeric / 100
  FROM demo_line l ORDER BY l.deal, l.product
"""

# The first who is known pushes the deal, the next pays, the others look at it closely; each of
# them came to be known some days after the one before.
CONTACTS = """
INSERT INTO pipeline_dealcontact (deal_id, contact_id, role, added_at, added_by_id)
SELECT d.id, %(contact)s + c.contact,
       (ARRAY['champion', 'economic_buyer', 'technical', 'user', 'legal'])[least(c.place, 5)],
       least(d.created_at + (c.place - 1) * interval '6 days', d.stage_entered_at), d.owner_id
  FROM (SELECT deal, contact,
               row_number() OVER (PARTITION BY deal ORDER BY contact) AS place
          FROM demo_contact) c
  JOIN pipeline_deal d ON d.id = %(deal)s + c.deal ORDER BY c.deal, c.contact
"""


# Of every twentieth won deal a colleague of the team of the time has a share, of some of these
# the team's lead an overlay.
SPLITS = """
INSERT INTO pipeline_creditsplit (deal_id, set_at, set_by_id, reason)
SELECT id, stage_entered_at, credited_to_id, 'Found and closed together'
  FROM pipeline_deal
 WHERE status = 'won' AND archived_at IS NULL AND (id - %(deal)s) %% 20 = 7 ORDER BY id;

WITH split AS (
    SELECT s.id, d.id AS deal, d.credited_to_id AS owner, colleague.person_id AS colleague,
           colleague.lead
      FROM pipeline_creditsplit s JOIN pipeline_deal d ON d.id = s.deal_id
      LEFT JOIN LATERAL (
          SELECT other.person_id, (SELECT lead.person_id FROM org_teammembership lead
                                    WHERE lead.team_id = own.team_id AND lead.is_lead
                                      AND daterange(lead.valid_from, lead.valid_to) @> d.closed_on
                                    ORDER BY lead.person_id LIMIT 1) AS lead
            FROM org_teammembership own JOIN org_teammembership other
              ON other.team_id = own.team_id AND other.person_id <> own.person_id
             AND NOT other.is_lead
             AND daterange(other.valid_from, other.valid_to) @> d.closed_on
           WHERE own.person_id = d.credited_to_id
             AND daterange(own.valid_from, own.valid_to) @> d.closed_on
           ORDER BY (other.person_id * 31 + d.id) %% 17, other.person_id LIMIT 1
      ) colleague ON true
)
INSERT INTO pipeline_creditshare (split_id, person_id, kind, percent)
SELECT id, owner, 'revenue', CASE WHEN colleague IS NULL THEN 100 ELSE 66.67 END FROM split
UNION ALL
SELECT id, colleague, 'revenue', 33.33 FROM split WHERE colleague IS NOT NULL
UNION ALL
SELECT id, lead, 'overlay', 20 FROM split WHERE lead IS NOT NULL AND (deal - %(deal)s) %% 3 = 0
ORDER BY 1, 3, 2
"""


def _run(sql: str, story: Story, ids: Ids) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, _facts(story, ids))


def _deals(story: Story, ids: Ids) -> None:
    """Write the deals in their final state; their history follows at its true times."""
    Competitor.objects.bulk_create(
        [Competitor(name=name) for name in COMPETITORS], ignore_conflicts=True
    )
    deals = story.deals
    entered = _moments(story, deals.entered_on, deals.entered_second)
    columns: dict[str, NDArray[Any]] = {
            "number": np.arange(story.count, dtype=np.int32),
            "account": deals.account, "product": deals.product, "source": deals.source,
            "again": _bought_before(story), "currency": currency_of(story).astype(np.int32),
            "owner": deals.owner, "stage": deals.stage, "amount": deals.amount,
            "close_on": deals.close_on, "first_close_on": deals.first_close_on,
            "entered_on": deals.entered_on, "override": deals.override,
            "step": _step_codes(deals.stage, deals.step), "step_on": deals.step_on,
            "lost_reason": deals.lost_reason, "created_by": deals.created_by,
            "created": _moments(story, deals.created_on, deals.created_second),
            "entered": entered, "archived": _archived(story),
    }  # fmt: skip
    with (
        staged_numbers("demo_deal", columns),
        connection.cursor() as cursor,
        history.writing(by=None, source="import", rewrite=True),
    ):
        # The trigger would write each deal's last state as if it had held from the creation on.
        cursor.execute("ALTER TABLE pipeline_deal DISABLE TRIGGER pipeline_deal_created")
        _run(DEALS, story, ids)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE pipeline_deal ENABLE TRIGGER pipeline_deal_created")
        cursor.execute("ANALYZE pipeline_deal")


def _step_codes(stage: Ints, step: Ints) -> Ints:
    """Return the number of a next step's text; closed deals have none."""
    return np.where(stage < WON, stage * NEXT_STEP_COUNT + step, 0).astype(np.int32)


def _bought_before(story: Story) -> Ints:
    """Return 1 for the deals of accounts that had bought something when the deal was opened."""
    deals = story.deals
    first = np.full(story.market.count, np.iinfo(np.int32).max)
    won = deals.stage == WON
    np.minimum.at(first, deals.account[won], deals.entered_on[won])
    return (first[deals.account] < deals.created_on).astype(np.int32)


def _archived(story: Story) -> NDArray[np.int64]:
    """Return the moment at which each deal was put away, NEVER for most."""
    found = np.full(story.count, NEVER, dtype=np.int64)
    v = story.versions
    away = v["archived"] == 1
    found[v["deal"][away]] = _moments(story, v["day"][away], v["second"][away])
    return found


def _versions(story: Story, ids: Ids) -> None:
    v = story.versions
    since = _moments(story, v["day"], v["second"])
    last = np.append(v["deal"][1:] != v["deal"][:-1], True)
    until = np.where(last, NEVER, np.roll(since, -1))
    # Foreign amounts stand while a deal is open, so their rate is that of the creation's day.
    rate_day = np.where(v["stage"] >= WON, v["day"], story.deals.created_on[v["deal"]])
    columns: dict[str, NDArray[Any]] = {
            "deal": v["deal"], "since": since, "until": until, "day": v["day"],
            "owner": v["owner"], "stage": v["stage"], "amount": v["amount"],
            "base": base_cents(story, v["deal"], v["amount"], rate_day), "rate_day": rate_day,
            "close_on": v["close_on"], "override": v["override"],
            "step": _step_codes(v["stage"], v["step"]), "step_on": v["step_on"],
            "archived": v["archived"], "by_whom": v["by"], "reason": v["reason"],
    }  # fmt: skip
    with (
        staged_numbers("demo_version", columns),
        history.writing(by=None, source="import", rewrite=True),
    ):
        _run(VERSIONS, story, ids)


def _activities(story: Story, ids: Ids) -> None:
    a = story.activities
    market = story.market
    known = np.bincount(market.contact_account, minlength=market.count)[a["account"]]
    contact = market.first_contact[a["account"]] + a["contact"] % known
    kind = a["kind"]
    columns: dict[str, NDArray[Any]] = {
            "kind": kind, "subject": kind * 2 * SUBJECTS_PER_KIND + a["subject"],
            "occurred": _moments(story, a["day"], a["second"]), "person": a["person"],
            "deal": a["deal"], "account": a["account"], "contact": contact.astype(np.int32),
    }  # fmt: skip
    with staged_numbers("demo_activity", columns):
        _run(ACTIVITIES, story, ids)


def _lines(story: Story, ids: Ids) -> None:
    with staged_numbers("demo_line", story.lines):
        _run(LINES, story, ids)


def _contacts(story: Story, ids: Ids) -> None:
    with staged_numbers("demo_contact", story.deal_contacts):
        _run(CONTACTS, story, ids)


def _splits(story: Story, ids: Ids) -> None:
    if not story.plan.is_bulk:
        _run(SPLITS, story, ids)


STEPS: tuple[tuple[str, Callable[[Story, Ids], None]], ...] = (
    ("deals", _deals),
    ("the history of the deals", _versions),
    ("activities", _activities),
    ("products in deals", _lines),
    ("contacts of deals", _contacts),
    ("shared credit", _splits),
)


def check(story: Story) -> None:
    """Let the database check that every deal's history is whole."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE pipeline_dealversion")
    history.check()
