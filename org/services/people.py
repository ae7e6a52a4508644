"""People: who they are, what they may do, whom they report to, and when they leave."""

from collections.abc import Collection
from datetime import date
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Now

from org import access, audit
from org.enums import Role
from org.models.people import Person, ReportingLine, RoleGrant, role_names
from org.models.teams import Team, TeamMembership
from org.models.territories import PersonTerritory
from org.models.tokens import ApiToken
from org.services.guard import (
    cut_off,
    lock_admins,
    locked,
    require_admin,
    require_change_of,
)
from org.services.places import hand_over, join_team, report_to
from org.services.set_up import set_values

EDITABLE = ("full_name", "email", "title", "started_on", "external_id")


@transaction.atomic
def create_person(
    *,
    by: Person | None,
    roles: Collection[str] = (),
    password: str | None = None,
    is_operator: bool = False,
    **fields: Any,
) -> Person:
    """Add somebody with the given fields of EDITABLE.

    Without an e-mail address they cannot sign in; without a password they set their own by the
    link that they are sent. An ``is_operator`` looks after the installation, and enters Django's
    admin too.
    """
    require_admin(by)
    person = Person(is_superuser=is_operator, **_cleaned(fields))
    person.set_password(password)
    _check_fields(person)
    person.save()
    _grant(person, _known(roles))
    changes: dict[str, tuple[Any, Any]] = {
        "email": (None, person.email),
        "roles": ("", role_names(roles)),
    }
    if is_operator:
        changes["operator"] = (False, True)
    audit.record(by, "person.create", person, changes=changes)
    return person


@transaction.atomic
def take_on(
    *,
    by: Person | None,
    manager: Person | None = None,
    team: Team | None = None,
    is_lead: bool = False,
    since: date | None = None,
    **fields: Any,
) -> Person:
    """Add somebody and give them their place: all of it, or nothing.

    ``fields`` are those of create_person. ``since`` is needed with a manager or a team.
    """
    person = create_person(by=by, **fields)
    if since is None:
        if manager is not None or team is not None:
            raise ValidationError({"since": "Say from when they are in this place."})
        return person
    if manager is not None:
        report_to(person, by=by, manager=manager, since=since)
    if team is not None:
        join_team(person, by=by, team=team, since=since, is_lead=is_lead)
    return person


@transaction.atomic
def edit_person(person: Person, *, by: Person | None, **changes: Any) -> Person:
    """Change the given ones of name, e-mail, title, start day and external id."""
    require_admin(by)
    wanted = _cleaned(changes)
    lock_admins()
    subject = locked(person)
    done = {}
    for field, after in wanted.items():
        if (before := getattr(subject, field)) != after:
            done[field] = (before, after)
            setattr(subject, field, after)
    if not done:
        return subject
    _check_fields(subject)
    if "email" in done:
        _change_address(subject, by=by)
    subject.save(update_fields=list(done))
    audit.record(by, "person.edit", subject, changes=done)
    return subject


def _cleaned(given: dict[str, Any]) -> dict[str, Any]:
    """Return fields of EDITABLE as they are kept; TypeError names those that are none."""
    if unknown := set(given) - set(EDITABLE):
        raise TypeError(f"a person has no {', '.join(sorted(unknown))} to set")
    fields = {
        name: value.strip() if isinstance(value, str) else value for name, value in given.items()
    }
    if "email" in fields:
        fields["email"] = (fields["email"] or "").lower() or None
    if "external_id" in fields:
        fields["external_id"] = fields["external_id"] or None
    return fields


def _change_address(person: Person, *, by: Person | None) -> None:
    """Shut the account to the old address. Who changes their own stays signed in."""
    if person.email is None:
        _keep_an_admin(person, field="email")
    # allauth keeps addresses of its own; an old one must no longer open the account.
    EmailAddress.objects.filter(user=person).delete()
    if by is None or by.pk != person.pk:
        end_sign_ins(person)


def _check_fields(person: Person) -> None:
    """Raise ValidationError naming each field that cannot be kept."""
    faults: dict[str, Any] = {}
    try:
        person.clean_fields(exclude={"password"})
    except ValidationError as error:
        faults = error.update_error_dict(faults)
    others = Person.objects.exclude(pk=person.pk)
    if person.email and (holder := others.filter(email__iexact=person.email).first()):
        faults.setdefault("email", []).append(f"{holder} already has this address.")
    if person.external_id and (holder := others.filter(external_id=person.external_id).first()):
        faults.setdefault("external_id", []).append(f"{holder} already has this id.")
    if person.started_on and person.left_on and person.left_on < person.started_on:
        faults.setdefault("started_on", []).append(
            f"{person} left on {person.left_on}, before this day."
        )
    if faults:
        raise ValidationError(faults)


