"""The fields of a deal, each declared once. Type and length are those of the model.

Forms, services, API, import, history and download read their lists from here; CONTRIBUTING says
how to add a field.
"""

from dataclasses import dataclass
from typing import Any, cast

from django.db import models

from pipeline.deals.models import Deal


@dataclass(frozen=True, slots=True, kw_only=True)
class DealField:
    """A field of a deal, and who reads it.

    ``label`` is what forms and conflict pages call it. ``editable``: people and programs write
    it; ``in_forms`` and ``in_new_form``: as a plain input of the form that edits a deal, or that
    makes one; forms add what is chosen among rows by themselves. ``tracked``: the history keeps
    it. ``told`` is what the story of the deal calls it, by the history or else by the log ("": it
    is left out there). ``imported``: a column of a file fills it as it is. ``downloaded``: so does
    the download. ``help_text`` is of the forms, ``api_help`` of the API.
    """

    name: str
    label: str
    editable: bool = False
    in_forms: bool = False
    in_new_form: bool = False
    tracked: bool = False
    told: str = ""
    imported: bool = False
    downloaded: bool = False
    help_text: str = ""
    api_help: str = ""


WAIT_HELP = "Agreed silence: until that day the deal is neither quiet nor lacks a next step."

# In the order in which forms, API and history show them.
DEAL_FIELDS = (
    DealField(
        name="name", label="Deal", editable=True, in_forms=True, in_new_form=True,
        tracked=True, told="Name",
    ),
    DealField(name="account", label="Account", editable=True, tracked=True, told="Account"),
    DealField(name="owner", label="Owner", editable=True, tracked=True, told="Owner"),
    DealField(name="stage", label="Stage", tracked=True, told="Stage"),
    DealField(name="status", label="Status", tracked=True),
    DealField(
        name="amount", label="Amount", editable=True, in_forms=True, in_new_form=True,
        tracked=True, told="Amount",
    ),
    DealField(
        name="currency", label="Currency", editable=True, in_forms=True, in_new_form=True,
        tracked=True,
    ),
    DealField(
        name="amount_base", label="Amount in the reporting currency", tracked=True,
        api_help="In the reporting currency.",
    ),
    DealField(name="exchange_rate", label="Exchange rate", tracked=True, told="Converted at"),
    DealField(name="exchange_rate_from", label="Exchange rate from", tracked=True),
    DealField(
        name="expected_close_on", label="Expected close", editable=True, in_forms=True,
        in_new_form=True, tracked=True, told="Expected close",
    ),
    DealField(name="closed_on", label="Closed on", tracked=True, told="Closed on"),
    DealField(name="credited_to", label="Credited to", tracked=True, told="Credited to"),
    DealField(name="category", label="Category", tracked=True, told="Forecast category"),
    DealField(name="category_override", label="Forecast category", editable=True),
    DealField(
        name="next_step", label="Next step", editable=True, in_forms=True, in_new_form=True,
        tracked=True, told="Next step", imported=True,
    ),
    DealField(
        name="next_step_on", label="Next step on", editable=True, in_forms=True, in_new_form=True,
        tracked=True, told="Next step on", imported=True, downloaded=True,
    ),
    DealField(
        name="wait_until", label="On hold until", editable=True, in_forms=True,
        tracked=True, told="On hold until", imported=True, help_text=WAIT_HELP,
        api_help="Until that day the deal counts neither as quiet nor as without a next step.",
    ),
    DealField(
        name="competitor", label="Competitor", editable=True, tracked=True, told="Competitor"
    ),
    DealField(
        name="source", label="Source", editable=True, in_forms=True, in_new_form=True,
        told="Source", imported=True, help_text="Where the deal came from: a fair, a referral.",
        api_help="Where the deal came from.",
    ),
    DealField(
        name="lost_reason", label="Lost reason", editable=True, tracked=True, told="Lost reason",
        api_help="The code of a loss reason; see /loss-reasons/.",
    ),
    DealField(name="lost_note", label="What happened", editable=True, told="Note on the loss"),
    DealField(
        name="win_evidence", label="What shows that it is won", editable=True,
        told="Evidence of the win",
    ),
    DealField(name="external_id", label="External id", editable=True, told="External id"),
)  # fmt: skip

EDITABLE = tuple(field.name for field in DEAL_FIELDS if field.editable)
TRACKED = tuple(field.name for field in DEAL_FIELDS if field.tracked)
IMPORTED = tuple(field for field in DEAL_FIELDS if field.imported)
DOWNLOADED = tuple(field for field in DEAL_FIELDS if field.downloaded)
# What the story of a deal tells of its versions, and what of the log, with the words there.
TOLD_OF_VERSIONS = {field.name: field.told for field in DEAL_FIELDS if field.told and field.tracked}
TOLD_OF_LOG = {field.name: field.told for field in DEAL_FIELDS if field.told and not field.tracked}
DECLARED = {field.name: field for field in DEAL_FIELDS}


def column_of(name: str) -> "models.Field[Any, Any]":
    """Return the model's field, which knows type, length and whether it may be empty."""
    return cast("models.Field[Any, Any]", Deal._meta.get_field(name))  # noqa: SLF001 -- Django's public name for it
