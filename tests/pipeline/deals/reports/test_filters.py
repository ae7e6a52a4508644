"""A part of the selection is declared once; the list's form and the API read it from there."""

from datetime import date
from types import SimpleNamespace

import pytest

from pipeline.deals.filters import parts_of
from pipeline.deals.reports.selection import SHOWN_AS_TOTALS, DealSelection
from pipeline.lifecycle.api import DealQuery
from pipeline.lifecycle.forms.deal_filter import DealFilter


@pytest.mark.django_db
def test_the_list_and_the_api_offer_the_declared_parts(sales_team: SimpleNamespace) -> None:
    form = DealFilter({}, viewer=sales_team.ada, today=date(2026, 3, 2))
    parameters = DealQuery().get_fields()

    for part in parts_of(DealSelection):
        field = form.fields.get(part.name)
        # Only where there are several pipelines, or a team to choose.
        assert field is not None or part.name in {"pipeline", "team"}
        if field is not None and part.name != "owner":
            assert field.widget.is_hidden == (not part.label)
        assert (part.name in parameters) == part.api


def test_a_selection_left_open_says_nothing() -> None:
    assert DealSelection().parameters() == {}
    assert DealSelection(overdue=True, status="won").parameters() == {
        "status": "won",
        "overdue": "1",
    }


def test_totals_are_shown_by_what_stands_on_pages_alone() -> None:
    assert {"team", "owner", "closed_from", "whole"} <= SHOWN_AS_TOTALS
    assert not {"text", "account", "amount_min", "overdue"} & SHOWN_AS_TOTALS
