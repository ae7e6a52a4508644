"""Named filters over pipeline's tables. Each ``visible_to`` delegates to org.access."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self, cast

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.search import SearchQuery, SearchVector, SearchVectorExact
from django.db import models
from django.db.models import F, Func, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import OrderBy
from django.db.models.sql import UpdateQuery

from org import access
from pipeline.enums import ActivityKind, Direction, RunState, Status

if TYPE_CHECKING:
    from org.models.people import Person
    from pipeline.models.deals import Deal


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


class StagePlace(Func):
    """Where a stage stands: by the order of its pipeline, then in that one. Only to order by."""

    template = "ROW(%(expressions)s)"
    output_field = models.TextField()

    def __init__(self, stage: str) -> None:
        names = ("pipeline__order", "pipeline_id", "order")
        super().__init__(*(F(f"{stage}__{name}") for name in names))


class SharedQuerySet(models.QuerySet):
    """Rows that everybody who sells sees alike, and that are archived when out of use."""

    def visible_to(self, viewer: "Person") -> Self:
        return self if access.sells(viewer) else self.none()

    def live(self) -> Self:
        return self.filter(archived_at__isnull=True)


class PipelineQuerySet(SharedQuerySet):
    """Pipelines, the default one and others."""


class StageQuerySet(models.QuerySet):
    def visible_to(self, viewer: "Person") -> Self:
        return self if access.sells(viewer) else self.none()

    def live(self) -> Self:
        """Return the stages in use, of pipelines in use."""
        return self.filter(archived_at__isnull=True, pipeline__archived_at__isnull=True)

    def out_of_use(self) -> Self:
        """Return the others."""
        return self.filter(Q(archived_at__isnull=False) | Q(pipeline__archived_at__isnull=False))

    def of(self, pipeline: int) -> Self:
        return self.filter(pipeline=pipeline).order_by()

    def of_default(self) -> Self:
        """Return the stages of the default pipeline."""
        return self.filter(pipeline__is_default=True)


class ProductQuerySet(SharedQuerySet):
    """What is sold."""


class LossReasonQuerySet(SharedQuerySet):
    """Why deals are lost, as admins list it."""


class CompetitorQuerySet(LossReasonQuerySet):
    """Names that everybody who sells may see and add to."""


class AccountQuerySet(SharedQuerySet):
    """Customers: everybody who sells sees all of them, so that none is entered twice."""


class ContactQuerySet(SharedQuerySet):
    """People at customers."""


class DispositionQuerySet(models.QuerySet):
    def visible_to(self, viewer: "Person") -> Self:
        """Return the decisions about deals of people whom the viewer may see."""
        return self.filter(access.people_filter(viewer, "deal__owner"))

    def newest(self, moment: datetime) -> Self:
        """Return the newest decision about each breach of a deal, as of ``moment``."""
        known = self.filter(decided_at__lte=moment)
        order = ("deal_id", "signal", "-decided_at", "-pk")
        return known.order_by(*order).distinct("deal_id", "signal")


class MergeQuerySet(models.QuerySet):
    def visible_to(self, viewer: "Person") -> Self:
        """Return the merges of accounts and contacts, which everybody who sells shares."""
        return self if access.sells(viewer) else self.none()

    def standing(self) -> Self:
        """Return those that were not taken back."""
        return self.filter(undone_at__isnull=True)


class ApartQuerySet(models.QuerySet):
    def visible_to(self, viewer: "Person") -> Self:
        return self if access.sells(viewer) else self.none()


# What a column puts in order only within something else, whose own order comes first.
WITHIN = {"stage__order": ("stage__pipeline__order", "stage__pipeline_id")}


class ListedQuerySet(models.QuerySet):
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


def _may_be_null(model: type[models.Model], path: str) -> bool:
    """Return whether the column at the end of the path, or a row on the way to it, may be null."""
    for name in path.split("__"):
        field = model._meta.get_field(name)  # noqa: SLF001 -- Django's public name for it
        if field.null:
            return True
        model = field.related_model or model
    return False


class DealQuerySet(ListedQuerySet):
    def change(self, **values: Any) -> "Deal | None":
        """Update the one row that matches and return it as the database left it, or None.

        In one statement: Django's ``update`` says nothing of what the triggers filled in.
        """
        query = cast(UpdateQuery, self.query.chain(UpdateQuery))
        query.add_update_values(values)
        statement, parameters = query.get_compiler(self.db).as_sql()
        changed = self.raw(f"{statement} RETURNING *", parameters)
        return cast("Deal | None", next(iter(changed), None))

    def visible_to(self, viewer: "Person") -> Self:
        """Return the deals whose owner of today the viewer stands above today, and those lent."""
        return self.filter(seen_by(viewer, owner="owner", deal="pk"))

    def live(self) -> Self:
        return self.filter(archived_at__isnull=True)

    def open(self) -> Self:
        return self.live().filter(status=Status.OPEN)

    def won(self) -> Self:
        return self.live().filter(status=Status.WON)


class DealVersionQuerySet(ListedQuerySet):
    """Deals as they stood. Archived deals are left out unless asked for."""

    def as_of(self, moment: datetime) -> "DealVersionQuerySet":
        return self.filter(valid_from__lte=moment, valid_to__gt=moment)

    def live(self) -> Self:
        return self.filter(archived=False)

    def visible_to(self, viewer: "Person") -> Self:
        """Access is judged by the deal's owner of today, not by the owner of the version."""
        return self.filter(seen_by(viewer, owner="deal__owner", deal="deal"))

    def open(self) -> Self:
        return self.filter(status=Status.OPEN, archived=False)

    def closed(self) -> Self:
        """Won and lost deals."""
        return self.filter(~Q(status=Status.OPEN), archived=False)

    def won(self) -> Self:
        return self.closed().filter(status=Status.WON)

    def closed_in(self, start: date, end: date) -> Self:
        return self.filter(closed_on__gte=start, closed_on__lt=end)


