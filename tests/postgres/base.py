"""PostgreSQL as the product uses it, but for emptying tables after a transactional test."""

from typing import Any

from django.db.backends.postgresql import base, operations


class DatabaseOperations(operations.DatabaseOperations):
    def sql_flush(self, *args: Any, **options: Any) -> list[str]:
        """Say that tables which only grow are emptied on purpose. The product never says it."""
        statements = super().sql_flush(*args, **options)
        return ["SET LOCAL salesmgr.emptying = 'on';", *statements] if statements else []


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = DatabaseOperations
