"""`manage.py recompute`: start a run, or join the one that goes on, and watch it to its end."""

import time
from argparse import ArgumentParser
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import Error, connection
from django.utils import timezone

from analytics.runs.enums import ChunkState, RunState, Trigger
from analytics.runs.models import RecomputeRun
from analytics.runs.services import recompute
from forecasting.services import nightly
from kit.databases import database_away

LOOK_SECONDS = 0.5
RECONCILE_EVERY = 10
# Longer than a worker that is there takes to begin.
PATIENCE = timedelta(seconds=8)
NOBODY = (
    "no worker answers. Start one (make demo has one), or stop this with Ctrl-C and do the work in "
    "this process: manage.py recompute --here. Waiting on"
)


class Command(BaseCommand):
    help = "Recompute attainment, pipeline and forecasts as of a day, and show how it goes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--as-of", type=date.fromisoformat, help="a day as 2026-11-20")
        parser.add_argument(
            "--here", action="store_true", help="do the work in this process, without workers"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            run, created = recompute.request_run(
                by=None, as_of=options["as_of"], trigger=Trigger.COMMAND, now=timezone.now()
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"{run}: {'started' if created else 'already going on'}")
        self._began = timezone.now()
        self._watch(run, here=options["here"])
        self._report(run)

    def _watch(self, run: RecomputeRun, *, here: bool) -> None:
        """Say how far the run is whenever that changes, and make good what gets lost meanwhile."""
        said, looks = "", 0
        while run.state == RunState.RUNNING:
            looks += 1
            try:
                line = self._look(run, here=here, reconcile=looks % RECONCILE_EVERY == 0)
            except Error as error:
                if not database_away(error):
                    raise
                # The run goes on without us; its parts are taken up again when the database is.
                connection.close()
                line = "The database cannot be reached; trying again"
                time.sleep(LOOK_SECONDS)
            if line != said:
                self.stdout.write(line)
            said = line

    def _look(self, run: RecomputeRun, *, here: bool, reconcile: bool) -> str:
        if here:
            nightly.work_here(run, clock=timezone.now)
        else:
            time.sleep(LOOK_SECONDS)
        if reconcile:
            recompute.reconcile(now=timezone.now())
        run.refresh_from_db()
        now = recompute.progress(run)
        doing = now.step.label if now.step else "finished"
        if not here and self._is_left_alone(run, now=timezone.now()):
            doing = NOBODY
        return f"{now.finished} of {now.total} parts, {doing}"

    def _is_left_alone(self, run: RecomputeRun, *, now: datetime) -> bool:
        """Whether nobody has worked on the run for a while of those that we have watched it."""
        since = recompute.idle_since(run)
        return since is not None and now - max(since, self._began) > PATIENCE

    def _report(self, run: RecomputeRun) -> None:
        seconds = (run.finished_at - run.created_at).total_seconds() if run.finished_at else 0.0
        self.stdout.write(f"{run.get_state_display()} after {seconds:.1f} s")
        if run.doubt:
            self.stderr.write(run.doubt)
        given_up = list(run.chunks.filter(state=ChunkState.QUARANTINED))
        for chunk in given_up:
            self.stderr.write(f"{chunk} was given up: {chunk.error}")
        if given_up:
            raise CommandError(f"{len(given_up)} parts were given up; all others are published.")
