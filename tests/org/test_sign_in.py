import re
import time
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from org import access, backends
from org.models.people import Person
from org.services import people
from tests.factories.org import PersonFactory
from tests.worlds import SalesTeam

LOGIN = reverse("account_login")
RESET = reverse("account_reset_password")
INSIDE = reverse("org:people")
PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def _no_attempts_yet() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def rita(sales_team: SalesTeam) -> Person:
    sales_team.rita.set_password(PASSWORD)
    sales_team.rita.save()
    return sales_team.rita


def sign_in(
    client: Client, email: str, password: str, *, forwarded: str = "", **data: str
) -> HttpResponse:
    headers = {"x-forwarded-for": forwarded} if forwarded else {}
    return client.post(LOGIN, {"login": email, "password": password, **data}, headers=headers)


def is_in(client: Client) -> bool:
    return client.get(INSIDE).status_code == 200


def text(response: HttpResponse) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_a_person_signs_in_and_out_again(client: Client, rita: Person) -> None:
    sign_in(client, "RITA@example.com", PASSWORD)
    assert is_in(client)

    client.post(reverse("account_logout"))

    assert not is_in(client)
    assert not Session.objects.exists()


def test_the_sixth_wrong_password_is_refused_even_if_it_is_the_right_one(
    client: Client, rita: Person
) -> None:
    for number in range(5):
        answer = sign_in(client, rita.email, "wrong", forwarded=f"203.0.113.{number}")
        assert "not correct" in text(answer)

    sixth = sign_in(client, rita.email, PASSWORD, forwarded="198.51.100.7")

    assert "Too many failed login attempts" in text(sixth)
    assert not is_in(client)


def test_the_limit_is_of_one_account_and_not_of_all(
    client: Client, rita: Person, sales_team: SalesTeam
) -> None:
    sales_team.ron.set_password(PASSWORD)
    sales_team.ron.save()
    for _ in range(5):
        sign_in(client, rita.email, "wrong")

    sign_in(client, sales_team.ron.email, PASSWORD)

    assert is_in(client)


def test_one_machine_does_not_try_many_accounts(client: Client, rita: Person) -> None:
    for number in range(10):
        sign_in(client, f"nobody{number}@example.com", "x", forwarded=f"203.0.113.{number}")

    eleventh = sign_in(client, rita.email, PASSWORD, forwarded="198.51.100.7")

    assert eleventh.status_code in {200, 429}
    assert not is_in(client)


