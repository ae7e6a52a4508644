"""Pipeline reviews and saved views."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse

from analytics.review.enums import ViewPage
from analytics.review.querysets import PipelineReviewQuerySet, SavedViewQuerySet
from kit.fields import choices, one_of
from org.enums import SubjectKind
from org.models.people import Person
from org.models.teams import Team
from org.models.territories import Territory
from pipeline.stages.models import Pipeline


class PipelineReview(models.Model):
    """A person went through the pipeline of a scope; the next review compares with this moment.

    Only added. ``team``, ``person`` or ``territory`` is set where the scope is one; of the other
    kinds, everyone together and the reviewer's own reports, there is one each. ``pipeline`` is
    the one of several that was gone through; null for all of them.
    """

    reviewer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=choices(SubjectKind))
    team = models.ForeignKey(Team, null=True, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    territory = models.ForeignKey(Territory, null=True, on_delete=models.PROTECT, related_name="+")
    pipeline = models.ForeignKey(Pipeline, null=True, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField()
    submission = models.UUIDField(unique=True, editable=False)

    objects: ClassVar = PipelineReviewQuerySet.as_manager()

    class Meta:
        ordering = ["-reviewed_at", "-pk"]
        indexes = [models.Index(fields=["reviewer", "-reviewed_at"], name="review_newest")]
        constraints = [
            one_of("review_kind", "kind", SubjectKind),
            models.CheckConstraint(
                name="review_names_its_subject",
                condition=Q(kind="team", team__isnull=False, person=None, territory=None)
                | Q(kind="person", person__isnull=False, team=None, territory=None)
                | Q(kind="territory", territory__isnull=False, team=None, person=None)
                | Q(kind__in=["everyone", "below"], team=None, person=None, territory=None),
            ),
        ]

    def __str__(self) -> str:
        subject = self.team or self.person or self.territory or self.kind
        return f"{self.reviewer} reviewed {subject} at {self.reviewed_at}"


class SavedView(models.Model):
    """The filter of a list under a name; its owner may share it with a team."""

    owner = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    page = models.CharField(max_length=20, choices=choices(ViewPage))
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=2000)
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    archived_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = [Lower("name"), "pk"]
        constraints = [
            one_of("saved_view_page", "page", ViewPage),
            models.CheckConstraint(name="saved_view_named", condition=~Q(name="")),
            models.UniqueConstraint(
                "owner",
                "page",
                Lower("name"),
                name="saved_view_name_unique",
                condition=Q(archived_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse(f'analytics:{self.page}')}?{self.query}"
