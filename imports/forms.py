"""The forms of imports: upload, how a file is read, its columns, answers, start."""

import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from imports.engine.asking import MOST_PICKED, Asked, Questions
from imports.engine.dates import ORDER_LABELS, Order
from imports.engine.kinds import KINDS
from imports.engine.layout import DELIMITERS, ENCODINGS, Layout
from imports.engine.numbers import MARK_LABELS, Mark
from imports.engine.options import Answer, ColumnProfile, Format, Options, Profile
from imports.engine.questions import newest_day
from imports.engine.references import lookup
from imports.engine.rows import unnamed
from imports.enums import IMPORT_KIND_LABELS, SUBJECT_PLURALS, ImportKind, ImportSubject, RowAction
from imports.models import ImportRun
from imports.tables import RUNS
from kit.fields import choices
from kit.forms import DayField, FileField, KitForm, PageField, PlainTextField, SortField
from pipeline.enums import Status
from pipeline.stages.models import Stage

SCALES = ((1, "as written"), (1_000, "in thousands"), (1_000_000, "in millions"))
MIDNIGHTS = (("days", "midnights are days"), ("", "midnights are times"))
# Where nothing here looks like the text, it is most likely new.
OFTEN_NEW = frozenset({ImportSubject.STAGE, ImportSubject.TEAM})
LEAVE_OUT = ("", "Leave out")


class UploadForm(KitForm):
    """A file and what it holds."""

    kind = forms.ChoiceField(
        label="What the file holds", choices=choices(ImportKind, IMPORT_KIND_LABELS)
    )
    file = forms.FileField(
        label="File",
        help_text="CSV or Excel (.xlsx), as Salesforce, HubSpot, Pipedrive or a sheet saves it.",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
    )
    submission = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, kind: str, **options: Any) -> None:
        options.setdefault("initial", {"kind": kind, "submission": uuid.uuid4()})
        super().__init__(*args, **options)

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > settings.IMPORT_MAX_MEGABYTES * 1_000_000:
            raise ValidationError(
                f"The file has {file.size // 1_000_000:,} MB; {settings.IMPORT_MAX_MEGABYTES:,} MB "
                "are the most. Split it into smaller files."
            )
        return file


class LayoutForm(KitForm):
    """How a file is to be read, where what was found out is wrong or cannot be known."""

    encoding = forms.ChoiceField(required=False, choices=list(ENCODINGS.items()))
    delimiter = forms.ChoiceField(
        label="Cells separated by",
        required=False,
        choices=[(name, name) for name in DELIMITERS.values()],
    )
    sheet = forms.ChoiceField(required=False)
    header_row = forms.IntegerField(label="Row of the header", min_value=1, max_value=1000)

    def __init__(self, data: Any = None, *, layout: Layout, sheets: list[str]) -> None:
        self.layout = layout
        initial = {
            "encoding": layout.encoding,
            "delimiter": DELIMITERS.get(layout.delimiter),
            "sheet": layout.sheet,
            "header_row": layout.header_row,
        }
        super().__init__(data, initial=initial)
        self.fields["sheet"].choices = [(name, name) for name in sheets]  # type: ignore[attr-defined]
        unused = ("encoding", "delimiter") if layout.form == "xlsx" else ("sheet",)
        for name in unused:
            del self.fields[name]

    def told(self) -> Layout:
        """Return the layout as told."""
        found = dict(self.cleaned_data)
        if "delimiter" in found:
            signs = {name: sign for sign, name in DELIMITERS.items()}
            found["delimiter"] = signs[found["delimiter"]]
        return replace(self.layout, **{name: value for name, value in found.items() if value})


