"""What an actor may not see has no influence on anything they get (non-interference).

Every GET of the matrix that answers an actor is recorded; then every row out of their sight gets
texts that occur nowhere else, its numbers and days change, and more such rows come. Answers stay
as they were, byte for byte but for clocks and tokens, and the texts are in none of them, in no
e-mail and in no line of the log. Which rows are out of sight is stated here by hand, so that a
filter that shows too much is found and not obeyed.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

import pytest
from django.core import mail
from django.db.models import F, Model, Q, QuerySet
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from analytics.runs.models import RecomputeChunk
from coaching import services as coaching
from coaching.models import (
    ActionItem,
    ActionItemQuerySet,
    Note,
    NoteQuerySet,
    OneOnOneQuerySet,
    PrivateNote,
    PrivateNoteQuerySet,
    Session,
    SessionQuerySet,
)
from forecasting.models import DealExpectation, Forecast, PastForecast
from hiring.models import (
    ApplicationQuerySet,
    Candidate,
    CandidateQuerySet,
    Requisition,
    RequisitionQuerySet,
)
from imports.models import ImportRefusal, ImportRun
from org import private
from org.models.audit import AuditEntry
from org.models.people import Person
from org.models.tokens import ApiToken
from pipeline import history
from pipeline.activities.models import Activity, ActivityQuerySet
from pipeline.credit.services import Share, split_credit
from pipeline.deals.models import Deal, DealCollaborator, DealLine
from tests.access.asking import CASES, ask, content, signed_in, whole_world
from tests.access.growing import grow
from tests.access.matrix import Case, World
from tests.factories.org import QuotaFactory
from tests.factories.pipeline import ActivityFactory, DealFactory
from tests.worlds import world as world_fixture

MOST_TARGETS = 3
# Times of day, how long ago within the hour, how long a run has lasted, and the signature of a
# page's cursor, which holds the second it was made in.
CLOCK = re.compile(
    rb"(?<!\d)\d\d:\d\d(:\d\d(\.\d+)?)?|(\d+ min )?\d+(\.\d)? s\b|(?<=cursor=)[^\"&]+"
    rb"|just now|\d+ minutes? ago"
)
# Whose deals and numbers each actor sees; everybody's, for None.
SEES: dict[str, tuple[str, ...] | None] = {
    "rep": ("rita",),
    "manager": ("mia", "rita", "ron", "lou"),
    "stranger": ("stan",),
    "recruiter": (),
    "executive": None,
    "admin": None,
}


# What who helps with a deal sees of it.
LENT_PAGES = {
    "analytics:deal",
    "pipeline:deal-credit",
    "api:deal",
    "api:deal-history",
    "api:deal-lines",
    "api:deal-contacts",
    "api:deal-credit",
    "api:deal-collaborators",
}


class Answer(NamedTuple):
    where: str
    body: bytes


class Sight:
    """The rows that an actor does not see, by hand and not by the product's own filters."""

    def __init__(self, world: World, actor: str, *, lent: Deal | None = None) -> None:
        self.world, self.actor = world, actor
        self.lent = {lent.pk} if lent else set()
        person = world.person(actor)
        assert person is not None
        self.person: Person = person
        self.is_admin = actor == "admin"
        names = SEES.get(actor)
        everyone = set(Person.objects.values_list("pk", flat=True))
        seen = everyone if names is None else {getattr(world.team, name).pk for name in names}
        if "mia" in (names or ()):
            seen |= set(
                Person.objects.filter(full_name__startswith="Nell").values_list("pk", flat=True)
            )
        self.hidden_people = everyone - seen

    def deals(self) -> QuerySet:
        """Return the hidden deals: those of hidden people but for the one that was lent."""
        return Deal.objects.filter(owner__in=self.hidden_people).exclude(pk__in=self.lent)

    def texts(self) -> Iterator[tuple[QuerySet, list[str]]]:
        """Yield the hidden rows of each table with the fields of text in them."""
        hidden = self.hidden_people
        me = self.person
        yield (
            Activity.objects.filter(person__in=hidden).exclude(
                deal__isnull=False, deal__in=Deal.objects.exclude(pk__in=self.deals().values("pk"))
            ),
            ["subject", "body"],
        )
        others = ~Q(session__one_on_one__person=me) & ~Q(session__one_on_one__manager=me)
        yield Note.objects.filter(others), ["body"]
        others = ~Q(one_on_one__person=me) & ~Q(one_on_one__manager=me)
        yield ActionItem.objects.filter(others), ["task"]
        if not self.is_admin:
            yield ApiToken.objects.exclude(person=me), ["name"]
            yield ImportRun.objects.all(), ["file_name"]
            yield ImportRefusal.objects.all(), ["column", "text", "reason"]
            yield RecomputeChunk.objects.all(), ["label", "error", "worker"]
        if self.actor in {"rep", "stranger"}:
            mine = Q(interviewers=me) | Q(hiring_manager=me)
            seen = Requisition.objects.filter(mine).values_list("pk", flat=True)
            yield Requisition.objects.exclude(pk__in=list(seen)), ["title", "reason"]

    def numbers(self) -> Iterator[tuple[QuerySet, dict[str, Any]]]:
        hidden = self.hidden_people
        yield DealLine.objects.filter(deal__in=self.deals()), {"unit_price": 7919}
        yield (
            Forecast.objects.filter(person__in=hidden),
            {
                "booked": 7907,
                "total": 7907 + F("from_open") + F("from_new"),
                "low": None,
                "high": None,
            },
        )
        yield PastForecast.objects.filter(person__in=hidden), {"forecast": 7901}
        yield DealExpectation.objects.filter(person__in=hidden), {"amount": 7883}


