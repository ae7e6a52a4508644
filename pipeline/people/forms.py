"""Which roles of the customer a stage needs."""

from collections.abc import Sequence
from typing import Any

from django import forms

from kit.forms import KitForm
from pipeline.deals.forms import ROLES
from pipeline.people.metrics import RoleNeed


class StagePeopleForm(KitForm):
    """Who must be named by the stage, and with whom one must have talked."""

    named = forms.MultipleChoiceField(
        label="Somebody must be named as",
        choices=ROLES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    engaged = forms.MultipleChoiceField(
        label="Somebody must have been talked with who is",
        choices=ROLES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="In a meeting, a call that was taken, or an e-mail that came in.",
    )

    def __init__(self, data: Any = None, *, needs: Sequence[RoleNeed]) -> None:
        super().__init__(
            data,
            initial={
                "named": [str(need.role) for need in needs],
                "engaged": [str(need.role) for need in needs if need.engaged],
            },
        )
