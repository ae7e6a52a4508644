"""What a preview asks about the values of its file: texts that stand for nothing here yet."""

from dataclasses import dataclass

from imports.engine.kinds import CREATABLE, KINDS
from imports.engine.references import choices_of
from imports.models import ImportRun

# More choices than this are typed rather than picked from a list.
MOST_PICKED = 200
MOST_ASKED = 50


@dataclass(frozen=True, slots=True)
class Asked:
    """A text that stands for nothing yet, or for what was answered before."""

    subject: str
    text: str
    count: int
    suggestion: int | None
    kind: str
    may_create: bool
    may_be_blank: bool


@dataclass(frozen=True, slots=True)
class Questions:
    """The texts to be answered, the most frequent first, and what may be chosen for each."""

    asked: list[Asked]
    more: int
    choices: dict[str, list[tuple[int, str]]]
    creatable: list[tuple[str, int]]

    @property
    def count(self) -> int:
        return len(self.asked) + self.more


def questions(run: ImportRun) -> Questions:
    """Return what the preview has to ask about the values of a run's file."""
    unknown = run.plan.get("unknown", [])
    asked = [
        Asked(
            subject=found["subject"],
            text=found["text"],
            count=found["count"],
            suggestion=found["suggestion"],
            kind=found["kind"],
            may_create=found["subject"] in CREATABLE,
            may_be_blank=_may_be_blank(run.kind, found["subject"]),
        )
        for found in unknown[:MOST_ASKED]
    ]
    counts: dict[str, int] = {}
    for found in unknown:
        counts[found["subject"]] = counts.get(found["subject"], 0) + 1
    return Questions(
        asked=asked,
        more=max(0, len(unknown) - MOST_ASKED),
        choices={subject: choices_of(subject) for subject in counts},
        creatable=[(subject, count) for subject, count in counts.items() if subject in CREATABLE],
    )


def _may_be_blank(kind: str, subject: str) -> bool:
    """Whether a row can do without what the subject's fields name."""
    fields = [field for field in KINDS[kind].fields if field.subject == subject]
    needed = {name for group in KINDS[kind].needs if len(group) == 1 for name in group}
    return not any(field.required or field.name in needed for field in fields)
