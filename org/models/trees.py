"""What teams and territories share: a tree of named, archivable nodes that move by date."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Lower

from kit.fields import check, lasts, one_a_day
from org.metrics import BEGINNING, DatedPlacement, DatedTree


class TreeNode(models.Model):
    """A named node. It is in ``parent`` today, and has since ``parent_since``.

    The database writes the placements from these two, so that what was is never rewritten by a
    move: see org/sql/place_in_tree.sql.
    """

    name = models.CharField(max_length=200)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    parent_since = models.DateField(default=BEGINNING, db_default=BEGINNING)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(Lower("name"), name="%(class)s_name_unique"),
            check("%(class)s_named", ~Q(name="")),
            check("%(class)s_not_in_itself", ~Q(parent=F("id"))),
        ]

    def __str__(self) -> str:
        return self.name


class Placement(models.Model):
    """A node is in another from a day up to another, excluded. Written by the database."""

    node: ClassVar[Any]
    parent: ClassVar[Any]
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        abstract = True
        ordering = ["node", "valid_from"]
        constraints = [
            one_a_day("%(class)s_one_a_day", "node"),
            lasts("%(class)s_lasts"),
        ]

    def __str__(self) -> str:
        return f"{self.node} in {self.parent} from {self.valid_from}"


def read_tree(placements: type[Placement]) -> DatedTree:
    """Read a tree with its past, in one statement."""
    rows: QuerySet = placements._default_manager.order_by()  # noqa: SLF001 -- Django documents it
    found = rows.values_list("node", "parent", "valid_from", "valid_to")
    return DatedTree(DatedPlacement(*row) for row in found)
