"""The tree of territories and the people who work them; accounts are assigned in pipeline."""

from typing import ClassVar

from django.db import models

from kit.fields import lasts, one_a_day
from org.models.people import Person
from org.models.trees import Placement, TreeNode
from org.querysets import TerritoryQuerySet


class Territory(TreeNode):
    """A part of the market; a parent includes its children in every figure."""

    objects: ClassVar = TerritoryQuerySet.as_manager()

    class Meta(TreeNode.Meta):
        verbose_name_plural = "territories"


class TerritoryPlacement(Placement):
    """Which territory a territory lay in when."""

    node = models.ForeignKey(Territory, on_delete=models.CASCADE, related_name="placements")
    parent = models.ForeignKey(Territory, on_delete=models.PROTECT, related_name="+")

    class Meta(Placement.Meta):
        pass


class PersonTerritory(models.Model):
    """A person works a territory from a day up to another, excluded; one may work several."""

    territory = models.ForeignKey(Territory, on_delete=models.PROTECT, related_name="people")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="territories")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["person", "valid_from"]
        verbose_name_plural = "person territories"
        constraints = [
            one_a_day("person_in_territory_once_a_day", "person", "territory"),
            lasts("person_territory_lasts"),
        ]

    def __str__(self) -> str:
        return f"{self.person} in {self.territory} from {self.valid_from}"
