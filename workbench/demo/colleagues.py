"""Who helps with deals of the demo, and the calendars that a few of its people loaded."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from django.db import connection

from org.models.people import Person
from pipeline.activities.models import Activity, CalendarUpload
from pipeline.deals.models.people import DealContact
from workbench.demo.plan import Plan

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


def add(plan: Plan) -> None:
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
        submission=UUID(int=2 * number + 1),
        logged_at=now - timedelta(hours=8),
        activities=[meeting.pk for meeting in meetings],
    )
    CalendarUpload.objects.create(
        person=rep,
        file_name="This week.ics",
        uploaded_at=now - timedelta(hours=1),
        meetings=_waiting(rep, now.date()),
        left_out={"with no contact of ours among the guests": 4},
        submission=UUID(int=2 * number + 2),
    )


def _waiting(rep: Person, today: date) -> list[dict[str, object]]:
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
