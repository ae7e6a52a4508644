"""Setting up how deals end: reasons of a loss, and competitors."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from org import audit
from org.models.people import Person
from org.services import set_up
from pipeline import rules
from pipeline.stages.models import Competitor, LossReason

REASON_FIELDS = ("name", "kind", "order")


REFUSALS = {
    "loss_reason_name_unique": ("name", "Another reason has this name."),
    "loss_reason_named": ("name", "Give the reason a name."),
    "loss_reason_kind": ("kind", "Choose one of the listed kinds."),
    "competitor_name_unique": ("name", "This competitor is on the list already."),
    "competitor_named": ("name", "Give the competitor a name."),
}


LONGEST_CODE = 30


@transaction.atomic
def save_loss_reason(
    reason: LossReason | None, *, by: Person | None, fields: Mapping[str, Any]
) -> LossReason:
    """Add a reason, its code made of its name, or change one; deals keep the code."""
    _require_admin(by)
    subject = set_up.locked_row(reason or LossReason())
    if reason is None and (name := str(fields["name"]).strip()):
        subject.code = _free_code(name)
    return set_up.save_row(
        subject, fields, by=by, what="loss_reason", refusals=REFUSALS, unchecked=["code"]
    )


@transaction.atomic
def save_competitor(competitor: Competitor | None, *, by: Person | None, name: str) -> Competitor:
    """Add a competitor, or give one another name."""
    _require_admin(by)
    subject = set_up.locked_row(competitor or Competitor())
    return set_up.save_row(subject, {"name": name}, by=by, what="competitor", refusals=REFUSALS)


@transaction.atomic
def named_competitor(name: str, *, by: Person | None) -> Competitor:
    """Return the competitor of this name, in any case, who is added where there is none.

    Whoever may write deals may name one; an archived one comes back into use.
    """
    set_up.require(rules.can_write, by, "You may look on only.")
    name = " ".join(name.split())
    longest = Competitor._meta.get_field("name").max_length or 0  # noqa: SLF001 -- public name
    if len(name) > longest:
        raise ValidationError({"new_competitor": f"A name has at most {longest} characters."})
    found, is_new = Competitor.objects.get_or_create(name__iexact=name, defaults={"name": name})
    if is_new:
        audit.record(by, "competitor.create", found, changes={"name": (None, name)})
    return set_up.set_use(found, by=by, at=None, what="competitor")


def set_use(
    row: LossReason | Competitor, *, by: Person | None, at: datetime | None
) -> LossReason | Competitor:
    """Take a reason or competitor out of use, or with ``at`` None bring it back."""
    _require_admin(by)
    if isinstance(row, Competitor):
        return set_up.set_use(row, by=by, at=at, what="competitor")
    check = _require_another if at else None
    return set_up.set_use(row, by=by, at=at, what="loss_reason", check=check)


def _free_code(name: str) -> str:
    """Return a code like the name that no reason has yet."""
    plain = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    plain = plain if plain[:1].isalpha() else f"reason_{plain}".rstrip("_")
    taken = set(LossReason.objects.values_list("code", flat=True))
    found, number = plain[:LONGEST_CODE], 2
    while found in taken:
        found, number = f"{plain[: LONGEST_CODE - 4]}_{number}", number + 1
    return found


def _require_admin(by: Person | None) -> None:
    set_up.require(rules.can_set_up_stages, by, "Only an admin sets up reasons and competitors.")


def _require_another(reason: LossReason) -> None:
    """Without a reason no deal could be lost."""
    if not LossReason.objects.live().exclude(pk=reason.pk).exists():
        raise ValidationError("This is the last reason in use, so it stays.")
