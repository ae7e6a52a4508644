"""What people enter about deals."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.http import QueryDict

from kit.edits import EditForm, chosen
from kit.fields import choices
from kit.forms import KitForm, PlainTextField, asked_for
from org.models.people import Person
from pipeline import rules
from pipeline.customers.fields import AccountField
from pipeline.customers.models import Account
from pipeline.deals.declared import EDITABLE
from pipeline.deals.fields import PersonChoice, SeenField, plain_fields
from pipeline.deals.models import Deal
from pipeline.discipline.forms import OVERRIDE, exit_answers, exit_fields
from pipeline.discipline.forms import PARTS as PARTS_ASKED
from pipeline.discipline.services.exits import (
    TYPED_IN,
    ExitNeed,
    exit_needs,
    left_stages,
    skipped_stages,
)
from pipeline.enums import Category, ExitField, Status
from pipeline.stages.forms import (
    competitor_field,
    id_in,
    loss_fields,
    reopen_reason,
    stage_choices,
    win_evidence,
)
from pipeline.stages.models import Stage

OVERRIDES = [pair for pair in choices(Category) if pair[0] != Category.CLOSED]
# What an exit may ask for that is an argument of create_deal.
CREATED_WITH = (*TYPED_IN, ExitField.COMPETITOR)


class NewDealForm(KitForm):
    """A deal in a minute: a name is enough, the rest has defaults."""

    submission = forms.UUIDField(widget=forms.HiddenInput)
    # Sent by the button that makes another one, though the author just made the same.
    again = forms.BooleanField(required=False, widget=forms.HiddenInput)
    field_order = ["name", "account", "amount", "currency", "expected_close_on", "stage", "owner"]

    def __init__(self, data: Any = None, *, viewer: Person, initial: Mapping[str, Any]) -> None:
        super().__init__(data, initial={"submission": uuid4(), **initial})
        self.viewer = viewer
        self.fields |= plain_fields(new=True)
        stages = Stage.objects.visible_to(viewer).live().filter(kind=Status.OPEN)
        offered = list(stages.select_related("pipeline"))
        self.fields["account"] = AccountField(
            viewer=viewer, required=False, help_text="Begin to type its name."
        )
        first = next((stage for stage in offered if stage.pipeline.is_default), None)
        choice = forms.ModelChoiceField(stages, empty_label=None, initial=first)
        choice.choices = stage_choices(offered)
        self.fields["stage"] = choice
        if rules.can_reassign(viewer):
            self.fields["owner"] = PersonChoice(
                among=Person.objects.led_by(viewer),
                initial=viewer if rules.can_carry_deals(viewer) else None,
            )
        self.order_fields(self.field_order)
        self.needs = self._needs(offered)
        asked = exit_fields(self.needs, viewer=viewer, account=self._account())
        self.fields |= {name: asked[name] for name in asked if name not in self.fields}
        if OVERRIDE in self.fields:
            self.fields[OVERRIDE].label = "Or create it without, because"

    def _account(self) -> Account | None:
        """Return the account that was typed, if there is one of this name."""
        try:
            found: Account | None = self.fields["account"].clean(self["account"].value() or "")
        except forms.ValidationError:
            return None
        return found

    def _needs(self, offered: Sequence[Stage]) -> list[ExitNeed]:
        """Return what the stage that was sent asks for; the first one, unsent, asks for nothing."""
        chosen = str(self["stage"].value() or "") if self.is_bound else ""
        stage = next((each for each in offered if str(each.pk) == chosen), None)
        return exit_needs(Deal(), skipped_stages(stage)) if stage is not None else []

    def values(self, *, now: datetime) -> dict[str, Any]:
        """Return the arguments of create_deal; for a valid form."""
        given = {"owner": self.viewer, **self.cleaned_data}
        answers = exit_answers(self.needs, given, now=now)
        asked = {need.name for need in self.needs} - set(CREATED_WITH)
        for name in {"again", OVERRIDE, *PARTS_ASKED} | asked:
            given.pop(name, None)
        return given | {"lead_source": given.pop("source"), "exit": answers}


class EditDealForm(EditForm):
    """All of a deal that is edited by hand. Hidden beside each field stands what its author saw."""

    about_the_look = ("version", "seen")

    seen = SeenField()
    field_order = EDITABLE

    def __init__(self, data: Any = None, *, viewer: Person, deal: Deal, now: datetime) -> None:
        stored = {name: getattr(deal, name) for name in EDITABLE}
        stored |= {"version": deal.version, "seen": now.isoformat()}
        super().__init__(chosen(data) if data is not None else None, initial=stored)
        self.fields |= plain_fields(new=False)
        self.fields["account"] = AccountField(
            viewer=viewer, required=False, help_text="Begin to type its name."
        )
        if rules.can_reassign(viewer):
            self.fields["owner"] = PersonChoice(
                among=Person.objects.led_by(viewer), empty_label=None, keep=deal.owner
            )
        self.fields["competitor"] = competitor_field(viewer=viewer, keep=deal.competitor)
        self.fields |= _of_the_stage(deal, viewer=viewer, sent=data)
        self.order_fields(self.field_order)
        self.remember_what_is_seen()

    def changes(self) -> dict[str, Any]:
        """Return the fields that the author changed from what they saw; for a valid form."""
        changed = [name for name in self.changed_data if name in EDITABLE]
        empty_is_none = {"category_override"}
        return {
            name: (self.cleaned_data[name] or None)
            if name in empty_is_none
            else self.cleaned_data[name]
            for name in changed
        }


# What is changed in its place, with the heading of its own page.
PARTS = {
    "next-step": ("What to do next", ("next_step", "next_step_on", "wait_until")),
    "amount": ("Amount", ("amount", "currency")),
    "close": ("Expected close", ("expected_close_on",)),
    "category": ("Forecast category", ("category_override",)),
}


class DealPartForm(EditDealForm):
    """A part of a deal that is changed in its place; ``next`` is where its author came from."""

    def __init__(
        self,
        data: Any = None,
        *,
        viewer: Person,
        deal: Deal,
        now: datetime,
        part: str,
        back: str = "",
    ) -> None:
        super().__init__(data, viewer=viewer, deal=deal, now=now)
        self.heading, own = PARTS[part]
        # A closed deal has no category to choose.
        own = tuple(name for name in own if name in self.fields)
        self.fields = {name: self.fields[name] for name in (*own, *self.about_the_look)}
        for name in own[:1]:
            self.fields[name].widget.attrs["autofocus"] = True
        self.fields["next"] = forms.CharField(
            required=False, max_length=500, initial=back, widget=forms.HiddenInput
        )
        # A page can have the forms of several deals.
        self.auto_id = f"{part}-{deal.pk}-%s"


class ArchiveForm(KitForm):
    """Taking a deal out of the lists, or bringing it back."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    reason = PlainTextField(required=False, max_length=1000, label="Why")


