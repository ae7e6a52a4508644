"""Who plays which part in a deal."""

from typing import Any

from django import forms

from kit.fields import choices
from kit.forms import KitForm
from org.models.people import Person
from pipeline.models.accounts import Contact
from pipeline.models.deal_people import DealContact
from pipeline.models.deals import Deal
from pipeline.roles import BUYING_ROLE_LABELS, BuyingRole

ROLES = choices(BuyingRole, BUYING_ROLE_LABELS)


class DealContactForm(KitForm):
    """A contact of the deal's account, and what they are to the deal."""

    role = forms.ChoiceField(label="Role", choices=[("", "Choose a role"), *ROLES])

    def __init__(self, data: Any = None, *, viewer: Person, deal: Deal) -> None:
        super().__init__(data)
        people = Contact.objects.visible_to(viewer).live().filter(account=deal.account_id)
        self.fields["contact"] = forms.ModelChoiceField(
            people, label="Contact", empty_label="Choose a contact"
        )
        self.order_fields(["contact", "role"])


class RoleForm(KitForm):
    """What a contact is to the deal from now on."""

    role = forms.ChoiceField(label="Role", choices=ROLES)

    def __init__(self, data: Any = None, *, row: DealContact) -> None:
        super().__init__(data, initial={"role": row.role})
