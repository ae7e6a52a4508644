"""Every URL and method, as every actor, against tables written by hand (see matrix.py)."""

from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.access.asking import CASES, ask, content, fingerprint, signed_in, whole_world
from tests.access.matrix import ACTORS, Case, World

API_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
PAGE_METHODS = ("GET", "POST")
# Django's admin has its own test below: superusers alone, whatever the page.
OUTSIDE = ("admin:",)


def url_names() -> Iterator[str]:
    def walk(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[str]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                if f"{pattern.namespace}:" in OUTSIDE:
                    continue
                inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
                yield from walk(pattern.url_patterns, inner)
            else:
                assert pattern.name, f"a route without a name: {prefix} {pattern.pattern}"
                yield prefix + pattern.name

    yield from dict.fromkeys(walk(get_resolver().url_patterns, ""))


@pytest.fixture
def world(db: None) -> World:
    return whole_world()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_actor_gets_what_the_table_says(world: World, case: Case) -> None:
    wrong, missing_bodies = [], {}
    clients = signed_in(world)
    before = fingerprint()
    for (actor, target), status in sorted(
        case.expected.items(), key=lambda cell: cell[0][1] != "missing"
    ):
        with transaction.atomic():
            response = ask(clients[actor], world, case, target)
            body = content(response)
            after = fingerprint()
            transaction.set_rollback(True)
        if response.status_code != status:
            wrong.append(f"{actor} {target}: {response.status_code} instead of {status}")
        elif (status >= 400 or case.method == "GET") and after != before:
            changed = [table for table in after if after[table] != before[table]]
            wrong.append(f"{actor} {target}: answered {status} and changed {changed}")
        if target == "missing":
            missing_bodies[actor] = body
        elif status == 404 and actor in missing_bodies and body != missing_bodies[actor]:
            wrong.append(f"{actor} {target}: a hidden row's answer differs from a missing row's")
    assert not wrong, f"{case}:\n" + "\n".join(wrong)


def test_every_url_and_method_stands_in_a_table(world: World) -> None:
    admin = signed_in(world)["admin"]
    by_url: dict[str, dict[str, Case]] = {}
    for case in CASES:
        by_url.setdefault(case.url, {})[case.method] = case
    faults = [f"{name}: not in any table" for name in url_names() if name not in by_url]
    faults += [
        f"{name}: in a table, but no such URL" for name in by_url if name not in set(url_names())
    ]
    for name, methods in by_url.items():
        known = next(iter(methods.values()))
        _, target = next(iter(known.expected))
        for method in API_METHODS if name.startswith("api:") else PAGE_METHODS:
            if method in methods:
                continue
            with transaction.atomic():
                probe = Case(name, method, {}, kwargs=known.kwargs)
                answer = ask(admin, world, probe, target)
                transaction.set_rollback(True)
            if answer.status_code != 405:
                faults.append(
                    f"{method} {name}: answers {answer.status_code}, and stands in no table"
                )
    assert not faults, "\n".join(faults)


def test_cases_are_stated_once_and_for_every_actor() -> None:
    labels = [str(case) for case in CASES]
    assert len(labels) == len(set(labels))
    for case in CASES:
        assert {actor for actor, _ in case.expected} == set(ACTORS), str(case)


def test_djangos_admin_is_for_superusers_alone(world: World) -> None:
    addresses = admin_addresses()
    assert len(addresses) > 5 * len(admin.site._registry)

    opened = [
        (actor, address, client.get(address).status_code)
        for actor, client in signed_in(world).items()
        for address in addresses
    ]

    assert [each for each in opened if each[2] != 302] == []


def admin_addresses() -> list[str]:
    """Return an address of every page of Django's admin but those to sign in and out."""
    models = [f"{model._meta.app_label}_{model._meta.model_name}" for model in admin.site._registry]
    of_rows = ("change", "delete", "history")
    return [
        *(reverse(f"admin:{name}") for name in ("index", "password_change", "jsi18n")),
        *(reverse("admin:app_list", args=[name]) for name in ("org", "pipeline", "forecasting")),
        *(reverse(f"admin:{model}_{page}") for model in models for page in ("changelist", "add")),
        *(reverse(f"admin:{model}_{page}", args=[1]) for model in models for page in of_rows),
    ]
