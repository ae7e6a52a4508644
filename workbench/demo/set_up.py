"""What the demo's admin set up: what stages ask for, activity targets, waiting deals and risk."""

from datetime import UTC, datetime, time, timedelta

from django.db import connection, transaction

from analytics.risk.enums import Signal
from analytics.risk.models import SignalRule
from kit.periods import fiscal_year_start
from org.models.people import Person
from pipeline import history
from pipeline.discipline.models import CriterionVersion, ExitCriterion, FrameworkElement
from pipeline.discipline.services import qualification
from pipeline.discipline.services import setup as exit_setup
from pipeline.stages.models import Stage
from pipeline.stages.services import set_qualified_stage
from process.models import ActivityTarget
from workbench.demo.plan import FIRST_MONTH, Plan

CRITERIA = {
    "Discovery": ("The buyer described what the problem costs them",),
    "Qualification": (
        "The buyer confirmed a budget, or who can make one",
        "The buyer named everybody who decides",
    ),
    "Demo": ("The people who will use it saw it and said what is missing",),
    "Proposal": ("The economic buyer has read the offer and answered it",),
    "Negotiation": ("Legal and purchasing of the buyer have begun their work",),
}
FIELDS = {
    "Qualification": ("amount", "contacts"),
    "Demo": ("expected_close_on", "next_step"),
    "Negotiation": ("products",),
}
# Since then the criteria are asked for, so that moves of the last quarters passed them.
ASKED_FOR = timedelta(days=200)
# Whoever saw a demo was qualified before.
QUALIFIED = "Demo"
LEAST = {"Champion": {"Demo": 1, "Proposal": 2}, "Economic buyer": {"Proposal": 1}}
SHOWN = (
    "Said so in the meeting; the minutes were sent and nobody objected.",
    "E-mail of the head of operations.",
    "Their project plan names it.",
)
WHYS = (
    "Their quarter ends on Friday; the answer comes after.",
    "The champion is away and asked us to go on.",
    "They bought before, nobody wants to do it twice.",
)

# What the open deals have passed was shown, or passed over, on the day they came where they stand.
MET = """
INSERT INTO pipeline_criterionmet (deal_id, criterion_id, version_id, evidence, met_at, met_by_id)
SELECT deal.id, version.criterion_id, version.id,
       (%(shown)s::text[])[1 + (deal.id + version.id) %% 3], deal.stage_entered_at, deal.owner_id
  FROM pipeline_deal deal
  JOIN pipeline_stage now_in ON now_in.id = deal.stage_id
  JOIN pipeline_stage passed ON passed.pipeline_id = now_in.pipeline_id
                            AND passed."order" < now_in."order"
  JOIN pipeline_exitcriterion criterion ON criterion.stage_id = passed.id
  JOIN pipeline_criterionversion version ON version.criterion_id = criterion.id
 WHERE deal.status = 'open' AND deal.archived_at IS NULL AND deal.id %% 9 <> 0
 ORDER BY deal.id, version.id
"""
OVERRIDES = """
INSERT INTO pipeline_stageoverride (deal_id, deal_version, from_stage_id, to_stage_id, owner_id,
       missing, reason, overridden_at, overridden_by_id)
SELECT deal.id, 1, passed.id, deal.stage_id, deal.owner_id,
       (SELECT jsonb_agg(version.statement) FROM pipeline_criterionversion version
          JOIN pipeline_exitcriterion criterion ON criterion.id = version.criterion_id
         WHERE criterion.stage_id = passed.id),
       (%(whys)s::text[])[1 + deal.id %% 3], deal.stage_entered_at, deal.owner_id
  FROM pipeline_deal deal
  JOIN pipeline_stage now_in ON now_in.id = deal.stage_id
  JOIN LATERAL (SELECT stage.id FROM pipeline_stage stage
                 WHERE stage.pipeline_id = now_in.pipeline_id AND stage."order" < now_in."order"
                   AND stage.id IN (SELECT stage_id FROM pipeline_exitcriterion)
                 ORDER BY stage."order" DESC LIMIT 1) passed ON true
 WHERE deal.status = 'open' AND deal.archived_at IS NULL AND deal.id %% 9 = 0
 ORDER BY deal.id
"""
SCORES = """
INSERT INTO pipeline_elementscore (deal_id, element_id, score, evidence, asked, scored_at,
       scored_by_id)
SELECT deal.id, element.id, known.score,
       CASE WHEN known.score > 0
            THEN (%(shown)s::text[])[1 + (deal.id + element.id) %% 3] ELSE '' END,
       element.name || ': ' || element.question, deal.stage_entered_at, deal.owner_id
  FROM pipeline_deal deal
  JOIN pipeline_stage now_in ON now_in.id = deal.stage_id
  JOIN pipeline_framework framework ON framework.archived_at IS NULL
  JOIN pipeline_frameworkelement element ON element.framework_id = framework.id
 CROSS JOIN LATERAL (
       SELECT least(3, (deal.id * 7 + element.id * 5) %% 3 + now_in."order" / 30) AS score) known
 WHERE deal.status = 'open' AND deal.archived_at IS NULL AND deal.id %% 2 = 0
 ORDER BY deal.id, element.id
"""
# Owners looked back at some of what closed, three days later at the latest by now.
REVIEWS = """
INSERT INTO pipeline_closingreview (deal_id, closed_at, status, decided_by, learnt, competitor_id,
       asked, reviewed_on, written_by_id, written_at)
SELECT deal.id, deal.stage_entered_at, deal.status,
       CASE deal.status WHEN 'won' THEN (%(won)s::text[])[1 + deal.id %% 3]
                        ELSE (%(lost)s::text[])[1 + deal.id %% 3] END,
       (%(learnt)s::text[])[1 + deal.id %% 3], deal.competitor_id, 'Head of operations',
       least(deal.closed_on + 3, %(today)s::date), deal.owner_id,
       least(deal.stage_entered_at + interval '3 days', %(at)s)
  FROM pipeline_deal deal
 WHERE deal.status <> 'open' AND deal.archived_at IS NULL AND deal.id %% 4 = 0
 ORDER BY deal.id
"""
WON = (
    "The trial showed the hours saved in their own numbers.",
    "Their champion carried it through purchasing.",
    "We answered the security questions in two days.",
)
LOST = (
    "Nobody above our contact had the problem.",
    "The offer came before we knew who decides.",
    "Another supplier was in the house already.",
)
LEARNT = (
    "Ask for the economic buyer before the demo.",
    "Bring the numbers of the trial to the offer.",
    "Begin with legal a month earlier.",
)


