from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.urls import get_script_prefix, reverse, set_script_prefix

from pipeline.deals.tables import DEALS, deal_href


@pytest.fixture(params=["/", "/crm/"])
def prefix(request: pytest.FixtureRequest) -> Iterator[str]:
    before = get_script_prefix()
    set_script_prefix(request.param)
    yield request.param
    set_script_prefix(before)


def test_rows_lead_to_their_pages_wherever_the_site_lies(prefix: str) -> None:
    account = next(column for column in DEALS if column.key == "account")
    row = SimpleNamespace(pk=1, deal_id=10, account_id=305)

    assert deal_href(row) == reverse("analytics:deal", args=[10])
    assert deal_href(row).startswith(prefix + "deals/10/")
    assert account.href is not None
    assert account.href(row) == reverse("pipeline:account", args=[305])
    assert account.href(SimpleNamespace(account_id=None)) is None
