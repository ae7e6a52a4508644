"""What cannot be read exactly is refused, by the name of its field, and changes nothing."""

import pytest

from pipeline.deals.models import Deal
from tests.factories.pipeline import AccountFactory, DealFactory

pytestmark = pytest.mark.django_db

BAD = [
    ("amount", "1_000"),
    ("amount", "1e5"),
    ("amount", 1e5),
    ("amount", 12.5),
    ("amount", "١٢"),
    ("amount", "1,000"),
    ("amount", "-1"),
    ("amount", "1.005"),
    ("amount", "9" * 40),
    ("amount", 10**25),
    ("amount", True),
    ("amount", ["1"]),
    ("amount", "NaN"),
    ("name", 5),
    ("name", ""),
    ("name", None),
    ("name", "x" * 201),
    ("name", "invoice\u202efdp.exe"),
    ("name", "zero\u0000byte"),
    ("name", "half \ud800 sign"),
    ("stage", "1"),
    ("stage", 1.0),
    ("stage", True),
    ("stage", 10**25),
    ("stage", -1),
    ("owner", {"pk": 1}),
    ("expected_close_on", "2026-02-30"),
    ("expected_close_on", "1.2.2026"),
    ("expected_close_on", "20260201"),
    ("expected_close_on", 20260201),
    ("expected_close_on", "1066-10-14"),
    ("currency", "usd"),
    ("currency", "US"),
    ("category_override", "closed"),
    ("category_override", 1),
    ("lost_reason", "because"),
    ("next_step", ["Call"]),
]


@pytest.mark.parametrize(("field", "value"), BAD, ids=lambda part: repr(part)[:30])
def test_a_bad_value_is_refused_by_its_field(sales_team, rita, stages, field, value):
    good = {"name": "New", "stage": stages["Qualify"].pk}

    answer = rita.post("deals", good | {field: value})

    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
    assert not Deal.objects.exists()


SERVER_SET = [
    field.name
    for field in Deal._meta.get_fields()
    if field.name
    not in {
        "name", "account", "owner", "stage", "amount", "currency", "expected_close_on",
        "category_override", "next_step", "next_step_on", "wait_until", "source", "lost_reason",
        "lost_note", "win_evidence", "external_id",
    }
]  # fmt: skip


@pytest.mark.parametrize("field", [*SERVER_SET, "created_by_id", "owner_id", "is_admin", "pk"])
def test_what_the_server_sets_cannot_be_sent(sales_team, rita, stages, field):
    body = {"name": "New", "stage": stages["Qualify"].pk, field: 1}
    deal = DealFactory(owner=sales_team.rita)

    created = rita.post("deals", body)
    changed = rita.patch("deal", {"version": 1, "next_step": "Call", field: 1}, deal.pk)

    assert (created.status_code, list(created.json()["fields"])) == (400, [field])
    if field != "version":
        assert (changed.status_code, list(changed.json()["fields"])) == (400, [field])
        assert Deal.objects.get().version == 1


@pytest.mark.parametrize("version", [None, "1", 0, 1.0, True, 2**31])
def test_a_change_without_a_plain_version_is_refused(sales_team, rita, version):
    deal = DealFactory(owner=sales_team.rita)

    answer = rita.patch("deal", {"version": version, "next_step": "Call"}, deal.pk)

    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["version"])


@pytest.mark.parametrize(
    "text",
    ['{"name": "a", "name": "b"}', "{", "[]", '"text"', '{"amount": NaN}', "[" * 100_000, "\xff"],
    ids=lambda text: text[:20],
)
def test_a_body_that_is_no_plain_object_is_refused(rita, text):
    answer = rita.post("deals", text)

    assert answer.status_code == 400
    assert answer.json()["message"]


def test_a_body_that_is_too_large_is_refused(rita, settings):
    answer = rita.post("deals", {"name": "x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE})

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_a_body_that_is_not_json_is_refused(rita):
    answer = rita.client.post(
        "/api/v1/deals/", {"name": "x"}, headers={"Authorization": f"Bearer {rita.secret}"}
    )

    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


def test_a_hidden_row_in_a_body_is_a_missing_row(sales_team, rita):
    theirs = DealFactory(owner=sales_team.rob)
    body = {"kind": "call", "subject": "Hello", "occurred_at": "2026-01-05T09:00:00Z"}

    hidden = rita.post("activities", body | {"deal": theirs.pk})
    missing = rita.post("activities", body | {"deal": 987_654_321})

    assert hidden.status_code == missing.status_code == 400
    assert hidden.content == missing.content


@pytest.mark.parametrize("at", ["2026-01-05", "2026-01-05T09:00:00", "now", 1767600000, None])
def test_a_moment_has_its_offset(rita, at):
    body = {"kind": "call", "subject": "Hello", "account": AccountFactory().pk}

    answer = rita.post("activities", body | {"occurred_at": at})

    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["occurred_at"])
