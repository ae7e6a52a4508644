"""manage.py bench: measure the pages and the long deeds, and write docs/benchmarks.md."""

from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from workbench.benchmarks import document, running
from workbench.benchmarks.cases import CASES, BrokenCaseError

SMALLEST = 1_000


def sizes(text: str) -> list[int]:
    """Read "10000,100000"."""
    try:
        found = [int(part) for part in text.split(",")]
    except ValueError as error:
        raise ArgumentTypeError(
            f"{text} is not a list of whole numbers such as 10000,100000"
        ) from error
    if min(found) < SMALLEST:
        raise ArgumentTypeError(f"{min(found)} deals are too few: at least {SMALLEST}")
    return found


class Command(BaseCommand):
    help = "Measure pages, recompute and import beside plain SQL, on databases of its own."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--deals", type=sizes, default=[10_000, 100_000], help="10000,100000")
        parser.add_argument(
            "--months", type=int, default=36, help="in which the deals lie: fewer, more are open"
        )
        parser.add_argument("--repetitions", type=int, default=20, help="runs of each page")
        parser.add_argument(
            "--import", type=int, default=100_000, dest="rows", help="rows to import"
        )
        parser.add_argument(
            "--only",
            choices=[case.key for case in CASES],
            nargs="+",
            default=[],
            help="measure these pages alone, and no long deed",
        )
        parser.add_argument("--drop", action="store_true", help="keep no seeded database")
        parser.add_argument("--write", type=Path, help="also write the result to this file")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = running.run(
                options["deals"],
                months=options["months"],
                repetitions=options["repetitions"],
                import_rows=options["rows"],
                keeps=not options["drop"],
                only=options["only"],
                report=lambda line: self.stderr.write(f"bench: {line}"),
            )
        except (running.UnfitError, BrokenCaseError) as error:
            raise CommandError(str(error)) from error
        text = document.markdown(found)
        self.stdout.write(text)
        if options["write"]:
            options["write"].write_text(text)
