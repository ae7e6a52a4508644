"""What leaving a stage asks of a deal, what the set-up of it was, and what was passed over."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from kit.pages import Page, paginate
from org.models.people import Person
from pipeline import rules
from pipeline.models.closing_reviews import ClosingReview
from pipeline.models.deals import Deal, Stage
from pipeline.models.exits import CriterionMet, CriterionVersion, RequiredField, StageOverride
from pipeline.reports.closing_reviews import reviews_of
from pipeline.reports.exit_moves import in_scope, moves_past_exits
from pipeline.reports.look import Look
from pipeline.services.exits import Need, exit_needs


@dataclass(frozen=True, slots=True)
class DealExit:
    """What stands on a deal's page of its exit.

    ``lacking`` are fields, ``open`` criteria of the deal's stage that nothing shows yet;
    ``met`` and ``withdrawn`` are those of all stages, ``overrides`` what was passed over,
    ``reviews`` those of the deal's closings.
    """

    stage: Stage
    asks: bool
    lacking: list[Need]
    open: list[CriterionVersion]
    met: list[CriterionMet]
    withdrawn: list[CriterionMet]
    overrides: list[StageOverride]
    reviews: list[ClosingReview]
    may_edit: bool


def deal_exit(viewer: Person, deal: Deal) -> DealExit:
    """Return the exit of a deal that the viewer may see."""
    needs = exit_needs(deal, [deal.stage_id])
    shown = list(deal.criteria_met.select_related("version", "met_by", "withdrawn_by"))
    asks = CriterionVersion.objects.live().filter(criterion__stage=deal.stage_id).exists()
    return DealExit(
        stage=deal.stage,
        asks=bool(needs) or asks,
        lacking=[need for need in needs if need.version is None],
        open=[need.version for need in needs if need.version is not None],
        met=[row for row in shown if row.withdrawn_at is None],
        withdrawn=[row for row in shown if row.withdrawn_at is not None],
        overrides=list(deal.overrides.select_related("from_stage", "to_stage", "overridden_by")),
        reviews=reviews_of(deal),
        may_edit=deal.archived_at is None and rules.can_edit_seen_deal(viewer, deal),
    )


@dataclass(frozen=True, slots=True)
class Asks:
    """A criterion as it reads now, and what comes before it; "" for nothing."""

    version: CriterionVersion
    after: str


@dataclass(frozen=True, slots=True)
class StageExit:
    """What a stage asks for now, and how it asked before."""

    criteria: list[Asks]
    fields: list[str]
    former: list[CriterionVersion]


def stage_exit(stage: Stage) -> StageExit:
    rows = CriterionVersion.objects.filter(criterion__stage=stage)
    versions = list(rows.select_related("criterion", "set_by"))
    names = dict(
        CriterionVersion.objects.live()
        .filter(criterion__in=[row.depends_on_id for row in versions if row.depends_on_id])
        .values_list("criterion", "statement")
    )
    return StageExit(
        criteria=[
            Asks(row, names.get(row.depends_on_id or 0, ""))
            for row in versions
            if row.valid_to is None
        ],
        fields=list(
            RequiredField.objects.live().filter(stage=stage).values_list("field", flat=True)
        ),
        former=[row for row in versions if row.valid_to is not None],
    )


@dataclass(frozen=True, slots=True)
class Tally:
    """How many overrides somebody's deals, or a stage, have, of how many moves past an exit."""

    pk: int
    label: str
    moves: int
    overrides: int
    deals: int


@dataclass(frozen=True, slots=True)
class Overrides:
    """The overrides of a scope in a period: how many, whose, past which stage, and a page of them.

    The page is one of all moves past an exit where that is asked for. ``total`` is what
    ``people`` add up to, and what ``stages`` add up to.
    """

    total: int
    people: list[Tally]
    stages: list[Tally]
    page: Page

    def __post_init__(self) -> None:
        for parts in (self.people, self.stages):
            if sum(part.overrides for part in parts) != self.total:
                raise ValueError("the parts of the overrides do not add up")


def overrides_of(
    look: Look, *, stage: int | None, number: int, list_moves: bool = False
) -> Overrides:
    """Return the overrides, and moves, of deals whose owners of the time were in the scope."""
    period = look.period.period
    rows: QuerySet = StageOverride.objects.visible_to(look.viewer).filter(
        overridden_at__gte=look.calendar.start_of(period.start),
        overridden_at__lt=look.calendar.start_of(period.end),
    )
    rows = in_scope(look, rows, "overridden_at")
    moves = moves_past_exits(look)
    if stage is not None:
        rows, moves = rows.filter(from_stage=stage), moves.filter(left=stage)
    people = _counted(rows, moves, "owner", "owner")
    listed = moves.select_related("deal", "owner", "stage").order_by("-valid_from", "-pk")
    if not list_moves:
        listed = rows.select_related("deal", "from_stage", "to_stage", "owner", "overridden_by")
    return Overrides(
        total=sum(part.overrides for part in people),
        people=people,
        stages=_counted(rows, moves, "from_stage", "left"),
        page=paginate(listed, number=number),
    )


def _counted(rows: QuerySet, moves: QuerySet, key: str, moved_key: str) -> list[Tally]:
    """Return what has overrides or moves, most overrides first."""
    found = {
        row[key]: row
        for row in rows.order_by()
        .values(key)
        .annotate(overrides=Count("pk"), deals=Count("deal", distinct=True))
    }
    moved = dict(moves.order_by().values_list(moved_key).annotate(number=Count("pk")))
    model: Any = Person if key == "owner" else Stage
    names = {row.pk: str(row) for row in model.objects.filter(pk__in=found.keys() | moved.keys())}
    tallies = [
        Tally(
            pk,
            names[pk],
            # An override whose move was since replaced by an imported history is a move still.
            moves=max(moved.get(pk, 0), found[pk]["overrides"] if pk in found else 0),
            overrides=found[pk]["overrides"] if pk in found else 0,
            deals=found[pk]["deals"] if pk in found else 0,
        )
        for pk in found.keys() | moved.keys()
    ]
    return sorted(tallies, key=lambda each: (-each.overrides, -each.moves, each.label, each.pk))
