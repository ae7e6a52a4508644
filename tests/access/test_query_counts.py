"""Every page and list asks the database as often for three rows of everything as for one.

The pages are those of the matrix, which holds every URL there is; so none can be left out.
"""

from collections.abc import Iterator
from http.cookies import SimpleCookie
from typing import NamedTuple

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.access.asking import CASES, ask, browsers, content
from tests.access.growing import grow
from tests.access.matrix import Case, World

# Who sees most first; each page is asked for by two of them, where two may.
WHO = ("admin", "manager", "rep", "recruiter", "executive", "director", "stranger", "anonymous")
# What shows none of the rows that grow: sign-in and the person's own account, forms, documents,
# one row by itself, and what the tests of imports and of the dashboard grow instead.
NOTHING_GROWS = {
    "account_change_password",
    "account_inactive",
    "account_login",
    "account_logout",
    "account_reauthenticate",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_signup",
    "api:account",
    "api:activity",
    "api:deal-contact",
    "api:docs",
    "api:line",
    "api:me",
    "api:contact",
    "api:periods",
    "api:pipelines",
    "api:product",
    "api:schema",
    "coaching:note-edit",
    "healthz",
    "hiring:candidate-edit",
    "hiring:candidate-new",
    "hiring:requisition-edit",
    "hiring:stage",
    "hiring:stage-new",
    "member-forecast",
    "org:organisation",
    "patterns",
    "pipeline:account-suggest",
    "process:activity-attainment-of",
    "pipeline:activity-bulk",
    "pipeline:activity-log",
    "pipeline:activity-new",
    "pipeline:competitor",
    "pipeline:competitor-new",
    "pipeline:calendar",
    "pipeline:contact-edit",
    "pipeline:contact-new",
    "analytics:deal-archive",
    "pipeline:deal-criterion",
    "pipeline:deal-contact",
    "analytics:deal-step",
    "pipeline:deal-line",
    "analytics:deal-part",
    "pipeline:framework",
    "pipeline:framework-new",
    "imports:import",
    "analytics:metric-catalogue",
    "imports:import-columns",
    "imports:import-new",
    "imports:import-refused",
    "imports:import-rows",
    "pipeline:merge",
    "pipeline:loss-reason",
    "pipeline:loss-reason-new",
    "pipeline:pipeline",
    "pipeline:pipeline-new",
    "pipeline:product",
    "pipeline:product-new",
    "pipeline:stage-new",
    "pipeline:stage-people",
    "readyz",
    "setup",
    "team-forecast",
}


class Question(NamedTuple):
    case: Case
    actor: str
    target: str

    def __str__(self) -> str:
        return f"{self.case} as {self.actor}, {self.target or 'all'}"


def questions() -> Iterator[Question]:
    for case in CASES:
        if case.method != "GET":
            continue
        allowed = [
            Question(case, actor, target)
            for actor in WHO
            for (someone, target), status in case.expected.items()
            if someone == actor and status == 200
        ]
        by_actor = {question.actor: question for question in reversed(allowed)}
        yield from [by_actor[actor] for actor in WHO if actor in by_actor][:2]


def is_of_the_page(sql: str) -> bool:
    """Whether a statement is not about the session, which is written once a minute."""
    return "django_session" not in sql and not sql.startswith(("SAVEPOINT", "RELEASE"))


def measured(world: World, clients: dict[str, Client]) -> tuple[dict[str, int], dict[str, int]]:
    counts: dict[str, int] = {}
    sizes: dict[str, int] = {}
    for question in questions():
        client = clients[question.actor]
        with CaptureQueriesContext(connection) as queries:
            response = ask(client, world, question.case, question.target)
        assert response.status_code == 200, question
        counts[str(question)] = sum(is_of_the_page(found["sql"]) for found in queries)
        url = question.case.url
        sizes[url] = sizes.get(url, 0) + len(content(response))
    return counts, sizes


def test_three_rows_cost_as_many_queries_as_one(
    whole: tuple[World, dict[str, SimpleCookie]],
) -> None:
    world, cookies = whole
    grow(world, 1)
    clients = browsers(cookies)
    # That the migrations are applied is looked up once in a process.
    clients["anonymous"].get("/readyz")

    one, small = measured(world, clients)
    grow(world, 2)
    grow(world, 3)
    three, large = measured(world, clients)

    more = {page: (one[page], three[page]) for page in one if one[page] != three[page]}
    assert more == {}
    assert {url for url in small if small[url] == large[url]} == NOTHING_GROWS
