"""Accounts and contacts that an API request may name, and changes of what everybody may edit."""

from collections.abc import Callable
from typing import Any

from django.db.models import Model, QuerySet

from org.models.people import Person
from pipeline.api_changes import conflict
from pipeline.customers.models import Account, Contact
from pipeline.customers.services.accounts import FieldConflict


def accounts_seen(viewer: Person) -> QuerySet:
    return Account.objects.visible_to(viewer)


def contacts_seen(viewer: Person) -> QuerySet:
    return Contact.objects.visible_to(viewer)


def unless_changed(edit: Callable[..., Model]) -> Callable[..., Model]:
    """Return the service with the values seen among the changes; it answers 409 with both."""

    def edited(row: Any, *, by: Person, changes: dict[str, Any]) -> Model:
        seen = changes.pop("seen")
        try:
            return edit(row, by=by, changes=changes, seen=seen)
        except FieldConflict as error:
            attempted = {name: changes[name] for name in error.fields}
            raise conflict(error.current, attempted, version=None) from error

    return edited
