"""Every URL and method, as every actor, against tables written by hand (see matrix.py)."""

from collections import Counter
from collections.abc import Iterator
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.contrib import admin
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.access import asking
from tests.access.asking import (
    CASES,
    ask,
    browsers,
    content,
    fingerprint,
    written,
)
from tests.access.matrix import ACTORS, Case, World
from tests.factories.org import TeamFactory

Asked = tuple[World, dict[str, Client]]
API_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
PAGE_METHODS = ("GET", "POST")
# Django's admin has its own test below: superusers alone, whatever the page.
OUTSIDE = ("admin:",)
ADMIN_APPS = ("org", "pipeline", "imports", "analytics", "forecasting")


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
def asked(whole: tuple[World, dict[str, SimpleCookie]]) -> Asked:
    world, cookies = whole
    return world, browsers(cookies)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_actor_gets_what_the_table_says(asked: Asked, case: Case) -> None:
    world, clients = asked
    wrong, missing_bodies, before = [], {}, written()
    for (actor, target), status in sorted(
        case.expected.items(), key=lambda cell: cell[0][1] != "missing"
    ):
        where = f"{actor} {target}"
        response, body, after = answer(clients[actor], world, case, target)
        tables, before = sorted(after - before), after
        if response.status_code != status:
            wrong.append(f"{where}: {response.status_code} instead of {status}")
        elif tables and (status >= 400 or case.method == "GET"):
            changed = changes(clients[actor], world, case, target, tables)
            before = written()
            wrong += [f"{where}: answered {status} and changed {changed}"] if changed else []
        if target == "missing":
            missing_bodies[actor] = body
        elif status == 404 and actor in missing_bodies and body != missing_bodies[actor]:
            wrong.append(f"{where}: a hidden row's answer differs from a missing row's")
    assert not wrong, f"{case}:\n" + "\n".join(wrong)


def answer(
    client: Client, world: World, case: Case, target: str
) -> tuple[HttpResponse, bytes, Counter[str]]:
    """Return an answer, its body and what was written so far; its own writes are rolled back."""
    with transaction.atomic():
        response = ask(client, world, case, target)
        body = content(response)
        after = written()
        transaction.set_rollback(True)
    return response, body, after


def changes(client: Client, world: World, case: Case, target: str, tables: list[str]) -> list[str]:
    """Ask once more; return which of the tables differ after it, for what is counted may be a
    write that the view took back, or one of the same values."""
    before = fingerprint(tables)
    with transaction.atomic():
        content(ask(client, world, case, target))
        after = fingerprint(tables)
        transaction.set_rollback(True)
    return [table for table in tables if after[table] != before[table]]


def test_a_page_that_writes_is_found(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    case = next(case for case in CASES if str(case) == "GET analytics:deals")
    plain = asking.ask

    def with_a_write(*question: Any) -> HttpResponse:
        TeamFactory(name="Written by a page")
        return plain(*question)

    monkeypatch.setattr("tests.access.test_matrix.ask", with_a_write)

    with pytest.raises(AssertionError, match=r"rep : answered 200 and changed \['org_team'"):
        test_every_actor_gets_what_the_table_says(asked, case)


def test_a_page_may_write_what_it_takes_back(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    case = next(case for case in CASES if str(case) == "GET analytics:deals")
    plain = asking.ask

    def with_a_write(*question: Any) -> HttpResponse:
        with transaction.atomic():
            TeamFactory(name="Written by a page")
            transaction.set_rollback(True)
        return plain(*question)

    monkeypatch.setattr("tests.access.test_matrix.ask", with_a_write)

    test_every_actor_gets_what_the_table_says(asked, case)


def test_every_url_and_method_stands_in_a_table(asked: Asked) -> None:
    world, clients = asked
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
                probed = ask(clients["admin"], world, probe, target)
                transaction.set_rollback(True)
            if probed.status_code != 405:
                faults.append(
                    f"{method} {name}: answers {probed.status_code}, and stands in no table"
                )
    assert not faults, "\n".join(faults)


def test_cases_are_stated_once_and_for_every_actor() -> None:
    labels = [str(case) for case in CASES]
    assert len(labels) == len(set(labels))
    for case in CASES:
        assert {actor for actor, _ in case.expected} == set(ACTORS), str(case)


def test_djangos_admin_is_for_superusers_alone(asked: Asked) -> None:
    _, clients = asked
    addresses = admin_addresses()
    assert len(addresses) > 5 * len(admin.site._registry)

    opened = [
        (actor, address, client.get(address).status_code)
        for actor, client in clients.items()
        for address in addresses
    ]

    assert [each for each in opened if each[2] != 302] == []


def admin_addresses() -> list[str]:
    """Return an address of every page of Django's admin but those to sign in and out."""
    models = [f"{model._meta.app_label}_{model._meta.model_name}" for model in admin.site._registry]
    of_rows = ("change", "delete", "history")
    return [
        *(reverse(f"admin:{name}") for name in ("index", "password_change", "jsi18n")),
        *(reverse("admin:app_list", args=[name]) for name in ADMIN_APPS),
        *(reverse(f"admin:{model}_{page}") for model in models for page in ("changelist", "add")),
        *(reverse(f"admin:{model}_{page}", args=[1]) for model in models for page in of_rows),
    ]
