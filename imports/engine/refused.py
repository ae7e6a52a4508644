"""Refused rows as a file that can be corrected and brought back."""

import csv
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from imports.engine import filing
from imports.engine.options import Options
from imports.engine.rows import RowReader, column_labels
from imports.models import ImportRun
from kit.export import BYTE_ORDER_MARK, Echo, cell


def refused_lines(run: ImportRun) -> Iterator[str]:
    """Yield the refused rows as a CSV file: row number, column, reason, then the row's own cells.

    Cells that a spreadsheet would run are guarded.
    """
    reasons: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for number, column, reason in run.refusals.values_list("row", "column", "reason"):
        reasons[number].append((column, reason))
    layout = Options.from_json(run.options).layout
    writer = csv.writer(Echo())
    with filing.as_file(run) as path:
        reader = RowReader(path, layout)
        labels = ["Row", "Column", "Reason", *column_labels(reader.header)]
        yield BYTE_ORDER_MARK + writer.writerow([cell(label) for label in labels])
        for row in reader.rows():
            if row.number in reasons:
                found: list[Any] = [
                    row.number,
                    " | ".join(column for column, _ in reasons[row.number] if column),
                    " | ".join(reason for _, reason in reasons[row.number]),
                    *(str(value) for value in row.cells),
                ]
                yield writer.writerow([cell(value) for value in found])