class DealContactQuerySet(models.QuerySet):
    """Who plays a part on the customer's side of a deal."""

    def visible_to(self, viewer: "Person") -> Self:
        """Whoever may see the deal sees who is involved in it."""
        return self.filter(seen_by(viewer, owner="deal__owner", deal="deal"))

    def standing(self) -> Self:
        """Those who play their part still."""
        return self.filter(ended_at__isnull=True)

    def as_of(self, moment: datetime) -> Self:
        """Those who were known to play their part at ``moment``."""
        return self.filter(Q(ended_at__isnull=True) | Q(ended_at__gt=moment), added_at__lte=moment)


class DealCollaboratorQuerySet(DealContactQuerySet):
    """Who helps with a deal without owning it."""


class CreditSplitQuerySet(models.QuerySet):
    """How the credit of deals is parted."""

    def visible_to(self, viewer: "Person") -> Self:
        """Whoever may see the deal sees who gets credit for it."""
        return self.filter(seen_by(viewer, owner="deal__owner", deal="deal"))

    def known_at(self, moment: datetime) -> Self:
        """Those set by ``moment``, the newest of a deal first."""
        return self.filter(set_at__lte=moment).order_by("-set_at", "-pk")


class ActivityQuerySet(ListedQuerySet):
    def visible_to(self, viewer: "Person") -> Self:
        """Return what the viewer's people did, and what was done on deals the viewer may see."""
        return self.filter(
            access.people_filter(viewer, "person")
            | seen_by(viewer, owner="deal__owner", deal="deal")
        )

    def live(self) -> Self:
        return self.filter(archived_at__isnull=True)

    def exchanged(self) -> "ActivityQuerySet":
        """Those in which both sides took part: `pipeline.metrics.engagement` says the same."""
        came_back = Q(kind=ActivityKind.EMAIL, direction__in=(Direction.IN, Direction.BOTH))
        taken = Q(kind=ActivityKind.CALL) & (Q(minutes__isnull=True) | ~Q(minutes=0))
        return self.filter(Q(kind=ActivityKind.MEETING) | taken | came_back)

    def known_at(self, moment: datetime) -> QuerySet:
        """Return what had happened and was logged by ``moment`` and not archived by then."""
        return self.filter(
            Q(archived_at__isnull=True) | Q(archived_at__gt=moment),
            occurred_at__lte=moment,
            created_at__lte=moment,
        )


