import time
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from org import access
from org.enums import TokenScope
from org.models.audit import AuditEntry
from org.models.tokens import ApiToken
from org.services import people, tokens
from pipeline.deals.models import Deal
from salesmgr import api_urls
from tests.api.conftest import Program, program_of
from tests.factories.org import PersonFactory
from tests.factories.pipeline import DealFactory

pytestmark = pytest.mark.django_db
# Pages for people: who is signed out is led to the sign-in.
PAGES = {"tokens", "token-new", "token-revoke", "docs"}
NAMES = {pattern.name: pattern for pattern in api_urls.urlpatterns}


def make(person, *, name="Export", scope=TokenScope.READ, days=30):
    now = timezone.now()
    return tokens.create_token(
        by=person, name=name, scope=scope, at=now, expires_at=now + timedelta(days=days)
    )


def address(name):
    takes_pk = "pk" in NAMES[name].pattern.converters
    return reverse(f"api:{name}", kwargs={"pk": 1} if takes_pk else {})


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete", "options", "head"])
def test_nobody_gets_in_without_signing_in(client, sales_team, method):
    def refused(name):
        answer = getattr(client, method)(address(name))
        if name in PAGES:
            return answer.status_code == 302 and answer["Location"].startswith(
                reverse("account_login")
            )
        return answer.status_code == 401 and answer["WWW-Authenticate"] == "Bearer"

    assert [name for name in sorted(NAMES) if not refused(name)] == []


@pytest.mark.parametrize("name", sorted(set(NAMES) - PAGES))
def test_a_wrong_token_opens_nothing(client, sales_team, name):
    for header in (
        "Bearer smgr_wrong",
        "Bearer",
        "Bearer ",
        "Bearer sm gr",
        "Bearer smgr_\xe9",
        "Basic cml0YTpwYXNz",
        "smgr_wrong",
    ):
        answer = client.get(address(name), headers={"Authorization": header})

        assert answer.status_code == 401, header


def test_the_secret_is_shown_once_and_kept_nowhere(sales_team):
    made = make(sales_team.rita)

    row = ApiToken.objects.values().get()
    entries = str(list(AuditEntry.objects.values()))
    assert made.secret.startswith("smgr_")
    assert len(made.secret) > 40
    assert made.secret not in str(row)
    assert made.secret not in entries
    assert row["digest"] == tokens.digest(made.secret)
    assert row["hint"] == made.secret[-4:]


def test_a_read_token_reads_and_does_not_write(sales_team, stages):
    program = program_of(sales_team.rita, scope=TokenScope.READ)
    deal = DealFactory(owner=sales_team.rita)

    assert program.get("deals").status_code == 200
    for answer in (
        program.post("deals", {"name": "New", "stage": stages["Qualify"].pk}),
        program.patch("deal", {"version": 1, "next_step": "Call"}, deal.pk),
        program.post("deal-archive", {"version": 1}, deal.pk),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")
    assert Deal.objects.get().version == 1


def test_revoked_is_revoked_at_once(sales_team):
    made = make(sales_team.rita)
    program = Program(made.secret)
    assert program.get("me").status_code == 200

    tokens.revoke_token(made.token, by=sales_team.rita, at=timezone.now())
    tokens.revoke_token(made.token, by=sales_team.rita, at=timezone.now())

    assert program.get("me").status_code == 401
    assert AuditEntry.objects.filter(action="token.revoke").count() == 1


def test_expired_is_out(sales_team):
    made = make(sales_team.rita)
    ApiToken.objects.update(
        created_at=timezone.now() - timedelta(days=2),
        expires_at=timezone.now() - timedelta(seconds=1),
    )

    assert Program(made.secret).get("me").status_code == 401


def test_a_deactivated_person_is_out_by_token_and_session(sales_team, client):
    program = program_of(sales_team.rita)
    client.force_login(sales_team.rita, backend="org.backends.SessionBackend")
    assert program.get("me").status_code == client.get(reverse("api:me")).status_code == 200

    people.deactivate(sales_team.rita, by=sales_team.ada, on=access.today())

    assert program.get("me").status_code == client.get(reverse("api:me")).status_code == 401
    people.reactivate(sales_team.rita, by=sales_team.ada)
    assert program.get("me").status_code == 401


def test_who_loses_their_last_role_is_out(sales_team):
    program = program_of(sales_team.rita)

    people.set_roles(sales_team.rita, by=sales_team.ada, roles=[])

    assert program.get("deals").status_code == 403


def test_who_holds_no_role_writes_by_no_token_either(sales_team):
    program = program_of(sales_team.rita, scope=TokenScope.WRITE)
    people.set_roles(sales_team.rita, by=sales_team.ada, roles=[])

    refused = program.post("activities", {})

    assert refused.status_code == 403
    assert "You hold no role here." in refused.text


def test_the_last_use_is_noted_once_a_minute(sales_team):
    made = make(sales_team.rita)
    now = timezone.now()

    tokens.holder(made.secret, at=now)
    tokens.holder(made.secret, at=now + timedelta(seconds=59))
    assert ApiToken.objects.get().last_used_at == now

    tokens.holder(made.secret, at=now + timedelta(seconds=60))
    assert ApiToken.objects.get().last_used_at == now + timedelta(seconds=60)


def test_a_name_is_used_once_until_it_is_revoked(sales_team):
    made = make(sales_team.rita, name="Export")
    make(sales_team.ron, name="Export")

    with pytest.raises(ValidationError) as refusal:
        make(sales_team.rita, name="export ")
    tokens.revoke_token(made.token, by=sales_team.rita, at=timezone.now())
    make(sales_team.rita, name="Export")

    assert list(refusal.value.message_dict) == ["name"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": "  "}, "name"),
        ({"days": 367}, "expires_at"),
        ({"days": 0}, "expires_at"),
        ({"scope": "all"}, "scope"),
    ],
)
def test_a_token_that_says_too_little_or_lasts_too_long_is_refused(sales_team, wrong, field):
    with pytest.raises(ValidationError) as refusal:
        make(sales_team.rita, **wrong)

    assert list(refusal.value.message_dict) == [field]
    assert not ApiToken.objects.exists()


