"""Columns of deals and of their versions, for the SQL that compares and writes deals."""

from pipeline.deals.declared import IMPORTED, TRACKED, column_of


def _kind(name: str) -> str:
    """Return the database's type of a deal's column."""
    return {"DateField": "date", "DecimalField": "numeric"}.get(
        column_of(name).get_internal_type(), "text"
    )


# The columns that a file fills as they are, with their types.
PLAIN = {field.name: _kind(field.name) for field in IMPORTED}


# How they stand in a row that was read.
VALUES = [
    f"coalesce(s.data ->> '{name}', '')" if kind == "text" else f"(s.data ->> '{name}')::{kind}"
    for name, kind in PLAIN.items()
]


# What a version keeps of its deal, and what of the stage and the archive.
KEPT = [str(column_of(name).column) for name in TRACKED]


VERSION = f"""deal_id, valid_from, valid_to, {", ".join(KEPT)}, probability, archived,
    changed_by_id, source, reason, transaction"""


# What of a deal that came closed was known from its beginning on; of the rest nothing was.
AT_FIRST = {
    "name": "fresh.name",
    "account_id": "account_id",
    "owner_id": "owner_id",
    "stage_id": "open.id",
    "status": "'open'",
    "amount": "open_amount",
    "currency": "fresh.currency",
    "amount_base": """CASE WHEN fresh.currency = %(base)s THEN open_amount
            ELSE round(open_amount * exchange.rate, 2) END""",
    "exchange_rate": "exchange.rate",
    "exchange_rate_from": "exchange.valid_from",
    "expected_close_on": "expected_close_on",
    "category": "open.default_category",
    "next_step": "''",
}


FIRST_VALUES = [AT_FIRST.get(name, "NULL") for name in KEPT]
