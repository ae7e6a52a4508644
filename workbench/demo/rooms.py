"""What the demo holds in the rooms beside selling: one-on-ones, hiring, helpers, calendars."""

import uuid
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
from django.db import connection, transaction
from django.db.models import F

from coaching.enums import ItemState, SessionState
from coaching.models import ActionItem, Note, OneOnOne, PrivateNote, Session
from hiring.enums import RequisitionState
from hiring.models import Application, Candidate, HiringStage, Requisition
from org import private
from org.models.people import Person, ReportingLine, RoleGrant
from org.models.teams import TeamMembership
from org.querysets import on_day
from pipeline import history
from pipeline.activities.models import Activity, CalendarUpload
from pipeline.deals.models import DealContact
from workbench.demo.plan import Plan
from workbench.demo.words import FIRST_NAMES, LAST_NAMES

WEEKS = 10
TALKS = (
    "Went through the three largest open deals. The close dates of two were hopeful; moved them.",
    "Discovery calls are better prepared. Next: bring the economic buyer in before the proposal.",
    "Good week. The renewal came in at list price without a discount.",
    "Pipeline for next quarter is thin. Agreed on ten new conversations until the next session.",
    "Talked about the lost deal. No decision rather than a competitor: we never met the owner.",
    "Role-played the pricing talk. Silence after the number is still hard.",
    "Asked for help with the legal review; I talk to their counsel on Thursday.",
)
TASKS = (
    "Ask for a meeting with the economic buyer",
    "Bring the next steps of all commit deals up to date",
    "Write the mutual plan and send it",
    "Book ten first conversations",
    "Ask the reference customer for a call",
    "Clear the overdue close dates",
    "Prepare the quarterly review",
)
PRIVATE = (
    "Ready for larger accounts by spring. Raise it when the territories are planned.",
    "Seems tired. Ask how the week really is before the numbers.",
    "Wants to lead a team one day; give the new hire to them to coach.",
)
WAYS = (  # The stages that an application went through, and how often.
    (("Applied",), 4),
    (("Applied", "Screen"), 4),
    (("Applied", "Screen", "Rejected"), 5),
    (("Applied", "Screen", "Interview"), 3),
    (("Applied", "Screen", "Interview", "Rejected"), 3),
    (("Applied", "Screen", "Interview", "Offer"), 1),
    (("Applied", "Screen", "Interview", "Withdrawn"), 1),
)


@transaction.atomic
def furnish(plan: Plan) -> None:
    """Write one-on-ones of every manager with their reports, and requisitions with candidates."""
    rng = np.random.default_rng([plan.seed, 100])
    _one_on_ones(plan.today, rng)
    _hiring(plan.today, rng)


def _one_on_ones(today: date, rng: np.random.Generator) -> None:
    lines = ReportingLine.objects.filter(on_day(today), person__is_active=True)
    managers = set(RoleGrant.objects.filter(role="manager").values_list("person_id", flat=True))
    for line in lines.select_related("person", "manager").order_by("person_id"):
        if line.manager_id in managers:
            _series(line, today, rng)