class Canaries:
    """Writes texts that occur nowhere else, and remembers each with where it was put."""

    def __init__(self) -> None:
        self.planted: dict[str, str] = {}

    def __call__(self, where: str) -> str:
        text = f"Cnry{len(self.planted):05d}x"
        self.planted[text] = where
        return text

    def found_in(self, text: str) -> set[str]:
        return {self.planted[word] for word in re.findall(r"Cnry\d{5}x", text)}


def asked_of(actor: str, *, lent: str = "") -> list[tuple[Case, str]]:
    questions: list[tuple[Case, str]] = []
    for case in CASES:
        if case.method == "GET":
            targets = [
                target
                for (someone, target), status in case.expected.items()
                if someone == actor and status == 200
            ]
            questions += [(case, target) for target in targets[:MOST_TARGETS]]
            if lent and case.url in LENT_PAGES:
                questions.append((case, lent))
    return questions


def answers(client: Client, world: World, actor: str, *, lent: str = "") -> list[Answer]:
    found = []
    for case, target in asked_of(actor, lent=lent):
        response: HttpResponse = ask(client, world, case, target)
        assert response.status_code == 200, (actor, case, target)
        found.append(Answer(f"{case} {target}".strip(), CLOCK.sub(b"", content(response))))
    return found


def plant_texts(sight: Sight, canary: Canaries) -> None:
    for rows, fields in sight.texts():
        for row in rows:
            _write(row, {name: canary(f"{row._meta.label}.{name}") for name in fields})
    _plant_deals(sight, canary)
    _plant_private(sight, canary)
    if not sight.is_admin:
        AuditEntry.objects.create(
            actor=sight.world.team.gus,
            action="deal.edit",
            subject_type="pipeline.deal",
            subject_label=canary("audit label"),
            reason=canary("audit reason"),
        )


def _plant_deals(sight: Sight, canary: Canaries) -> None:
    gus = sight.world.team.gus
    texts = ("name", "next_step", "source", "lost_note", "win_evidence")
    with history.writing(by=gus, source="page", reason=canary("why"), at=timezone.now()):
        for deal in sight.deals():
            planted = {name: canary(f"deal {name}") for name in texts}
            Deal.objects.filter(pk=deal.pk).update(**planted)
    for deal in sight.deals():
        newest = deal.credit_splits.first()
        whole = [Share(deal.owner, "revenue", Decimal(100))]
        split_credit(
            deal,
            by=None,
            shares=[] if newest and newest.shares.exists() else whole,
            reason=canary("split reason"),
            at=timezone.now(),
            seen=newest and newest.pk,
        )
    for pk in sorted(sight.hidden_people)[:3]:
        owner = Person.objects.get(pk=pk)
        account = sight.world.made["account"]
        deal = DealFactory(owner=owner, account=account, name=canary("new deal"), amount=None)
        ActivityFactory(person=owner, deal=deal, account=account, subject=canary("new activity"))
        QuotaFactory(
            person=owner,
            period=sight.world.made["forecast_period"],
            reason=canary("quota reason"),
            set_at=datetime(2026, 1, 2, tzinfo=UTC),
        )


def write_private_notes(world: World) -> None:
    """Give each of the two in both one-on-ones a private note; that they wrote one is logged."""
    for author, session in private_authors(world):
        coaching.write_private_note(session, by=author, body="Canary", version=0)


def private_authors(world: World) -> Iterator[tuple[Person, Session]]:
    team, made = world.team, world.made
    for name, authors in (("rita", (team.mia, team.rita)), ("rob", (team.max, team.rob))):
        for author in authors:
            yield author, made[f"session {name}"]


def _plant_private(sight: Sight, canary: Canaries) -> None:
    team, made = sight.world.team, sight.world.made
    for author, session in private_authors(sight.world):
        if author != sight.person:
            with private.reading_as(author):
                mine = PrivateNote.objects.filter(session=session, author=author)
                assert mine.update(body=canary("private note"))
    for name, keeper, people in (
        ("north", team.mia, {"rep", "manager", "recruiter"}),
        ("south", team.max, set()),
    ):
        if sight.actor not in people:
            candidate = made[f"candidate {name}"]
            with private.reading_as(keeper):
                for field in ("full_name", "phone", "source", "notes"):
                    text = canary(f"candidate {field}")
                    assert Candidate.objects.filter(pk=candidate.pk).update(**{field: text})


