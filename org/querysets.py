"""Named filters over org's tables."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import Window
from django.db.models.functions import RowNumber

from kit.fields import model_label
from org import access

if TYPE_CHECKING:
    from org.models.people import Person


def on_day(day: date, prefix: str = "", *, until: str = "valid_to") -> Q:
    """Return the filter for dated rows that hold on ``day``; they end on the day ``until``."""
    return Q(**{f"{prefix}valid_from__lte": day}) & (
        Q(**{f"{prefix}{until}__isnull": True}) | Q(**{f"{prefix}{until}__gt": day})
    )


def overlapping(start: date, end: date, prefix: str = "", *, until: str = "valid_to") -> Q:
    """Return the filter for dated rows that hold on some day of [start, end)."""
    return Q(**{f"{prefix}valid_from__lt": end}) & (
        Q(**{f"{prefix}{until}__isnull": True}) | Q(**{f"{prefix}{until}__gt": start})
    )


class PersonQuerySet(models.QuerySet):
    def visible_to(self, viewer: "Person") -> QuerySet:
        """Everybody who can sign in sees the directory: names, titles and teams, no numbers."""
        return self if access.may_enter(viewer) else self.none()

    def led_by(self, viewer: "Person") -> QuerySet:
        """Return the people whose deals and numbers the viewer may see today."""
        return self.filter(access.people_filter(viewer, "pk"))

    def active(self) -> QuerySet:
        return self.filter(is_active=True)

    def with_roles(self, *roles: str) -> QuerySet:
        return self.filter(role_grants__role__in=roles).distinct()


class TeamQuerySet(models.QuerySet):
    def visible_to(self, viewer: "Person") -> QuerySet:
        """Return the teams whose totals the viewer may see: those led today and those in them."""
        return (
            self
            if access.sees_everyone(viewer)
            else self.filter(pk__in=access.led_team_ids(viewer))
        )

    def live(self) -> QuerySet:
        return self.filter(archived_at__isnull=True)


class TeamMembershipQuerySet(models.QuerySet):
    def on(self, day: date) -> QuerySet:
        return self.filter(on_day(day))

    def counting_on(self, day: date) -> QuerySet:
        """Return the memberships by which deals count for a team on ``day``."""
        return self.filter(on_day(day, until="counts_to"))

    def counting_during(self, start: date, end: date) -> QuerySet:
        return self.filter(overlapping(start, end, until="counts_to"))

    def of_teams(self, team_ids: Iterable[int]) -> QuerySet:
        return self.filter(team__in=team_ids)


class TerritoryQuerySet(models.QuerySet):
    def visible_to(self, viewer: "Person") -> QuerySet:
        """Return the territories, which everybody who can sign in may name."""
        return self if access.may_enter(viewer) else self.none()

    def live(self) -> QuerySet:
        return self.filter(archived_at__isnull=True)


class FiscalPeriodQuerySet(models.QuerySet):
    def holding(self, day: date) -> QuerySet:
        return self.filter(start_on__lte=day, end_on__gt=day)

    def of_kind(self, kind: str) -> QuerySet:
        return self.filter(kind=kind)


class QuotaQuerySet(models.QuerySet):
    def visible_to(self, viewer: "Person") -> QuerySet:
        """Return the quotas of people and teams whose numbers the viewer may see."""
        if access.sees_everyone(viewer):
            return self
        return self.filter(
            access.people_filter(viewer, "person") | Q(team__in=access.led_team_ids(viewer))
        )

    def of_people_seen_by(self, viewer: "Person") -> QuerySet:
        """Return the quotas that the viewer may ever set: of people below, or all for admins."""
        return self.filter(access.people_filter(viewer, "person"))

    def as_of(self, moment: datetime) -> "QuotaQuerySet":
        """Return each subject's newest version at ``moment``, withdrawn ones included."""
        return self.filter(set_at__lte=moment).newest()

    def newest(self) -> "QuotaQuerySet":
        """Return each subject's newest version of all, withdrawn ones included."""
        newest = Window(
            RowNumber(),
            partition_by=[F("person"), F("team"), F("territory"), F("measure"), F("period")],
            order_by=[F("set_at").desc(), F("pk").desc()],
        )
        return self.annotate(newness=newest).filter(newness=1)


class AuditEntryQuerySet(models.QuerySet):
    def visible_to(self, viewer: "Person") -> QuerySet:
        """Return everything for admins, and everybody's own deeds."""
        return self if viewer.is_admin else self.filter(actor=viewer)

    def about(self, subject: models.Model) -> QuerySet:
        return self.filter(subject_type=model_label(subject), subject_id=subject.pk)


class ApiTokenQuerySet(models.QuerySet):
    def visible_to(self, viewer: "Person") -> QuerySet:
        """Everybody sees their own tokens; admins all of them, to revoke them."""
        return self if viewer.is_admin else self.filter(person=viewer)

    def unrevoked(self) -> QuerySet:
        return self.filter(revoked_at__isnull=True)

    def valid_at(self, moment: datetime) -> QuerySet:
        """Return the tokens that open the API: of active people, not revoked, not expired."""
        return self.unrevoked().filter(expires_at__gt=moment, person__is_active=True)


class KeptReplyQuerySet(models.QuerySet):
    def visible_to(self, viewer: "Person") -> QuerySet:
        """An answer is repeated to whom it was given, and to nobody else."""
        return self.filter(person=viewer)
