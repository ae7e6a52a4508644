"""A figure with the table of its numbers."""

from dataclasses import dataclass

from kit.charts import Figure
from kit.tables import Table


@dataclass(frozen=True, slots=True)
class Chart:
    """A figure and the table below it."""

    figure: Figure
    table: Table
