"""The command as a user runs it, in a process of its own: it makes and leaves its own database."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg2
import pytest
from django.db import connection

from workbench.benchmarks.cases import CASES, COMMANDS, missing_commands, missing_urls

ROOT = Path(__file__).resolve().parents[3]


def bench(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "bench", *options],
        cwd=ROOT,
        env=os.environ | {"INSECURE_HTTP": "1"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def databases() -> set[str]:
    """Return the names of the databases of 1,500 deals on the server that the tests run on."""
    at = connection.settings_dict
    maintenance = psycopg2.connect(
        dbname="postgres",
        user=at["USER"],
        password=at["PASSWORD"] or None,
        host=at["HOST"] or None,
        port=at["PORT"] or None,
    )
    try:
        with maintenance.cursor() as cursor:
            cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE '%bench_1500_%'")
            return {name for (name,) in cursor.fetchall()}
    finally:
        maintenance.close()


def test_every_page_and_command_that_is_measured_is_there() -> None:
    assert missing_urls() == []
    assert missing_commands() == []
    assert set(COMMANDS) == {"recompute", "import_csv"}


@pytest.mark.heavy
def test_bench_measures_every_case_or_some_and_drops_its_database(tmp_path: Path) -> None:
    before, path = databases(), tmp_path / "benchmarks.md"

    done = bench("--deals", "1500", "--repetitions", "2", "--import", "50", "--write", str(path))

    assert done.returncode == 0, done.stderr
    text = path.read_text()
    assert text in done.stdout
    for case in CASES:
        assert f"| {case.title} |" in text
    for batch in ("Import of deals", "Attainment of everybody", "nightly run", "Bulk update"):
        assert batch in text
    assert "## Targets" in text
    kept = databases() - before
    assert len(kept) == 1

    pages = bench("--deals", "1500", "--repetitions", "2", "--only", "list", "deal", "--drop")

    assert pages.returncode == 0, pages.stderr
    assert "| Deal page |" in pages.stdout
    assert "Team dashboard" not in pages.stdout
    assert "Import of deals" not in pages.stdout
    assert databases() == before


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--deals", "ten"), "is not a list of whole numbers"),
        (("--deals", "10"), "10 deals are too few"),
    ],
)
def test_bad_sizes_are_refused_in_words(options: tuple[str, ...], said: str) -> None:
    done = bench(*options)

    assert done.returncode != 0
    assert said in done.stderr
    assert "Traceback" not in done.stderr
