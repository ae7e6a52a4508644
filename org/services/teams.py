"""Teams: a tree of named groups. Who belongs to one is a matter of org.services.people."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Now

from org import access, audit
from org.models.people import Person
from org.models.teams import Team, TeamMembership
from org.services.guard import refused_as, require_admin, require_in_use

INSIDE_ITSELF = ("parent", "A team cannot lie inside itself or a team that it holds.")


@transaction.atomic
def create_team(*, by: Person | None, name: str, parent: Team | None = None) -> Team:
    require_admin(by)
    _check_parent(parent)
    team = Team(parent=parent)
    _name(team, name)
    audit.record(by, "team.create", team, changes={"parent": (None, parent)})
    return team


@transaction.atomic
def rename(team: Team, *, by: Person | None, name: str) -> Team:
    require_admin(by)
    subject = Team.objects.select_for_update(no_key=True).get(pk=team.pk)
    before = subject.name
    if before != name.strip():
        _name(subject, name)
        audit.record(by, "team.rename", subject, changes={"name": (before, subject.name)})
    return subject


def _name(team: Team, name: str) -> None:
    team.name = name.strip()
    if not team.name:
        raise ValidationError({"name": "Give the team a name."})
    team.clean_fields()
    with refused_as(
        {"team_name_unique": ("name", f"There is already a team called “{team.name}”.")}
    ):
        team.save()


def _check_parent(parent: Team | None) -> None:
    if parent is not None:
        require_in_use(parent, field="parent")


@transaction.atomic
def move_team(team: Team, *, by: Person | None, parent: Team | None) -> Team:
    """Put the team, with everything in it, into another one (None: at the top)."""
    require_admin(by)
    subject = Team.objects.select_for_update(no_key=True).get(pk=team.pk)
    if subject.parent_id == (parent.pk if parent else None):
        return subject
    _check_parent(parent)
    if parent is not None and parent.pk in team_ids_below(subject):
        raise ValidationError(dict([INSIDE_ITSELF]))
    before, subject.parent = subject.parent, parent
    with refused_as({"org_team_no_circle": INSIDE_ITSELF, "team_not_in_itself": INSIDE_ITSELF}):
        subject.save(update_fields=["parent"])
    audit.record(by, "team.move", subject, changes={"parent": (before, parent)})
    return subject


@transaction.atomic
def edit_team(team: Team, *, by: Person | None, name: str, parent: Team | None) -> Team:
    """Rename and move in one go."""
    rename(team, by=by, name=name)
    return move_team(team, by=by, parent=parent)


def team_ids_below(team: Team) -> set[int]:
    """Return the ids of the team and of every team inside it."""
    return access.below(dict(Team.objects.values_list("pk", "parent_id")), {team.pk})


@transaction.atomic
def archive_team(team: Team, *, by: Person | None) -> Team:
    """Take an empty team out of use. Its past members and figures stay."""
    require_admin(by)
    subject = Team.objects.select_for_update(no_key=True).get(pk=team.pk)
    if subject.archived_at is not None:
        return subject
    if child := subject.children.live().first():
        raise ValidationError(f"{subject} holds the team {child}. Move or archive that one first.")
    ahead = TeamMembership.objects.filter(team=subject).exclude(valid_to__lte=access.today())
    if count := ahead.count():
        people = "1 person" if count == 1 else f"{count} people"
        raise ValidationError(f"{subject} has {people} in it. Move them to another team first.")
    Team.objects.filter(pk=subject.pk).update(archived_at=Now())
    subject.refresh_from_db(fields=["archived_at"])
    audit.record(by, "team.archive", subject)
    return subject


@transaction.atomic
def restore_team(team: Team, *, by: Person | None) -> Team:
    require_admin(by)
    subject = Team.objects.select_for_update(no_key=True).get(pk=team.pk)
    if subject.archived_at is not None:
        _check_parent(subject.parent)
        subject.archived_at = None
        subject.save(update_fields=["archived_at"])
        audit.record(by, "team.restore", subject)
    return subject
