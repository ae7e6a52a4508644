import pytest
from django.core.management import call_command
from drf_spectacular.generators import SchemaGenerator

from salesmgr import api_urls
from tests.api.conftest import program_of

pytestmark = pytest.mark.django_db
METHODS = ("get", "post", "put", "patch", "delete")


@pytest.fixture(scope="module")
def schema():
    return SchemaGenerator(urlconf="salesmgr.urls").get_schema(request=None, public=True)


def operations(schema):
    return [
        (path, method, found)
        for path, methods in schema["paths"].items()
        for method, found in methods.items()
        if method in METHODS
    ]


def test_the_schema_is_valid_and_without_warnings(tmp_path):
    call_command(
        "spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yml")
    )

    assert (tmp_path / "schema.yml").read_text().startswith("openapi:")


def test_every_endpoint_and_method_is_described(schema):
    described = {(path, method) for path, method, _ in operations(schema)}
    existing = {
        ("/api/v1/" + str(pattern.pattern).replace("<int:pk>", "{id}"), method)
        for pattern in api_urls.urlpatterns
        if (view := getattr(pattern.callback, "cls", None)) and pattern.name != "schema"
        for method in METHODS
        if hasattr(view, method)
    }

    # The documentation is a page, and the schema does not describe itself.
    assert described == {(path, method) for path, method in existing if "docs/" not in path}


def test_every_answer_is_described(schema):
    for path, method, operation in operations(schema):
        codes = set(operation["responses"])
        expected = {"401", "403", "429"}
        if "{id}" in path:
            expected.add("404")
        if "requestBody" in operation:
            expected |= {"400", "413", "415"}
        if any(found["name"] == "Idempotency-Key" for found in operation.get("parameters", [])):
            expected |= {"409", "422"}
        assert expected <= codes, (path, method)
        assert any(code.startswith("2") for code in codes), (path, method)
        assert operation["security"] == [{"token": []}, {"cookieAuth": []}], (path, method)


def test_money_is_text(schema):
    body = schema["components"]["schemas"]["DealBody"]["properties"]

    assert body["amount"]["type"] == "string"


def test_answers_have_the_fields_that_the_schema_says(sales_team, schema, stages):
    from tests.factories.pipeline import AccountFactory, ActivityFactory, DealFactory

    account = AccountFactory(owner=sales_team.rita)
    deal = DealFactory(owner=sales_team.rita, account=account)
    activity = ActivityFactory(person=sales_team.rita, account=account)
    program = program_of(sales_team.rita)
    shapes = schema["components"]["schemas"]
    asked = [("me", None, "MeBody"), ("deal", deal.pk, "DealBody")]
    asked += [("account", account.pk, "AccountBody"), ("activity", activity.pk, "ActivityBody")]
    for name, pk, shape in asked:
        assert set(program.get(name, pk).json()) == set(shapes[shape]["properties"])
    for name, shape in (("deals", "DealRow"), ("people", "PersonBody"), ("stages", "StageBody")):
        row = program.get(name).json()["results"][0]
        assert set(row) == set(shapes[shape]["properties"])


def test_the_schema_is_served_to_who_has_signed_in(rita):
    answer = rita.get("schema")

    assert answer.status_code == 200
    assert b"deals_create" in b"".join(answer) or b"deals_create" in answer.content
