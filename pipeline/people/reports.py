"""The contacts on a deal, their engagement, and missing buying roles."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.activities.models import Activity
from pipeline.customers.models import Contact
from pipeline.deals.models import Deal, DealContact
from pipeline.enums import BUYING_ROLE_LABELS, TOUCHES, BuyingRole, Status
from pipeline.people.metrics import (
    Engagement,
    Gap,
    RoleNeed,
    Touch,
    engagement,
    stakeholder_gaps,
    usual_needs,
)
from pipeline.stages.models import Stage


@dataclass(frozen=True, slots=True)
class Involved:
    """A contact with the roles that they play in a deal now, and how they were talked with."""

    contact: Contact
    roles: list[DealContact]
    engagement: Engagement


@dataclass(frozen=True, slots=True)
class DealPeople:
    """Who plays a part in a deal, each contact once, and in words whom its stage lacks."""

    involved: Sequence[Involved]
    gaps: Sequence[str]


def deal_people(deal: Deal, stages: Sequence[Stage], *, now: datetime) -> DealPeople:
    """Return who plays a part in the deal now. ``stages`` are all there are, in order."""
    found: dict[int, list[DealContact]] = {}
    for row in DealContact.objects.standing().filter(deal=deal).select_related("contact"):
        found.setdefault(row.contact_id, []).append(row)
    met = engaged_contacts(deal, now=now)
    open_ones = [
        stage
        for stage in stages
        if stage.kind == Status.OPEN
        and stage.archived_at is None
        and stage.pipeline_id == deal.stage.pipeline_id
    ]
    gaps: list[str] = []
    if deal.status == Status.OPEN and deal.stage in open_ones:
        playing: dict[str, set[int]] = {}
        for row in (row for rows in found.values() for row in rows):
            playing.setdefault(row.role, set()).add(row.contact_id)
        lacking = stakeholder_gaps(
            needs_of(open_ones), place=open_ones.index(deal.stage), playing=playing, met=set(met)
        )
        gaps = [_words(gap, open_ones) for gap in lacking]
    return DealPeople(
        involved=[
            Involved(rows[0].contact, rows, met.get(pk, Engagement())) for pk, rows in found.items()
        ],
        gaps=gaps,
    )


def engaged_contacts(deal: Deal, *, now: datetime) -> Mapping[int, Engagement]:
    """Return the engagement of each contact who was talked with about the deal by ``now``."""
    rows = Activity.objects.known_at(now).filter(
        deal=deal, contact__isnull=False, kind__in=[str(kind) for kind in TOUCHES]
    )
    columns = ("contact", "kind", "direction", "minutes", "occurred_at")
    return engagement((Touch(*row) for row in rows.order_by().values_list(*columns)), at=now)


def needs_of(stages: Sequence[Stage]) -> list[RoleNeed]:
    """Return what the open stages of a pipeline need, as set up or, where not, as is usual.

    They come with their ``people`` (``select_related``), or each is asked for them.
    """
    usual = usual_needs(len(stages)) if stages else []
    found: list[RoleNeed] = []
    for place, stage in enumerate(stages):
        row = stage.people if hasattr(stage, "people") else None
        if row is None:
            found += [need for need in usual if need.place == place]
            continue
        found += [
            RoleNeed(place, BuyingRole(role), engaged=role in row.engaged)
            for role in sorted({*row.named, *row.engaged})
        ]
    return found


def _words(gap: Gap, stages: Sequence[Stage]) -> str:
    label, stage = BUYING_ROLE_LABELS[gap.need.role], stages[gap.need.place]
    if gap.named:
        return f"{label} never met, although {stage} needs it"
    return f"No {label.lower()} named, although {stage} needs one"
