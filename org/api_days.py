"""The as-of day of API requests."""

from datetime import date
from typing import Any

from rest_framework import serializers

from kit.api.fields import DayTextField
from kit.periods import refusal_of_as_of
from org import access


class AsOfDay(DayTextField):
    """The day at whose end something is asked for: today or earlier, as on the pages."""

    def to_internal_value(self, value: Any) -> date:
        day: date = super().to_internal_value(value)
        if refusal := refusal_of_as_of(day, today=access.today()):
            raise serializers.ValidationError(refusal)
        return day