@transaction.atomic
def set_roles(person: Person, *, by: Person | None, roles: Collection[str]) -> Person:
    """Make these the person's roles. Nobody changes their own; the last admin keeps theirs."""
    lock_admins()
    if by is not None:
        # Read afresh under the lock: the one who acts may just have lost the right to.
        by = Person.objects.get(pk=by.pk)
    require_change_of(person, by=by)
    subject = locked(person)
    wanted = _known(roles)
    held = set(subject.role_grants.values_list("role", flat=True))
    if wanted == held:
        return subject
    if Role.ADMIN in held - wanted:
        _keep_an_admin(subject, field="roles")
    subject.role_grants.filter(role__in=held - wanted).delete()
    _grant(subject, wanted - held)
    audit.record(
        by, "person.set_roles", subject, changes={"roles": (role_names(held), role_names(wanted))}
    )
    return subject


def _known(roles: Collection[str]) -> set[str]:
    wanted = {str(role) for role in roles}
    if unknown := wanted - {str(role) for role in Role}:
        raise ValidationError({"roles": f"There is no role “{sorted(unknown)[0]}”."})
    return wanted


def _grant(person: Person, roles: Collection[str]) -> None:
    RoleGrant.objects.bulk_create([RoleGrant(person=person, role=role) for role in sorted(roles)])


def _keep_an_admin(leaving: Person, *, field: str) -> None:
    """Refuse to take the last admin who can sign in. Call under ``lock_admins``."""
    others = (
        Person.objects.active()
        .with_roles(Role.ADMIN)
        .filter(email__isnull=False)
        .exclude(pk=leaving.pk)
    )
    is_one = leaving.role_grants.filter(role=Role.ADMIN).exists()
    if is_one and not others.exists():
        raise ValidationError(
            {field: f"{leaving} is the last admin. Make somebody else an admin first."}
        )


@transaction.atomic
def deactivate(
    person: Person, *, by: Person | None, on: date, successor: Person | None = None
) -> Person:
    """End the person's time here: ``on`` is the first day they are gone, today or earlier.

    Sessions, API tokens, reporting line, team and territories end. Their direct reports move to
    ``successor``; without one, a person who has reports is refused.
    """
    lock_admins()
    if by is not None:
        by = Person.objects.get(pk=by.pk)
    require_change_of(person, by=by)
    subject = locked(person)
    if on > access.today():
        raise ValidationError({"on": "Choose today or an earlier day: sign-in ends at once."})
    if subject.started_on and on < subject.started_on:
        raise ValidationError({"on": f"{subject} started on {subject.started_on}, after this day."})
    _keep_an_admin(subject, field="person")
    hand_over(subject, by=by, on=on, successor=successor)
    for rows in (ReportingLine, TeamMembership, PersonTerritory):
        cut_off(rows.objects.filter(person=subject), on=on)
    end_sign_ins(subject)
    return set_values(subject, by=by, action="person.deactivate", is_active=False, left_on=on)


@transaction.atomic
def reactivate(person: Person, *, by: Person | None) -> Person:
    """Let somebody who left sign in again. Their line, team and territories are to be set anew."""
    require_change_of(person, by=by)
    subject = locked(person)
    if subject.is_active:
        return subject
    return set_values(subject, by=by, action="person.reactivate", is_active=True, left_on=None)


@transaction.atomic
def sign_out_everywhere(person: Person, *, by: Person | None) -> None:
    """End every session and API token of somebody whose device is lost or shared."""
    require_admin(by)
    end_sign_ins(person)
    audit.record(by, "person.sign_out", person)


@transaction.atomic
def note_password_link(person: Person, *, by: Person | None) -> None:
    """Log that the person was sent a link by which they set a password."""
    require_admin(by)
    audit.record(by, "person.password_link", person)


def end_sign_ins(person: Person) -> None:
    """Delete the person's sessions and revoke their API tokens: every device is out at once."""
    decode = SessionStore().decode
    theirs = [
        row.session_key
        for row in Session.objects.only("session_key", "session_data").iterator()
        if decode(row.session_data).get("_auth_user_id") == str(person.pk)
    ]
    Session.objects.filter(session_key__in=theirs).delete()
    ApiToken.objects.filter(person=person).unrevoked().update(revoked_at=Now())
