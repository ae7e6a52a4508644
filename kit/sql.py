"""SQL that is kept in files: its text, and what undoes it."""

import re
from pathlib import Path

from django.conf import settings

_MAKES = re.compile(
    r"^CREATE (?:OR REPLACE )?(?:CONSTRAINT )?"
    r"(?:(?P<function>FUNCTION) (?P<name>\w+)|(?P<kind>TRIGGER|POLICY) (?P<part>\w+)"
    r"\b.*?\bON (?P<table>\w+))",
    re.MULTILINE | re.DOTALL,
)


def read(name: str) -> str:
    """Return the text of a file that is named from the project's folder, "org/sql/lines.sql"."""
    return (Path(settings.BASE_DIR) / name).read_text(encoding="utf-8")


def drops(text: str) -> list[str]:
    """Return statements that drop the functions, triggers and policies a text makes, last first."""
    statements = [
        f"DROP FUNCTION IF EXISTS {made['name']}"
        if made["function"]
        else f"DROP {made['kind']} IF EXISTS {made['part']} ON {made['table']}"
        for made in _MAKES.finditer(text)
    ]
    return statements[::-1]
