"""Shared by endpoints that write: the channel they name, and conflicts."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Model
from rest_framework import serializers

from kit.api.errors import Conflict
from kit.api.fields import StrictSerializer

SOURCE = "api"


class SeenSerializer(StrictSerializer):
    """The fields to change of a row without a version, with what was seen in each of them."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        changes = set(attrs) - {"seen"}
        if not changes:
            raise serializers.ValidationError("Name at least one field to change.")
        if unseen := sorted(changes - set(attrs["seen"])):
            raise serializers.ValidationError(
                {"seen": f"Say what you saw in: {', '.join(unseen)}."}
            )
        return attrs


def conflict(current: Model, attempted: Mapping[str, Any], *, version: int | None) -> Conflict:
    """Return the answer to who was slower: of each field in question both values."""
    return Conflict(
        differences={
            name: (_plain(getattr(current, name)), _plain(value))
            for name, value in attempted.items()
            if getattr(current, name) != value
        },
        version=version,
    )


def _plain(value: Any) -> Any:
    if isinstance(value, Model):
        return value.pk
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
