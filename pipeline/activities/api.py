"""The API of activities: what people did with customers."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework import serializers

from kit.api.fields import (
    FlagField,
    MomentTextField,
    RowField,
    StrictSerializer,
    TextField,
    WholeNumber,
    WordField,
)
from kit.api.pages import Ordering, PageQuery
from org.api_rows import people_led
from org.models.people import Person
from pipeline.activities.models import LONGEST, Activity
from pipeline.activities.services import activities
from pipeline.api.resources import Resource
from pipeline.customers.api import accounts_seen, contacts_seen
from pipeline.deals.models.deals import Deal
from pipeline.enums import ActivityKind, Direction

ORDERING = Ordering(
    {"occurred_at": "occurred_at", "created_at": "created_at"}, default="-occurred_at"
)


def deals_seen(viewer: Person) -> QuerySet:
    return Deal.objects.visible_to(viewer).select_related("account")


class ActivityQuery(PageQuery):
    kind = WordField(choices=list(ActivityKind), required=False)
    person = RowField(rows=people_led, required=False)
    deal = RowField(rows=deals_seen, required=False)
    account = RowField(rows=accounts_seen, required=False)
    occurred_from = MomentTextField(required=False, help_text="Included.")
    occurred_to = MomentTextField(required=False, help_text="Not included.")
    archived = FlagField(required=False, help_text="Archived activities instead of the others.")
    ordering = ORDERING.field()


class NewActivity(StrictSerializer):
    """What somebody did (you, unless you name another), on a deal, an account or with a contact."""

    kind = WordField(choices=list(ActivityKind))
    subject = TextField(max_length=300)
    occurred_at = MomentTextField()
    body = TextField(max_length=20_000, required=False, allow_blank=True)
    direction = WordField(
        choices=list(Direction), required=False, help_text="Who reached whom, where it is known."
    )
    minutes = WholeNumber(
        min_value=0, max_value=LONGEST, required=False, allow_null=True, help_text="How long."
    )
    person = RowField(rows=people_led, required=False)
    deal = RowField(rows=deals_seen, required=False, allow_null=True)
    account = RowField(rows=accounts_seen, required=False, allow_null=True)
    contact = RowField(rows=contacts_seen, required=False, allow_null=True)
    external_id = TextField(max_length=100, required=False, allow_null=True)


class ActivityBody(serializers.Serializer):
    id = serializers.IntegerField(source="pk")
    kind = WordField(choices=list(ActivityKind))
    subject = serializers.CharField()
    body = serializers.CharField()
    direction = serializers.CharField(help_text="out, in, both, or empty where nobody said it.")
    minutes = serializers.IntegerField(allow_null=True)
    occurred_at = MomentTextField()
    person = serializers.IntegerField(source="person_id")
    deal = serializers.IntegerField(source="deal_id", allow_null=True)
    account = serializers.IntegerField(source="account_id", allow_null=True)
    contact = serializers.IntegerField(source="contact_id", allow_null=True)
    external_id = serializers.CharField(allow_null=True)
    created_at = MomentTextField()
    archived_at = MomentTextField(allow_null=True)


def _logged(*, by: Person, **given: Any) -> Activity:
    return activities.log_activity(by=by, now=timezone.now(), **given)


ACTIVITIES = Resource(
    name="activities",
    label="an activity",
    rows=Activity.objects.visible_to,
    related=("person",),
    query=ActivityQuery,
    body=ActivityBody,
    ordering=ORDERING,
    lookups={name: name for name in ("kind", "person", "deal", "account")}
    | {"occurred_from": "occurred_at__gte", "occurred_to": "occurred_at__lt"},
    takes=NewActivity,
    create=_logged,
    create_name=("log", "Log"),
    archive=(activities.archive_activity, "Take out an activity that was logged by mistake"),
    restore=(activities.restore_activity, "Bring an archived activity back"),
)
