import pytest
from pytest_django import DjangoAssertNumQueries

from kit.tables import Column, Sort, paginate
from org.models.people import Person
from tests.factories.org import PersonFactory

pytestmark = pytest.mark.django_db

COLUMNS = [Column(key="started", label="Started", kind="day", sort="started_on")]


def test_queryset_is_ordered_with_the_undefined_last_and_ties_by_key() -> None:
    people = [
        PersonFactory(started_on=day) for day in ("2024-05-01", None, "2025-05-01", "2024-05-01")
    ]

    def order(sort: str) -> list[int]:
        found = Sort.parse(sort, COLUMNS).apply(Person.objects.all(), COLUMNS)
        return [people.index(person) for person in found]

    assert order("started") == [0, 3, 2, 1]
    assert order("-started") == [2, 0, 3, 1]


def test_page_of_a_queryset_costs_two_queries(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(3):
        PersonFactory()

    with django_assert_num_queries(2):
        page = paginate(Person.objects.order_by("pk"), number=2, size=2)

    assert len(page.rows) == 1
    assert page.total == 3
