from decimal import Decimal
from typing import Any

import pytest
from django.http import QueryDict
from django.template import Context, Template
from django.utils.safestring import SafeString

from kit.tables import (
    COUNT_CAP,
    Column,
    Empty,
    Page,
    Sort,
    Table,
    UnknownSortError,
    paginate,
    query_with,
)

NAME = Column(key="name", label="Name", sort="name", href=lambda row: f"/deals/{row['id']}/")
AMOUNT = Column(key="amount", label="Amount", kind="money", sort="amount_in_currency")
STATE = Column(key="state", label="State", kind="badge", tone=lambda _: "good")
COLUMNS = [NAME, AMOUNT, STATE]
ROWS = [
    {"id": 1, "name": "b", "amount": Decimal("10.50"), "state": "Won"},
    {"id": 2, "name": "A", "amount": None, "state": "Won"},
    {"id": 3, "name": "<c>", "amount": Decimal(300), "state": ""},
]


def table(**changes: Any) -> Table:
    return Table(**{"columns": COLUMNS, "rows": ROWS, "caption": "Deals", **changes})


def html(shown: Table, **arguments: str) -> str:
    source = '{% data_table table=table id="deals" export_href=href %}'
    text = Template(source).render(Context({"table": shown, "href": arguments.get("href", "")}))
    return " ".join(text.split())


@pytest.mark.parametrize("text", ["name", "-name", "amount", "-amount"])
def test_sort_reads_the_keys_of_sortable_columns(text: str) -> None:
    assert str(Sort.parse(text, COLUMNS)) == text


@pytest.mark.parametrize(
    "text",
    ["", "-", "state", "amount_in_currency", "owner__password", "--name", "name,amount", "?"],
)
def test_sort_refuses_everything_else(text: str) -> None:
    with pytest.raises(UnknownSortError):
        Sort.parse(text, COLUMNS)


def test_list_is_ordered_by_value_with_the_undefined_last() -> None:
    def ids(sort: str) -> list[int]:
        return [row["id"] for row in Sort.parse(sort, COLUMNS).apply_to_list(ROWS, COLUMNS)]

    assert ids("amount") == [1, 3, 2]
    assert ids("-amount") == [3, 1, 2]
    assert ids("name") == [3, 2, 1]


def test_headings_link_to_the_next_order_and_to_the_first_page() -> None:
    query = QueryDict("team=1&team=2&page=4&sort=-amount")

    name, amount, state = table(sort=Sort("amount", descending=True), base_query=query).headings

    assert amount.href == "?team=1&team=2&sort=amount"
    assert amount.state == "descending"
    assert name.href == "?team=1&team=2&sort=name"
    assert name.state == "none"
    assert state.href is None


def test_numbers_are_first_ordered_from_the_largest() -> None:
    name, amount, _ = table().headings

    assert (name.href, amount.href) == ("?sort=name", "?sort=-amount")


def test_table_shows_formatted_escaped_cells() -> None:
    text = html(table())

    assert '<a href="/deals/1/">b</a>' in text
    assert '<td class="kit-end">11</td>' in text
    assert "&lt;c&gt;" in text
    assert text.count("—") == 2
    assert '<span class="kit-badge kit-tone-good">Won</span>' in text
    assert 'role="region" aria-label="Deals" tabindex="0"' in text


def test_nothing_in_a_table_is_markup_whatever_it_says_of_itself() -> None:
    attack = SafeString("'\"><script>alert(1)</script>")
    columns = [
        Column(key="name", label=attack, note=attack, sort="name", href=lambda _: attack),
        Column(key="state", label=attack, kind="badge", tone=lambda _: "good"),
    ]
    row = {"name": attack, "state": attack}

    for foot in ({}, {"total": row}, {"totals": {"state": attack}, "totals_label": attack}):
        text = html(table(columns=columns, rows=[row], **foot))

        assert "<script" not in text
        assert "alert" in text
        assert "'\"" not in text


def test_unknown_tone_of_a_badge_is_an_error() -> None:
    with pytest.raises(ValueError, match="not a tone"):
        html(table(columns=[Column(key="state", label="State", kind="badge", tone=lambda _: "x")]))


def test_foot_holds_the_totals() -> None:
    text = html(table(totals={"amount": Decimal("310.50")}))

    assert '<th scope="row">Total</th>' in text
    assert '<td class="kit-end">311</td>' in text


