"""What people enter about leaving a stage: evidence, overrides, and the set-up of both."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms

from kit.fields import choices
from kit.forms import DayField, ExactDecimalField, KitForm, PlainTextField, asked_for
from org.models.people import Person
from pipeline.customers.fields import AccountField
from pipeline.customers.models import Account
from pipeline.discipline.forms.parts import contact_fields, new_parts, product_fields
from pipeline.discipline.models import CriterionVersion, ExitCriterion
from pipeline.discipline.services.exits import LONGEST, TYPED_IN, ExitAnswers, ExitNeed
from pipeline.enums import ASKED_LABELS, ExitField
from pipeline.stages.forms.outcomes import TEXT_AREA, competitor_field
from pipeline.stages.models import Stage

OVERRIDE = "override_reason"


def exit_fields(
    needs: Sequence[ExitNeed], *, viewer: Person, account: Account | None
) -> dict[str, forms.Field]:
    """Return the fields for each need that can be answered with the move, and the way round it.

    A contact is one of ``account``.
    """
    found: dict[str, forms.Field] = {}
    for need in needs:
        if need.version is not None:
            evidence = PlainTextField(
                required=False,
                max_length=LONGEST,
                label=need.label,
                help_text="Such as an e-mail, a meeting, a signature, and of which day.",
                widget=forms.Textarea(attrs={"rows": 2}),
            )
            found[need.name] = asked_for(evidence)
        else:
            found |= _asked_fields(need.name, viewer=viewer, account=account)
    if needs:
        found[OVERRIDE] = PlainTextField(
            required=False,
            max_length=900,
            label="Or move without it, because",
            help_text="Overrides are counted, and read by your managers.",
            widget=forms.Textarea(attrs={"rows": 2}),
        )
    return found


def _asked_fields(name: str, *, viewer: Person, account: Account | None) -> dict[str, forms.Field]:
    if name == ExitField.CONTACTS:
        return contact_fields(account, viewer=viewer) if account is not None else {}
    if name == ExitField.PRODUCTS:
        return product_fields(viewer=viewer)
    if name == ExitField.COMPETITOR:
        return {name: asked_for(competitor_field(viewer=viewer))}
    if name == ExitField.ACCOUNT:
        hint = "Begin to type its name."
        return {name: asked_for(AccountField(viewer=viewer, required=False, help_text=hint))}
    return {name: asked_for(TYPED[name]())}


TYPED: Mapping[str, Any] = {
    ExitField.AMOUNT: lambda: ExactDecimalField(
        required=False, min_value=0, max_digits=14, decimal_places=2
    ),
    ExitField.EXPECTED_CLOSE: lambda: DayField(required=False, label="Expected close"),
    ExitField.NEXT_STEP: lambda: PlainTextField(required=False, max_length=500, label="Next step"),
    ExitField.NEXT_STEP_ON: lambda: DayField(required=False, label="Next step on"),
    ExitField.SOURCE: lambda: PlainTextField(
        required=False, max_length=100, help_text="Where the deal came from: a fair, a referral."
    ),
}


def exit_answers(
    needs: Iterable[ExitNeed], given: Mapping[str, Any], *, now: datetime
) -> ExitAnswers:
    """Return what was typed in for the needs, from the cleaned values of a form."""
    return ExitAnswers(
        evidence={
            need.version.criterion_id: given.get(need.name) or "" for need in needs if need.version
        },
        values={
            need.name: given[need.name]
            for need in needs
            if need.name in TYPED_IN and need.name in given
        },
        override=given.get(OVERRIDE) or "",
        parts=new_parts(given, now=now),
    )


class CriterionForm(KitForm):
    """Something that the buyer has done or confirmed."""

    statement = PlainTextField(
        max_length=300,
        label="What the buyer has done or confirmed",
        help_text="Such as: the buyer confirmed the budget in writing.",
    )
    order = forms.IntegerField(min_value=0, max_value=32_000, label="Place", initial=10)

    def __init__(
        self, data: Any = None, *, stage: Stage, version: CriterionVersion | None = None
    ) -> None:
        stored = {}
        if version is not None:
            stored = {
                "statement": version.statement,
                "order": version.order,
                "depends_on": version.depends_on_id,
            }
        super().__init__(data, initial=stored)
        others = CriterionVersion.objects.live().filter(
            criterion__stage__pipeline=stage.pipeline_id, criterion__stage__order__lte=stage.order
        )
        if version is not None:
            others = others.exclude(criterion=version.criterion_id)
        self.fields["depends_on"] = forms.TypedChoiceField(
            required=False,
            coerce=int,
            empty_value=None,
            label="Only after",
            choices=[
                ("", "Depends on nothing"),
                *((row.criterion_id, row.statement) for row in others),
            ],
        )

    def values(self) -> dict[str, Any]:
        """Return the arguments of the services; for a valid form."""
        on = self.cleaned_data["depends_on"]
        found = ExitCriterion.objects.select_related("stage").get(pk=on) if on else None
        return dict(self.cleaned_data) | {"depends_on": found}


class RequiredFieldsForm(KitForm):
    """The fields that a deal must have when it leaves a stage."""

    fields_asked = forms.MultipleChoiceField(
        required=False,
        choices=choices(ExitField, ASKED_LABELS),
        label="A deal that leaves must have",
        widget=forms.CheckboxSelectMultiple,
    )


class EvidenceForm(KitForm):
    """What shows that a criterion is met."""

    evidence = PlainTextField(max_length=LONGEST, label="What shows it?", widget=TEXT_AREA)
