"""What the pages of hiring show, read for one viewer."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from hiring import rules
from hiring.enums import StageKind
from hiring.models import Application, HiringStage, Requisition
from org import private
from org.models.people import Person


def requisitions(viewer: Person) -> list[Any]:
    """Return the requisitions the viewer may see, with counts and no names.

    ``in_progress`` are considered, ``hired`` are of the heads wanted; ``lacks`` names whom it needs
    before it can go on: a recruiter, a hiring manager.
    """
    rows = (
        Requisition.objects.visible_to(viewer)
        .select_related("team", "hiring_manager", "recruiter")
        .annotate(in_progress=_counted(StageKind.OPEN), hired=_counted(StageKind.HIRED))
        .with_vacancies()
        # Grouping forgets the order of the model.
        .order_by("-opened_on", "-pk")
    )
    for row in rows:
        there = {"recruiter": row.is_recruited, "hiring manager": row.is_managed}
        row.lacks = [who for who, is_there in there.items() if not is_there]
    return list(rows)


def _counted(kind: StageKind) -> Count:
    live = Q(applications__archived_at__isnull=True)
    return Count("applications", filter=live & Q(applications__stage__kind=kind))


@dataclass(frozen=True, slots=True)
class HiringStageColumn:
    """A stage and the applications that stand in it; ``reached`` counts those ever in it."""

    stage: HiringStage
    applications: list[Application]
    count: int
    reached: int


@dataclass(frozen=True, slots=True)
class Board:
    """A requisition's stages, and the archived applications, which no count holds."""

    columns: list[HiringStageColumn]
    archived: list[Application]


def board(viewer: Person, requisition: Requisition) -> Board:
    """Return the requisition's stages with counts, and with candidates for its people alone.

    ``reached`` reads the history and not the present stage: who was interviewed and then
    rejected was interviewed. A stage out of use is shown where somebody was ever in it.
    """
    shown: list[Application] = []
    if rules.sees_candidates(viewer, requisition):
        rows = Application.objects.visible_to(viewer).filter(requisition=requisition)
        with private.reading_as(viewer):
            shown = list(rows.select_related("candidate").order_by("applied_at", "pk"))
    now = Count("pk", filter=Q(stays__valid_to__gte="9999-12-31T00:00:00Z"), distinct=True)
    counted = {
        row["stays__stage"]: (row["now"], row["reached"])
        for row in requisition.applications.live()
        .values("stays__stage")
        .annotate(now=now, reached=Count("pk", distinct=True))
        .order_by()
    }
    standing = [one for one in shown if one.archived_at is None]
    columns = [
        HiringStageColumn(
            stage,
            [one for one in standing if one.stage_id == stage.pk],
            *counted.get(stage.pk, (0, 0)),
        )
        for stage in HiringStage.objects.visible_to(viewer)
        if stage.archived_at is None or stage.pk in counted
    ]
    return Board(columns=columns, archived=[one for one in shown if one.archived_at is not None])


def stages(viewer: Person) -> list[HiringStage]:
    """Return all stages in their order, with ``standing``: how many candidates stand in each."""
    live = Q(applications__archived_at__isnull=True)
    rows = HiringStage.objects.visible_to(viewer)
    return list(rows.annotate(standing=Count("applications", filter=live)).order_by("order", "pk"))