def test_tokens_are_for_people_with_a_role(sales_team):
    with pytest.raises(PermissionDenied):
        make(PersonFactory())


def test_an_admin_revokes_anybodys_and_others_only_their_own(sales_team):
    made = make(sales_team.rita)

    with pytest.raises(PermissionDenied):
        tokens.revoke_token(made.token, by=sales_team.mia, at=timezone.now())
    revoked = tokens.revoke_token(made.token, by=sales_team.ada, at=timezone.now())

    assert revoked.revoked_by == sales_team.ada


def test_each_token_has_its_share_of_requests(sales_team, settings):
    settings.API_TOKEN_REQUESTS_PER_MINUTE, settings.API_PERSON_REQUESTS_PER_MINUTE = 2, 4
    cache.clear()
    # All of it in one minute, or the count begins anew in between.
    if (late := time.time() % 60) > 50:
        time.sleep(61 - late)
    first = program_of(sales_team.rita, name="First")
    second = program_of(sales_team.rita, name="Second")
    other = program_of(sales_team.ron)

    answers = [first.get("me") for _ in range(3)] + [second.get("me") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200, 429, 200, 429]
    for refused in (answers[2], answers[4]):
        assert refused.json()["code"] == "throttled"
        assert 1 <= int(refused["Retry-After"]) <= 60
    assert other.get("me").status_code == 200


def test_without_the_cache_requests_are_still_answered(sales_team, settings, caplog):
    program = program_of(sales_team.rita)
    settings.CACHES = {
        "default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}
    }

    assert program.get("me").status_code == 200
    assert "not limited" in caplog.text


def test_a_browsers_session_writes_only_with_its_csrf_token(sales_team):
    client = Client(enforce_csrf_checks=True)
    client.force_login(sales_team.rita, backend="org.backends.SessionBackend")

    answer = client.post(reverse("api:accounts"), {"name": "Acme"}, content_type="application/json")

    assert answer.status_code == 403


def test_answers_are_not_stored_on_the_way(rita):
    assert rita.get("me")["Cache-Control"] == "private, no-store"


def test_the_page_of_a_new_token_asks_for_the_password_and_shows_the_secret_once(sales_team):
    sales_team.rita.set_password("correct horse battery")
    sales_team.rita.save()
    client = Client()
    client.login(email=sales_team.rita.email, password="correct horse battery")
    form = {"name": "Export", "scope": "read", "days": "30"}

    asked = client.get(reverse("api:token-new"))
    refused = client.post(reverse("api:token-new"), form)
    assert asked.status_code == refused.status_code == 302
    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    assert not ApiToken.objects.exists()

    client.post(reverse("account_reauthenticate"), {"password": "correct horse battery"})
    made = client.post(reverse("api:token-new"), form)

    secret = made.context["made"].secret
    assert made.status_code == 201
    assert secret in made.content.decode()
    assert Program(secret).get("me").json()["scope"] == "read"
    listed = client.get(reverse("api:tokens")).content.decode()
    assert secret not in listed
    assert "Export" in listed


def test_an_admin_is_shown_the_tokens_of_others(sales_team, client):
    make(sales_team.rita, name="Canary")
    for person, shown in ((sales_team.ada, True), (sales_team.mia, False)):
        client.force_login(person, backend="org.backends.SessionBackend")

        assert ("Canary" in client.get(reverse("api:tokens")).content.decode()) is shown


def test_the_tokens_page_asks_as_often_for_three_as_for_one(
    sales_team, client, django_assert_num_queries
):
    client.force_login(sales_team.ada, backend="org.backends.SessionBackend")
    make(sales_team.ada)
    make(sales_team.rita)
    client.get(reverse("api:tokens"))
    with django_assert_num_queries(5):
        client.get(reverse("api:tokens"))

    for number in range(2):
        make(sales_team.ada, name=f"Own {number}")
        make(sales_team.ron, name=f"Other {number}")

    with django_assert_num_queries(5):
        client.get(reverse("api:tokens"))
