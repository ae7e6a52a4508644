"""What the docstrings of metrics say about them, for the catalogue."""

import inspect
from collections.abc import Iterable
from dataclasses import dataclass
from types import ModuleType

# What a definition can say, in the order in which the catalogue shows it.
LABELS = (
    "Formula",
    "Unit",
    "Denominator",
    "Placed by",
    "Credited to",
    "Left out",
    "Undefined",
    "Source",
)
NAME = "Name"
REQUIRED = ("Formula", "Unit", "Source")


@dataclass(frozen=True, slots=True)
class Definition:
    """A metric as its function's docstring defines it. ``key`` is the function's name."""

    key: str
    name: str
    summary: str
    parts: tuple[tuple[str, str], ...]


def definition(key: str, docstring: str) -> Definition | None:
    """Return what a docstring defines, or None of one that has no line "Name: …".

    From that line on, each line "Label: …" begins a part; indented lines go on with it. A part
    with another label, or without one of those that are required, is a ValueError.
    """
    text, found, parts = inspect.cleandoc(docstring), "", list[tuple[str, list[str]]]()
    summary, mark, rest = text.partition(f"\n{NAME}: ")
    if not mark:
        return None
    found, _, rest = rest.partition("\n")
    for line in rest.splitlines():
        label, _, words = line.partition(": ")
        if line.startswith(" ") and parts:
            parts[-1][1].append(line.strip())
        elif line:
            parts.append((label, [words.strip()]))
    said = {label: " ".join(words) for label, words in parts}
    if unknown := said.keys() - set(LABELS):
        raise ValueError(f"{key} has parts that no definition has: {sorted(unknown)}")
    if missing := set(REQUIRED) - said.keys():
        raise ValueError(f"{key} does not say its {sorted(missing)}")
    return Definition(
        key=key,
        name=found.strip(),
        summary=_plain(summary),
        parts=tuple((label, said[label]) for label in LABELS if label in said),
    )


def definitions(modules: Iterable[ModuleType]) -> list[Definition]:
    """Return the definitions that the functions of these modules carry, by name."""
    found = []
    for module in modules:
        for key, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__ and not key.startswith("_"):
                defined = definition(key, inspect.getdoc(function) or "")
                found += [defined] if defined else []
    return sorted(found, key=lambda each: each.name.casefold())


def _plain(summary: str) -> str:
    """Return the first paragraph without the marks of code, as a sentence about the metric."""
    first = " ".join(summary.strip().partition("\n\n")[0].split())
    words = first.removeprefix("Return ").replace("``", "")
    return words[:1].upper() + words[1:]
