"""Imports CSV files and Excel workbooks by the same steps as the pages under Set-up, Imports."""

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from imports.engine.kinds import KINDS
from imports.services.command import ImportStoppedError, Wishes, import_file
from pipeline.enums import Status


class Command(BaseCommand):
    help = """Import KIND from FILES, each all or nothing, in the order given.

  manage.py import_csv people sales_teams.csv --create people --create teams
  manage.py import_csv deals pipeline.csv --value "GTXPro=GTX Pro" --as-of 2017-12-31
"""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        return super().create_parser(
            prog_name, subcommand, formatter_class=RawDescriptionHelpFormatter, **kwargs
        )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add = parser.add_argument
        many: dict[str, Any] = {"action": "append", "default": []}
        add("kind", choices=sorted(KINDS))
        add("files", nargs="+", type=Path, metavar="FILE")
        add("--map", dest="mapping", metavar="COLUMN=FIELD", help="FIELD - leaves it out", **many)
        add("--value", dest="values", metavar="TEXT=NAME", help="+ makes it, - blanks it", **many)
        add(
            "--format",
            dest="formats",
            metavar="COLUMN=dmy|mdy|comma|point|x1000000|days|moments",
            **many,
        )
        add("--create", metavar="accounts|products|people|teams|stages|all", **many)
        add("--as-of", type=date.fromisoformat, help="the day of the data; today if not given")
        add("--since", type=date.fromisoformat, help="people: since when first teams hold")
        add("--currency", default="", help="of amounts that state none")
        add("--encoding", default="")
        add("--delimiter", default="", help="comma, semicolon, tab or bar")
        add("--sheet", default="")
        add("--header-row", type=int, default=0)
        add("--open-stage", default="", help="where closed deals were before")
        add(
            "--list-price",
            nargs="*",
            choices=[str(status) for status in Status],
            default=[str(Status.OPEN), str(Status.LOST)],
            help="deals that get their product's list price where they have no amount",
        )
        add("--undated", action="store_true", help="closed deals without a day get --as-of")
        add("--blank-words", action="store_true", help="N/A, NULL and - are blank")
        add("--skip-refused", action="store_true", help="import the rows that are not refused")
        add("--refused-to", type=Path, help="write refused rows to this CSV file")
        add("--dry-run", action="store_true", help="show what would be done")

    def handle(self, *, kind: str, files: list[Path], **options: Any) -> None:
        wishes = Wishes(**{name: options[name] for name in Wishes.__slots__})
        for path in files:
            self.stdout.write(f"{path}:")
            try:
                import_file(kind, path, wishes, say=self.stdout.write, clock=timezone.now)
            except (ImportStoppedError, OSError) as error:
                raise CommandError(f"{path} was not imported. {error}") from error
