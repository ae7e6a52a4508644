# ruff: noqa: T201 -- a fault test shows where its fault struck
"""A real worker, killed in the middle of an import's preview and of its run.

PostgreSQL shows from outside that a transaction has written what it has not committed: the table's
file has grown, and its rows have not. Each test prints, and asserts, that the kill fell there, and
that the import then ends as one that nothing disturbed.
"""

import csv
import io
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from tests.stacks import Stack, wait_until

pytestmark = [pytest.mark.stack, pytest.mark.xdist_group("stack")]

ROWS = 8_000
AS_OF = "2026-06-30"
HEADER = (
    "Deal ID", "Deal name", "Account", "Owner", "Stage", "Amount", "Created date", "Close date",
    "Product",
)  # fmt: skip
PAGE = 8192
FIRST = "undisturbed-"
# What an import leaves. Texts that begin with the file's prefix are told without it.
LEFT = {
    "deals": """
        SELECT substr(d.external_id, %(cut)s), d.name, d.account_id, d.owner_id, d.stage_id,
               d.status, d.amount, d.currency, d.amount_base, d.expected_close_on, d.closed_on,
               d.credited_to_id, d.category, d.created_at, d.stage_entered_at, d.version
          FROM pipeline_deal d WHERE starts_with(d.external_id, %(prefix)s) ORDER BY 1""",
    "versions": """
        SELECT substr(d.external_id, %(cut)s), v.valid_from, v.valid_to, v.name, v.account_id,
               v.owner_id, v.stage_id, v.status, v.probability, v.amount, v.amount_base,
               v.expected_close_on, v.closed_on, v.credited_to_id, v.category, v.changed_by_id,
               v.source
          FROM pipeline_dealversion v JOIN pipeline_deal d ON d.id = v.deal_id
         WHERE starts_with(d.external_id, %(prefix)s) ORDER BY 1, 2""",
    "lines": """
        SELECT substr(d.external_id, %(cut)s), l.product_id, l.quantity, l.unit_price
          FROM pipeline_dealline l JOIN pipeline_deal d ON d.id = l.deal_id
         WHERE starts_with(d.external_id, %(prefix)s) ORDER BY 1, 2""",
    "rows": """
        SELECT r.row, r.action, substr(d.external_id, %(cut)s)
          FROM imports_importrow r JOIN pipeline_deal d ON d.id = r.target
         WHERE r.run_id = %(run)s ORDER BY 1""",
    "refusals": """
        SELECT row, "column", text, reason FROM imports_importrefusal
         WHERE run_id = %(run)s ORDER BY 1""",
    "run": """
        SELECT state, plan -> 'counts', outcome, failure FROM imports_importrun
         WHERE id = %(run)s""",
    "log": """
        SELECT action, changes FROM org_auditentry
         WHERE subject_type = 'imports.importrun' AND subject_id = %(run)s
         ORDER BY id""",
}
Left = dict[str, list[tuple[Any, ...]]]


@pytest.fixture
def worker(stack: Stack) -> Iterator[subprocess.Popen[bytes]]:
    process = stack.worker()
    yield process
    for left in list(stack.processes):
        stack.end(left)


@pytest.fixture(scope="module")
def undisturbed(stack: Stack) -> tuple[Left, int]:
    """Return what an import leaves that nothing disturbs, and by how much the deals' file grew."""
    process = stack.worker()
    before = size(stack, "pipeline_deal")
    run = uploaded(stack, FIRST)
    tell(stack, run, DECIDE)
    wait_for(stack, run, "planned")
    tell(stack, run, START)
    wait_for(stack, run, "done")
    stack.end(process)
    return left(stack, run, FIRST), size(stack, "pipeline_deal") - before


def content(stack: Stack, prefix: str) -> str:
    """Return a file of deals, open, won and lost; every 2,000th row has no amount that can be."""
    names = {
        table: [name for (name,) in stack.query(sql)]
        for table, sql in {
            "account": "SELECT name FROM pipeline_account ORDER BY id LIMIT 300",
            "owner": "SELECT DISTINCT email FROM org_person JOIN pipeline_deal d"
            " ON d.owner_id = org_person.id WHERE is_active ORDER BY 1",
            "stage": "SELECT name FROM pipeline_stage WHERE archived_at IS NULL ORDER BY id",
            "product": "SELECT name FROM pipeline_product ORDER BY id",
        }.items()
    }
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADER)
    for n in range(ROWS):
        account, owner, stage, product = (
            names[table][n % len(names[table])]
            for table in ("account", "owner", "stage", "product")
        )
        amount = "much" if n % 2_000 == 77 else 1_000 + n
        day = 1 + n % 28
        writer.writerow(
            (f"{prefix}{n}", f"Deal {n}", account, owner, stage, amount,
             f"2026-01-{day:02}", f"2026-05-{day:02}", product if n % 3 else "")
        )  # fmt: skip
    return text.getvalue()


def uploaded(stack: Stack, prefix: str) -> int:
    """Upload the file as an admin does and return the run, once a worker has read it."""
    path = stack.servers.var / "deals.csv"
    path.write_text(content(stack, prefix))
    stack.manage("shell", "-c", UPLOAD.format(path=path, as_of=AS_OF))
    run = int(stack.query("SELECT max(id) FROM imports_importrun")[0][0])
    wait_for(stack, run, "mapping")
    return run


