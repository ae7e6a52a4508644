"""`manage.py check_sql`: whether the database's functions and triggers are those of the files."""

import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from kit.sql_check import differences


class Command(BaseCommand):
    help = "Compare the database's functions, triggers and policies with the SQL files."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--fresh",
            action="store_true",
            help="compare a new database, made by the migrations and dropped again",
        )

    def handle(self, *_: Any, **options: Any) -> None:
        found = _of_fresh() if options["fresh"] else differences()
        if found:
            raise CommandError("\n".join(["The database differs from the SQL files:", *found]))
        self.stdout.write("The database agrees with the SQL files.")


def _of_fresh() -> list[str]:
    """Return the differences of a database that the migrations have just made."""
    main = str(connection.settings_dict["NAME"])
    connection.settings_dict["TEST"]["NAME"] = f"{main}_check_sql_{os.getpid()}"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        return differences()
    finally:
        connection.creation.destroy_test_db(main, verbosity=0)
