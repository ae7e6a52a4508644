"""Moving a deal to another stage, and what each stage asks for."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms

from kit.forms import KitForm, asked_for
from org.models.people import Person
from pipeline.deals.fields import SeenField
from pipeline.deals.models.deals import Deal
from pipeline.discipline.forms.exits import exit_answers, exit_fields
from pipeline.discipline.services.exits import ExitNeed, exit_needs, left_stages
from pipeline.enums import Status
from pipeline.stages.forms.outcomes import loss_fields, reopen_reason, win_evidence
from pipeline.stages.forms.pipelines import id_in
from pipeline.stages.models import Stage


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
