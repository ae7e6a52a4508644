from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.template import Context, Template, TemplateSyntaxError
from django.template.loader import get_template
from django.test import RequestFactory

from kit import patterns
from kit.markup import icon_names, sort_link_html

TAGS = [
    '{% stat label="A" value="1" colour="red" %}',
    '{% delta value=None colour="red" %}',
    '{% badge label="A" colour="red" %}',
    '{% progress value=None label="A" colour="red" %}',
    '{% meter value=None label="A" colour="red" %}',
    '{% empty_state title="A" colour="red" %}',
    '{% tabs items=x label="A" colour="red" %}',
    '{% chart figure=x id="a" table=x colour="red" %}',
    '{% data_table table=x id="a" colour="red" %}',
    '{% pagination page=x table=x colour="red" %}',
    '{% filter_bar form=x colour="red" %}',
    '{% form_fields form=x colour="red" %}',
    '{% field_errors errors=x colour="red" %}',
    '{% icon name="x" colour="red" %}',
    '{% page_header title="A" colour="red" %}{% endpage_header %}',
    '{% card title="A" colour="red" %}{% endcard %}',
    '{% dialog id="a" title="A" trigger="B" href="c" colour="red" %}{% enddialog %}',
]


def rendered(source: str, **context: object) -> str:
    return " ".join(Template(source).render(Context(context)).split())


@pytest.mark.parametrize("source", TAGS)
def test_unknown_argument_is_an_error_when_compiled(source: str) -> None:
    with pytest.raises(TemplateSyntaxError, match="colour"):
        Template(source)


def test_positional_argument_is_an_error_when_compiled() -> None:
    with pytest.raises(TemplateSyntaxError):
        Template('{% badge "Won" %}')


def test_stat_links_to_its_rows() -> None:
    html = rendered(
        '{% stat label="Bookings" value=amount|money href="/deals/" %}', amount=Decimal("1200.50")
    )

    assert '<a href="/deals/" aria-label="Bookings: 1,201, open its rows">1,201</a>' in html


@pytest.mark.parametrize("value", [12, Decimal(1), 0.5, date(2026, 1, 1)])
def test_stat_refuses_a_value_without_a_filter(value: object) -> None:
    with pytest.raises(TypeError, match="formatted by a filter"):
        rendered('{% stat label="A" value=value %}', value=value)


def test_unknown_tone_is_an_error() -> None:
    with pytest.raises(ValueError, match="not a tone"):
        rendered('{% badge label="A" tone="red" %}')


@pytest.mark.parametrize(
    ("value", "good", "tone", "word"),
    [
        (5, "up", "good", "up"),
        (5, "down", "bad", "up"),
        (-5, "up", "bad", "down"),
        (-5, "neither", "neutral", "down"),
    ],
)
def test_delta_says_direction_in_words_and_judges_by_what_is_good(
    value: int, good: str, tone: str, word: str
) -> None:
    html = rendered('{% delta value=value kind="count" good=good %}', value=value, good=good)

    assert f"kit-text-{tone}" in html
    assert f'<span class="visually-hidden">{word}</span> 5' in html


def test_progress_is_cut_at_its_end_but_says_the_true_share() -> None:
    html = rendered('{% progress value=value label="Attainment" %}', value=Decimal("1.25"))

    assert 'value="100' in html
    assert "125.0 %" in html


def test_progress_without_a_value_draws_no_bar() -> None:
    html = rendered('{% progress value=None label="Attainment" %}')

    assert "<progress" not in html
    assert "—" in html


def test_icon_unknown_to_the_sprite_is_an_error() -> None:
    with pytest.raises(Exception, match="No icon 'unicorn'"):
        rendered('{% icon name="unicorn" %}')


def test_icons_are_hidden_unless_they_are_named() -> None:
    assert 'aria-hidden="true"' in rendered('{% icon name="lock" %}')
    assert 'role="img" aria-label="Private"' in rendered('{% icon name="lock" label="Private" %}')


def test_text_is_escaped_in_every_argument() -> None:
    attack = '"><script>alert(1)</script>'
    sources = [
        "{% stat label=a value=a href=a note=a sub=a %}",
        "{% badge label=a %}",
        "{% empty_state title=a text=a href=a label=a %}",
        "{% card title=a subtitle=a href=a label=a id=a %}{{ a }}{% endcard %}",
        "{% dialog id=a title=a trigger=a href=a %}{{ a }}{% enddialog %}",
        "{% page_header title=a pretitle=a subtitle=a %}{{ a }}{% endpage_header %}",
        "{% delta value=None label=a %}{% progress value=None label=a text=a %}",
        "{% icon name='x' label=a %}",
    ]

    for source in sources:
        assert "<script>" not in rendered(source, a=attack), source
    assert "<script>" not in sort_link_html(attack, attack, "none")


def test_query_with_keeps_the_other_parameters() -> None:
    request = RequestFactory().get("/deals/", {"team": ["1", "2"], "page": "3", "q": "a&b"})

    html = Template("{% query_with page=None sort='-amount' %}").render(
        Context({"request": request})
    )

    assert html == "?team=1&amp;team=2&amp;q=a%26b&amp;sort=-amount"


def test_fields_tie_label_help_and_errors_to_the_input() -> None:
    html = rendered("{% form_fields form=form %}", form=patterns.SampleForm({"amount": "1e6"}))

    assert '<label class="form-label" for="id_amount">Amount</label>' in html
    assert 'aria-describedby="id_amount_error"' in html
    assert 'id="id_amount_error"' in html
    assert "Write the number in digits" in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html


def test_field_groups_of_a_form_have_the_same_look() -> None:
    form = patterns.SampleForm()

    assert 'class="form-control"' in form["amount"].as_field_group()
    assert 'class="form-select"' in str(form)


def test_every_template_of_the_project_compiles() -> None:
    base = Path(settings.BASE_DIR)
    roots = [base / "templates", *base.glob("*/templates")]
    names = [str(path.relative_to(root)) for root in roots for path in root.rglob("*.html")]

    assert len(names) > 20
    for name in names:
        get_template(name)


def test_icons_that_are_not_installed_are_missed_by_name(settings) -> None:
    settings.STATICFILES_DIRS = []

    with pytest.raises(ImproperlyConfigured, match=r"icons\.svg is missing: run scripts/vendor"):
        icon_names.__wrapped__()
