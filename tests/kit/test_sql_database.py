"""Querysets as parts of statements from files, and expressions from files in querysets."""

import pytest
from django.db.models import CharField, F, IntegerField, Value

from kit.sql import Expression, fetch, named
from pipeline.stages.models import Stage
from tests.factories.pipeline import StageFactory

pytestmark = pytest.mark.django_db


def counted(rows) -> int:
    text, values = named(rows.order_by().values("pk"))
    ((count,),) = fetch(f"SELECT count(*) FROM ({text}) row", values)
    return count


def test_a_queryset_is_a_part_of_a_statement_with_its_values_named():
    StageFactory(name="50 % there")
    StageFactory(name="Demo")

    assert counted(Stage.objects.all()) == 2
    assert counted(Stage.objects.filter(name="50 % there")) == 1
    assert counted(Stage.objects.filter(name__contains=F("name"), order__gte=0)) == 2
    assert counted(Stage.objects.filter(pk__in=[])) == 0


def test_an_expression_of_a_file_is_right_inside_another_query():
    first, second = StageFactory(name="Demo"), StageFactory(name="Offer")
    longer = Expression(
        "length({name}) + {more} + length({name})",
        IntegerField(),
        {"name": F("name"), "more": Value(1), "unused": Value("", output_field=CharField())},
    )

    rows = Stage.objects.annotate(longer=longer)

    assert dict(rows.values_list("pk", "longer")) == {first.pk: 9, second.pk: 11}
    inside = Stage.objects.filter(pk__in=rows.filter(longer__gt=10).values("pk"))
    assert list(inside) == [second]
