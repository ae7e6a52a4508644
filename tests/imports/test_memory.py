"""What imports remember, and that what is forgotten is asked and guessed anew."""

import pytest
from django.urls import reverse

from imports.engine.options import Answer, Options
from imports.models import ImportAnswer, ImportMapping
from org.models.audit import AuditEntry
from tests.factories.org import OrganisationFactory, PersonFactory
from tests.factories.pipeline import AccountFactory, ProductFactory, StageFactory
from tests.imports.runs import counts, imported, planned, uploaded

pytestmark = pytest.mark.django_db
BACKEND = "org.backends.SessionBackend"
ACCOUNTS = "Firm,Holder\nAcme,Annie\n"
PAGE = "imports:imports-remembered"


@pytest.fixture
def admin():
    OrganisationFactory()
    return PersonFactory(full_name="Ada", roles=("admin",))


@pytest.fixture
def signed_in(client, admin):
    client.force_login(admin, backend=BACKEND)
    return client


def remembering(admin):
    """Import a file whose columns and owner had to be told."""
    ann = PersonFactory(full_name="Ann")
    told = {"mapping": {0: "name", 1: "owner"}, "by": admin}
    run = planned("accounts", ACCOUNTS, answers={"person:Annie": Answer(target=ann.pk)}, **told)
    assert counts(run) == {"create": 1}
    return ann


def test_the_page_says_what_is_remembered(signed_in, admin):
    remembering(admin)
    page = " ".join(signed_in.get(reverse(PAGE)).content.decode().split())

    assert '<th scope="row">ANNIE</th> <td>Ann</td>' in page
    assert "Firm → Account name; Holder → Owner" in page
    assert page.count("<td>Ada</td>") == 2


def test_a_forgotten_answer_is_asked_for_again(signed_in, admin):
    remembering(admin)
    told = {"mapping": {0: "name", 1: "owner"}, "by": admin}
    assert counts(planned("accounts", ACCOUNTS, **told)) == {"create": 1}

    answer = ImportAnswer.objects.get()
    said = signed_in.post(reverse("imports:import-answer-forget", args=[answer.pk]), follow=True)

    assert "“ANNIE” will be asked about again." in said.content.decode()
    again = planned("accounts", ACCOUNTS, **told)
    assert counts(again) == {"refuse": 1}
    assert [unknown["text"] for unknown in again.plan["unknown"]] == ["Annie"]
    entry = AuditEntry.objects.get(action="import.forget_answer")
    assert (entry.actor, entry.subject_label) == (admin, "person “ANNIE”")


def test_forgotten_columns_are_guessed_anew(signed_in, admin):
    remembering(admin)
    known = uploaded("accounts", ACCOUNTS, by=admin)
    assert Options.from_json(known.options).mapping == {0: "name", 1: "owner"}

    mapping = ImportMapping.objects.get()
    signed_in.post(reverse("imports:import-mapping-forget", args=[mapping.pk]))

    fresh = uploaded("accounts", ACCOUNTS, by=admin)
    assert not fresh.profile["remembered"]
    assert Options.from_json(fresh.options).mapping != {0: "name", 1: "owner"}
    assert AuditEntry.objects.get(action="import.forget_columns").changes == {
        "fields": [{"Firm": "name", "Holder": "owner"}, None]
    }


def test_what_was_imported_stays(signed_in, admin):
    from pipeline.customers.models import Account

    imported("accounts", "Account name\nAcme\n", by=admin)
    signed_in.post(reverse("imports:import-mapping-forget", args=[ImportMapping.objects.get().pk]))

    assert Account.objects.get().name == "Acme"


def test_answers_are_found_by_their_text(signed_in):
    for text in ("GTXPRO", "MG SPECIALS"):
        ImportAnswer.objects.create(subject="product", text=text)
    page = signed_in.get(reverse(PAGE), {"q": "gtx"}).content.decode()

    assert "GTXPRO" in page
    assert "MG SPECIALS" not in page
    assert "nothing: the cell is taken as blank" in page


def test_what_is_gone_is_said_to_be(signed_in):
    ImportAnswer.objects.create(subject="product", text="OLD", target=987654)

    assert "something that is no longer here" in signed_in.get(reverse(PAGE)).content.decode()


def test_the_empty_page_says_what_would_stand_there(signed_in):
    page = signed_in.get(reverse(PAGE)).content.decode()

    assert "No value is remembered." in page
    assert "No columns are remembered." in page


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_the_same_for_one_and_three(
    signed_in, admin, django_assert_num_queries, count
):
    """One statement for each of the four subjects, whatever the number of answers."""
    for number in range(count):
        by = PersonFactory(full_name=f"P{number}")
        for subject, row in {
            "person": by,
            "account": AccountFactory(),
            "product": ProductFactory(),
            "stage": StageFactory(name=f"S{number}"),
        }.items():
            ImportAnswer.objects.create(
                subject=subject, text=f"T{number}", target=row.pk, answered_by=by
            )
        ImportMapping.objects.create(
            kind="accounts", signature=str(number), fields={"A": "name"}, chosen_by=by
        )
    signed_in.get(reverse(PAGE))

    with django_assert_num_queries(9):
        signed_in.get(reverse(PAGE))
