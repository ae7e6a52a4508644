"""Django's `migrate`, which first refuses a database that an older version made."""

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import connections

from salesmgr.embedded import refusal, was_made_by_another_version


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        with connections[options["database"]].cursor() as cursor:
            if was_made_by_another_version(cursor):
                raise CommandError(refusal())
        super().handle(*args, **options)