class ActivityTargetQuerySet(models.QuerySet):
    def visible_to(self, viewer: "Person") -> Self:
        """Return all for everybody who sells: what a role owes is no secret."""
        return self if access.sells(viewer) else self.none()

    def known_at(self, moment: datetime) -> Self:
        return self.filter(set_at__lte=moment)


class CalendarUploadQuerySet(models.QuerySet):
    def visible_to(self, viewer: "Person") -> Self:
        """Return the viewer's own: what is in a calendar is nobody else's business."""
        return self.filter(person=viewer) if access.sells(viewer) else self.none()


class RunQuerySet(models.QuerySet):
    def visible_to(self, viewer: "Person") -> QuerySet:
        """Return the runs for admins alone; others see the figures, and as of when they are."""
        return self if viewer.is_admin else self.none()

    def running(self) -> QuerySet:
        return self.filter(state=RunState.RUNNING)

    def published(self) -> QuerySet:
        """Return the run that counts for each day, the newest day first."""
        return self.filter(is_current=True).order_by("-as_of")


class SnapshotQuerySet(models.QuerySet):
    """Stored figures of a person, a team or everyone, read by the run that published them."""

    def visible_to(self, viewer: "Person") -> "SnapshotQuerySet":
        """Return the figures of the people and teams whose numbers the viewer sees today."""
        return self.filter(access.subject_filter(viewer))

    def of(self, *, person: int | None = None, team: int | None = None) -> "SnapshotQuerySet":
        """Return the figures of one subject; of everyone together where none is named."""
        subject = Q(person=person) if person else Q(person__isnull=True)
        return self.filter(subject, Q(team=team) if team else Q(team__isnull=True))


class ImportQuerySet(models.QuerySet):
    def visible_to(self, viewer: "Person") -> QuerySet:
        """Return all for admins, who alone import; nothing for anybody else."""
        return self if viewer.is_authenticated and viewer.is_admin else self.none()


class ImportAnswerQuerySet(ImportQuerySet):
    def saying(self, text: str) -> "ImportAnswerQuerySet":
        """Return the answers about texts that hold ``text``, in any case; all for none."""
        return self.filter(text__icontains=text) if text else self


class PipelineReviewQuerySet(models.QuerySet):
    def visible_to(self, viewer: "Person") -> Self:
        """Return the viewer's own: when one looked is nobody else's business."""
        return self.filter(reviewer=viewer) if access.sells(viewer) else self.none()


class SavedViewQuerySet(models.QuerySet):
    def visible_to(self, viewer: "Person", *, shared: set[int] | None = None) -> Self:
        """Return the viewer's own, and those shared with a team that they are in or lead today.

        ``shared`` are those teams, where the caller has them from ``access.shared_team_ids``.
        """
        if not access.sells(viewer):
            return self.none()
        teams = access.shared_team_ids(viewer) if shared is None else shared
        return self.filter(Q(owner=viewer) | Q(team__in=teams))

    def live(self) -> Self:
        return self.filter(archived_at__isnull=True)


class SetUpQuerySet(models.QuerySet):
    """Rows of the set-up that are added and ended, and never changed."""

    def visible_to(self, viewer: "Person") -> Self:
        return self if access.sells(viewer) else self.none()

    def live(self) -> Self:
        return self.filter(valid_to__isnull=True)


class OfDealQuerySet(models.QuerySet):
    """What was written about a deal, seen with the deal."""

    def visible_to(self, viewer: "Person") -> Self:
        return self.filter(access.people_filter(viewer, "deal__owner"))


class FrameworkQuerySet(models.QuerySet):
    """Frameworks and their elements, which everybody who sells may read."""

    def visible_to(self, viewer: "Person") -> Self:
        return self if access.sells(viewer) else self.none()

    def live(self) -> Self:
        return self.filter(archived_at__isnull=True)
