"""Kinds, subjects and states of imports."""

from enum import StrEnum


class ImportKind(StrEnum):
    PEOPLE = "people"
    ACCOUNTS = "accounts"
    PRODUCTS = "products"
    CONTACTS = "contacts"
    DEALS = "deals"
    ACTIVITIES = "activities"
    QUOTAS = "quotas"
    HISTORY = "history"


IMPORT_KIND_LABELS = {
    ImportKind.PEOPLE: "People",
    ImportKind.ACCOUNTS: "Accounts",
    ImportKind.PRODUCTS: "Products",
    ImportKind.CONTACTS: "Contacts",
    ImportKind.DEALS: "Deals",
    ImportKind.ACTIVITIES: "Activities",
    ImportKind.QUOTAS: "Quotas",
    ImportKind.HISTORY: "Deal history",
}


class ImportSubject(StrEnum):
    """What a cell of a file can name that must be found here, or made."""

    PERSON = "person"
    TEAM = "team"
    TERRITORY = "territory"
    ACCOUNT = "account"
    CONTACT = "contact"
    PRODUCT = "product"
    STAGE = "stage"
    PIPELINE = "pipeline"
    DEAL = "deal"


SUBJECT_PLURALS = {
    ImportSubject.PERSON: "people",
    ImportSubject.TEAM: "teams",
    ImportSubject.TERRITORY: "territories",
    ImportSubject.ACCOUNT: "accounts",
    ImportSubject.CONTACT: "contacts",
    ImportSubject.PRODUCT: "products",
    ImportSubject.STAGE: "stages",
    ImportSubject.PIPELINE: "pipelines",
    ImportSubject.DEAL: "deals",
}


class ImportState(StrEnum):
    """Where an import stands. Those that end in -ing wait for a worker or are at work."""

    READING = "reading"
    MAPPING = "mapping"
    PLANNING = "planning"
    PLANNED = "planned"
    RUNNING = "running"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"
    FAILED = "failed"
    DISCARDED = "discarded"


class RowAction(StrEnum):
    """What an import does with a row. A ``part`` is a further line of, or repeats, a row above."""

    CREATE = "create"
    CHANGE = "change"
    LEAVE = "leave"
    PART = "part"
    REFUSE = "refuse"


IMPORT_STATE_LABELS = {
    ImportState.READING: "Being read",
    ImportState.MAPPING: "Columns to check",
    ImportState.PLANNING: "Being checked",
    ImportState.PLANNED: "Preview ready",
    ImportState.RUNNING: "Running",
    ImportState.DONE: "Imported",
    ImportState.UNDOING: "Being undone",
    ImportState.UNDONE: "Undone",
    ImportState.FAILED: "Cannot be read",
    ImportState.DISCARDED: "Discarded",
}
