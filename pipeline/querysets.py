"""Named filters over pipeline's tables. Each ``visible_to`` delegates to org.access."""

from typing import TYPE_CHECKING, Self

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.search import SearchQuery, SearchVector, SearchVectorExact
from django.db import models
from django.db.models import F, Func, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import OrderBy

from org import access

if TYPE_CHECKING:
    from org.models.people import Person


def named_like(word: str) -> SearchVectorExact:
    """Return the condition that the row's name has a word that begins with ``word``.

    By the word indexes of deals and accounts, which have the same expression.
    """
    plain = word.replace("\\", " ").replace("'", " ")
    query = SearchQuery(f"'{plain}':*", config="simple", search_type="raw")
    return SearchVectorExact(SearchVector("name", config="simple"), query)


def seen_by(viewer: "Person", *, owner: str, deal: str) -> Q:
    """Return the condition that the viewer may see a deal, in rows that name it and its owner.

    They stand above its owner of today, or they help with it or have credit for it (the database
    keeps these in ``Person.lent_deals``); mostly nobody does, and the condition says nothing of it.
    """
    seen = access.people_filter(viewer, owner)
    lent = access.lent_deals(viewer)
    return seen | Q(**{f"{deal}__in": lent}) if lent else seen


class AnyOf(Func):
    """``column = ANY (array)``: unlike IN (subquery), an arm of an OR that an index can serve."""

    arg_joiner = " = ANY ("
    template = "%(expressions)s)"
    output_field = models.BooleanField()

    def __init__(self, column: str, ids: QuerySet) -> None:
        super().__init__(F(column), ArraySubquery(ids))


class LiveQuerySet(models.QuerySet):
    """Rows that are archived when out of use."""

    def live(self) -> Self:
        return self.filter(archived_at__isnull=True)


class SharedQuerySet(LiveQuerySet):
    """Rows that everybody who sells sees alike."""

    def visible_to(self, viewer: "Person") -> Self:
        return self if access.sells(viewer) else self.none()


# What a column puts in order only within something else, whose own order comes first.
WITHIN = {"stage__order": ("stage__pipeline__order", "stage__pipeline_id")}


class ListedQuerySet(LiveQuerySet):
    """Deals or versions as a list shows them."""

    # Largest or newest first is what people ask for; the indexes of deals run that way.
    FALLING = frozenset({"amount_base", "closed_on", "created_at", "minutes"})

    def in_order(self, field: str, *, descending: bool) -> Self:
        """Order by a column, ties by id. Each column's usual way has its undefined values last.

        The other way round is that order backwards, undefined values first, so that one index
        serves both.
        """
        backwards = descending != (field in self.FALLING)
        undefined = {"nulls_first" if backwards else "nulls_last": True}
        # An index on a column that is never null does not serve an order that places nulls.
        options = undefined if _may_be_null(self.model, field) else {}
        column = OrderBy(F(field), descending=descending, **options)
        sign = "-" if descending else ""
        return self.order_by(*(sign + name for name in WITHIN.get(field, ())), column, f"{sign}pk")

    def with_loss(self) -> Self:
        """Add what the reason of a loss is called and of which kind it is."""
        reasons = apps.get_model("pipeline", "LossReason").objects.filter(
            code=OuterRef("lost_reason")
        )
        return self.annotate(
            loss=Subquery(reasons.values("name")), loss_kind=Subquery(reasons.values("kind"))
        )


def largest_first(column: str, name: str) -> models.Index:
    """Return the index of a FALLING column by which lists of what is in use are ordered."""
    order = (F(column).desc(nulls_last=True), F("id").desc())
    return models.Index(*order, name=name, condition=Q(archived_at__isnull=True))


def _may_be_null(model: type[models.Model], path: str) -> bool:
    """Return whether the column at the end of the path, or a row on the way to it, may be null."""
    for name in path.split("__"):
        field = model._meta.get_field(name)  # noqa: SLF001 -- Django's public name for it
        if field.null:
            return True
        model = field.related_model or model
    return False


class SetUpQuerySet(SharedQuerySet):
    """Rows of the set-up that are added and ended, and never changed."""

    def live(self) -> Self:
        return self.filter(valid_to__isnull=True)


class OfDealQuerySet(models.QuerySet):
    """What was written about a deal, seen with the deal."""

    def visible_to(self, viewer: "Person") -> Self:
        return self.filter(access.people_filter(viewer, "deal__owner"))