def _of_the_stage(deal: Deal, *, viewer: Person, sent: QueryDict | None) -> dict[str, forms.Field]:
    """Return the fields that a deal has only while it is open, lost or won.

    A form that was ``sent`` has those that its author was shown, should the deal have been
    closed or reopened since: what they typed must come back to them. Imported closings may lack
    their reason, so it is not asked for in passing.
    """
    override = forms.ChoiceField(
        required=False,
        label="Forecast category",
        choices=[("", "As the stage has it"), *OVERRIDES],
    )
    found: dict[Status, dict[str, forms.Field]] = {
        Status.OPEN: {"category_override": override},
        Status.LOST: {
            name: field
            for name, field in loss_fields(
                viewer, keep=deal.lost_reason, required=bool(deal.lost_reason)
            ).items()
            if name in EDITABLE and name != "competitor"
        },
        Status.WON: {"win_evidence": win_evidence(required=bool(deal.win_evidence))},
    }
    if sent is None:
        return found[Status(deal.status)]
    return {
        name: field for group in found.values() for name, field in group.items() if name in sent
    }


class MoveDealForm(KitForm):
    """The way to another stage. What each closing asks for is said by the service.

    ``pipeline`` names another pipeline that the deal changes to; left out, it stays in its own.
    """

    pipeline = forms.IntegerField(
        required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput
    )
    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    seen = SeenField()
    next = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Any = None,
        *,
        viewer: Person,
        deal: Deal,
        ways: Sequence[Stage] | None = None,
        **options: Any,
    ) -> None:
        """Offer ``ways``, where the caller has the stages at hand, else read them."""
        options["initial"] = {"version": deal.version} | options.get("initial", {})
        super().__init__(data, **options)
        live = Stage.objects.visible_to(viewer).live()
        stages = live.filter(pipeline=id_in(self["pipeline"].value()) or deal.stage.pipeline_id)
        if not self.is_bound:
            # Sent, it is the second click of a double click.
            stages = stages.exclude(pk=deal.stage_id)
        self.offered = list(stages) if ways is None else ways
        # Nothing is chosen beforehand: a click beside it must not move the deal back. Sent, any
        # stage reaches the service: somebody may have moved the deal to another pipeline.
        choice = forms.ModelChoiceField(live, label="Move to")
        # The rows at once: the select would read them twice.
        choice.choices = [("", "Choose a stage"), *((s.pk, s.name) for s in self.offered)]
        self.fields["stage"] = choice
        self.fields["reopen_reason"] = reopen_reason()
        self.fields |= loss_fields(viewer, required=False)
        self.fields["win_evidence"] = win_evidence(required=False)
        for name in ("reopen_reason", "lost_reason", "win_evidence"):
            asked_for(self.fields[name])
        self.was_closed = deal.status != Status.OPEN
        to = self._chosen
        self.needs = exit_needs(deal, left_stages(deal, to)) if to is not None else []
        self.exit_fields = exit_fields(self.needs, viewer=viewer, account=deal.account)
        self.fields |= self.exit_fields

    @property
    def asks_how_won(self) -> bool:
        """Whether the stage that is chosen asks for evidence; without a choice, it may."""
        return self._end in {None, Status.WON}

    @property
    def asks_why_lost(self) -> bool:
        """Whether the stage that is chosen asks for a reason; without a choice, it may."""
        return self._end in {None, Status.LOST}

    @property
    def asks_why_reopened(self) -> bool:
        """Whether the stage that is chosen opens a closed deal again; without a choice, it may."""
        return self.was_closed and self._end in {None, Status.OPEN}

    @property
    def _end(self) -> str | None:
        return self._chosen.kind if self._chosen else None

    @property
    def _chosen(self) -> Stage | None:
        chosen = str(self["stage"].value() or "")
        return next((stage for stage in self.offered if str(stage.pk) == chosen), None)

    @property
    def asked(self) -> list[forms.BoundField]:
        """Return the fields that the exits of the stages passed ask for."""
        return [self[name] for name in self.exit_fields]

    @property
    def elsewhere(self) -> list[ExitNeed]:
        """Return what the exits need that is entered on the deal's own page."""
        return [need for need in self.needs if need.name not in self.exit_fields]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        stage, pipeline = given.get("stage"), given.get("pipeline")
        if stage and pipeline is not None and stage.pipeline_id != pipeline:
            self.add_error("stage", "Choose a stage of the pipeline that the deal changes to.")
        return given

    @property
    def crosses(self) -> bool:
        """Whether the author named the pipeline to change to; for a valid form."""
        return self.cleaned_data["pipeline"] is not None

    def texts(self, *, now: datetime) -> dict[str, Any]:
        """Return what goes with the closing; for a valid form."""
        given = self.cleaned_data
        names = ("lost_note", "win_evidence", "competitor", "new_competitor", "reopen_reason")
        texts = {"lost_reason": given["lost_reason"]} | {name: given[name] for name in names}
        return texts | {"exit": exit_answers(self.needs, given, now=now)}

    def inputs(self, *, version: int, seen: datetime) -> dict[str, str]:
        """Return the inputs of a form that repeats this one on the deal of now."""
        typed = {name: self.data.get(name, "") for name in self.fields}
        return typed | {"version": str(version), "seen": seen.isoformat()}


class LostForm(KitForm):
    """What a lost stage asks for."""

    def __init__(self, *, viewer: Person, deal: Deal) -> None:
        super().__init__(auto_id="lost_%s", initial={"competitor": deal.competitor_id})
        self.fields |= loss_fields(viewer)


class WonForm(KitForm):
    """What a won stage asks for."""

    def __init__(self) -> None:
        super().__init__(auto_id="won_%s")
        self.fields["win_evidence"] = win_evidence()
