"""The rows that a viewer may name in API requests, and the as-of day."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from kit.api.fields import DayTextField
from kit.periods import refusal_of_as_of
from org import access
from org.models.calendar import FiscalPeriod
from org.models.people import Person
from org.models.teams import Team
from org.models.territories import Territory


def people_led(viewer: Person) -> QuerySet:
    """Return the people whose deals and numbers the viewer may see."""
    return Person.objects.led_by(viewer)


def teams_seen(viewer: Person) -> QuerySet:
    """Return the teams whose totals the viewer may see."""
    return Team.objects.visible_to(viewer)


def territories_with_numbers(viewer: Person) -> QuerySet:
    """Return the territories whose figures the viewer may see: all, for who sees everyone."""
    rows = Territory.objects.visible_to(viewer)
    return rows if access.sees_everyone(viewer) else rows.none()


def fiscal_periods(_viewer: Person) -> QuerySet:
    return FiscalPeriod.objects.all()


class AsOfDay(DayTextField):
    """The day at whose end something is asked for: today or earlier, as on the pages."""

    def to_internal_value(self, value: Any) -> date:
        day: date = super().to_internal_value(value)
        if refusal := refusal_of_as_of(day, today=access.today()):
            raise serializers.ValidationError(refusal)
        return day
