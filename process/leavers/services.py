"""Reassigning the open deals of a person, all in one go, and by which rule that is offered."""

from collections.abc import Mapping

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction

from org import audit
from org.models.people import Person
from pipeline import rules
from pipeline.deals.models import Deal
from pipeline.lifecycle.services import EditConflict, edit_deal
from process.enums import GIVEN_TO_LABELS, GivenTo
from process.models import LeaverRule


@transaction.atomic
def hand_over(
    person: Person,
    *,
    by: Person | None,
    owners: Mapping[int, Person],
    seen: Mapping[int, int],
    reason: str,
    source: str = "page",
) -> int:
    """Give the person's deals to their new owners, or none of them; return how many changed hands.

    ``owners`` maps deals to new owners, ``seen`` the same deals to the versions that the author
    looked at. A deal that its new owner has by now is left as it is, so doing it twice does it
    once. Credit for closed deals stays where it is: only the deals named are touched. Raises
    ValidationError where somebody changed a deal in the meantime, and where somebody may not
    have one; PermissionDenied.
    """
    if by is not None and not rules.can_hand_over(by, person):
        raise PermissionDenied("You may hand over the deals of the people below you.")
    if not reason.strip():
        raise ValidationError({"reason": "Say why; it stands in the history of each deal."})
    # Locked in one order, so that two who hand over at once wait for each other.
    rows = Deal.objects.select_for_update(no_key=True).order_by("pk").filter(pk__in=owners)
    waiting = [deal for deal in rows if deal.owner_id != owners[deal.pk].pk]
    for deal in waiting:
        if deal.owner_id != person.pk:
            raise _changed(deal)
        try:
            edit_deal(
                deal,
                by=by,
                source=source,
                version=seen.get(deal.pk, 0),
                changes={"owner": owners[deal.pk]},
                reason=reason.strip(),
            )
        except EditConflict as conflict:
            raise _changed(conflict.current) from conflict
    if waiting:
        audit.record(
            by, "person.hand_over", person, changes={"deals": (len(waiting), 0)}, reason=reason
        )
    return len(waiting)


def _changed(deal: Deal) -> ValidationError:
    return ValidationError(
        f"Somebody changed {deal.name} in the meantime, so nothing was handed over. "
        "Look at the deals again."
    )


@transaction.atomic
def set_leaver_rule(given_to: GivenTo, *, by: Person | None) -> GivenTo:
    """Set by which rule the deals of leavers are offered to others; what stands adds nothing."""
    if by is not None and not by.is_admin:
        raise PermissionDenied("Only an admin sets who gets the deals of leavers.")
    # One after the other, so that the log names what the next one follows.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('process_leaverrule'))")
    standing = LeaverRule.standing()
    if standing is not given_to:
        made = LeaverRule.objects.create(given_to=given_to, set_by=by)
        changes = {"given to": (GIVEN_TO_LABELS[standing], GIVEN_TO_LABELS[given_to])}
        audit.record(by, "leavers.set", made, changes=changes)
    return given_to