def plant_numbers(sight: Sight) -> None:
    for rows, values in sight.numbers():
        rows.update(**values)
    with history.writing(by=sight.world.team.gus, source="page", at=timezone.now()):
        sight.deals().update(amount=Decimal(7877), expected_close_on=date(2026, 12, 24))


def _write(row: Model, values: dict[str, str]) -> None:
    type(row)._base_manager.filter(pk=row.pk).update(**values)


def world_with_notes() -> World:
    world = whole_world()
    write_private_notes(world)
    return world


def grown_world() -> World:
    world = whole_world()
    grow(world, 1)
    write_private_notes(world)
    return world


noted = world_fixture(world_with_notes)
grown = world_fixture(grown_world)


@pytest.mark.parametrize("actor", list(SEES))
def test_hidden_rows_change_no_answer(
    grown: World, actor: str, caplog: pytest.LogCaptureFixture
) -> None:
    hidden_rows_change_nothing(grown, actor, caplog)


def test_who_helps_with_a_deal_sees_nothing_else_by_it(
    grown: World, caplog: pytest.LogCaptureFixture
) -> None:
    deal = grown.deals["rob"]
    DealCollaborator.objects.create(deal=deal, person=grown.team.stan, role="specialist")
    hidden_rows_change_nothing(grown, "stranger", caplog, lent="rob")


def hidden_rows_change_nothing(
    world: World, actor: str, caplog: pytest.LogCaptureFixture, *, lent: str = ""
) -> None:
    caplog.set_level("INFO")
    sight = Sight(world, actor, lent=world.deals[lent] if lent else None)
    client, canary = signed_in(world)[actor], Canaries()
    before = answers(client, world, actor, lent=lent)

    plant_texts(sight, canary)
    plant_numbers(sight)
    mail.outbox.clear()
    caplog.clear()
    after = answers(client, world, actor, lent=lent)

    assert len(canary.planted) > 5
    assert leaks(after, canary) == {}
    sent = " ".join(f"{one.subject} {one.body}" for one in mail.outbox)
    assert canary.found_in(sent + caplog.text) == set()
    assert changed(before, after) == set()


def test_a_filter_that_shows_too_much_is_found(
    noted: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = noted
    client, sight, canary = signed_in(world)["rep"], Sight(world, "rep"), Canaries()
    plant_texts(sight, canary)
    monkeypatch.setattr(ActivityQuerySet, "visible_to", _everything)

    found = leaks(answers(client, world, "rep"), canary)

    assert "pipeline.Activity.subject" in set().union(*found.values())


def leaks(found: list[Answer], canary: Canaries) -> dict[str, set[str]]:
    """Return where texts were found that the actor may not see, and which."""
    seen = {answer.where: canary.found_in(answer.body.decode()) for answer in found}
    return {where: texts for where, texts in seen.items() if texts}


def changed(before: list[Answer], after: list[Answer]) -> set[str]:
    return {was.where for was, now in zip(before, after, strict=True) if was.body != now.body}


SABOTAGED = (
    OneOnOneQuerySet,
    SessionQuerySet,
    NoteQuerySet,
    PrivateNoteQuerySet,
    ActionItemQuerySet,
    RequisitionQuerySet,
    CandidateQuerySet,
    ApplicationQuerySet,
)


@pytest.mark.parametrize("actor", ["rep", "manager", "director", "executive", "admin", "stranger"])
def test_the_database_holds_where_every_filter_fails(
    noted: World, actor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = noted
    sight, canary = Sight(world, actor), Canaries()
    _plant_private(sight, canary)
    for queryset in SABOTAGED:
        monkeypatch.setattr(queryset, "visible_to", _everything)
    client = signed_in(world)[actor]

    seen: set[str] = set()
    opened: set[str] = set()
    for case in CASES:
        if case.method == "GET" and case.url.startswith(("coaching:", "hiring:")):
            for _, target in [cell for cell in case.expected if cell[0] == actor]:
                response = ask(client, world, case, target)
                if response.status_code == 200 and case.expected[actor, target] == 404:
                    opened.add(f"{case} {target}")
                seen |= {f"{case} {target}: {what}" for what in canary.found_in(text(response))}

    assert opened, "the filters did not fail, so nothing was proved"
    assert seen == set()
    with private.reading_as(sight.person):
        bodies = PrivateNote.objects.values_list("body", flat=True)
        assert canary.found_in(" ".join(bodies)) == set()
        names = Candidate.objects.values_list("full_name", flat=True)
        assert canary.found_in(" ".join(names)) == set()


def _everything(self: QuerySet, _viewer: Person) -> QuerySet:
    return self.all()


def text(response: HttpResponse) -> str:
    return content(response).decode()
