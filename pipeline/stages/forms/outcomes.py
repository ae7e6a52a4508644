"""How a deal ended, as people enter it, and what admins set up for that."""

from typing import Any

from django import forms
from django.db.models import Q

from kit.fields import choices
from kit.forms import KitForm, PlainTextField
from org.models.people import Person
from pipeline.enums import LOSS_KIND_LABELS, LossKind
from pipeline.stages.models import Competitor, LossReason
from pipeline.stages.services.outcomes import REASON_FIELDS

TEXT_AREA = forms.Textarea(attrs={"rows": 3})


class LossReasonField(forms.ModelChoiceField):
    """The code of a reason in use, or of ``keep``; None where it may be left out."""

    def __init__(self, *, viewer: Person, keep: str | None = None, required: bool = True) -> None:
        rows = LossReason.objects.visible_to(viewer)
        super().__init__(
            rows.filter(Q(archived_at__isnull=True) | Q(code=keep)),
            to_field_name="code",
            required=required,
            label="Why was it lost?",
            empty_label="Choose a reason",
        )

    def clean(self, value: Any) -> str | None:
        found: LossReason | None = super().clean(value)
        return found.code if found else None


def competitor_field(
    *, viewer: Person, keep: Competitor | None = None, label: str = "Competitor"
) -> forms.ModelChoiceField:
    """Return a choice of the competitors in use, ``keep`` among them though it is not."""
    rows = Competitor.objects.visible_to(viewer)
    return forms.ModelChoiceField(
        rows.filter(Q(archived_at__isnull=True) | Q(pk=keep.pk if keep else None)),
        required=False,
        label=label,
        empty_label="Nobody we know of",
    )


def loss_fields(
    viewer: Person, *, keep: str | None = None, required: bool = True
) -> dict[str, forms.Field]:
    """Return the fields that a lost stage asks for."""
    rival = competitor_field(viewer=viewer, label="Who won it?")
    rival.help_text = "Needed where a competitor won."
    return {
        "lost_reason": LossReasonField(viewer=viewer, keep=keep, required=required),
        "competitor": rival,
        "new_competitor": PlainTextField(
            required=False, max_length=100, label="Or a competitor who is not on the list"
        ),
        "lost_note": lost_note(),
    }


def lost_note() -> PlainTextField:
    return PlainTextField(required=False, max_length=5000, label="What happened", widget=TEXT_AREA)


def reopen_reason() -> PlainTextField:
    return PlainTextField(
        required=False,
        max_length=900,
        label="Why is it opened again?",
        help_text="The credit for the deal ends, and how it was closed goes into its history.",
        widget=TEXT_AREA,
    )


def win_evidence(*, required: bool = True) -> PlainTextField:
    return PlainTextField(
        required=required,
        max_length=5000,
        label="What shows that it is won?",
        help_text="The order number, the signed offer, the e-mail.",
        widget=TEXT_AREA,
    )


class LossReasonSetUpForm(KitForm):
    """A reason for which deals are lost."""

    name = PlainTextField(max_length=100, label="Reason")
    kind = forms.ChoiceField(
        choices=choices(LossKind, LOSS_KIND_LABELS),
        label="Kind",
        help_text="A competitive loss asks for the competitor; no decision means nobody won.",
    )
    order = forms.IntegerField(min_value=0, max_value=32_000, label="Place", initial=100)

    def __init__(self, data: Any = None, *, reason: LossReason | None = None) -> None:
        stored = {name: getattr(reason, name) for name in REASON_FIELDS} if reason else {}
        super().__init__(data, initial=stored)


class CompetitorForm(KitForm):
    """A competitor by name."""

    name = PlainTextField(max_length=100, label="Competitor")

    def __init__(self, data: Any = None, *, competitor: Competitor | None = None) -> None:
        super().__init__(data, initial={"name": competitor.name if competitor else ""})