class ColumnsForm(KitForm):
    """The field and the format of each column, and what else the kind has to be told."""

    as_of = DayField(
        label="The data is of",
        help_text="Rows without a date of their own get this day; changes take place at its end. "
        "Suggested is the newest date in the file.",
    )
    currency = forms.RegexField(
        r"^[A-Za-z]{3}$",
        label="Currency of amounts that state none",
        error_messages={"invalid": "Use the three letters of the currency, such as USD."},
    )
    salesforce_ids = forms.BooleanField(
        label="Ids are Salesforce's: 15 and 18 signs are the same id", required=False
    )
    since = DayField(
        label="First teams and managers hold since",
        help_text="For people without a start day of their own.",
    )
    open_stage = forms.ChoiceField(
        label="Closed deals were before in",
        required=False,
        help_text="The stage of the time from a deal's creation to its closing.",
    )
    list_price = forms.MultipleChoiceField(
        label="Take the product's list price where there is no amount",
        choices=[(str(status), f"of {status} deals") for status in Status],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="For open deals it is also what closed ones were worth in the time before.",
    )
    blank_words = forms.BooleanField(
        label="Cells that say N/A, NULL or - are blank", required=False
    )
    undated = forms.BooleanField(
        label="Closed deals without a date closed on the day of the data",
        required=False,
        help_text="Otherwise they are refused, row by row.",
    )

    def __init__(self, data: Any = None, *, run: ImportRun) -> None:
        self.run = run
        self.options = Options.from_json(run.options)
        self.profile = Profile.from_json(run.profile)
        newest = newest_day(run.kind, self.options, self.profile)
        initial: dict[str, Any] = {
            # Once decided it is what was told; before that what the file suggests.
            "as_of": self.options.as_of if run.plan else newest or self.options.as_of,
            "currency": self.options.currency,
            "salesforce_ids": self.options.salesforce_ids,
            "since": self.options.since,
            "open_stage": self.options.open_stage,
            "list_price": self.options.list_price,
            "undated": self.options.undated,
            "blank_words": self.options.blank_words,
        }
        super().__init__(data, initial=initial)
        self._drop_unused()
        kind_fields = [LEAVE_OUT, *((f.name, f.label) for f in KINDS[run.kind].fields)]
        for place, column in enumerate(self.profile.columns):
            self._add_column(place, column, kind_fields)

    def _drop_unused(self) -> None:
        unused = {"since"} if self.run.kind != ImportKind.PEOPLE else {"currency"}
        if self.run.kind != ImportKind.DEALS:
            unused |= {"open_stage", "list_price", "undated"}
        for name in unused:
            del self.fields[name]
        if "open_stage" in self.fields:
            stages = Stage.objects.live().of_default().filter(kind=Status.OPEN)
            names = stages.values_list("name", flat=True)
            options = [("", "the usual one of the file"), *((name, name) for name in names)]
            self.fields["open_stage"].choices = options  # type: ignore[attr-defined]

    def _add_column(
        self, place: int, column: ColumnProfile, kind_fields: list[tuple[str, str]]
    ) -> None:
        found = self.options.formats.get(place, Format())
        self._add(
            f"field-{place}",
            f"Field of {column.label}",
            kind_fields,
            self.options.mapping.get(place, ""),
        )
        if column.date_fits and column.is_of_dates:
            orders = [("", "choose"), *((str(o), label) for o, label in ORDER_LABELS.items())]
            self._add(f"order-{place}", f"Order of dates in {column.label}", orders, found.order)
        if column.only_midnights:
            label = f"Midnights in UTC in {column.label}"
            self._add(f"days-{place}", label, MIDNIGHTS, "days" if found.days else "")
        if column.is_of_numbers:
            marks = [("", "choose"), *((str(m), label) for m, label in MARK_LABELS.items())]
            self._add(f"mark-{place}", f"Decimal mark in {column.label}", marks, found.mark)
            self._add(f"scale-{place}", f"Unit of {column.label}", SCALES, found.scale)

    def _add(self, name: str, label: str, options: Any, initial: Any) -> None:
        self.fields[name] = forms.ChoiceField(
            label=label, choices=options, required=False, initial=initial
        )

    def columns(self) -> Iterator[dict[str, Any]]:
        """Yield each column with its bound fields, for the table of the page."""
        for place, column in enumerate(self.profile.columns):
            if not column.filled and column.label == unnamed(place):
                continue
            yield {
                "column": column,
                "plain": "" if column.is_of_numbers else column.plain_dates,
                "is_sure": place in self.profile.sure,
                "field": self[f"field-{place}"],
                "formats": [
                    self[name]
                    for name in (f"{part}-{place}" for part in ("order", "days", "mark", "scale"))
                    if name in self.fields
                ],
                "asks": [
                    self[name]
                    for name in (f"order-{place}", f"mark-{place}")
                    if name in self.fields and not self[name].initial
                ],
            }

    def others(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if "-" not in name]

    def told(self) -> Options:
        """Return the options as told."""
        said = self.cleaned_data
        places = range(len(self.profile.columns))
        mapping = {place: said[f"field-{place}"] for place in places if said[f"field-{place}"]}
        formats = {
            place: Format(
                order=str(Order(said[f"order-{place}"])) if said.get(f"order-{place}") else "",
                mark=str(Mark(said[f"mark-{place}"])) if said.get(f"mark-{place}") else "",
                scale=int(said.get(f"scale-{place}") or 1),
                days=bool(said.get(f"days-{place}")),
            )
            for place in places
        }
        simple: dict[str, Any] = {
            name: said[name]
            for name in (
                "as_of",
                "since",
                "salesforce_ids",
                "open_stage",
                "list_price",
                "undated",
                "blank_words",
            )
            if name in said
        }
        if "currency" in said:
            simple["currency"] = said["currency"].upper()
        return replace(self.options, mapping=mapping, formats=formats, **simple)


