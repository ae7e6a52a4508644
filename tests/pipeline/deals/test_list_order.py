import pytest

from pipeline.deals.models import Deal


@pytest.mark.parametrize(
    ("field", "descending", "order"),
    [
        ("created_at", True, '"created_at" DESC, "pipeline_deal"."id" DESC'),
        ("created_at", False, '"created_at" ASC, "pipeline_deal"."id" ASC'),
        ("expected_close_on", False, '"expected_close_on" ASC NULLS LAST'),
        ("amount_base", True, '"amount_base" DESC NULLS LAST'),
        ("account__name", False, '"name" ASC NULLS LAST'),
        ("owner__full_name", False, '"full_name" ASC, "pipeline_deal"."id" ASC'),
    ],
)
def test_order_places_nulls_only_where_there_can_be_some(
    field: str, descending: bool, order: str
) -> None:
    assert order in str(Deal.objects.in_order(field, descending=descending).query)
