"""What can be imported: the kinds of files and the fields that each may fill."""

from dataclasses import dataclass
from enum import StrEnum

from django.db import models

from imports.enums import IMPORT_KIND_LABELS, ImportKind, ImportSubject
from pipeline.deals.declared import IMPORTED, DealField, column_of


class Shape(StrEnum):
    """What the cells of a field hold."""

    TEXT = "text"
    IDENT = "ident"
    EMAIL = "email"
    MONEY = "money"
    WHOLE = "whole"
    DAY = "day"
    MOMENT = "moment"
    CURRENCY = "currency"
    CHOICE = "choice"
    REFERENCE = "reference"


# What may be made on the way, where the one who imports says so.
CREATABLE = frozenset(
    {
        ImportSubject.PERSON,
        ImportSubject.TEAM,
        ImportSubject.ACCOUNT,
        ImportSubject.PRODUCT,
        ImportSubject.STAGE,
    }
)


LONGEST_TEXT = 20_000


PIPELINE_HELP = "Whose stages are meant; left out, the default one's"


@dataclass(frozen=True, slots=True)
class Field:
    """A field that a column can fill. ``several`` columns: the first filled cell counts."""

    name: str
    label: str
    shape: Shape = Shape.TEXT
    longest: int = 200
    required: bool = False
    several: bool = False
    subject: ImportSubject | None = None
    choices: tuple[str, ...] = ()
    help: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file. ``needs`` are groups of fields of which each needs one mapped."""

    name: ImportKind
    label: str
    singular: str
    fields: tuple[Field, ...]
    needs: tuple[tuple[str, ...], ...]
    identity: str

    def field(self, name: str) -> Field:
        return next(field for field in self.fields if field.name == name)

    def has(self, name: str) -> bool:
        return any(field.name == name for field in self.fields)


def _text(name: str, label: str, longest: int = 200, **rest: object) -> Field:
    return Field(name, label, Shape.TEXT, longest, **rest)  # type: ignore[arg-type]


def _ident(label: str) -> Field:
    return Field("external_id", label, Shape.IDENT, 100)


def _of(
    name: str, label: str, subject: ImportSubject, *, required: bool = False, help: str = ""
) -> Field:
    return Field(name, label, Shape.REFERENCE, 200, required=required, subject=subject, help=help)


def _plain(declared: DealField) -> Field:
    """Return the field of a deal that a column fills as it is."""
    column = column_of(declared.name)
    if isinstance(column, models.DateField):
        return Field(declared.name, declared.label, Shape.DAY)
    if isinstance(column, models.DecimalField):
        return Field(declared.name, declared.label, Shape.MONEY)
    return _text(declared.name, declared.label, column.max_length or LONGEST_TEXT)


DELETED = _text("deleted", "Deleted", 40, help="Rows that say so are left out")

PEOPLE = Kind(
    ImportKind.PEOPLE,
    IMPORT_KIND_LABELS[ImportKind.PEOPLE],
    "person",
    (
        _ident("Person id"),
        _text("full_name", "Name"),
        _text("first_name", "First name", 100),
        _text("last_name", "Last name", 100),
        Field("email", "E-mail", Shape.EMAIL, 254),
        Field(
            "roles",
            "Roles",
            Shape.TEXT,
            200,
            help="rep, manager, admin, recruiter, executive; several with ; or ,",
        ),
        _text("title", "Title"),
        _of("manager", "Manager", ImportSubject.PERSON, help="By name, e-mail or id"),
        _of("team", "Team", ImportSubject.TEAM),
        _of("office", "Office or parent team", ImportSubject.TEAM),
        Field("started_on", "Started on", Shape.DAY),
    ),
    (("full_name", "first_name", "last_name"),),
    "by id, else by e-mail, else by name",
)

ACCOUNTS = Kind(
    ImportKind.ACCOUNTS,
    IMPORT_KIND_LABELS[ImportKind.ACCOUNTS],
    "account",
    (
        _ident("Account id"),
        _text("name", "Account name", required=True),
        _of("owner", "Owner", ImportSubject.PERSON),
        _of("parent", "Parent account", ImportSubject.ACCOUNT),
        _text("industry", "Industry", 100),
        _text("country", "Country", 100),
        _text("website", "Website", 200),
        Field("employees", "Employees", Shape.WHOLE),
        Field("annual_revenue", "Annual revenue", Shape.MONEY),
        Field("founded_year", "Founded in", Shape.WHOLE),
        DELETED,
    ),
    (("name",),),
    "by id, else by name",
)

PRODUCTS = Kind(
    ImportKind.PRODUCTS,
    IMPORT_KIND_LABELS[ImportKind.PRODUCTS],
    "product",
    (
        _ident("Product id"),
        _text("name", "Product name", required=True),
        _text("family", "Family", 100),
        Field("list_price", "List price", Shape.MONEY),
        Field("currency", "Currency", Shape.CURRENCY, 3),
        DELETED,
    ),
    (("name",),),
    "by id, else by name",
)

CONTACTS = Kind(
    ImportKind.CONTACTS,
    IMPORT_KIND_LABELS[ImportKind.CONTACTS],
    "contact",
    (
        _ident("Contact id"),
        _text("full_name", "Name"),
        _text("first_name", "First name", 100),
        _text("last_name", "Last name", 100),
        _of("account", "Account", ImportSubject.ACCOUNT, required=True),
        _text("title", "Title"),
        Field("email", "E-mail", Shape.EMAIL, 254),
        _text("phone", "Phone", 60),
        DELETED,
    ),
    (("full_name", "first_name", "last_name"), ("account",)),
    "by id, else by account and e-mail, else by account and name",
)

DEALS = Kind(
    ImportKind.DEALS,
    IMPORT_KIND_LABELS[ImportKind.DEALS],
    "deal",
    (
        _ident("Deal id"),
        _text("name", "Deal name"),
        _of("account", "Account", ImportSubject.ACCOUNT),
        _of("owner", "Owner", ImportSubject.PERSON, required=True),
        _of("pipeline", "Pipeline", ImportSubject.PIPELINE, help=PIPELINE_HELP),
        _of("stage", "Stage", ImportSubject.STAGE),
        Field(
            "status",
            "Status",
            Shape.CHOICE,
            choices=("open", "won", "lost"),
            help="Open, won or lost, where the stage does not say it",
        ),
        Field("amount", "Amount", Shape.MONEY),
        Field("currency", "Currency", Shape.CURRENCY, 3),
        Field(
            "close_date",
            "Close date",
            Shape.MOMENT,
            help="Expected while the deal is open, actual once it is closed",
        ),
        Field("expected_close_on", "Expected close date", Shape.DAY),
        Field("closed_on", "Closed on", Shape.MOMENT, several=True),
        Field("created_at", "Created on", Shape.MOMENT),
        Field(
            "category",
            "Forecast category",
            Shape.CHOICE,
            choices=("omitted", "pipeline", "best_case", "commit", "closed"),
        ),
        *(_plain(declared) for declared in IMPORTED),
        _text("lost_reason", "Lost reason", 1000),
        _text("competitor", "Competitor", 100, help="Whom the deal was lost to, or stands against"),
        _of("product", "Product", ImportSubject.PRODUCT),
        Field("quantity", "Quantity", Shape.MONEY),
        Field("unit_price", "Unit price", Shape.MONEY),
        DELETED,
    ),
    (("owner",), ("stage", "status")),
    "by id, else by name, account, owner and created date",
)

ACTIVITIES = Kind(
    ImportKind.ACTIVITIES,
    IMPORT_KIND_LABELS[ImportKind.ACTIVITIES],
    "activity",
    (
        _ident("Activity id"),
        Field("kind", "Kind", Shape.CHOICE, choices=("call", "email", "meeting", "note")),
        _text("subject", "Subject", 300),
        _text("body", "Notes", 20_000),
        Field("occurred_at", "When", Shape.MOMENT, required=True),
        _text("start_time", "Time", 40, help="Where the day stands in a column of its own"),
        Field("ends_at", "End", Shape.MOMENT),
        _text("end_time", "Time of the end", 40),
        _text("duration", "Duration", 40, help="25, 0:25:10 or 25 min; a number is minutes"),
        Field("seconds", "Duration in seconds", Shape.WHOLE),
        Field("direction", "Direction", Shape.CHOICE, choices=("out", "in", "both")),
        _of("person", "Person", ImportSubject.PERSON),
        _text(
            "participants",
            "Participants",
            20_000,
            help="Contacts and colleagues are found by their e-mail addresses",
        ),
        _of("deal", "Deal", ImportSubject.DEAL, help="By id or name"),
        _of("account", "Account", ImportSubject.ACCOUNT),
        _of("contact", "Contact", ImportSubject.CONTACT),
        _text("outcome", "Status", 100, help="What did not take place is left out"),
        _text("private", "Private", 40, help="Rows that say so are left out"),
        _text("all_day", "All day", 40, help="Rows that say so are left out"),
        DELETED,
    ),
    (
        ("occurred_at",),
        ("person", "participants"),
        ("deal", "account", "contact", "participants"),
    ),
    "by id, else by person, time, kind and subject",
)

QUOTAS = Kind(
    ImportKind.QUOTAS,
    IMPORT_KIND_LABELS[ImportKind.QUOTAS],
    "quota",
    (
        _of("person", "Person", ImportSubject.PERSON),
        _of("team", "Team", ImportSubject.TEAM),
        _of("territory", "Territory", ImportSubject.TERRITORY),
        Field(
            "measure",
            "Measure",
            Shape.CHOICE,
            choices=("bookings", "deals_won", "deals_created", "activities"),
        ),
        _text("period", "Period", 30, required=True, help="2026, Q1 2026, 2026-01 or Jan 2026"),
        Field("target", "Target", Shape.MONEY, required=True),
        _text("reason", "Reason", 500),
    ),
    (("person", "team", "territory"), ("period",), ("target",)),
    "by person, team or territory, measure and period",
)

HISTORY = Kind(
    ImportKind.HISTORY,
    IMPORT_KIND_LABELS[ImportKind.HISTORY],
    "change",
    (
        _of(
            "deal", "Deal", ImportSubject.DEAL, required=True, help="By the id of the deals' import"
        ),
        Field("changed_at", "Changed on", Shape.MOMENT),
        _of("pipeline", "Pipeline", ImportSubject.PIPELINE, help=PIPELINE_HELP),
        _of("stage", "Stage after the change", ImportSubject.STAGE),
        Field("entered", "Date it entered a stage", Shape.MOMENT, several=True),
        Field("amount", "Amount", Shape.MONEY),
        Field("currency", "Currency", Shape.CURRENCY, 3),
        Field("close_date", "Close date", Shape.DAY),
        Field(
            "category",
            "Forecast category",
            Shape.CHOICE,
            choices=("omitted", "pipeline", "best_case", "commit", "closed"),
        ),
        _of("owner", "Owner", ImportSubject.PERSON),
    ),
    (("deal",), ("changed_at", "entered")),
    "by deal and time",
)

KINDS: dict[str, Kind] = {
    str(kind.name): kind
    for kind in (PEOPLE, ACCOUNTS, PRODUCTS, CONTACTS, DEALS, ACTIVITIES, QUOTAS, HISTORY)
}