def _admin() -> Person | None:
    return Person.objects.with_roles("admin").order_by("pk").first()


@transaction.atomic
def ask(plan: Plan) -> None:
    """Set up what stages ask for, and let the open deals have been asked."""
    at = datetime.combine(plan.today, time.min, tzinfo=UTC)
    by = _admin()
    stages = {stage.name: stage for stage in Stage.objects.filter(pipeline__is_default=True)}
    set_qualified_stage(stages[QUALIFIED].pipeline, stage=stages[QUALIFIED], by=by)
    for name, statements in CRITERIA.items():
        for place, statement in enumerate(statements, start=1):
            CriterionVersion.objects.create(
                criterion=ExitCriterion.objects.create(stage=stages[name]),
                statement=statement, order=place * 10, set_by=by, valid_from=at - ASKED_FOR,
            )  # fmt: skip
    for name, fields in FIELDS.items():
        stage = stages[name]
        exit_setup.require_fields(stage, by=by, fields=fields, at=at)
    for element in FrameworkElement.objects.filter(name__in=LEAST).select_related("framework"):
        qualification.save_element(
            element.framework, element, by=by, at=at, fields={},
            minimums={stages[name].pk: least for name, least in LEAST[element.name].items()},
        )  # fmt: skip
    with connection.cursor() as cursor:
        for sql in (MET, OVERRIDES, SCORES):
            cursor.execute(sql, {"shown": list(SHOWN), "whys": list(WHYS)})
        texts = {"won": list(WON), "lost": list(LOST), "learnt": list(LEARNT)}
        cursor.execute(REVIEWS, texts | {"today": plan.today, "at": at})


# Role, kind, how many, in a week or month, from the first or the running fiscal year on, and why.
TARGETS = (
    ("rep", "call", 2, "week", 0, "The plan of the year"),
    ("rep", "meeting", 6, "month", 0, "The plan of the year"),
    ("rep", "call", 3, "week", 1, "More first conversations"),
    ("manager", "meeting", 2, "month", 1, "Managers meet customers too"),
)


def set_targets(plan: Plan) -> None:
    """Write the targets as sales operations set them on the first day of a fiscal year."""
    running = fiscal_year_start(plan.today, first_month=FIRST_MONTH)
    years = (plan.fiscal_years[0], running)
    admin = _admin()
    ActivityTarget.objects.bulk_create(
        ActivityTarget(
            role=role,
            kind=kind,
            count=count,
            every=every,
            starts_on=years[year],
            reason=reason,
            set_by=admin,
            set_at=datetime.combine(years[year], time(9), tzinfo=UTC),
        )
        for role, kind, count, every, year, reason in TARGETS
    )


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


def let_wait(plan: Plan) -> None:
    """Let a few open deals wait until a day, and switch on the search for a decision-maker."""
    with history.writing(by=None, source="import", rewrite=True), connection.cursor() as cursor:
        cursor.execute(WAIT, {"today": plan.today})
    SignalRule.objects.create(
        signal=Signal.NO_DECISION_MAKER,
        is_on=True,
        limit=45,
        weight=8,
        set_by=_admin(),
        set_at=datetime.combine(plan.today - timedelta(days=90), time(9), tzinfo=UTC),
    )
