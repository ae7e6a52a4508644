"""Teams and who belonged to them when: credit follows these rows."""

from typing import ClassVar

from django.db import models

from kit.fields import lasts, one_a_day
from org.models.people import Person
from org.models.trees import Placement, TreeNode
from org.querysets import TeamMembershipQuerySet, TeamQuerySet


class Team(TreeNode):
    """A named group of people that dashboards and quotas speak of; teams may hold teams."""

    objects: ClassVar = TeamQuerySet.as_manager()

    class Meta(TreeNode.Meta):
        pass


class TeamPlacement(Placement):
    """Which team a team lay in when; credit follows these rows."""

    node = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="placements")
    parent = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")

    class Meta(Placement.Meta):
        pass


class TeamMembership(models.Model):
    """A person belongs to one team from a day up to another, excluded; leads are members too.

    Up to ``counts_to`` the deals that the person owns or closes count for the team. That is
    ``valid_to`` but for the team that somebody was in on their last day here: what they leave
    behind goes on counting for it until it is given to somebody else. The database writes it.
    """

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="memberships")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    is_lead = models.BooleanField(default=False)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    counts_to = models.DateField(null=True, editable=False)

    objects: ClassVar = TeamMembershipQuerySet.as_manager()

    class Meta:
        ordering = ["person", "valid_from"]
        indexes = [models.Index(fields=["team", "person"], name="membership_team")]
        constraints = [
            one_a_day("membership_one_team_a_day", "person", until="counts_to"),
            lasts("membership_lasts"),
        ]

    def __str__(self) -> str:
        return f"{self.person} in {self.team} from {self.valid_from}"
