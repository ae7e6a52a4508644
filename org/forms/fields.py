"""Fields that turn pasted lines into people."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q

from kit.forms import PlainTextField
from org.models.people import Person

MOST_LINES = 500


class PeopleTextField(PlainTextField):
    """People by name, e-mail address or id of another system, one a line; cleaned to a list."""

    widget = forms.Textarea(attrs={"rows": 3})

    def clean(self, value: Any) -> list[Person]:
        text = super().clean(value)
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if len(lines) > MOST_LINES:
            raise ValidationError(f"Give {MOST_LINES} lines at most.")
        found: dict[int, Person] = {}
        faults = []
        for number, line in enumerate(lines, start=1):
            people = _named(line)
            if len(people) == 1:
                found[people[0].pk] = people[0]
            else:
                faults.append(_fault(number, line, len(people)))
        if faults:
            raise ValidationError(faults)
        return list(found.values())


def _named(line: str) -> list[Person]:
    named = Q(full_name__iexact=line) | Q(email__iexact=line) | Q(external_id=line)
    return list(Person.objects.active().filter(named)[:2])


def _fault(number: int, line: str, found: int) -> str:
    if found:
        return f"Line {number}: several people are called “{line}”. Use the e-mail address."
    return f"Line {number}: nobody here is called “{line}”."
