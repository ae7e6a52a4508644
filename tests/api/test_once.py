"""A repeated request is answered as the first time, and its deed is done once."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from org import api_requests
from org.api_requests import Reply
from org.models.tokens import KeptReply
from pipeline.customers.models import Account
from pipeline.deals.models import Deal, DealVersion
from tests.api.conftest import Program, program_of
from tests.factories.pipeline import DealFactory

KEY = "b7c5"


@pytest.mark.django_db
def test_the_same_request_gets_the_same_answer(sales_team, rita, stages):
    body = {"name": "Once", "stage": stages["Qualify"].pk, "amount": "5.00"}

    first = rita.post("deals", body, key=KEY)
    again = rita.post("deals", dict(reversed(body.items())), key=KEY)

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert "Idempotency-Replayed" not in first
    assert again["Idempotency-Replayed"] == "true"
    assert Deal.objects.count() == 1


@pytest.mark.django_db
def test_a_move_is_repeated_without_a_conflict(sales_team, rita, stages):
    deal = DealFactory(owner=sales_team.rita)
    body = {"version": 1, "stage": stages["Propose"].pk}

    answers = [rita.post("deal-move", body, deal.pk, key=KEY) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200] * 3
    assert DealVersion.objects.filter(deal=deal).count() == 2


@pytest.mark.django_db
def test_no_answer_is_repeated_about_a_deal_out_of_sight(sales_team, rita, stages):
    deal = DealFactory(owner=sales_team.rita)
    body = {"version": 1, "stage": stages["Propose"].pk}
    first = rita.post("deal-move", body, deal.pk, key=KEY)
    Deal.objects.filter(pk=deal.pk).update(owner=sales_team.rob)

    again = rita.post("deal-move", body, deal.pk, key=KEY)

    assert (first.status_code, again.status_code) == (200, 404)


@pytest.mark.django_db
def test_another_request_with_the_key_is_refused(rita):
    rita.post("accounts", {"name": "Acme"}, key=KEY)

    other = rita.post("accounts", {"name": "Zenith"}, key=KEY)

    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert list(Account.objects.values_list("name", flat=True)) == ["Acme"]


@pytest.mark.django_db
def test_a_key_belongs_to_its_person(sales_team, rita):
    ron = program_of(sales_team.ron)

    rita.post("accounts", {"name": "Acme"}, key=KEY)
    other = ron.post("accounts", {"name": "Zenith"}, key=KEY)

    assert other.status_code == 201
    assert Account.objects.count() == 2


@pytest.mark.django_db
def test_a_refused_request_keeps_no_answer(rita):
    Account.objects.create(name="Acme")

    refused = rita.post("accounts", {"name": "acme"}, key=KEY)
    Account.objects.update(name="Other")
    made = rita.post("accounts", {"name": "acme"}, key=KEY)

    assert (refused.status_code, made.status_code) == (400, 201)


@pytest.mark.django_db
@pytest.mark.parametrize("key", [" ", "x" * 256, "\xfcber", "a\tb"])
def test_a_key_is_short_and_plain(rita, key):
    answer = rita.post("accounts", {"name": "Acme"}, key=key)

    assert answer.status_code in (201, 400)
    if answer.status_code == 400:
        assert list(answer.json()["fields"]) == ["Idempotency-Key"]
        assert not Account.objects.exists()
    else:
        # A header of blanks alone arrives as an empty one or not at all.
        assert not key.strip()


@pytest.mark.django_db
def test_a_day_later_the_key_is_free_and_old_answers_are_gone(sales_team):
    now = timezone.now()

    def say(text, *, key, at):
        return api_requests.once(
            by=sales_team.rita,
            key=key,
            fingerprint=text,
            at=at,
            action=lambda: Reply(200, {"said": text}),
        )

    say("old", key="1", at=now - timedelta(hours=25))
    say("young", key="2", at=now - timedelta(hours=23))

    assert say("new", key="1", at=now) == Reply(200, {"said": "new"})
    assert say("young", key="2", at=now).repeated
    assert set(KeptReply.objects.values_list("key", flat=True)) == {"1", "2"}
    say("later", key="3", at=now + timedelta(hours=2))
    assert set(KeptReply.objects.values_list("key", flat=True)) == {"1", "3"}


@pytest.mark.django_db
def test_what_fails_after_the_deed_undoes_the_deed(sales_team):
    def deed():
        Account.objects.create(name="Half done")
        return Reply(200, {"unwritable": object()})

    with pytest.raises(TypeError):
        api_requests.once(
            by=sales_team.rita, key=KEY, fingerprint="x", at=timezone.now(), action=deed
        )

    assert not Account.objects.exists()
    assert not KeptReply.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_request_that_is_at_work_is_not_started_again(sales_team):
    secret = program_of(sales_team.rita).secret
    inside, answered = threading.Event(), threading.Event()

    def slow():
        def deed():
            Account.objects.create(name="Slow")
            inside.set()
            answered.wait(20)
            return Reply(201, {})

        try:
            api_requests.once(
                by=sales_team.rita, key=KEY, fingerprint="x", at=timezone.now(), action=deed
            )
        finally:
            connection.close()

    first = threading.Thread(target=slow)
    first.start()
    assert inside.wait(20)
    second = Program(secret).post("accounts", {"name": "Slow"}, key=KEY)
    answered.set()
    first.join()

    assert (second.status_code, second.json()["code"]) == (409, "still_at_work")
    assert Account.objects.filter(name="Slow").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_is_done_and_the_rest_repeat_it_or_wait(sales_team):
    secret = program_of(sales_team.rita).secret
    start, codes, ids = threading.Barrier(8), [], []

    def ask():
        try:
            start.wait()
            answer = Program(secret).post(
                "activities",
                {
                    "kind": "call",
                    "subject": "Hello",
                    "occurred_at": "2026-01-05T09:00:00Z",
                    "account": account.pk,
                },
                key=KEY,
            )
            codes.append(answer.status_code)
            if answer.status_code == 201:
                ids.append(answer.json()["id"])
        finally:
            connection.close()

    account = Account.objects.create(name="Acme")
    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert set(codes) <= {201, 409}
    assert len(codes) == 8
    assert len(set(ids)) == 1
    assert account.activities.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_dies_between_deed_and_commit_leaves_nothing(sales_team):
    """The worker is killed at the worst moment: after the deed, before the commit."""
    inside = threading.Event()
    backend: list[int] = []

    def doomed():
        def deed():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                backend.append(cursor.fetchone()[0])
            Account.objects.create(name="Acme")
            inside.set()
            killed.wait(20)
            return Reply(201, {})

        try:
            with pytest.raises(Exception, match=r"terminat|closed|connection"):
                api_requests.once(
                    by=sales_team.rita, key=KEY, fingerprint="x", at=timezone.now(), action=deed
                )
            failed.set()
        finally:
            connection.close()

    killed, failed = threading.Event(), threading.Event()
    worker = threading.Thread(target=doomed)
    worker.start()
    assert inside.wait(20)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [backend[0]])
    killed.set()
    worker.join()

    assert failed.is_set()
    assert not Account.objects.exists()
    answer = program_of(sales_team.rita).post("accounts", {"name": "Acme"}, key=KEY)
    assert answer.status_code == 201
    assert Account.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_database_keeps_one_answer_a_key(sales_team):
    from django.db import IntegrityError

    row = {"person": sales_team.rita, "key": KEY, "fingerprint": "x", "status": 200, "body": {}}
    KeptReply.objects.create(**row)

    with pytest.raises(IntegrityError, match="kept_reply_once"), transaction.atomic():
        KeptReply.objects.create(**row)