def test_behind_a_proxy_only_the_part_that_the_proxy_wrote_counts(
    client: Client, rita: Person, settings
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for number in range(10):
        forged = f"203.0.113.{number}, 192.0.2.1"
        sign_in(client, f"nobody{number}@example.com", "x", forwarded=forged)

    sign_in(client, rita.email, PASSWORD, forwarded="203.0.113.99, 192.0.2.1")
    assert not is_in(client)
    sign_in(client, rita.email, PASSWORD, forwarded="203.0.113.99, 192.0.2.2")

    assert is_in(client)


@pytest.mark.parametrize("who", ["nobody@example.com", "rita@example.com", "gus@example.com"])
def test_every_refusal_reads_the_same(
    client: Client, rita: Person, sales_team: SalesTeam, who: str
) -> None:
    answer = sign_in(client, who, "wrong")

    told = text(answer)
    assert answer.status_code == 200
    assert "The email address and/or password you specified are not correct." in told
    assert "inactive" not in told
    assert not is_in(client)


def test_who_left_and_knows_the_password_is_told_and_kept_out(
    client: Client, sales_team: SalesTeam
) -> None:
    sales_team.gus.set_password(PASSWORD)
    sales_team.gus.save()

    answer = sign_in(client, sales_team.gus.email, PASSWORD)

    assert answer.url == reverse("account_inactive")
    assert not is_in(client)


def test_a_reset_answers_alike_and_writes_only_to_those_who_are_here(
    client: Client, rita: Person
) -> None:
    answers = [
        client.post(RESET, {"email": email}, follow=True)
        for email in ("rita@example.com", "nobody@example.com", "gus@example.com")
    ]

    assert len({text(answer) for answer in answers}) == 1
    assert len({tuple(answer.redirect_chain) for answer in answers}) == 1
    assert [message.to for message in mail.outbox] == [["rita@example.com"]]


def reset_link(client: Client, email: str) -> str:
    client.post(RESET, {"email": email})
    return re.search(r"https?://[^/]+(/auth/password/reset/\S+)", mail.outbox[-1].body)[1]


def test_a_password_is_reset_end_to_end_and_old_sessions_end(client: Client, rita: Person) -> None:
    elsewhere = Client()
    sign_in(elsewhere, rita.email, PASSWORD)
    link = reset_link(client, rita.email)

    form = client.get(link, follow=True)
    done = client.post(
        form.redirect_chain[-1][0],
        {"password1": "an entirely new secret", "password2": "an entirely new secret"},
        follow=True,
    )

    assert done.status_code == 200
    assert not is_in(elsewhere)
    assert not is_in(client)
    sign_in(client, rita.email, PASSWORD)
    assert not is_in(client)
    sign_in(client, rita.email, "an entirely new secret")
    assert is_in(client)
    again = Client().get(link, follow=True)
    assert "password1" not in again.content.decode()


def test_a_weak_new_password_is_refused(client: Client, rita: Person) -> None:
    form = client.get(reset_link(client, rita.email), follow=True)

    answer = client.post(form.redirect_chain[-1][0], {"password1": "short", "password2": "short"})

    assert "at least 12 characters" in text(answer)
    sign_in(client, rita.email, PASSWORD)
    assert is_in(client)


def test_a_person_without_a_password_sets_one_by_the_link(client: Client, db: None) -> None:
    person = people.create_person(
        by=None, full_name="Nia New", email="nia@example.com", roles=["rep"]
    )
    form = client.get(reset_link(client, person.email), follow=True)

    client.post(
        form.redirect_chain[-1][0],
        {"password1": "an entirely new secret", "password2": "an entirely new secret"},
    )

    sign_in(client, person.email, "an entirely new secret")
    assert is_in(client)


def test_an_old_cookie_is_refused_on_the_next_request_after_deactivation(
    client: Client, rita: Person, sales_team: SalesTeam
) -> None:
    sign_in(client, rita.email, PASSWORD)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    link = reset_link(Client(), rita.email)

    people.deactivate(rita, by=sales_team.ada, on=access.today())

    client.cookies[settings.SESSION_COOKIE_NAME] = cookie
    assert client.get(INSIDE).url.startswith(LOGIN)
    sign_in(client, rita.email, PASSWORD)
    assert not is_in(client)
    form = client.get(link, follow=True)
    client.post(
        form.redirect_chain[-1][0] if form.redirect_chain else link,
        {"password1": "an entirely new secret", "password2": "an entirely new secret"},
    )
    sign_in(client, rita.email, "an entirely new secret")
    assert not is_in(client)


def test_a_role_taken_away_counts_on_the_next_request(
    client: Client, sales_team: SalesTeam
) -> None:
    other = PersonFactory(roles=["admin"])
    client.force_login(other)
    assert client.get(reverse("org:teams")).status_code == 200

    people.set_roles(other, by=sales_team.ada, roles=["rep"])

    assert client.get(reverse("org:teams")).status_code == 403


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return a list whose one number is the time of the session's limits."""
    now = [time.time()]
    monkeypatch.setattr(backends.time, "time", lambda: now[0])
    return now


def test_an_idle_session_ends(client: Client, rita: Person, clock: list[float]) -> None:
    sign_in(client, rita.email, PASSWORD)
    assert is_in(client)

    clock[0] += settings.SESSION_IDLE_SECONDS - 5
    assert is_in(client)
    clock[0] += settings.SESSION_IDLE_SECONDS + 5

    assert not is_in(client)


def test_a_busy_session_ends_as_well(client: Client, rita: Person, clock: list[float]) -> None:
    sign_in(client, rita.email, PASSWORD)
    started = clock[0]

    while clock[0] - started < settings.SESSION_COOKIE_AGE:
        assert is_in(client)
        clock[0] += settings.SESSION_IDLE_SECONDS / 2
    clock[0] += 60

    assert not is_in(client)
    sign_in(client, rita.email, PASSWORD)
    assert is_in(client)


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "http:evil.example",
        "javascript:alert(1)",
        "https://testserver@evil.example/",
        "https:/\t/evil.example",
        "/%09/evil.example",
        "\x00//evil.example",
    ],
)
def test_signing_in_leads_nowhere_else(client: Client, rita: Person, target: str) -> None:
    answer = sign_in(client, rita.email, PASSWORD, next=target)

    assert answer.status_code == 302
    assert answer.url.startswith("/")
    assert not answer.url.startswith(("//", "/\\"))


def test_signing_in_leads_on_to_the_page_asked_for(client: Client, rita: Person) -> None:
    asked = client.get(INSIDE)

    answer = client.post(asked.url, {"login": rita.email, "password": PASSWORD, "next": INSIDE})

    assert answer.url == INSIDE


def test_no_form_is_taken_without_its_token(rita: Person, sales_team: SalesTeam) -> None:
    strict = Client(enforce_csrf_checks=True)

    assert sign_in(strict, rita.email, PASSWORD).status_code == 403
    assert strict.post(RESET, {"email": rita.email}).status_code == 403
    strict.force_login(sales_team.ada)
    assert strict.post(reverse("org:team-new"), {"name": "Forged"}).status_code == 403
    assert strict.post(reverse("account_logout")).status_code == 403


def test_a_signed_in_page_is_kept_by_no_cache(client: Client, sales_team: SalesTeam) -> None:
    client.force_login(sales_team.ada)

    assert client.get(INSIDE).headers["Cache-Control"] == "private, no-store"


def test_djangos_admin_is_entered_through_the_same_door(client: Client, rita: Person) -> None:
    page = client.get(reverse("admin:login"), follow=True)
    tried = client.post(
        reverse("admin:login"), {"username": rita.email, "password": PASSWORD}, follow=True
    )

    assert page.redirect_chain[-1][0].startswith(LOGIN)
    assert tried.redirect_chain[-1][0].startswith(LOGIN)
    assert not is_in(client)


def test_signing_in_changes_the_key_of_the_session(client: Client, rita: Person) -> None:
    client.get(LOGIN)
    session = client.session
    session["planted"] = "yes"
    session.save()
    before = session.session_key
    client.cookies[settings.SESSION_COOKIE_NAME] = before

    sign_in(client, rita.email, PASSWORD)

    assert client.session.session_key != before
