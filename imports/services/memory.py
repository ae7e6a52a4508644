"""Forgetting what imports remember: which columns fill which fields, what texts stand for.

What was imported stays as it is; from then on files are guessed and asked about anew.
"""

from django.db import transaction

from imports.models import ImportAnswer, ImportMapping
from imports.services.runs import require_admin
from org import audit
from org.models.people import Person


@transaction.atomic
def forget_answer(answer: ImportAnswer, *, by: Person | None) -> None:
    """Have the text asked about again in the next file that holds it."""
    require_admin(by)
    audit.record(
        by,
        "import.forget_answer",
        answer,
        changes={"target": (answer.target, None)},
        label=f"{answer.subject} “{answer.text}”",
    )
    answer.delete()


@transaction.atomic
def forget_mapping(mapping: ImportMapping, *, by: Person | None) -> None:
    """Have the columns of the next file with the same headers guessed anew."""
    require_admin(by)
    audit.record(
        by,
        "import.forget_columns",
        mapping,
        changes={"fields": (mapping.fields, None)},
        label=f"columns of {mapping.kind}",
    )
    mapping.delete()
