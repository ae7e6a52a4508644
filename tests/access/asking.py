"""Asking a case of the matrix as one of its actors, and reading what comes back."""

import copy
import importlib
import pkgutil
import re
import time
from collections import Counter
from collections.abc import Iterable
from http.cookies import SimpleCookie

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.client import ClientHandler
from django.urls import reverse

import tests.access as package
from org import access
from org.backends import SEEN_KEY, STARTED_KEY
from tests.access.matrix import ACTORS, Case, World, build_world
from tests.worlds import build_sales_team

MODULES = [
    importlib.import_module(f"tests.access.{found.name}")
    for found in pkgutil.iter_modules(package.__path__)
    if found.name.startswith("expected_")
]
CASES: list[Case] = [case for module in MODULES for case in module.CASES]
BACKEND = "org.backends.SessionBackend"
DAY_SECONDS = 86_400
_HANDLER = ClientHandler(enforce_csrf_checks=False)
CHANGING = re.compile(
    rb'(nonce="[^"]*"|csrfmiddlewaretoken" value="[^"]*"|csrf-token" content="[^"]*"|[0-9a-f-]{36})'
)


def whole_world() -> World:
    """Return the sales team with what every app adds to it."""
    made = build_world(build_sales_team(access.today()))
    for module in MODULES:
        if hasattr(module, "build"):
            module.build(made)
    return made


def written() -> Counter[str]:
    """Return how many rows were inserted, updated or deleted in each table in this transaction.

    PostgreSQL counts them itself, whoever writes: the ORM, SQL, COPY or a trigger, and also what a
    savepoint took back. Sessions may change, nothing else may.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, pg_stat_get_xact_tuples_inserted(oid)"
            " + pg_stat_get_xact_tuples_updated(oid) + pg_stat_get_xact_tuples_deleted(oid)"
            " FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            " AND relname <> ALL(ARRAY['django_session', 'django_migrations'])"
        )
        return Counter(dict(cursor.fetchall()))


def fingerprint(tables: Iterable[str]) -> dict[str, str]:
    """Return a sum over the content of each table."""
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(
                f"SELECT '{table}', coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text"
                f' FROM "{table}" t'
                for table in tables
            )
        )
        return dict(cursor.fetchall())


def signed_in(world: World) -> dict[str, Client]:
    """Return a browser for each actor; signing in writes last_login, so it comes first."""
    clients = {actor: _browser() for actor in ACTORS}
    for actor, client in clients.items():
        if person := world.person(actor):
            client.force_login(person, backend=BACKEND)
            session = client.session
            # As of most requests, whose session was used a moment ago: these write nothing.
            session[SEEN_KEY] = session[STARTED_KEY] = int(time.time()) + DAY_SECONDS
            session.save()
    return clients


def signed_in_world() -> tuple[World, dict[str, SimpleCookie]]:
    """Return the whole world and what signing in left in the browser of each actor."""
    world = whole_world()
    return world, {actor: client.cookies for actor, client in signed_in(world).items()}


def browsers(cookies: dict[str, SimpleCookie]) -> dict[str, Client]:
    """Return a browser for each actor who has signed in before."""
    clients = {actor: _browser() for actor in cookies}
    for actor, client in clients.items():
        client.cookies = cookies[actor]
    return clients


def _browser() -> Client:
    client = Client(raise_request_exception=False)
    client.handler = _HANDLER  # It makes every middleware, once for all of them.
    return client


def ask(client: Client, world: World, case: Case, target: str) -> HttpResponse:
    # What an answer leaves in the browser, such as a message, must not reach the next question.
    before, client.cookies = client.cookies, copy.deepcopy(client.cookies)
    try:
        return _ask(client, world, case, target)
    finally:
        client.cookies = before


def _ask(client: Client, world: World, case: Case, target: str) -> HttpResponse:
    url = reverse(case.url, kwargs=case.kwargs(world, target)) + case.query
    kind = {"content_type": "application/json"} if case.as_json else {}
    return getattr(client, case.method.lower())(url, case.data(world, target), **kind)


def content(response: HttpResponse) -> bytes:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return CHANGING.sub(b"", body)