class AnswersForm(KitForm):
    """What texts of the file stand for: a choice for each, or a name where there are many."""

    def __init__(self, data: Any = None, *, questions: Questions) -> None:
        super().__init__(data)
        self.questions = questions
        for number, asked in enumerate(questions.asked):
            self._ask(number, asked)
        for subject, _ in questions.creatable:
            self.fields[f"create-{subject}"] = forms.BooleanField(required=False)

    def _ask(self, number: int, asked: Asked) -> None:
        rows = self.questions.choices[asked.subject]
        names = dict(rows)
        options: list[tuple[str, Any]] = [("", "Not answered")]
        if asked.may_create:
            options += self._creations(asked)
        if asked.may_be_blank:
            options.append(("-", "Leave blank"))
        is_long = len(rows) > MOST_PICKED
        picked = [(str(pk), name) for pk, name in rows]
        if is_long:
            picked = [
                (str(pk), names[pk]) for pk in [asked.suggestion] if pk is not None and pk in names
            ]
            options.append(("other", "Another, named here"))
            self.fields[f"name-{number}"] = PlainTextField(
                label=f"Name for {asked.text}", required=False
            )
        if picked:
            plural = SUBJECT_PLURALS[ImportSubject(asked.subject)]
            options.append((f"One of the {plural} here", picked))
        initial = str(asked.suggestion) if asked.suggestion in names else ""
        if not initial and asked.subject in OFTEN_NEW:
            initial = options[1][0]
        self.fields[f"answer-{number}"] = forms.ChoiceField(
            label=f"{asked.text} is", choices=options, required=False, initial=initial
        )

    def _creations(self, asked: Asked) -> list[tuple[str, str]]:
        if asked.subject != "stage":
            return [("+", f"Make it a new {asked.subject}")]
        first = Status(asked.kind or Status.OPEN)
        kinds = [first, *(kind for kind in Status if kind != first)]
        return [(f"+{kind}", f"Make it a new stage: {kind}") for kind in kinds]

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield each question with its bound fields."""
        for number, asked in enumerate(self.questions.asked):
            name = f"name-{number}"
            yield {
                "asked": asked,
                "answer": self[f"answer-{number}"],
                "name": self[name] if name in self.fields else None,
            }

    def wholes(self) -> Iterator[dict[str, Any]]:
        """Yield, for each subject that may be made, the box that makes all unknown ones."""
        for subject, count in self.questions.creatable:
            yield {
                "plural": SUBJECT_PLURALS[ImportSubject(subject)],
                "count": count,
                "box": self[f"create-{subject}"],
            }

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        self.answers: dict[str, Answer] = {}
        for number, asked in enumerate(self.questions.asked):
            value = said.get(f"answer-{number}")
            if value and (answer := self._answer(number, asked, value)):
                self.answers[f"{asked.subject}:{asked.text}"] = answer
        self.create = [s for s, _ in self.questions.creatable if said.get(f"create-{s}")]
        if not self.answers and not self.create and not self.errors:
            raise ValidationError("Nothing is answered yet.")
        return said

    def _answer(self, number: int, asked: Asked, value: str) -> Answer | None:
        if value == "-":
            return Answer(blank=True)
        if value.startswith("+"):
            return Answer(create=True, kind=value[1:])
        if value != "other":
            return Answer(target=int(value))
        name = self.cleaned_data.get(f"name-{number}") or ""
        ids = lookup(asked.subject, [name])[name].ids if name else ()
        if len(ids) != 1:
            have = "several have" if ids else f"no {asked.subject} has"
            self.add_error(f"name-{number}", f"Write a name in full: {have} “{name}”.")
            return None
        return Answer(target=ids[0])


class StartImportForm(KitForm):
    """Whether refused rows are left behind."""

    skip_refused = forms.BooleanField(label="Import without the refused rows", required=False)


class ImportsFilter(KitForm):
    """The address of the list of imports."""

    sort = SortField(columns=RUNS, default="-created_at")
    page = PageField()
    file = FileField()


class RowsFilter(KitForm):
    """Which rows of a run to list."""

    action = forms.ChoiceField(
        label="Rows",
        required=False,
        choices=[
            (RowAction.CREATE, "Created"),
            (RowAction.CHANGE, "Changed"),
            (RowAction.LEAVE, "Left as they are"),
            (RowAction.PART, "Parts of other rows"),
            (RowAction.REFUSE, "Refused"),
        ],
    )
    page = PageField()

    def clean_action(self) -> str:
        return self.cleaned_data["action"] or str(RowAction.CREATE)


class RememberedFilter(KitForm):
    """Which of the remembered values to list."""

    q = PlainTextField(label="Text in files", required=False, max_length=100)
    page = PageField()
