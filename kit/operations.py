"""What the migrations of every app are made of, beside Django's own operations."""

from collections.abc import Sequence
from typing import Any

from django.db.migrations.operations import RunSQL
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from kit.sql import drops, read

Deconstructed = tuple[str, list[Any], dict[str, Any]]


class LoadSQL(RunSQL):
    """Run a SQL file. Its functions, triggers and policies go when the migration is undone.

    What else it does (a row, a column's default) stays until its table goes. A file that makes
    something can run again over what it made, so a later migration loads it once it has changed.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        text = read(name)
        super().__init__(text, ";\n".join(drops(text)) or RunSQL.noop)

    def deconstruct(self) -> Deconstructed:
        return self.__class__.__qualname__, [self.name], {}

    def describe(self) -> str:
        return f"Load {self.name}"


class CreateTables(Operation):
    """Create the tables of an app's first models in one step.

    Between two operations Django builds the models of all apps anew, which took nearly all of the
    time in which a database was made. Here they are built once, with all tables already known.
    """

    serialization_expand_args = ["operations"]

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = operations

    def deconstruct(self) -> Deconstructed:
        return self.__class__.__qualname__, [], {"operations": self.operations}

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Add the models to the state, which renders them when it is next asked for one."""
        state.__dict__.pop("apps", None)
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(self, *given: Any, **named: Any) -> None:
        """Create the tables in their order; foreign keys follow at the end of the migration."""
        for operation in self.operations:
            operation.database_forwards(*given, **named)

    def database_backwards(self, *given: Any, **named: Any) -> None:
        """Drop the tables, the last one first."""
        for operation in reversed(self.operations):
            operation.database_backwards(*given, **named)

    def describe(self) -> str:
        return f"Create {len(self.operations)} tables"
