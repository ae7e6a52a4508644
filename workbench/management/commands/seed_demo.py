"""manage.py seed_demo: fill an empty database with the demo organisation."""

from argparse import ArgumentParser
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from workbench.demo import loading
from workbench.demo.loading import seed
from workbench.demo.plan import TIME_ZONE, Plan


class Command(BaseCommand):
    help = "Fill an empty database with a simulated sales organisation."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--people", type=int, default=60, help="who work there today")
        parser.add_argument("--months", type=int, default=24, help="length of the history")
        parser.add_argument("--seed", type=int, default=1, help="same seed, same organisation")
        parser.add_argument("--today", type=date.fromisoformat, help="the demo's today; YYYY-MM-DD")
        parser.add_argument("--deals", type=int, help="exactly so many deals; for benchmarks")
        parser.add_argument("--if-empty", action="store_true", help="do nothing if there are deals")
        parser.add_argument("--print-logins", action="store_true", help="print one for each role")
        parser.add_argument("--logins-only", action="store_true", help="print them, load nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["logins_only"]:
            self._print_logins()
            return
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            raise CommandError("The database's tables are not up to date: run migrate first.")
        real = timezone.now().astimezone(ZoneInfo(TIME_ZONE)).date()
        today = options["today"] or real
        if today > real:
            raise CommandError(f"--today {today} lies in the future.")
        try:
            plan = Plan(
                options["people"], options["months"], options["seed"], today, options["deals"]
            )
            seed(plan, report=lambda line: self.stdout.write(f"demo: {line}"))
        except ValueError as error:
            raise CommandError(str(error)) from error
        except loading.NotEmptyError as error:
            if not options["if_empty"]:
                raise CommandError(f"{error} Nothing was changed.") from error
            self.stdout.write(f"demo: {error} It stays as it is.")
        if options["print_logins"]:
            self._print_logins()

    def _print_logins(self) -> None:
        found = loading.log_ins()
        if not found:
            self.stdout.write(
                "demo: this is no demo organisation, so there are no log-ins to show."
            )
            return
        self.stdout.write(f"Log-ins, password {loading.PASSWORD}")
        for role, name, email in found:
            self.stdout.write(f"  {role:<10} {email}  ({name})")
