"""Requisitions, candidates, and the stages their applications go through."""

from datetime import UTC, datetime
from typing import ClassVar

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Lower
from django.urls import reverse

from hiring.enums import RequisitionState, StageKind
from kit.fields import check, choices, one_of
from org import access
from org.enums import Role
from org.models.people import Person, RoleGrant
from org.models.teams import Team

FOREVER = datetime(9999, 12, 31, tzinfo=UTC)
ERASED = "Erased candidate"


def _people_of(viewer: Person, prefix: str = "") -> Q:
    """Return the condition that the viewer is recruiter, hiring manager or interviewer.

    Who holds the role no more is not what the requisition still calls them.
    """
    if not access.may_enter(viewer):
        return Q(pk__in=[])
    mine = Q(**{f"{prefix}interviewers": viewer})
    if viewer.is_recruiter:
        mine |= Q(**{f"{prefix}recruiter": viewer})
    if viewer.is_manager:
        mine |= Q(**{f"{prefix}hiring_manager": viewer})
    return mine


def _holds(field: str, role: Role) -> Exists:
    """Return whether the person in a field is here and holds the role."""
    grants = RoleGrant.objects.filter(person=OuterRef(field), role=role, person__is_active=True)
    return Exists(grants)


def _those(rows: QuerySet, condition: Q) -> QuerySet:
    """Return each row once, of however many of the condition's joins it is part."""
    return rows.filter(pk__in=models.QuerySet(rows.model).filter(condition).values("pk"))


class RequisitionQuerySet(models.QuerySet):
    def visible_to(self, viewer: Person) -> QuerySet:
        """Recruiters, admins and executives see that a place is open; managers see those below."""
        if access.sees_everyone(viewer) or viewer.is_recruiter:
            return self
        mine = _people_of(viewer)
        if viewer.is_manager:
            mine |= access.people_filter(viewer, "hiring_manager")
        return _those(self, mine)

    def open(self) -> QuerySet:
        return self.filter(state=RequisitionState.OPEN)

    def with_vacancies(self) -> QuerySet:
        """Annotate what rules.has_recruiter and has_hiring_manager say, for many at once."""
        return self.annotate(
            is_recruited=_holds("recruiter", Role.RECRUITER),
            is_managed=_holds("hiring_manager", Role.MANAGER),
        )


class HiringStageQuerySet(models.QuerySet):
    def visible_to(self, viewer: Person) -> QuerySet:
        return self if access.may_enter(viewer) else self.none()

    def live(self) -> QuerySet:
        return self.filter(archived_at__isnull=True)


class CandidateQuerySet(models.QuerySet):
    """Read only inside ``org.private.reading_as``: outside it the database returns no row."""

    def visible_to(self, viewer: Person) -> QuerySet:
        return _those(self, _people_of(viewer, "applications__requisition__"))


class ApplicationQuerySet(models.QuerySet):
    def visible_to(self, viewer: Person) -> QuerySet:
        return _those(self, _people_of(viewer, "requisition__"))

    def live(self) -> QuerySet:
        return self.filter(archived_at__isnull=True)

    def hired(self) -> QuerySet:
        return self.filter(stage__kind=StageKind.HIRED)


class Requisition(models.Model):
    """The leave to hire a number of people for a team."""

    title = models.CharField(max_length=200)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    hiring_manager = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    recruiter = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    interviewers = models.ManyToManyField(Person, blank=True, related_name="+")
    heads = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(
        max_length=10, choices=choices(RequisitionState), default=RequisitionState.OPEN
    )
    reason = models.CharField(max_length=500, blank=True)
    opened_on = models.DateField()
    start_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects: ClassVar = RequisitionQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_on", "-pk"]
        constraints = [
            one_of("requisition_state", "state", RequisitionState),
            check("requisition_titled", ~Q(title="")),
            check("requisition_heads", Q(heads__range=(1, 500))),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("hiring:requisition", args=[self.pk])


class HiringStage(models.Model):
    """A step of the way from application to hire."""

    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=10, choices=choices(StageKind), default=StageKind.OPEN)
    order = models.PositiveSmallIntegerField()
    archived_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = HiringStageQuerySet.as_manager()

    class Meta:
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(Lower("name"), name="hiring_stage_name_unique"),
            one_of("hiring_stage_kind", "kind", StageKind),
            check("hiring_stage_named", ~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name


class Candidate(models.Model):
    """Somebody who may join. Everything that tells who they are can be erased for good."""

    full_name = models.CharField(max_length=200)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=60, blank=True)
    source = models.CharField(max_length=100, blank=True)
    notes = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    erased_at = models.DateTimeField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects: ClassVar = CandidateQuerySet.as_manager()

    class Meta:
        ordering = ["full_name", "pk"]
        constraints = [
            check("candidate_named", ~Q(full_name="")),
            check(
                "candidate_erased_wholly",
                Q(erased_at__isnull=True)
                | Q(full_name=ERASED, email="", phone="", source="", notes=""),
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    def get_absolute_url(self) -> str:
        return reverse("hiring:candidate", args=[self.pk])


class Application(models.Model):
    """A candidate considered for a requisition, in a stage.

    ``archived_at`` is the candidate's, copied by the database (sql/candidate_archived.sql): more
    people count applications than read candidates.
    """

    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="applications")
    requisition = models.ForeignKey(
        Requisition, on_delete=models.PROTECT, related_name="applications"
    )
    stage = models.ForeignKey(HiringStage, on_delete=models.PROTECT, related_name="applications")
    changed_by = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    applied_at = models.DateTimeField()
    submission = models.UUIDField(unique=True, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects: ClassVar = ApplicationQuerySet.as_manager()

    class Meta:
        ordering = ["-applied_at", "-pk"]
        indexes = [models.Index(fields=["requisition", "stage"], name="application_board")]
        constraints = [
            models.UniqueConstraint(
                fields=["candidate", "requisition"], name="application_once_for_a_requisition"
            )
        ]

    def __str__(self) -> str:
        return f"Application {self.pk}"


class StageStay(models.Model):
    """An application stood in a stage from ``valid_from`` up to ``valid_to``, excluded.

    Written by the database whenever the stage of an application changes (sql/stage_stays.sql).
    """

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="stays")
    stage = models.ForeignKey(HiringStage, on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(default=FOREVER)
    changed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["application", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "valid_from"], name="stage_stay_starts_once"
            ),
            models.UniqueConstraint(
                fields=["application", "valid_to"], name="stage_stay_ends_once"
            ),
            check("stage_stay_lasts", Q(valid_to__gt=F("valid_from"))),
        ]
