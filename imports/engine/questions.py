"""What must be answered before an import can be planned: nothing of it is guessed cell by cell."""

from dataclasses import dataclass
from datetime import date

from imports.engine.dates import ORDER_LABELS, Order
from imports.engine.headers import recognise
from imports.engine.kinds import KINDS, Field, Shape
from imports.engine.layout import Detected, Layout
from imports.engine.numbers import MARK_LABELS, Mark
from imports.engine.options import ColumnProfile, Format, Options, Profile

DATE_SHAPES = frozenset({Shape.DAY, Shape.MOMENT})
NUMBER_SHAPES = frozenset({Shape.MONEY, Shape.WHOLE})


@dataclass(frozen=True, slots=True)
class Question:
    """What has to be told: of a column by its place, or of the file where ``place`` is None."""

    place: int | None
    topic: str
    text: str


def first_options(
    kind: str,
    detected: Detected,
    profile: Profile,
    *,
    header: list[str],
    remembered: dict[int, str] | None,
    as_of: date,
    currency: str,
) -> Options:
    """Return the decisions as the file itself suggests them; remembered ones win over guesses."""
    matches = recognise(kind, header).matches
    mapping = remembered if remembered is not None else {p: m.field for p, m in matches.items()}
    idents = [place for place, name in mapping.items() if name in {"external_id", "deal"}]
    return Options(
        layout=detected.layout,
        as_of=as_of,
        currency=currency,
        mapping=mapping,
        formats=certain_formats(profile),
        salesforce_ids=any(profile.columns[place].salesforce_ids for place in idents),
        encoding_told=not detected.encoding_samples,
    )


def certain_formats(profile: Profile) -> dict[int, Format]:
    """Return the format of each column whose values leave no choice."""
    return {
        place: Format(
            order=column.date_order if column.date_certain else "",
            mark=column.number_mark if column.number_certain else "",
            days=column.only_midnights,
        )
        for place, column in enumerate(profile.columns)
    }


def newest_day(kind: str, options: Options, profile: Profile) -> date | None:
    """Return the newest day of the file's dates that is not to come: likely that of the file."""
    days = [
        profile.columns[place].newest
        for place, name in options.mapping.items()
        if KINDS[kind].field(name).shape in DATE_SHAPES and profile.columns[place].newest
    ]
    return date.fromisoformat(max(days)) if days else None


def open_questions(kind: str, options: Options, profile: Profile) -> list[Question]:
    """Return what is still to be told, in the order in which to ask."""
    asked = []
    if not options.encoding_told:
        asked.append(
            Question(None, "encoding", "The file is not UTF-8: say in which encoding it is.")
        )
    asked += _unmet_needs(kind, options)
    for place, name in sorted(options.mapping.items()):
        shape = KINDS[kind].field(name).shape
        column, found = profile.columns[place], options.formats.get(place, Format())
        if shape in DATE_SHAPES and not column.date_certain and not found.order:
            asked.append(
                Question(
                    place,
                    "order",
                    f"“{column.label}” does not say in which order its dates are, "
                    f"such as {column.date_example}: choose one.",
                )
            )
        if shape in NUMBER_SHAPES and not column.number_certain and not found.mark:
            asked.append(
                Question(
                    place,
                    "mark",
                    f"“{column.label}” does not say which its decimal mark is, "
                    f"such as {column.number_example}: choose one.",
                )
            )
    return asked


def _unmet_needs(kind: str, options: Options) -> list[Question]:
    found = KINDS[kind]
    asked = []
    for group in found.needs:
        if not options.maps(*group):
            labels = " or ".join(found.field(name).label.lower() for name in group)
            asked.append(Question(None, "mapping", f"Choose the column that holds the {labels}."))
    for name in {*options.mapping.values()}:
        if len(options.columns_of(name)) > 1 and not found.field(name).several:
            label = found.field(name).label.lower()
            asked.append(Question(None, "mapping", f"Only one column can be the {label}."))
    return asked


def decisions(kind: str, options: Options, profile: Profile) -> list[str]:
    """Return in words what has been decided about how the file is read."""
    said = [_layout_said(options.layout)]
    for place, name in sorted(options.mapping.items()):
        column, found = profile.columns[place], options.formats.get(place, Format())
        said.append(_column_said(KINDS[kind].field(name), column, found))
    if options.blank_words:
        said.append("Cells that say N/A, NULL or - are blank.")
    if options.salesforce_ids:
        said.append("Ids are those of Salesforce: 15 and 18 signs are the same id.")
    if kind == "deals" and not options.maps("external_id"):
        said.append(
            "The file has no id column: deals are known by name, account, owner and created date."
        )
    return said


def _column_said(field: Field, column: ColumnProfile, found: Format) -> str:
    words = f"“{column.label}” is the {field.label.lower()}"
    if field.shape in DATE_SHAPES:
        if found.order and column.date_fits:
            words += f", dates as {ORDER_LABELS[Order(found.order)]}"
        elif column.plain_dates:
            words += f", dates {column.plain_dates}"
        if column.only_midnights:
            words += f", midnights in UTC taken for {'days' if found.days else 'moments'}"
    if field.shape in NUMBER_SHAPES and found.mark and column.has_marks:
        words += f", decimal mark {MARK_LABELS[Mark(found.mark)]}"
    return f"{words}{f', times {found.scale:,}' if found.scale != 1 else ''}."


def _layout_said(layout: Layout) -> str:
    from imports.engine.layout import DELIMITERS, ENCODINGS

    if layout.form == "xlsx":
        return f"Excel workbook, sheet “{layout.sheet}”, header in row {layout.header_row}."
    encoding = ENCODINGS.get(layout.encoding, layout.encoding.upper())
    return (
        f"Text in {encoding}, cells separated by {DELIMITERS[layout.delimiter]}, "
        f"header in row {layout.header_row}."
    )


def left_out(options: Options, profile: Profile) -> list[str]:
    """Return the columns with content that fill no field."""
    return [
        column.label
        for place, column in enumerate(profile.columns)
        if place not in options.mapping and column.filled
    ]
