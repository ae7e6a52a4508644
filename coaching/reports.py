"""What the pages of coaching show, read for one viewer."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Max, Min, Q

from coaching.enums import ItemState, SessionState
from coaching.models import ActionItem, Note, OneOnOne, PrivateNote, Session
from org import private
from org.models.people import Person, ReportingLine
from org.querysets import on_day


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """A running series as its list shows it."""

    series: OneOnOne
    other: Person
    last_held_on: date | None
    next_on: date | None
    open_items: int
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class Overview:
    """The viewer's one-on-ones, and with whom one could be started."""

    rows: list[SeriesRow]
    ended: list[OneOnOne]
    without: list[Person]
    own_manager: Person | None


def overview(viewer: Person, *, today: date) -> Overview:
    """Return the running series with their rhythm, and the reports that have none."""
    everything = list(
        OneOnOne.objects.visible_to(viewer)
        .select_related("person", "manager")
        .annotate(
            last_held_on=Max("sessions__planned_on", filter=Q(sessions__state=SessionState.HELD)),
            next_on=Min(
                "sessions__planned_on",
                filter=Q(sessions__state=SessionState.PLANNED, sessions__planned_on__gte=today),
            ),
            open_items=Count("items", filter=Q(items__state=ItemState.OPEN), distinct=True),
        )
    )
    # With a leaver nothing is due any more.
    here = (s for s in everything if s.person.is_active and s.manager.is_active)
    running = [series for series in here if series.ended_at is None]
    pairs = {(series.person_id, series.manager_id) for series in running}
    lines = ReportingLine.objects.filter(on_day(today)).select_related("person", "manager")
    near = list(lines.filter(Q(manager=viewer) | Q(person=viewer)).filter(person__is_active=True))
    free = [line for line in near if (line.person_id, line.manager_id) not in pairs]
    return Overview(
        rows=[_row(series, viewer=viewer, today=today) for series in running],
        ended=[series for series in everything if series not in running],
        without=[line.person for line in free if line.manager_id == viewer.pk],
        own_manager=next((line.manager for line in free if line.person_id == viewer.pk), None),
    )


def _row(series: OneOnOne, *, viewer: Person, today: date) -> SeriesRow:
    facts = vars(series)
    last, following = facts["last_held_on"], facts["next_on"]
    since = last or series.started_at.date()
    due = since + timedelta(days=series.every_days)
    other = series.manager if series.person_id == viewer.pk else series.person
    is_overdue = following is None and due < today
    return SeriesRow(series, other, last, following, facts["open_items"], is_overdue)


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An action item on a session's page; ``carried`` counts the sessions since it was raised."""

    item: ActionItem
    carried: int
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class SessionPage:
    """A session: the notes for both, the viewer's own private note, and the items open in it."""

    session: Session
    notes: list[Note]
    private_body: str
    private_version: int
    open_items: list[ItemRow]
    closed_items: list[ActionItem]


def session_page(viewer: Person, session: Session, *, today: date) -> SessionPage:
    """Return the page of a session that the viewer takes part in.

    Items carry over by the pair of people and not by date, so that moving or cancelling a
    session loses none.
    """
    series = session.one_on_one
    days = list(
        series.sessions.exclude(state=SessionState.CANCELLED).values_list("planned_on", flat=True)
    )
    items = list(
        ActionItem.objects.visible_to(viewer)
        .filter(one_on_one=series, raised_in__planned_on__lte=session.planned_on)
        .select_related("owner", "raised_in")
    )
    with private.reading_as(viewer):
        mine = PrivateNote.objects.visible_to(viewer).filter(session=session).first()
    return SessionPage(
        session=session,
        notes=list(
            Note.objects.visible_to(viewer).filter(session=session).select_related("author")
        ),
        private_body=mine.body if mine else "",
        private_version=mine.version if mine else 0,
        open_items=[
            ItemRow(
                item=item,
                carried=sum(item.raised_in.planned_on < day <= session.planned_on for day in days),
                is_overdue=item.due_on is not None and item.due_on < today,
            )
            for item in items
            if item.state == ItemState.OPEN
        ],
        closed_items=[item for item in items if item.closed_in_id == session.pk],
    )
