"""Forms of leaving a stage, of qualification, and of the set-up of both."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms

from kit.fields import choices
from kit.forms import KitForm, PlainTextField, RowForm, asked_for
from org.models.people import Person
from pipeline.customers.fields import AccountField
from pipeline.customers.models import Account, Contact
from pipeline.deals.fields import plain_field
from pipeline.deals.forms import LIST_PRICE, ROLES, PriceField, QuantityField
from pipeline.discipline.models import CriterionVersion, ExitCriterion, FrameworkElement
from pipeline.discipline.services.exits import (
    LONGEST,
    NEW_CONTACT,
    PRICE,
    QUANTITY,
    ROLE,
    TYPED_IN,
    ExitAnswers,
    ExitNeed,
    NewParts,
)
from pipeline.enums import ASKED_LABELS, SCORE_LABELS, ExitField
from pipeline.products.models import Product
from pipeline.stages.forms import TEXT_AREA, competitor_field
from pipeline.stages.models import Stage

OVERRIDE = "override_reason"


def exit_fields(
    needs: Sequence[ExitNeed], *, viewer: Person, account: Account | None
) -> dict[str, forms.Field]:
    """Return the fields of the needs that a move can answer, and of the way round them."""
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
    return {name: asked_for(plain_field(name))}


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


class CriterionForm(RowForm):
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
        first = {"depends_on": version.depends_on_id} if version else {}
        super().__init__(data, row=version, initial=first)
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


def contact_fields(account: Account, *, viewer: Person) -> dict[str, forms.Field]:
    """Return the fields of a contact of the account, there or new, and of their role."""
    people = Contact.objects.visible_to(viewer).live().filter(account=account)
    return {
        str(ExitField.CONTACTS): forms.ModelChoiceField(
            people, required=False, label="Contact", empty_label="Choose a contact"
        ),
        NEW_CONTACT: PlainTextField(
            required=False,
            max_length=200,
            label="Or somebody new",
            help_text=f"Their name; they are added to {account}.",
        ),
        ROLE: forms.ChoiceField(
            required=False, label="Role of the contact", choices=[("", "Choose a role"), *ROLES]
        ),
    }


def product_fields(*, viewer: Person) -> dict[str, forms.Field]:
    """Return the fields of a product line."""
    products = Product.objects.visible_to(viewer).live()
    return {
        str(ExitField.PRODUCTS): forms.ModelChoiceField(
            products, required=False, label="Product", empty_label="Choose a product"
        ),
        QUANTITY: QuantityField(required=False, initial=1, label="Quantity"),
        PRICE: PriceField(required=False, help_text=LIST_PRICE),
    }


PARTS = (str(ExitField.CONTACTS), NEW_CONTACT, ROLE, str(ExitField.PRODUCTS), QUANTITY, PRICE)


def new_parts(given: Mapping[str, Any], *, now: datetime) -> NewParts:
    """Return what was chosen, from the cleaned values of a form."""
    return NewParts(
        now=now,
        contact=given.get(ExitField.CONTACTS),
        new_contact=given.get(NEW_CONTACT) or "",
        role=given.get(ROLE) or "",
        product=given.get(ExitField.PRODUCTS),
        quantity=given.get(QUANTITY),
        unit_price=given.get(PRICE),
    )


SCORES = [(score, f"{score} {label}") for score, label in SCORE_LABELS.items()]


class ScoresForm(KitForm):
    """A score from 0 to 3 and its evidence for each element of a framework."""

    def __init__(
        self,
        data: Any = None,
        *,
        elements: Iterable[FrameworkElement],
        scores: Mapping[int, tuple[int, str]],
    ) -> None:
        super().__init__(data)
        self.elements = list(elements)
        for element in self.elements:
            score, evidence = scores.get(element.pk, (0, ""))
            self.fields[f"score_{element.pk}"] = forms.TypedChoiceField(
                choices=SCORES,
                coerce=int,
                initial=score,
                label=element.name,
                help_text=element.question,
            )
            self.fields[f"evidence_{element.pk}"] = PlainTextField(
                required=False,
                max_length=LONGEST,
                initial=evidence,
                label=f"What shows it: {element.name}",
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    def scores(self) -> dict[int, tuple[int, str]]:
        """Return score and evidence by element; for a valid form."""
        given = self.cleaned_data
        return {
            element.pk: (given[f"score_{element.pk}"], given[f"evidence_{element.pk}"])
            for element in self.elements
        }


class FrameworkForm(RowForm):
    """A framework by its name."""

    name = PlainTextField(max_length=60, label="Framework")


class ElementForm(RowForm):
    """One thing to know of a deal, and how well it must be known by each stage."""

    name = PlainTextField(max_length=60, label="Element")
    question = PlainTextField(max_length=300, label="Question")
    order = forms.IntegerField(min_value=0, max_value=32_000, label="Place", initial=10)

    def __init__(
        self,
        data: Any = None,
        *,
        stages: Iterable[Stage],
        row: FrameworkElement | None = None,
        minimums: Mapping[int, int],
    ) -> None:
        super().__init__(data, row=row)
        self.stages = list(stages)
        for stage in self.stages:
            self.fields[f"least_{stage.pk}"] = forms.TypedChoiceField(
                required=False,
                coerce=int,
                empty_value=None,
                choices=[(0, "Nothing"), *SCORES[1:]],
                initial=minimums.get(stage.pk, 0),
                label=f"By {stage.name} at least",
            )

    def values(self) -> dict[str, Any]:
        """Return the fields and the minimums; for a valid form."""
        given = self.cleaned_data
        return {
            "fields": {name: given[name] for name in self.base_fields},
            "minimums": {stage.pk: given[f"least_{stage.pk}"] or 0 for stage in self.stages},
        }
