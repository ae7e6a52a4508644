"""The closure and access against a brute-force model, over random re-organisations with dates."""

import random
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from org import access
from org.enums import Role
from org.models.people import Person, ReportingClosure
from org.services import people
from tests.factories.org import PersonFactory

DAYS = 24  # Half of them before today; the last stands for all the days that follow.
PEOPLE = 7
STEPS = 12
HISTORIES = 200


class Book:
    """Who reports to whom on each day, as a plain table of days: (number of the entry, manager)."""

    def __init__(self, names: list[int]) -> None:
        self.cells: dict[int, list[tuple[int, int] | None]] = {n: [None] * DAYS for n in names}
        self.gone: dict[int, int] = {}
        self.entries = 0

    def manager(self, person: int, day: int) -> int | None:
        cell = self.cells[person][day]
        return cell[1] if cell else None

    def looked_after_by(self, person: int, day: int) -> int | None:
        """Return the manager; of somebody who left, the one of their last day."""
        gone = self.gone.get(person)
        if gone is None or day < gone:
            return self.manager(person, day)
        return self.manager(person, gone - 1) if gone else None

    def above(self, person: int, day: int) -> list[int]:
        """Return the people above on that day, nearest first."""
        found, current = [], self.looked_after_by(person, day)
        while current is not None and current not in found:
            found.append(current)
            current = self.looked_after_by(current, day)
        return found

    def stretch(self, person: int, since: int) -> list[int]:
        """Return the days from ``since`` on that share its entry, or its being free."""
        row = self.cells[person]
        key = row[since][0] if row[since] else None
        days = [since]
        while days[-1] + 1 < DAYS:
            following = row[days[-1] + 1]
            if (following[0] if following else None) != key:
                break
            days.append(days[-1] + 1)
        return days

    def report_to(self, person: int, manager: int | None, since: int) -> bool:
        """Write the line, or return False where it cannot be."""
        if person in self.gone and since >= self.gone[person]:
            return False
        days = self.stretch(person, since)
        if manager is not None:
            if manager in self.gone and days[-1] >= self.gone[manager]:
                return False
            if manager == person or any(person in self.above(manager, day) for day in days):
                return False
        self.entries += 1
        for day in days:
            self.cells[person][day] = None if manager is None else (self.entries, manager)
        return True

    def leave(self, person: int, on: int, successor: int) -> bool:
        before = {name: list(row) for name, row in self.cells.items()}
        below = [
            n for n in self.cells if any(self.manager(n, d) == person for d in range(on, DAYS))
        ]
        if below and (successor == person or successor in self.gone):
            return False
        for report in below:
            entries = {
                self.cells[report][day][0]: day
                for day in reversed(range(on, DAYS))
                if self.manager(report, day) == person
            }
            for day in sorted(entries.values()):
                heir = successor if report != successor else self.manager(person, day)
                if not self.report_to(report, heir, day):
                    self.cells = before
                    return False
        for day in range(on, DAYS):
            self.cells[person][day] = None
        self.gone[person] = on
        return True


def play(chance: random.Random) -> None:
    today = access.today()
    first = today - timedelta(days=DAYS // 2)
    folk = [PersonFactory(roles=[Role.MANAGER]) for _ in range(PEOPLE)]
    book = Book([person.pk for person in folk])
    for _ in range(STEPS):
        person, other = chance.choice(folk), chance.choice(folk)
        if chance.random() < 0.12 and person.pk not in book.gone:
            day = chance.randrange(DAYS // 2 + 1)
            expected = book.leave(person.pk, day, other.pk)
            done = attempt(
                people.deactivate,
                person,
                on=first + timedelta(days=day),
                successor=fresh(other),
            )
        else:
            day = chance.randrange(DAYS)
            manager = None if chance.random() < 0.15 else other
            expected = book.report_to(person.pk, manager.pk if manager else None, day)
            done = attempt(
                people.report_to,
                person,
                manager=fresh(manager) if manager else None,
                since=first + timedelta(days=day),
            )
        assert done == expected
        compare_closure(book, first)
    compare_access(book, folk, chance, (today - first).days)


def fresh(person: Person) -> Person:
    return Person.objects.get(pk=person.pk)


def attempt(service, person: Person, **arguments) -> bool:
    try:
        service(person, by=None, **arguments)
    except ValidationError:
        return False
    return True


def compare_closure(book: Book, first: date) -> None:
    rows = list(
        ReportingClosure.objects.filter(descendant__in=book.cells).values_list(
            "ancestor", "descendant", "depth", "valid_from", "valid_to"
        )
    )
    for day in range(DAYS):
        on = first + timedelta(days=day)
        stored = sorted(
            (above, below, depth)
            for above, below, depth, start, end in rows
            if start <= on and (end is None or end > on)
        )
        expected = sorted(
            (above, below, depth)
            for below in book.cells
            for depth, above in enumerate([below, *book.above(below, day)])
        )
        assert stored == expected, on


def compare_access(book: Book, folk: list[Person], chance: random.Random, today: int) -> None:
    """Former and future reports are out: only those who stand below today are seen."""
    for person in Person.objects.filter(pk__in=book.cells):
        below = {n for n in book.cells if n == person.pk or person.pk in book.above(n, today)}
        seen = set(access.people_below(person).values_list("descendant", flat=True))
        assert seen == (below if person.is_active else {person.pk})
        other = chance.choice(folk)
        may_see = access.may_see_person(person, other)
        assert may_see == (person.is_active and other.pk in below)


@pytest.mark.parametrize("part", range(10))
def test_closure_and_access_agree_with_brute_force(db: None, part: int) -> None:
    for number in range(HISTORIES // 10):
        seed = part * 1000 + number
        try:
            with transaction.atomic():
                play(random.Random(seed))  # noqa: S311 -- a history to repeat, no secret
                transaction.set_rollback(True)
        except AssertionError as error:
            raise AssertionError(f"history {seed}") from error
