"""What imports remember, in words: the columns of files seen before, and the values answered."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from imports.engine.kinds import KINDS
from imports.engine.references import names_of
from imports.enums import ImportKind
from imports.models import ImportAnswer, ImportMapping

NOTHING = "nothing: the cell is taken as blank"
GONE = "something that is no longer here"


@dataclass(frozen=True, slots=True)
class RememberedAnswer:
    """What a text stands for, and who said so; None for the command line."""

    pk: int
    subject: str
    text: str
    meaning: str
    by: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class RememberedColumns:
    """The fields that the columns of files with the same headers fill, as (column, field)."""

    pk: int
    kind: str
    columns: list[tuple[str, str]]
    by: str | None
    at: datetime | None


def remembered_answers(answers: Iterable[ImportAnswer]) -> list[RememberedAnswer]:
    """Return the answers with the names of what they stand for, in one query for each subject."""
    rows = list(answers)
    targets: dict[str, set[int]] = defaultdict(set)
    for answer in rows:
        if answer.target is not None:
            targets[answer.subject].add(answer.target)
    names = {subject: names_of(subject, ids) for subject, ids in targets.items()}
    return [
        RememberedAnswer(
            pk=answer.pk,
            subject=answer.subject.capitalize(),
            text=answer.text,
            meaning=NOTHING
            if answer.target is None
            else names[answer.subject].get(answer.target, GONE),
            by=answer.answered_by.full_name if answer.answered_by else None,
            at=answer.answered_at,
        )
        for answer in rows
    ]


def remembered_columns(mappings: Iterable[ImportMapping]) -> list[RememberedColumns]:
    """Return the mappings with the fields' labels; a field that is no more keeps its name."""
    found = []
    for mapping in mappings:
        kind = KINDS[ImportKind(mapping.kind)]
        labels = {field.name: field.label for field in kind.fields}
        found.append(
            RememberedColumns(
                pk=mapping.pk,
                kind=kind.label,
                columns=[
                    (column, labels.get(name, name))
                    for column, name in sorted(mapping.fields.items())
                ],
                by=mapping.chosen_by.full_name if mapping.chosen_by else None,
                at=mapping.chosen_at,
            )
        )
    return found
