"""Likely duplicates: everybody who sells sees them, managers and admins make them one.

Accounts and contacts are shared by all who sell, so nothing is hidden from a manager of another
team; the deals that move with them are counted only as far as the viewer sees them.
"""

from datetime import UTC, datetime
from typing import Any

from pipeline.accounts.models import Merge
from pipeline.customers.models import Account
from tests.access.matrix import MISSING, Case, World, same

AT = datetime(2026, 1, 15, 10, 0, tzinfo=UTC)
MERGERS = {"rep": 403, "executive": 403, "recruiter": 404, "stranger": 403}


def build(world: World) -> None:
    one, other, gone = (Account.objects.create(name=f"Canary twin {n}") for n in ("a", "A!", "b"))
    Account.objects.filter(pk=gone.pk).update(archived_at=AT, merged_into=one)
    world.made["duplicates"] = (one.pk, other.pk)
    world.made["merge"] = Merge.objects.create(kept_account=one, gone_account=gone, merged_at=AT)


def duplicates(world: World, target: str) -> dict[str, Any]:
    one, other = world.made["duplicates"]
    return {"kind": "accounts", "one": one, "other": MISSING if target == "missing" else other}


def of_kind(kind: str) -> Any:
    return lambda _world, _target: {"kind": kind}


CASES = [
    Case("pipeline:duplicates", "GET", same(200, recruiter=403), kwargs=of_kind("accounts")),
    Case(
        "pipeline:duplicates",
        "GET",
        same(200, recruiter=403),
        kwargs=of_kind("contacts"),
        query="?page=1",
    ),
    Case(
        "pipeline:duplicates",
        "GET",
        same(404, recruiter=403),
        kwargs=of_kind("planets"),
        query="?x",
    ),
    Case("pipeline:merge", "GET", same(200, **MERGERS), kwargs=duplicates),
    # Without a choice nothing is merged.
    Case("pipeline:merge", "POST", same(400, **MERGERS), kwargs=duplicates),
    Case("pipeline:set-apart", "POST", same(302, **MERGERS), kwargs=duplicates),
    Case(
        "pipeline:merge-undo",
        "POST",
        same(302, rep=403, executive=403, recruiter=403, stranger=403),
        kwargs=lambda world, _target: {"pk": world.made["merge"].pk},
    ),
    Case(
        "pipeline:merge-undo",
        "POST",
        same(404, recruiter=403),
        kwargs=lambda _world, _target: {"pk": MISSING},
        query="?missing",
    ),
]