def _series(line: ReportingLine, today: date, rng: np.random.Generator) -> None:
    rhythm = int(rng.choice([7, 7, 7, 14]))
    first = max(line.valid_from, today - timedelta(weeks=WEEKS))
    series = OneOnOne.objects.create(person=line.person, manager=line.manager, every_days=rhythm)
    OneOnOne.objects.filter(pk=series.pk).update(started_at=_at(first))
    meeting = today + timedelta(days=int(rng.integers(0, rhythm)))
    # From a Saturday or Sunday to the Monday after it.
    meeting += timedelta(days=max(0, meeting.weekday() - 4) and 7 - meeting.weekday())
    days = [meeting - timedelta(days=rhythm * n) for n in range(WEEKS * 7 // rhythm)]
    held = [day for day in sorted(days) if first <= day < today]
    # Some fall behind: their next session is not planned.
    planned = [meeting] if rng.random() < 0.85 else []
    for day in held + planned:
        state = SessionState.HELD if day < today else SessionState.PLANNED
        session = Session.objects.create(one_on_one=series, planned_on=day, state=state)
        Session.objects.filter(pk=session.pk).update(created_at=_at(day))
        if state == SessionState.HELD:
            _write(session, day, rng)
    _close_items(series, today, rng)


def _write(session: Session, day: date, rng: np.random.Generator) -> None:
    series = session.one_on_one
    author = series.manager if rng.random() < 0.6 else series.person
    note = Note.objects.create(
        session=session, author=author, body=str(rng.choice(TALKS)), submission=_id(rng)
    )
    Note.objects.filter(pk=note.pk).update(created_at=_at(day, hour=15))
    if rng.random() < 0.7:
        ActionItem.objects.create(
            one_on_one=series,
            raised_in=session,
            owner=series.person if rng.random() < 0.8 else series.manager,
            task=str(rng.choice(TASKS)),
            due_on=day + timedelta(days=int(rng.integers(3, 15))),
            submission=_id(rng),
        )
    if rng.random() < 0.15:
        with private.reading_as(series.manager):
            PrivateNote.objects.create(
                session=session, author=series.manager, body=str(rng.choice(PRIVATE))
            )
            PrivateNote.objects.filter(session=session).update(edited_at=_at(day, hour=16))


def _close_items(series: OneOnOne, today: date, rng: np.random.Generator) -> None:
    sessions = list(series.sessions.filter(state=SessionState.HELD).order_by("planned_on"))
    for item in series.items.select_related("raised_in").order_by("pk"):
        later = [one for one in sessions if one.planned_on > item.raised_in.planned_on]
        if later and rng.random() < 0.75:
            where = later[min(len(later) - 1, int(rng.geometric(0.7)) - 1)]
            item.state = ItemState.DONE if rng.random() < 0.85 else ItemState.DROPPED
            item.closed_in, item.closed_at = where, _at(where.planned_on, hour=15)
            item.save()


def _hiring(today: date, rng: np.random.Generator) -> None:
    with connection.cursor() as cursor:
        # Loading the deals has made every check immediate, and a candidate is there a moment
        # before the application that they need.
        cursor.execute("SET CONSTRAINTS hiring_candidate_considered DEFERRED")
    recruiter = Person.objects.active().filter(role_grants__role="recruiter").first()
    leads = TeamMembership.objects.on(today).filter(is_lead=True, team__children__isnull=True)
    stages = {stage.name: stage for stage in HiringStage.objects.all()}
    chosen = list(leads.select_related("team", "person").order_by("team_id")[:4])
    for n, lead in enumerate(chosen):
        opened = today - timedelta(days=int(rng.integers(20, 80)))
        requisition = Requisition.objects.create(
            title="Account executive" if n % 2 == 0 else "Sales development rep",
            team=lead.team,
            hiring_manager=lead.person,
            # Nobody recruits for the one on hold: a recruiter may take it over.
            recruiter=None if n == 3 else recruiter,
            heads=1 + n % 2,
            state=RequisitionState.ON_HOLD if n == 3 else RequisitionState.OPEN,
            reason="Growth" if n % 2 == 0 else "Somebody left",
            opened_on=opened,
            start_on=today + timedelta(days=60),
        )
        mates = TeamMembership.objects.on(today).filter(team=lead.team, is_lead=False)
        requisition.interviewers.set([mate.person for mate in mates.order_by("person_id")[:2]])
        for stages_taken, weight in WAYS:
            for _ in range(max(0, int(rng.poisson(weight * 0.6)))):
                taken = [stages[name] for name in stages_taken]
                _candidate(requisition, taken, opened, today, recruiter, rng)
        if n == 0:
            _archive_one(requisition, today)


def _archive_one(requisition: Requisition, today: date) -> None:
    with private.reading_as(requisition.hiring_manager):
        rejected = requisition.applications.filter(stage__name="Rejected").order_by("pk").first()
        if rejected is not None:
            Candidate.objects.filter(pk=rejected.candidate_id).update(
                archived_at=_at(today - timedelta(days=3))
            )


def _candidate(  # noqa: PLR0917 -- private, called once
    requisition: Requisition,
    taken: list[HiringStage],
    opened: date,
    today: date,
    recruiter: Person | None,
    rng: np.random.Generator,
) -> None:
    name = f"{rng.choice(FIRST_NAMES)} {rng.choice(LAST_NAMES)}"
    day = opened + timedelta(days=int(rng.integers(0, max(1, (today - opened).days - 12))))
    with private.reading_as(requisition.hiring_manager):
        candidate = Candidate.objects.create(
            full_name=name,
            email=f"{name.lower().replace(' ', '.')}@candidate.example",
            source=str(rng.choice(["Referral", "Job board", "Sourced", "Website"])),
        )
        application = Application.objects.create(
            candidate=candidate,
            requisition=requisition,
            stage=taken[0],
            changed_by=recruiter,
            applied_at=_at(day),
            submission=_id(rng),
        )
        # Theirs to write once they are considered for the requisition.
        Candidate.objects.filter(pk=candidate.pk).update(created_at=_at(day))
    for stage in taken[1:]:
        day = min(today - timedelta(days=1), day + timedelta(days=int(rng.integers(1, 5))))
        with history.writing(by=recruiter, source="task", at=_at(day, hour=11)):
            Application.objects.filter(pk=application.pk).update(
                stage=stage, version=F("version") + 1
            )


def _at(day: date, *, hour: int = 10) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def _id(rng: np.random.Generator) -> uuid.UUID:
    return uuid.UUID(bytes=rng.bytes(16), version=4)


# With every thirtieth open deal somebody of the owner's team helps from its present stage on.
HELPERS = """
INSERT INTO pipeline_dealcollaborator (deal_id, person_id, role, added_at, added_by_id)
SELECT deal.id, helper.person_id,
       (ARRAY['solution_engineer', 'specialist', 'sponsor', 'delivery'])[1 + deal.id / 30 % 4],
       deal.stage_entered_at, deal.owner_id
  FROM pipeline_deal deal
  JOIN org_teammembership own ON own.person_id = deal.owner_id AND own.valid_to IS NULL
 CROSS JOIN LATERAL (
       SELECT other.person_id FROM org_teammembership other
         JOIN org_person person ON person.id = other.person_id AND person.is_active
        WHERE other.team_id = own.team_id AND other.valid_to IS NULL
          AND other.person_id <> deal.owner_id
        ORDER BY (other.person_id + deal.id) % 7, other.person_id LIMIT 1) helper
 WHERE deal.status = 'open' AND deal.archived_at IS NULL AND deal.id % 30 = 0
 ORDER BY deal.id
"""
READERS, MEETINGS, WAITING = 3, 8, 3


def add_colleagues(plan: Plan) -> None:
    """Let colleagues help, and a few reps have their last meetings from a calendar."""
    with connection.cursor() as cursor:
        cursor.execute(HELPERS)
    now = datetime.combine(plan.today, time.min, tzinfo=UTC)
    reps = Person.objects.active().with_roles("rep").order_by("pk")
    for number, rep in enumerate(reps[:READERS]):
        _loaded(rep, number, now)


def _loaded(rep: Person, number: int, now: datetime) -> None:
    """Say of a rep's last meetings that a file brought them; another file waits to be looked at."""
    met = Activity.objects.filter(person=rep, kind="meeting", contact__isnull=False)
    meetings = list(met.order_by("-occurred_at", "-pk")[:MEETINGS])
    for meeting in meetings:
        meeting.external_id = f"ics-{rep.pk}-demo-{meeting.pk}"
    Activity.objects.bulk_update(meetings, ["external_id"])
    CalendarUpload.objects.create(
        person=rep,
        file_name=f"{now:%B}.ics",
        uploaded_at=now - timedelta(hours=8),
        left_out={"private": 2, "with no contact of ours among the guests": 11},
        submission=uuid.UUID(int=2 * number + 1),
        logged_at=now - timedelta(hours=8),
        activities=[meeting.pk for meeting in meetings],
    )
    CalendarUpload.objects.create(
        person=rep,
        file_name="This week.ics",
        uploaded_at=now - timedelta(hours=1),
        meetings=_met_lately(rep, now.date()),
        left_out={"with no contact of ours among the guests": 4},
        submission=uuid.UUID(int=2 * number + 2),
    )


def _met_lately(rep: Person, today: date) -> list[dict[str, object]]:
    """Return what is kept of meetings with contacts of the rep's open deals."""
    parts = DealContact.objects.standing().filter(deal__owner=rep, deal__status="open")
    known = parts.exclude(contact__email="").order_by("deal", "contact").select_related("contact")
    return [
        {
            "key": f"demo-{part.pk}",
            "title": f"Next steps with {part.contact.account}",
            "starts_at": datetime.combine(
                today - timedelta(days=1 + place), time(14), tzinfo=UTC
            ).isoformat(),
            "minutes": 30 + 15 * place,
            "guests": [part.contact.email.lower()],
        }
        for place, part in enumerate(known.select_related("contact__account")[:WAITING])
    ]
