"""Who of ours helps with a deal."""

from typing import Any

from django import forms

from kit.fields import choices
from kit.forms import KitForm
from org.access import SALES_ROLES
from org.models.people import Person
from pipeline.models.deals import Deal
from pipeline.roles import HELPING_ROLE_LABELS, HelpingRole


class CollaboratorForm(KitForm):
    """A colleague, and as what they help."""

    role = forms.ChoiceField(
        label="As", choices=[("", "Choose a role"), *choices(HelpingRole, HELPING_ROLE_LABELS)]
    )

    def __init__(self, data: Any = None, *, viewer: Person, deal: Deal) -> None:
        super().__init__(data)
        sellers = Person.objects.visible_to(viewer).active().with_roles(*SALES_ROLES)
        self.fields["person"] = forms.ModelChoiceField(
            sellers.exclude(pk=deal.owner_id),
            label="Colleague",
            empty_label="Choose somebody",
        )
        self.order_fields(["person", "role"])
