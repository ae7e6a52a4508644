"""Query parameters of the people on a deal."""

from kit.api.fields import MomentTextField
from kit.api.pages import Ordering, PageQuery

ORDERING = Ordering({"id": "pk", "added_at": "added_at"}, default="id")


class DealContactQuery(PageQuery):
    as_of = MomentTextField(
        required=False, help_text="Those who were known then instead of those now."
    )
    ordering = ORDERING.field()
