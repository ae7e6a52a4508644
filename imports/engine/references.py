"""What the names in a file stand for: rows found here, answers given, things to be made."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from django.db.models import BigIntegerField, F, Func, Model, Q, QuerySet, Value
from django.db.models.functions import Lower

from imports.engine import salesforce_ids
from imports.engine.cells import CellError
from imports.engine.headers import squashed
from imports.engine.options import Answer
from imports.engine.pipelines import CALLED
from imports.enums import SUBJECT_PLURALS, ImportSubject
from org.models.people import Person
from org.models.teams import Team
from org.models.territories import Territory
from pipeline.customers.models import Account, Contact
from pipeline.deals.models import Deal
from pipeline.enums import Status
from pipeline.products.models import Product
from pipeline.stages.models import Competitor, Pipeline, Stage

LIKE = 0.7
MOST_UNKNOWN = 2_000
MOST_SUGGESTED = 300
MOST_COMPARED = 20_000

COMPETITOR = "competitor"
# (model, the column of the name, further columns that name a row, whether rows are archived)
_TABLES: dict[str, tuple[type[Model], str, tuple[str, ...]]] = {
    ImportSubject.PERSON: (Person, "full_name", ("email", "external_id")),
    ImportSubject.TEAM: (Team, "name", ()),
    ImportSubject.TERRITORY: (Territory, "name", ()),
    ImportSubject.ACCOUNT: (Account, "name", ("external_id",)),
    ImportSubject.CONTACT: (Contact, "full_name", ("email", "external_id")),
    ImportSubject.PRODUCT: (Product, "name", ("external_id",)),
    ImportSubject.STAGE: (Stage, "name", ()),
    ImportSubject.PIPELINE: (Pipeline, "name", ()),
    ImportSubject.DEAL: (Deal, "name", ("external_id",)),
    # No file asks about one; the preview of a change names it.
    COMPETITOR: (Competitor, "name", ()),
}
_MERGED = frozenset({ImportSubject.ACCOUNT, ImportSubject.CONTACT})
# HubSpot writes internal names where its labels are not asked for.
_WON_WORDS = frozenset({"won", "closedwon", "closewon", "gewonnen", "win"})
_LOST_WORDS = frozenset({"lost", "closedlost", "closelost", "verloren", "disqualified", "loss"})


# How sales processes usually go, by the beginnings of the words in their stages' names.
_USUAL_ORDER = [
    "lead",
    "new",
    "prospect",
    "contact",
    "qualif",
    "appointment",
    "discover",
    "need",
    "engag",
    "meeting",
    "demo",
    "present",
    "solution",
    "value",
    "evaluat",
    "proposal",
    "propos",
    "quote",
    "offer",
    "decision",
    "negotia",
    "review",
    "contract",
    "commit",
    "verbal",
]


def usual_place(name: str) -> int:
    """Return where in a sales process a stage of this name usually stands; unknown ones last."""
    words = name.casefold().split()
    places = [
        place
        for place, start in enumerate(_USUAL_ORDER)
        if any(word.startswith(start) for word in words)
    ]
    return min(places, default=len(_USUAL_ORDER))


def norm(text: str) -> str:
    """Return the text as names are compared: without case, runs of blanks as one."""
    return " ".join(text.split()).upper()


def stage_kind(name: str) -> str:
    """Return the kind that the name of a stage suggests."""
    word = squashed(name)
    if word in _WON_WORDS:
        return str(Status.WON)
    return str(Status.LOST) if word in _LOST_WORDS else str(Status.OPEN)


class Upper(Func):
    function = "upper"


@dataclass(slots=True)
class NamedRows:
    """The rows a text names: none, one, or several that cannot be told apart."""

    ids: tuple[int, ...]


def _rows(subject: str) -> QuerySet[Any]:
    """Return the rows that a text can name, each with what it is ``called``."""
    model, _, _ = _TABLES[subject]
    rows = _called(subject, model._default_manager.all())  # noqa: SLF001 -- Django's name for it
    if subject == ImportSubject.STAGE:
        return rows.filter(archived_at__isnull=True, pipeline__archived_at__isnull=True)
    if subject in _MERGED:
        # What was merged into another is still known by its own name, and stands for the other.
        return rows.filter(Q(archived_at__isnull=True) | Q(merged_into__archived_at__isnull=True))
    if any(column.name == "archived_at" for column in model._meta.fields):  # noqa: SLF001 -- Django's public name
        return rows.filter(archived_at__isnull=True)
    return rows.filter(is_active=True) if subject == ImportSubject.PERSON else rows


def _called(subject: str, rows: QuerySet[Any]) -> QuerySet[Any]:
    _, name, _ = _TABLES[subject]
    return rows.annotate(called=CALLED if subject == ImportSubject.STAGE else F(name))


def lookup(subject: str, texts: Iterable[str]) -> dict[str, NamedRows]:
    """Return what each of the texts names: by id or e-mail first, else by name, in any case."""
    _, _, others = _TABLES[subject]
    wanted = list(texts)
    ids = {text: long for text in wanted if (long := _long_id(text))}
    rows = _named(subject, wanted, [*wanted, *ids.values(), *(text.lower() for text in wanted)])
    own = F("merged_into") if subject in _MERGED else Value(None, output_field=BigIntegerField())
    by_name: dict[str, list[int]] = defaultdict(list)
    by_other: dict[str, list[int]] = defaultdict(list)
    # Those that are there come first: what was merged away stands for another only without them.
    listed = rows.annotate(other=own).order_by(F("other").asc(nulls_first=True), "pk")
    for pk, other, called, *rest in listed.values_list("pk", "other", "called", *others):
        _note(by_name, norm(called), pk, other)
        for column, value in zip(others, rest, strict=True):
            if value:
                _note(by_other, value.lower() if column == "email" else value, pk, other)
    found = {}
    for text in wanted:
        for key in (text, ids.get(text, text), text.lower()):
            if hits := by_other.get(key):
                break
        else:
            hits = by_name.get(norm(text), [])
        found[text] = NamedRows(tuple(dict.fromkeys(hits)))
    if subject == ImportSubject.STAGE:
        found |= _elsewhere([text for text in wanted if not found[text].ids])
    return found


def _elsewhere(texts: list[str]) -> dict[str, NamedRows]:
    """Return the stages of these names in pipelines other than the default one."""
    rows = _rows(ImportSubject.STAGE).annotate(upper_name=Upper("name"))
    by_name: dict[str, list[int]] = defaultdict(list)
    for pk, name in rows.filter(upper_name__in=[norm(t) for t in texts]).values_list("pk", "name"):
        by_name[norm(name)].append(pk)
    return {text: NamedRows(tuple(sorted(by_name.get(norm(text), [])))) for text in texts}


def _named(subject: str, wanted: list[str], exact: list[str]) -> QuerySet[Any]:
    """Return the rows whose name, or whose id or e-mail, is among the texts."""
    _, _, others = _TABLES[subject]
    rows = _rows(subject).annotate(upper_name=Upper("called"))
    condition = Q(upper_name__in=[norm(text) for text in wanted]) | Q(called__in=wanted)
    for column in others:
        if column == "email":
            rows = rows.annotate(lower_email=Lower("email"))
            condition |= Q(lower_email__in=exact)
        else:
            condition |= Q(**{f"{column}__in": exact})
    return rows.filter(condition)


def _note(index: dict[str, list[int]], text: str, pk: int, other: int | None) -> None:
    """Let a text stand for a row, or for the ``other`` that the row was merged into."""
    if other is None:
        index[text].append(pk)
    elif not index[text]:
        index[text].append(other)


def _long_id(text: str) -> str:
    return salesforce_ids.long_form(text) if salesforce_ids.is_plausible(text) else ""


@dataclass(slots=True)
class Creations:
    """What the run will make on the way, numbered; rows speak of number 3 as -3."""

    made: dict[tuple[str, str], tuple[int, str, dict[str, Any]]] = field(default_factory=dict)

    def number(self, subject: str, name: str, detail: dict[str, Any] | None = None) -> int:
        """Return minus the number under which the thing will be made."""
        key = (subject, norm(name))
        if key not in self.made:
            self.made[key] = (len(self.made) + 1, name, detail or {})
        return -self.made[key][0]

    def detail(self, subject: str, name: str) -> dict[str, Any]:
        return self.made[subject, norm(name)][2]


@dataclass(slots=True)
class Resolver:
    """Turns the texts of one subject into ids, and remembers those that stand for nothing."""

    subject: str
    answers: dict[str, Answer]
    creates_all: bool
    creations: Creations
    detail: Callable[[str], dict[str, Any]] = lambda _text: {}
    # What every text stands for, where there is but one row that it could.
    only: int | None = None
    known: dict[str, NamedRows] = field(default_factory=dict)
    settled: dict[str, int] = field(default_factory=dict)
    unknown: Counter[str] = field(default_factory=Counter)
    answered: Counter[str] = field(default_factory=Counter)

    def prepare(self, texts: Iterable[str]) -> None:
        """Look up the texts that are not known yet, all at once."""
        if self.only is not None:
            self.settled |= dict.fromkeys(texts, self.only)
            return
        fresh = {text for text in texts if text not in self.known}
        if fresh:
            self.known |= lookup(self.subject, fresh)

    def resolve(self, text: str, *, times: int = 1) -> int | None:
        """Return the id the text stands for, minus a number of a thing to make, None for nothing.

        ``times`` is how often it stands there. Raises CellError where it stands for nothing yet,
        or for several.
        """
        if (settled := self.settled.get(text)) is not None:
            return settled
        if text not in self.known:
            self.prepare([text])
        ids = self.known[text].ids
        answer = self.answers.get(norm(text))
        if answer is not None and (len(ids) != 1 or answer.target):
            return self._answered(text, answer, times)
        if len(ids) == 1:
            self.settled[text] = ids[0]
            return ids[0]
        if not ids and self.creates_all:
            return self.creations.number(self.subject, text, self.detail(text))
        if text in self.unknown or len(self.unknown) < MOST_UNKNOWN:
            self.unknown[text] += times
        if ids:
            raise CellError(
                f"{len(ids)} {SUBJECT_PLURALS[ImportSubject(self.subject)]} have this name."
            )
        raise CellError(f"No {self.subject} has this name.")

    def _answered(self, text: str, answer: Answer, times: int) -> int | None:
        self.answered[text] += times
        if answer.create:
            detail = self.detail(text)
            if answer.kind:
                detail = {**detail, "kind": answer.kind, "order": answer.order}
            return self.creations.number(self.subject, text, detail)
        return None if answer.blank else answer.target


def suggestions(subject: str, texts: Iterable[str]) -> dict[str, int]:
    """Return, for each text that looks like one, the row it most resembles."""
    names = list(_rows(subject).values_list("called", "pk")[:MOST_COMPARED])
    tight = {squashed(called): pk for called, pk in names}
    found = {}
    for text in list(texts)[:MOST_SUGGESTED]:
        word = squashed(text)
        if word and word in tight:
            found[text] = tight[word]
            continue
        best, best_pk = LIKE, None
        for called, pk in tight.items():
            ratio = _likeness(word, called, best)
            if ratio > best:
                best, best_pk = ratio, pk
        if best_pk is not None:
            found[text] = best_pk
    return found


def _likeness(word: str, other: str, least: float) -> float:
    """Return how alike two words are, 0 to 1; 0 at once where they cannot reach ``least``."""
    matcher = SequenceMatcher(None, word, other)
    if matcher.real_quick_ratio() < least or matcher.quick_ratio() < least:
        return 0.0
    return matcher.ratio()


def choices_of(subject: str) -> list[tuple[int, str]]:
    """Return the rows an answer may choose, as (id, name), by name."""
    return list(_rows(subject).order_by("called").values_list("pk", "called")[:MOST_COMPARED])


def names_of(subject: str, ids: Iterable[int]) -> dict[int, str]:
    """Return the names of the rows with these ids, archived ones too."""
    model, _, _ = _TABLES[subject]
    rows = model._default_manager.filter(pk__in=list(ids))  # noqa: SLF001 -- Django's name for it
    return dict(_called(subject, rows).values_list("pk", "called"))
