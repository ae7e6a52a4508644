"""The deals of a scope as a part of a statement that the ORM cannot say."""

from typing import Any

from pipeline.deals.querysets import DealVersionQuerySet


def scope_sql(rows: DealVersionQuerySet) -> tuple[str, dict[str, Any]]:
    """Return a statement for the ids of the versions' deals, with named parameters."""
    sql, given = rows.order_by().values("deal_id").query.sql_with_params()
    names = {f"scope_{place}": value for place, value in enumerate(given)}
    return sql % tuple(f"%({name})s" for name in names), names
