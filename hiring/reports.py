"""What the pages of hiring show, read for one viewer."""

from dataclasses import dataclass

from django.db.models import Count, Q

from hiring import rules
from hiring.enums import StageKind
from hiring.models import Application, HiringStage, Requisition
from org import private
from org.models.people import Person


@dataclass(frozen=True, slots=True)
class RequisitionRow:
    """A requisition in the list: how many are considered, how many hired of how many wanted.

    ``lacks`` names whom it needs before it can go on: a recruiter, a hiring manager.
    """

    requisition: Requisition
    in_progress: int
    hired: int
    lacks: list[str]


def requisitions(viewer: Person) -> list[RequisitionRow]:
    """Return the requisitions the viewer may see, with counts and no names."""
    rows = (
        Requisition.objects.visible_to(viewer)
        .select_related("team", "hiring_manager", "recruiter")
        .annotate(
            in_progress=Count("applications", filter=Q(applications__stage__kind=StageKind.OPEN)),
            hired=Count("applications", filter=Q(applications__stage__kind=StageKind.HIRED)),
        )
        .with_vacancies()
    )
    return [
        RequisitionRow(
            requisition=row,
            in_progress=row.in_progress,
            hired=row.hired,
            lacks=lacking(is_recruited=row.is_recruited, is_managed=row.is_managed),
        )
        for row in rows
    ]


def lacking(*, is_recruited: bool, is_managed: bool) -> list[str]:
    """Return the places of a requisition that nobody fills."""
    return [
        *([] if is_recruited else ["recruiter"]),
        *([] if is_managed else ["hiring manager"]),
    ]


@dataclass(frozen=True, slots=True)
class Column:
    """A stage and the applications that stand in it; ``reached`` counts those ever in it."""

    stage: HiringStage
    applications: list[Application]
    count: int
    reached: int


def board(viewer: Person, requisition: Requisition) -> list[Column]:
    """Return the requisition's stages with counts, and with candidates for its people alone.

    ``reached`` reads the history and not the present stage: who was interviewed and then
    rejected was interviewed.
    """
    by_stage: dict[int, list[Application]] = {}
    if rules.sees_candidates(viewer, requisition):
        rows = Application.objects.visible_to(viewer).filter(requisition=requisition)
        with private.reading_as(viewer):
            shown = list(rows.select_related("candidate").order_by("applied_at", "pk"))
        for application in shown:
            by_stage.setdefault(application.stage_id, []).append(application)
    now = Count("pk", filter=Q(stays__valid_to__gte="9999-12-31T00:00:00Z"), distinct=True)
    counted = {
        row["stays__stage"]: (row["now"], row["reached"])
        for row in requisition.applications.values("stays__stage")
        .annotate(now=now, reached=Count("pk", distinct=True))
        .order_by()
    }
    return [
        Column(
            stage=stage,
            applications=by_stage.get(stage.pk, []),
            count=counted.get(stage.pk, (0, 0))[0],
            reached=counted.get(stage.pk, (0, 0))[1],
        )
        for stage in HiringStage.objects.visible_to(viewer)
    ]
