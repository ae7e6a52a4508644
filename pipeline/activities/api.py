"""The API of activities: what people did with customers."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework import serializers

from kit.api.fields import MomentTextField, RowField, TextField, WholeNumber, WordField
from kit.api.rows import RowBody, RowInput
from org.api_rows import people_led
from org.models.people import Person
from pipeline.activities.models import LONGEST, Activity
from pipeline.activities.services import archive_activity, log_activity, restore_activity
from pipeline.api import Resource
from pipeline.customers.models import Account
from pipeline.deals.models import Deal
from pipeline.enums import ActivityKind

FIELDS = (
    "kind", "subject", "body", "direction", "minutes", "occurred_at", "person", "deal", "account",
    "contact", "external_id",
)  # fmt: skip


def deals_seen(viewer: Person) -> QuerySet:
    return Deal.objects.visible_to(viewer).select_related("account")


class NewActivity(RowInput):
    """What somebody did (you, unless you name another), on a deal, an account or with a contact."""

    MODEL, FIELDS = Activity, FIELDS
    REQUIRED = ("kind", "subject", "occurred_at")
    HELP = {"direction": "Who reached whom, where it is known."}

    body = TextField(max_length=20_000, required=False, allow_blank=True)
    minutes = WholeNumber(
        min_value=0, max_value=LONGEST, required=False, allow_null=True, help_text="How long."
    )
    person = RowField(rows=people_led, required=False)
    deal = RowField(rows=deals_seen, required=False, allow_null=True)


class ActivityBody(RowBody):
    MODEL, FIELDS = Activity, ("id", *FIELDS, "created_at", "archived_at")

    direction = serializers.CharField(help_text="out, in, both, or empty where nobody said it.")


def _logged(*, by: Person, **given: Any) -> Activity:
    return log_activity(by=by, now=timezone.now(), **given)


ACTIVITIES = Resource(
    name="activities",
    label="an activity",
    model=Activity,
    related=("person",),
    body=ActivityBody,
    ordering=("-occurred_at", "created_at"),
    archived="Archived activities instead of the others.",
    narrow={
        "kind": ("kind", WordField(choices=list(ActivityKind), required=False)),
        "person": ("person", RowField(rows=people_led, required=False)),
        "deal": ("deal", RowField(rows=deals_seen, required=False)),
        "account": ("account", RowField(rows=Account.objects.visible_to, required=False)),
        "occurred_from": (
            "occurred_at__gte", MomentTextField(required=False, help_text="Included.")
        ),
        "occurred_to": (
            "occurred_at__lt", MomentTextField(required=False, help_text="Not included.")
        ),
    },
    takes=NewActivity,
    create=_logged,
    create_name=("log", "Log"),
    archive=(archive_activity, "Take out an activity that was logged by mistake"),
    restore=(restore_activity, "Bring an archived activity back"),
)  # fmt: skip
