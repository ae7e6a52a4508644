"""A program at work: a client that signs in by a token and speaks JSON."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from org.enums import TokenScope
from org.models.people import Person
from org.services.tokens import create_token
from tests.factories.pipeline import StageFactory


class Program:
    """Sends requests with a person's token; ``secret`` None sends none."""

    def __init__(self, secret: str | None) -> None:
        self.secret = secret
        self.client = Client()

    def ask(
        self, method: str, name: str, body: Any = None, *, pk: int | None = None, **query: Any
    ) -> HttpResponse:
        headers = {"Authorization": f"Bearer {self.secret}"} if self.secret else {}
        if key := query.pop("key", None):
            headers["Idempotency-Key"] = key
        url = reverse(f"api:{name}", kwargs={"pk": pk} if pk is not None else {})
        text = body if isinstance(body, str) else json.dumps(body or {})
        kind = {} if method == "get" else {"content_type": "application/json", "data": text}
        return getattr(self.client, method)(url, query_params=query, headers=headers, **kind)

    def get(self, name: str, pk: int | None = None, **query: Any) -> HttpResponse:
        return self.ask("get", name, pk=pk, **query)

    def post(self, name: str, body: Any = None, pk: int | None = None, **more: Any) -> HttpResponse:
        return self.ask("post", name, body, pk=pk, **more)

    def patch(self, name: str, body: Any, pk: int) -> HttpResponse:
        return self.ask("patch", name, body, pk=pk)


def program_of(person: Person, *, scope: str = TokenScope.WRITE, name: str = "Test") -> Program:
    now = timezone.now()
    made = create_token(
        by=person, name=name, scope=scope, at=now, expires_at=now + timedelta(days=30)
    )
    return Program(made.secret)


@pytest.fixture
def rita(sales_team):
    return program_of(sales_team.rita)


@pytest.fixture
def mia(sales_team):
    return program_of(sales_team.mia)


@pytest.fixture
def stages(db):
    return {
        stage.name: stage
        for stage in (
            StageFactory(),
            StageFactory(propose=True),
            StageFactory(won=True),
            StageFactory(lost=True),
        )
    }
