"""Which pipeline a stage named in a file belongs to.

A stage of the default pipeline is called by its name, one of another "Renewals: Due": so two
stages of one name are told apart wherever imports speak of them, in answers kept from run to
run too.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Case, F, Value, When
from django.db.models.functions import Concat

from pipeline.stages.models import Pipeline

MARK = ": "
CALLED = Case(
    When(pipeline__is_default=True, then=F("name")),
    default=Concat("pipeline__name", Value(MARK), "name"),
)


@dataclass(frozen=True, slots=True)
class Pipelines:
    """The pipelines in use by id, and the default one."""

    names: Mapping[int, str]
    default: int

    @classmethod
    def load(cls) -> "Pipelines":
        rows = list(Pipeline.objects.live())
        default = next(row.pk for row in rows if row.is_default)
        return cls({row.pk: row.name for row in rows}, default)

    @property
    def only(self) -> int | None:
        """The pipeline, where there is one alone."""
        return self.default if len(self.names) == 1 else None

    def called(self, pipeline: int | None, stage: str) -> str:
        """Return what a stage of a pipeline (None: the default) is called."""
        if pipeline is None or pipeline == self.default:
            return stage
        return f"{self.names[pipeline]}{MARK}{stage}"

    def told(self, text: str) -> tuple[int, str]:
        """Return the pipeline and the own name of the stage that a text calls."""
        for pk, name in self.names.items():
            start = f"{name}{MARK}"
            if pk != self.default and text.casefold().startswith(start.casefold()):
                return pk, text[len(start) :]
        return self.default, text

    def named(self, name: str) -> int | None:
        """Return the pipeline of this name, in any case; None without one."""
        wanted = name.strip().casefold()
        return next((pk for pk, known in self.names.items() if known.casefold() == wanted), None)