def test_total_of_an_unknown_column_is_an_error() -> None:
    with pytest.raises(ValueError, match="margin"):
        html(table(totals={"margin": Decimal(1)}))


def test_empty_table_says_what_to_do() -> None:
    empty = Empty(title="No deals.", text="Add one.", href="/deals/new/", label="New deal")

    text = html(table(rows=[], empty=empty))

    assert "<table" not in text
    assert '<a class="btn btn-primary" href="/deals/new/">New deal</a>' in text


def test_number_in_a_text_column_is_an_error() -> None:
    with pytest.raises(TypeError, match="kind"):
        html(table(columns=[Column(key="amount", label="Amount")]))


def test_rows_may_be_objects() -> None:
    assert Column(key="last", label="Last").raw(Page([], 1, 50, 0, capped=False)) == 1


def test_a_path_goes_through_attributes_items_and_methods() -> None:
    page = Page([], 1, 50, 0, capped=False)
    row = {"page": page, "name": "North", "nobody": None, "quarters": [1, 2]}

    assert Column("quarter", "Quarter", "count", "quarters.1").raw(row) == 2
    assert Column("last", "Last", "count", "page.last").raw(row) == 1
    assert Column("name", "Name", value="name.upper").raw(row) == "NORTH"
    assert Column("owner", "Owner", value="nobody.full_name").raw(row) is None


def test_page_links_keep_filters_and_order() -> None:
    page = paginate(ROWS, number=2, size=1)

    text = html(table(rows=page.rows, page=page, base_query=QueryDict("q=x&page=2")), href="/csv")

    assert 'rel="prev" href="?q=x&amp;page=1"' in text
    assert 'rel="next" href="?q=x&amp;page=3"' in text
    assert "2 to 2 of 3" in text
    assert 'href="/csv"' in text


def test_query_with_changes_adds_and_leaves_out() -> None:
    query = QueryDict("a=1&a=2&b=&c=3")

    assert query_with(query, {"c": None, "d": 4}) == "?a=1&a=2&d=4"
    assert query_with({"a": "1"}, {"a": "x&y"}) == "?a=x%26y"
    assert query_with({}, {}) == "?"


def test_pages_cut_a_list() -> None:
    page = paginate(list(range(120)), number=3, size=50)

    assert page.rows == list(range(100, 120))
    assert (page.first_row, page.last_row, page.last) == (101, 120, 3)
    assert (page.has_previous, page.has_next) == (True, False)


def test_page_beyond_the_end_is_the_last() -> None:
    assert paginate(list(range(3)), number=99, size=2).rows == [2]


def test_page_of_nothing_is_the_first_and_empty() -> None:
    page = paginate([], number=5)

    assert (page.number, page.last, page.first_row, page.last_row) == (1, 1, 0, 0)
    assert page.range_text == "0 to 0 of 0"


def test_count_stops_at_the_cap() -> None:
    page = paginate(range(COUNT_CAP + 5), number=1)

    assert page.capped
    assert page.range_text == "1 to 50 of 10,000+"
    assert not paginate(range(COUNT_CAP), number=1).capped


@pytest.mark.parametrize(("number", "size"), [(0, 50), (-1, 50), (1, 0), (1, 101)])
def test_impossible_pages_raise(number: int, size: int) -> None:
    with pytest.raises(ValueError, match="pages"):
        paginate([], number=number, size=size)


def test_the_whole_can_stand_in_the_foot_as_a_row_with_links():
    columns = [
        Column(key="name", label="Name"),
        Column(
            key="share",
            label="Share",
            kind="percent",
            href=lambda row: "/rows/",
            muted=lambda row: row["few"],
        ),
    ]
    table = Table(
        columns=columns,
        rows=[{"name": "Ann", "share": 0.5, "few": True}],
        caption="Shares",
        total={"name": "All", "share": 0.25, "few": False},
    )

    assert [(cell.text, cell.href, cell.css) for cell in table.foot] == [
        ("All", None, ""),
        ("25.0 %", "/rows/", "kit-end"),
    ]
    assert [cell.css for cell in table.body[0]] == ["", "kit-end kit-quiet"]


@pytest.mark.parametrize("key", ["owner", "state"])
def test_rows_are_not_ordered_by_what_no_heading_offers(key: str) -> None:
    with pytest.raises(UnknownSortError, match=f"no order by '{key}'"):
        Sort(key).apply_to_list(ROWS, COLUMNS)