def tell(stack: Stack, run: int, what: str) -> None:
    stack.manage("shell", "-c", HELD + what.format(run=run))


def state(stack: Stack, run: int) -> str:
    return str(stack.query("SELECT state FROM imports_importrun WHERE id = %s", run)[0][0])


def wait_for(stack: Stack, run: int, wanted: str) -> None:
    wait_until(lambda: state(stack, run) == wanted, seconds=240)


def size(stack: Stack, table: str) -> int:
    return int(stack.query("SELECT pg_relation_size(%s)", table)[0][0])


def count(stack: Stack, table: str) -> int:
    return int(stack.query(f"SELECT count(*) FROM {table}")[0][0])


def left(stack: Stack, run: int, prefix: str) -> Left:
    values = {"run": run, "prefix": prefix, "cut": len(prefix) + 1}
    return {what: stack.query(sql, **values) for what, sql in LEFT.items()}


def wait_for_growth(stack: Stack, table: str, *, pages: int) -> tuple[int, int]:
    """Wait until a transaction has made the table's file longer; return its size before and now."""
    before = size(stack, table)
    now = before

    def has_grown() -> bool:
        nonlocal now
        now = size(stack, table)
        return now >= before + pages * PAGE

    wait_until(has_grown)
    return before, now


def wait_for_rollback(stack: Stack) -> None:
    """Wait until the server has noticed that the killed worker is gone."""
    wait_until(
        lambda: (
            stack.query(
                "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
                " AND pid <> pg_backend_pid() AND datname = current_database()"
            )
            == [(0,)]
        )
    )


def assert_same(before: Left, after: Left) -> None:
    for what in LEFT:
        print(f"  {what}: {len(before[what])} undisturbed, {len(after[what])} after")
        assert before[what], what
        assert after[what] == before[what], what
    assert len(before["deals"]) == ROWS - len(before["refusals"])
    assert len(before["versions"]) > len(before["deals"])


def test_killed_in_the_middle_of_the_preview(
    stack: Stack, undisturbed: tuple[Left, int], worker: subprocess.Popen[bytes]
) -> None:
    prefix = "preview-kill-"
    run = uploaded(stack, prefix)
    stack.query("VACUUM imports_importstagedrow")
    deals = count(stack, "pipeline_deal")
    tell(stack, run, DECIDE)
    before, struck = wait_for_growth(stack, "imports_importstagedrow", pages=100)
    stack.end(worker)
    wait_for_rollback(stack)

    print(f"\nkill -9 in the preview: {(struck - before) // PAGE} pages staged, not committed")
    assert state(stack, run) == "planning", "the preview was over: the kill missed"
    assert count(stack, "imports_importstagedrow") == 0
    assert count(stack, "pipeline_deal") == deals

    stack.worker()
    tell(stack, run, HAND_OUT)
    wait_for(stack, run, "planned")
    tell(stack, run, START)
    wait_for(stack, run, "done")

    assert_same(undisturbed[0], left(stack, run, prefix))


def test_killed_in_the_middle_of_the_run(
    stack: Stack, undisturbed: tuple[Left, int], worker: subprocess.Popen[bytes]
) -> None:
    prefix = "run-kill-"
    run = uploaded(stack, prefix)
    tell(stack, run, DECIDE)
    wait_for(stack, run, "planned")
    deals, versions = count(stack, "pipeline_deal"), count(stack, "pipeline_dealversion")
    staged = count(stack, "imports_importstagedrow")
    tell(stack, run, START)
    before, struck = wait_for_growth(stack, "pipeline_deal", pages=50)
    stack.end(worker)
    wait_for_rollback(stack)

    share = (struck - before) / undisturbed[1]
    print(f"\nkill -9 in the run: {share:.0%} of the deals' pages were written, not committed")
    assert 0 < share < 1
    assert state(stack, run) == "running", "the run was over: the kill missed"
    assert count(stack, "pipeline_deal") == deals
    assert count(stack, "pipeline_dealversion") == versions
    assert count(stack, "imports_importstagedrow") == staged > 0

    stack.worker()
    tell(stack, run, HAND_OUT)
    wait_for(stack, run, "done")

    assert_same(undisturbed[0], left(stack, run, prefix))


UPLOAD = """
from datetime import date
from pathlib import Path
from org.models.people import Person
from imports.services import runs as imports
imports.upload(
    by=Person.objects.active().with_roles("admin").first(), kind="deals", name="deals.csv",
    pieces=[Path("{path}").read_bytes()], as_of=date.fromisoformat("{as_of}"))
"""
HELD = """
from datetime import timedelta
from django.utils import timezone
from org.models.people import Person
from imports.engine.options import Options
from imports.models import ImportRun
from imports.services import runs as imports
admin = Person.objects.active().with_roles("admin").first()
"""
DECIDE = """
run = ImportRun.objects.get(pk={run})
imports.decide(run, by=admin, options=Options.from_json(run.options))
"""
START = "imports.start(ImportRun.objects.get(pk={run}), by=admin, skip_refused=True)"
# What beat does every half minute, with the clock of some minutes later.
HAND_OUT = """
assert imports.hand_out_stale(now=timezone.now() + timedelta(minutes=5)) == [{run}]
"""
