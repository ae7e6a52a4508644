from datetime import date

from django import forms

from kit.edits import EditForm, clashes
from kit.forms import DayField


class StartForm(EditForm):
    title = forms.CharField(required=False)
    start_on = DayField(required=False, label="Start")

    def __init__(self, data=None, **options) -> None:
        super().__init__(data, **options)
        self.remember_what_is_seen()


def test_a_day_taken_away_clashes_with_one_changed_meanwhile() -> None:
    seen = {"version": 1, "title": "Rep", "start_on": date(2026, 1, 5)}
    data = {
        "version": "1", "title": "Rep", "start_on": "",
        "initial-title": "Rep", "initial-start_on": "2026-01-05",
    }  # fmt: skip
    form = StartForm(data, initial=seen)
    assert form.is_valid()

    (clash,) = clashes(form, StartForm(initial=seen | {"start_on": date(2026, 2, 1)}))

    assert (clash.label, clash.mine, clash.contested) == ("Start", "", True)
    assert "Feb" in clash.stored
    assert clashes(form, StartForm(initial=seen | {"start_on": None})) == []
