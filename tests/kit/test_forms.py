from datetime import date
from decimal import Decimal

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import DjangoTemplates
from django.template import Context, Template
from django.test.html import parse_html
from django.utils.safestring import mark_safe

from kit import patterns
from kit.forms import (
    RENDERER,
    DayField,
    ExactDecimalField,
    KitForm,
    PageField,
    PlainTextField,
    SortField,
    add_errors,
    asked_for,
    choose,
)
from kit.tables import Sort
from org.models.people import Person


@pytest.mark.parametrize(
    ("text", "value"), [("1200", "1200"), (" -3.50 ", "-3.50"), ("0.1", "0.1"), ("007", "7")]
)
def test_decimal_reads_plain_digits(text: str, value: str) -> None:
    assert ExactDecimalField().clean(text) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    [
        "1e6",
        "1_000",
        "1,000",
        "+5",
        "٣",
        "１２",
        "NaN",
        "Infinity",
        ".5",
        "5.",
        "0x10",
        "--1",
        "1 000",
    ],
)
def test_decimal_refuses_other_spellings(text: str) -> None:
    with pytest.raises(ValidationError, match="in digits"):
        ExactDecimalField().clean(text)


@pytest.mark.parametrize("sign", ["\u202e", "\u2066", "\u0000", "\u0007", "\ud800"])
def test_text_refuses_invisible_signs(sign: str) -> None:
    with pytest.raises(ValidationError):
        PlainTextField().clean(f"invoice{sign}gpj.exe")


def test_text_keeps_what_people_write() -> None:
    written = "Østlund & Søn\n\tשלום 你好 👍🏽"

    assert PlainTextField(strip=False).clean(written) == written


@pytest.mark.parametrize("text", ["23/11/2026", "2026-13-01", "2026-1-5", "٢٠٢٦-١١-٢٣", "tomorrow"])
def test_day_refuses_other_spellings(text: str) -> None:
    with pytest.raises(ValidationError, match="year-month-day"):
        DayField().clean(text)


def test_day_reads_and_writes_what_browsers_use() -> None:
    assert DayField().clean("2026-11-23") == date(2026, 11, 23)
    assert 'type="date"' in str(
        patterns.SampleForm(initial={"closes_on": date(2026, 11, 3)})["closes_on"]
    )
    assert 'value="2026-11-03"' in str(
        patterns.SampleForm(initial={"closes_on": date(2026, 11, 3)})["closes_on"]
    )


def test_sort_field_falls_back_to_its_default_and_refuses_the_unknown() -> None:
    field = SortField(columns=patterns.COLUMNS, default="-amount")

    assert field.clean("") == Sort("amount", descending=True)
    assert field.clean("name") == Sort("name")
    with pytest.raises(ValidationError, match="no order by 'password'"):
        field.clean("password")


def test_page_field_starts_at_one() -> None:
    assert PageField().clean("") == 1
    assert PageField().clean("7") == 7
    for text in ("0", "-1", "x", "1e3", "99999999999"):
        with pytest.raises(ValidationError):
            PageField().clean(text)


def test_errors_of_a_service_land_on_their_fields() -> None:
    class Form(KitForm):
        name = PlainTextField()

    form = Form({"name": "x"})
    form.is_valid()
    add_errors(form, ValidationError({"name": ["Taken."], "other": ["Elsewhere."]}))
    add_errors(form, ValidationError("The whole is wrong."))

    assert form.errors["name"] == ["Taken."]
    assert form.non_field_errors() == ["Elsewhere.", "The whole is wrong."]


def test_filter_bar_carries_the_order_along_but_not_the_page() -> None:
    form = patterns.SampleFilter({"sort": "name", "page": "3", "search": "bank"})
    source = '{% filter_bar form=form action="/deals/" keep=keep %}'

    html = Template(source).render(Context({"form": form, "keep": {"team": "<7>"}}))

    assert '<input type="hidden" name="sort" value="name" id="id_sort">' in html
    assert '<input type="hidden" name="team" value="&lt;7&gt;">' in html
    assert 'name="page"' not in html
    assert 'value="bank"' in html
    assert '<a class="btn" href="/deals/">Clear</a>' in html


WIDGETS = [
    forms.TextInput(attrs={"maxlength": 3, "data-x": '<"&'}),
    forms.TextInput(attrs={"type": "search", "placeholder": "Deal or account"}),
    forms.HiddenInput(),
    forms.NumberInput(attrs={"min": 1}),
    forms.EmailInput(),
    forms.PasswordInput(render_value=True),
    forms.CheckboxInput(),
    forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    forms.Textarea(attrs={"rows": 3, "autofocus": False}),
    forms.Select(choices=[("", "All"), (1, "Ann <b>"), (2, "Bea & Co"), ('"', "Quote")]),
    forms.Select(choices=[("", "-"), ("Quarters", [("7", "Q1 <2026>"), ("8", "Q2")])]),
    forms.SelectMultiple(choices=[(1, "One"), (2, "Two")]),
    forms.CheckboxSelectMultiple(choices=[(1, "One"), (2, "Two")]),
    forms.RadioSelect(choices=[(1, "One"), (2, "Two")]),
    forms.FileInput(),
]
VALUES = ["", None, "2", 2, 12345, True, "7", "<script>\"&'", mark_safe("a &amp; b")]


@pytest.mark.parametrize("widget", WIDGETS, ids=lambda widget: type(widget).__name__)
@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_an_input_reads_like_djangos_own(widget: forms.Widget, value: object) -> None:
    attrs = {"class": "form-control", "id": "id_x", "required": True, "disabled": False}

    ours = widget.render("x", value, attrs, renderer=RENDERER)
    theirs = widget.render("x", value, attrs, renderer=DjangoTemplates())

    assert ours == theirs or parse_html(ours) == parse_html(theirs)


def test_an_input_escapes_its_name_and_attributes() -> None:
    shown = forms.TextInput(attrs={"title": '"><b>'}).render("<x>", '"><i>', renderer=RENDERER)

    assert "<b>" not in shown
    assert "<i>" not in shown
    assert "<x>" not in shown


def test_a_posted_form_brings_its_token_and_the_way_back() -> None:
    template = Template('{% load kit %}{% post_form form=form button="Save" cancel="/back/" %}')

    page = template.render(Context({"form": patterns.SampleForm(), "csrf_token": "secret"}))

    assert '<form method="post">' in page
    assert 'name="csrfmiddlewaretoken" value="secret"' in page
    assert '<a class="btn" href="/back/">Cancel</a>' in page


def test_what_a_service_asks_for_is_not_called_optional() -> None:
    class Asking(KitForm):
        asked = asked_for(forms.CharField(required=False, label="Asked"))
        left = forms.CharField(required=False, label="Left")

    template = Template("{% load kit %}{% form_fields form=form %}")
    page = " ".join(template.render(Context({"form": Asking()})).split())

    assert '<label class="form-label" for="id_asked">' in page
    assert '<label class="form-label kit-optional" for="id_left">' in page
    assert "required" not in page
    assert Asking({}).is_valid()


def test_only_a_choice_of_rows_is_given_rows() -> None:
    form = patterns.SampleForm()

    with pytest.raises(TypeError, match="name is no choice of rows"):
        choose(form, "name", Person.objects.none())
