"""Forms of data quality issues, and of what an admin sets about signals."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField

from analytics.context.forms import PipelineViewForm
from analytics.risk.enums import Signal
from analytics.risk.metrics.hygiene import Remedy, State
from analytics.risk.metrics.risk import RECORD_GAPS, RULES, RiskRule, Rules
from analytics.risk.metrics.stage_norms import Learnt
from analytics.risk.reports.attention import MEANINGS, UNITS, basis_words
from analytics.risk.services import HEAVIEST, LARGEST_LIMIT
from kit.fields import choices
from kit.forms import DayField, KitForm, PageField, PlainTextField


class WorklistForm(PipelineViewForm):
    """The filter of the data quality list: scope, rule and state of the decision."""

    page = PageField()

    def __init__(self, data: Any, **given: Any) -> None:
        super().__init__(data, **given)
        self.fields["signal"] = forms.ChoiceField(
            choices=[("", "Every rule"), *choices(Signal)], required=False, label="Rule"
        )
        self.fields["state"] = forms.ChoiceField(
            choices=[("", "All"), *choices(State)], required=False, label="Where it stands"
        )
        # All open deals are looked at, whenever they should close.
        self.fields["period"].widget = forms.HiddenInput()


@dataclass(frozen=True, slots=True)
class IssueChoice:
    """An issue that may be decided about: the newest decision that is shown of it, 0 for none."""

    signal: Signal
    seen: int
    words: str
    is_ticked: bool

    @property
    def token(self) -> str:
        return f"{self.signal}:{self.seen}"


def _offered(token: str) -> IssueChoice | None:
    name, _, seen = token.partition(":")
    if name not in set(Signal) or not (seen.isascii() and seen.isdecimal() and len(seen) < 19):
        return None
    signal = Signal(name)
    return IssueChoice(signal, int(seen), signal.label, is_ticked=True)


class DecisionForm(KitForm):
    """What becomes of the issues of one deal, by when, and why."""

    deal = forms.IntegerField(widget=forms.HiddenInput)
    breaches = forms.MultipleChoiceField(
        label="About",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Tick what you decide about."},
    )
    next = forms.CharField(required=False, widget=forms.HiddenInput)
    remedy = forms.ChoiceField(choices=choices(Remedy), label="What becomes of it")
    due_on = DayField(label="Until", help_text="To be done by, or holds until.")
    reason = PlainTextField(
        required=False, max_length=500, label="Why", help_text="Needed where it is right as it is."
    )

    def __init__(
        self, data: Any = None, *, offered: Sequence[IssueChoice] = (), **options: Any
    ) -> None:
        super().__init__(data, **options)
        if data is not None:
            offered = [each for token in data.getlist("breaches") if (each := _offered(token))]
        field = self.fields["breaches"]
        field.choices = [(each.token, each.words) for each in offered]  # type: ignore[attr-defined]
        self.initial["breaches"] = [each.token for each in offered if each.is_ticked]
        if len(offered) == 1:
            field.widget = forms.MultipleHiddenInput()

    def decided(self) -> dict[Signal, int]:
        """Return the issues as the service takes them; for a valid form."""
        found = (_offered(token) for token in self.cleaned_data["breaches"])
        return {each.signal: each.seen for each in found if each}


@dataclass(frozen=True, slots=True)
class SignalLine:
    """A signal's line of the form: its inputs, where its threshold is from, what was learnt."""

    signal: str
    label: str
    meaning: str
    unit: str
    on: BoundField
    limit: BoundField | None
    limit_text: str
    weight: BoundField | None
    weight_text: str
    basis: str
    learnt: str
    adopts: int | None


class RiskForm(KitForm):
    """All signals at once. ``seen`` is the newest rule that its author was shown."""

    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, rules: Rules, seen: int) -> None:
        super().__init__(data, initial={"seen": seen})
        self.rules = rules
        for signal in Signal:
            rule, label = rules[signal], signal.label
            self.fields[f"{signal}_on"] = forms.BooleanField(
                required=False, initial=rule.on, label=f"{label}: judged"
            )
            if RULES[signal].limit is not None:
                self.fields[f"{signal}_limit"] = forms.IntegerField(
                    min_value=1,
                    max_value=LARGEST_LIMIT,
                    initial=rule.limit,
                    label=f"{label}: threshold, {UNITS[signal]}",
                )
            if signal not in RECORD_GAPS:
                self.fields[f"{signal}_weight"] = forms.IntegerField(
                    min_value=0, max_value=HEAVIEST, initial=rule.weight, label=f"{label}: weight"
                )

    def values(self) -> dict[Signal, RiskRule]:
        """Return the rules as entered; for a valid form. A threshold left alone keeps its basis."""
        return {signal: self._rule(signal) for signal in Signal}

    def _rule(self, signal: Signal) -> RiskRule:
        given, before = self.cleaned_data, self.rules[signal]
        limit = given.get(f"{signal}_limit")
        return RiskRule(
            limit=limit,
            weight=given.get(f"{signal}_weight", 0),
            on=given[f"{signal}_on"],
            learnt_from=before.learnt_from if limit == before.limit else None,
        )

    def lines(self, learnt: Mapping[Signal, Learnt]) -> Iterator[SignalLine]:
        """Yield a line for each signal, beside what won deals suggest."""
        for signal in Signal:
            found = learnt.get(signal)
            limit, weight = self._field(f"{signal}_limit"), self._field(f"{signal}_weight")
            yield SignalLine(
                signal=str(signal),
                label=signal.label,
                meaning=MEANINGS[signal],
                unit=UNITS.get(signal, ""),
                on=self[f"{signal}_on"],
                limit=limit,
                limit_text=_text(limit),
                weight=weight,
                weight_text=_text(weight),
                basis=basis_words(self.rules[signal]) if limit else "",
                learnt=_learnt(found),
                adopts=_adoptable(found, self.rules[signal]),
            )

    def _field(self, name: str) -> BoundField | None:
        return self[name] if name in self.fields else None


def _text(field: BoundField | None) -> str:
    value = field.value() if field else None
    return "" if value is None else str(value)


def _learnt(found: Learnt | None) -> str:
    if found is None:
        return ""
    if found.limit is None:
        return f"Too few: {found.deals:,} won deals"
    return f"{found.limit:,}, from {found.deals:,} won deals"


def _adoptable(found: Learnt | None, rule: RiskRule) -> int | None:
    """Return the learnt threshold where it is not what holds already."""
    if found is None or found.limit is None:
        return None
    holds = rule.limit == found.limit and rule.learnt_from is not None
    return None if holds else found.limit
