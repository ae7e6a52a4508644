"""The history of deals against an independent replay, whatever way the deals are written.

The replay below is plain Python: it follows the definitions of the design (what a stage makes of
a deal, the rate of the day, credit to the owner at the closing) and shares no code with the
database's triggers or with the services.
"""

import csv
import io
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import count
from threading import Barrier, Thread
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import Error, connection, transaction
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline import history
from pipeline.deals.models import FOREVER, Deal, DealVersion
from pipeline.lifecycle import services
from pipeline.stages.models import Stage
from tests.factories.org import ExchangeRateFactory
from tests.factories.pipeline import AccountFactory, DealFactory, StageFactory
from tests.imports.runs import counts, executed, planned
from tests.pages import form_of
from tests.worlds import SalesTeam

BACKEND = "org.backends.SessionBackend"
COMPARED = (
    "name",
    "account_id",
    "owner_id",
    "stage_id",
    "status",
    "probability",
    "amount",
    "currency",
    "amount_base",
    "exchange_rate",
    "exchange_rate_from",
    "expected_close_on",
    "closed_on",
    "credited_to_id",
    "category",
    "next_step",
    "lost_reason",
    "archived",
    "changed_by_id",
    "source",
)
WHO_AND_HOW = ("changed_by_id", "source")
RATES = [(date(2019, 1, 1), Decimal("1.10")), (date(2026, 2, 1), Decimal("1.25"))]
names = count()
# An imported deal was created, and if it is closed closed, before any other change is played.
CREATED, CLOSED = date(2026, 1, 10), date(2026, 2, 20)


@dataclass
class World:
    """What the edits choose from, and how the replay knows it."""

    team: SalesTeam
    stages: dict[str, Stage]
    owners: list[int]
    accounts: list[int | None]
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))


def build(team: SalesTeam) -> World:
    for day, rate in RATES:
        ExchangeRateFactory(currency="EUR", valid_from=day, rate=rate)
    return World(
        team=team,
        stages={
            "qualify": StageFactory(),
            "propose": StageFactory(propose=True),
            "won": StageFactory(won=True),
            "lost": StageFactory(lost=True),
        },
        owners=[team.rita.pk, team.ron.pk, team.rob.pk],
        accounts=[None, AccountFactory().pk, AccountFactory().pk],
    )


# The replay


@dataclass
class Replay:
    """Every deal's state, and the states at the moments that were noted."""

    world: World
    states: dict[int, dict[str, Any]] = field(default_factory=dict)
    noted: list[tuple[datetime, dict[int, dict[str, Any]]]] = field(default_factory=list)

    def note(self, moment: datetime) -> None:
        self.noted.append((moment, deepcopy(self.states)))

    def at(self, moment: datetime) -> dict[int, dict[str, Any]]:
        past = [states for noted, states in self.noted if noted <= moment]
        return past[-1] if past else {}

    def create(
        self, pk: int, values: dict[str, Any], *, by: int | None, way: str, day: date
    ) -> None:
        blank = {
            "account_id": None,
            "amount": None,
            "currency": "USD",
            "amount_base": None,
            "exchange_rate": None,
            "exchange_rate_from": None,
            "expected_close_on": None,
            "closed_on": None,
            "credited_to_id": None,
            "category_override": None,
            "next_step": "",
            "lost_reason": None,
            "archived": False,
            "status": None,
        }
        self.states[pk] = blank
        self._write(pk, values, by=by, way=way, day=day)

    def create_in_the_past(
        self, pk: int, values: dict[str, Any], *, open_stage: Stage, by: int | None
    ) -> None:
        """Tell a deal that an import brought: open since CREATED, closed, if it is, on CLOSED."""
        author = {"by": by, "way": "import"}
        stage = next(s for s in self.world.stages.values() if s.pk == values["stage_id"])
        self.create(pk, values, **author, day=CREATED if stage.kind == "open" else CLOSED)
        final = self.states[pk]
        earlier = deepcopy(self.states)
        if stage.kind != "open":
            known = ("name", "account_id", "owner_id", "currency", "expected_close_on")
            first = {name: values[name] for name in known if name in values}
            earlier_replay = Replay(self.world)
            earlier_replay.create(pk, first | {"stage_id": open_stage.pk}, **author, day=CREATED)
            earlier = earlier_replay.states
        for moment, states in self.noted:
            if moment.date() >= CLOSED:
                states[pk] = deepcopy(final)
            elif moment.date() >= CREATED:
                states[pk] = earlier[pk]

    def change(
        self, pk: int, values: dict[str, Any], *, by: int | None, way: str, day: date
    ) -> None:
        self._write(pk, values, by=by, way=way, day=day)

    def _write(
        self, pk: int, values: dict[str, Any], *, by: int | None, way: str, day: date
    ) -> None:
        before = self.states[pk]
        after = before | values
        stage = next(s for s in self.world.stages.values() if s.pk == after["stage_id"])
        after |= {"status": stage.kind, "probability": stage.probability}
        closing = stage.kind != "open" and before["status"] != stage.kind
        if stage.kind == "open":
            after |= {"closed_on": None, "credited_to_id": None}
            after["category"] = after["category_override"] or stage.default_category
        else:
            after["category"] = "closed" if stage.kind == "won" else "omitted"
            if closing:
                after |= {"closed_on": day, "credited_to_id": after["owner_id"]}
        priced = [(side["amount"], side["currency"]) for side in (before, after)]
        if after["amount"] is None or after["currency"] == "USD":
            after["amount_base"] = after["amount"]
            after |= {"exchange_rate": None, "exchange_rate_from": None}
        elif closing or priced[0] != priced[1]:
            # A closed deal keeps the rate of its closing, should its amount be corrected later.
            since, rate = [row for row in RATES if row[0] <= (after["closed_on"] or day)][-1]
            after |= {"exchange_rate": rate, "exchange_rate_from": since}
            exact = after["amount"] * rate
            after["amount_base"] = exact.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
        tracked = [name for name in COMPARED if name not in WHO_AND_HOW]
        if any(before.get(name, self) != after[name] for name in tracked):
            after |= {"changed_by_id": by, "source": way}
        self.states[pk] = after


def stood(moment: datetime, ids: list[int]) -> dict[int, dict[str, Any]]:
    rows = Deal.objects.as_of(moment).filter(deal__in=ids)
    return {row["deal_id"]: row for row in rows.values("deal_id", *COMPARED)}


def compare(replay: Replay, moment: datetime) -> None:
    expected = {
        pk: {name: state[name] for name in COMPARED} for pk, state in replay.at(moment).items()
    }
    found = {
        pk: {name: row[name] for name in COMPARED}
        for pk, row in stood(moment, list(replay.states)).items()
    }
    assert found == expected


# The edits

PATCHES = st.fixed_dictionaries(
    {},
    optional={
        "amount": st.none() | st.decimals(0, 10**6, places=2),
        "currency": st.sampled_from(["USD", "EUR"]),
        "next_step": st.sampled_from(["", "Call", "Send the offer; \"quoted\" & 'so'"]),
        "expected_close_on": st.none() | st.dates(date(2026, 1, 1), date(2027, 12, 31)),
        "account": st.integers(0, 2),
        "owner": st.integers(0, 2),
        "category_override": st.sampled_from([None, "commit", "best_case"]),
    },
)
STAGE_NAMES = st.sampled_from(["qualify", "propose", "won", "lost"])


@dataclass(frozen=True)
class Edit:
    """One transaction: ``which`` chooses a deal among those there are, modulo their number."""

    deed: str
    way: str
    which: int
    patch: dict[str, Any]
    stage: str
    gap: timedelta


def edits(ways: list[str]) -> st.SearchStrategy[list[Edit]]:
    edit = st.builds(
        Edit,
        deed=st.sampled_from(["create", "change", "change", "move", "move", "archive", "nothing"]),
        way=st.sampled_from(ways),
        which=st.integers(0, 50),
        patch=PATCHES,
        stage=STAGE_NAMES,
        gap=st.sampled_from([timedelta(0), timedelta(seconds=1), timedelta(days=9, hours=7)]),
    )
    return st.lists(edit, min_size=1, max_size=14)


def columns(world: World, patch: dict[str, Any]) -> dict[str, Any]:
    """Return a patch by columns: ids instead of places in the world's lists."""
    found = dict(patch)
    if "account" in found:
        found["account_id"] = world.accounts[found.pop("account")]
    if "owner" in found:
        found["owner_id"] = world.owners[found.pop("owner")]
    return found


class Player:
    """Plays edits on the database, each by its way, and tells the replay what was done."""

    def __init__(self, world: World, replay: Replay, client: Client | None) -> None:
        self.world, self.replay, self.client = world, replay, client
        self.ada = world.team.ada

    def play(self, edit: Edit, *, at: datetime | None, day: date) -> None:
        there = sorted(self.replay.states)
        if edit.deed == "create" or not there:
            if edit.way == "import":
                self.create_by_import(edit)
            else:
                self.create(edit, at=at, day=day)
            return
        pk = there[edit.which % len(there)]
        state = self.replay.states[pk]
        if edit.deed == "archive":
            way = "sql" if edit.way == "import" else edit.way  # A file archives nothing.
            self.write(pk, way, {"archived": not state["archived"]}, at=at, day=day)
        elif edit.deed == "nothing":
            with self.by_hand(at):
                Deal.objects.filter(pk=pk).update(name=state["name"])
        elif state["archived"] and edit.way in ("page", "service", "import"):
            return  # People restore a deal before they change it.
        elif edit.deed == "move":
            values = {"stage_id": self.world.stages[edit.stage].pk}
            self.write(pk, edit.way, values, at=at, day=day)
        else:
            values = columns(self.world, edit.patch)
            if state["status"] != "open" and edit.way == "page":
                values.pop("category_override", None)  # The page offers it for open deals alone.
            self.write(pk, edit.way, values, at=at, day=day)

    def by_hand(self, at: datetime | None) -> Any:
        return history.writing(by=None, source="sql", at=at)

    def create(self, edit: Edit, *, at: datetime | None, day: date) -> None:
        values = {
            "name": f"Deal {next(names)}",
            "owner_id": self.world.owners[0],
            "stage_id": self.world.stages[edit.stage].pk,
        } | columns(self.world, edit.patch)
        if edit.way in ("page", "service") and self.kind(values) != "open":
            values["stage_id"] = self.world.stages["propose"].pk
        if edit.way == "page":
            values.pop("category_override", None)  # Not among the few fields of a new deal.
        makers: dict[str, Callable[..., None]] = {
            "page": self.create_on_the_page,
            "service": self.create_by_the_service,
            "bulk": self.create_in_bulk,
            "copy": self.create_by_copy,
            "sql": self.create_by_sql,
        }
        makers[edit.way](values, at)
        pk = Deal.objects.get(name=values["name"]).pk
        self.replay.create(pk, values, **self.author(edit.way), day=day)

    def kind(self, values: dict[str, Any]) -> str:
        stages = self.world.stages.values()
        return next(stage.kind for stage in stages if stage.pk == values["stage_id"])

    def author(self, way: str) -> dict[str, Any]:
        who = self.ada.pk if way in ("page", "service", "import") else None
        ways = {"page": "page", "service": "api", "import": "import"}
        return {"by": who, "way": ways.get(way, "sql")}

    def create_by_import(self, edit: Edit) -> None:
        """Bring a deal with its own past, as a file of another system has it."""
        name = f"Deal {next(names)}"
        values = {
            "name": name,
            "owner_id": self.world.owners[0],
            "stage_id": self.world.stages[edit.stage].pk,
        } | self.importable(columns(self.world, edit.patch), edit.stage)
        closed_on = CLOSED if self.kind(values) != "open" else None
        self.take_in(values, external_id=name, created_at=CREATED, closed_on=closed_on)
        self.replay.create_in_the_past(
            Deal.objects.get(name=name).pk,
            values,
            open_stage=self.world.stages["qualify"],
            by=self.ada.pk,
        )

    def write_by_import(self, pk: int, values: dict[str, Any], at: datetime | None) -> None:
        """Bring the deal's row again with other values; a row names a deal as it is called."""
        deal = Deal.objects.get(pk=pk)
        same = ("name", "owner_id", "account_id", "stage_id")
        row = {name: getattr(deal, name) for name in same} | values
        self.take_in(row, external_id=deal.external_id)

    def importable(self, values: dict[str, Any], stage: str) -> dict[str, Any]:
        """Return what a file can say: blank cells say nothing, nor does a lost deal's amount 0."""
        left_out = {"category_override"}
        if stage == "lost" and not values.get("amount"):
            left_out.add("amount")
        return {
            name: value
            for name, value in values.items()
            if name not in left_out and value not in (None, "")
        }

    def take_in(self, values: dict[str, Any], **cells: Any) -> None:
        row = self.rows(values) | cells
        row["owner"] = row["owner"].email
        row = {name: str(cell) for name, cell in row.items() if cell is not None}
        text = io.StringIO()
        csv.writer(text).writerows([row.keys(), row.values()])
        run = planned(
            "deals",
            text.getvalue(),
            by=self.ada,
            now=clock(),
            as_of=clock().date(),
            undated=True,
            mapping=dict(enumerate(row)),
        )
        if counts(run) == {"leave": 1}:
            return
        assert counts(run) in ({"create": 1}, {"change": 1}), list(run.refusals.values())
        executed(run, now=clock())
        assert run.state == "done", run.failure

    def create_on_the_page(self, values: dict[str, Any], at: datetime | None) -> None:
        assert self.client is not None
        address = reverse("analytics:deal-new")
        data = form_of(self.client.get(address), having="submission") | self.typed(values)
        assert self.client.post(address, data).status_code == 302

    def create_by_the_service(self, values: dict[str, Any], at: datetime | None) -> None:
        services.create_deal(by=self.ada, source="api", at=at, **self.rows(values))

    def create_in_bulk(self, values: dict[str, Any], at: datetime | None) -> None:
        with self.by_hand(at):
            Deal.objects.bulk_create([Deal(**({"currency": "USD"} | values))])

    def create_by_copy(self, values: dict[str, Any], at: datetime | None) -> None:
        row = self.whole_row(values)
        cells = [
            "\\N" if cell is None else str(cell).replace("\\", "\\\\") for cell in row.values()
        ]
        with self.by_hand(at), connection.cursor() as cursor:
            cursor.copy_expert(
                f"COPY pipeline_deal ({', '.join(row)}) FROM STDIN",
                io.StringIO("\t".join(cells) + "\n"),
            )

    def create_by_sql(self, values: dict[str, Any], at: datetime | None) -> None:
        row = self.whole_row(values)
        marks = ", ".join(["%s"] * len(row))
        with self.by_hand(at), connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO pipeline_deal ({', '.join(row)}) VALUES ({marks})",
                list(row.values()),
            )

    def whole_row(self, values: dict[str, Any]) -> dict[str, Any]:
        """Return a row for SQL; status and category are wrong on purpose, the database knows."""
        rest = {"currency": "USD", "status": "lost", "category": "omitted", "next_step": ""}
        rest |= {"source": "", "lost_note": "", "win_evidence": "", "version": 77}
        return rest | values

    def write(
        self, pk: int, way: str, values: dict[str, Any], *, at: datetime | None, day: date
    ) -> None:
        writers = {
            "page": self.write_on_the_page,
            "service": self.write_by_the_service,
            "import": self.write_by_import,
        }
        if way == "import":
            values = self.said_by_a_file(pk, values)
        writer = writers.get(way)
        if writer is not None:
            writer(pk, values, at)
        else:
            self.write_by_hand(pk, values, at, sql=way in ("sql", "copy"))
        if way in ("page", "service") and "stage_id" in values:
            values = values | {"lost_reason": self.closing(values).get("lost_reason")}
        self.replay.change(pk, values, **self.author(way), day=day)

    def said_by_a_file(self, pk: int, values: dict[str, Any]) -> dict[str, Any]:
        """Return the part of the values that a file's row about the deal can bring."""
        deal = Deal.objects.select_related("stage").get(pk=pk)
        found = self.importable(values, deal.stage.name.lower())
        if deal.external_id is None:  # Known by its name, account and owner, so they stay.
            found = {k: v for k, v in found.items() if k not in ("owner_id", "account_id")}
        return found

    def write_on_the_page(self, pk: int, values: dict[str, Any], at: datetime | None) -> None:
        assert self.client is not None
        page = {"stage_id": "analytics:deal-move", "archived": "analytics:deal-archive"}
        name = next((page[key] for key in values if key in page), "analytics:deal-edit")
        address = reverse(name, args=[pk])
        data = form_of(self.client.get(address), having="version") | self.typed(values)
        data |= self.closing(values)
        assert self.client.post(address, data).status_code == 302

    def write_by_the_service(self, pk: int, values: dict[str, Any], at: datetime | None) -> None:
        deal = Deal.objects.get(pk=pk)
        common = {"by": self.ada, "source": "api", "version": deal.version, "at": at}
        if "stage_id" in values:
            to = Stage.objects.get(pk=values["stage_id"])
            services.move_stage(deal, to=to, **self.closing(values), **common)
        elif "archived" in values:
            if values["archived"]:
                services.archive_deal(deal, now=timezone.now(), **common)
            else:
                services.restore_deal(deal, **common)
        else:
            services.edit_deal(deal, changes=self.rows(values), **common)

    def write_by_hand(
        self, pk: int, values: dict[str, Any], at: datetime | None, *, sql: bool
    ) -> None:
        row = dict(values)
        if "archived" in row:
            row["archived_at"] = datetime(2026, 1, 1, tzinfo=UTC) if row.pop("archived") else None
        if not row:
            return
        with self.by_hand(at), connection.cursor() as cursor:
            if sql:
                sets = ", ".join(f"{name} = %s" for name in row)
                cursor.execute(
                    f"UPDATE pipeline_deal SET {sets} WHERE id = %s", [*row.values(), pk]
                )
            else:
                Deal.objects.filter(pk=pk).update(**row)

    def closing(self, values: dict[str, Any]) -> dict[str, Any]:
        if "stage_id" not in values:
            return {}
        if self.kind(values) == "open":
            return {"reopen_reason": "They came back"}
        if self.kind(values) == "won":
            return {"win_evidence": "Order 7"}
        return {"lost_reason": "price"}

    def rows(self, values: dict[str, Any]) -> dict[str, Any]:
        """Return the values as the services take them: rows instead of ids."""
        models = {
            name: Deal._meta.get_field(name).related_model for name in ("owner", "account", "stage")
        }
        found = dict(values)
        for name, model in models.items():
            if f"{name}_id" in found:
                found[name] = model.objects.filter(pk=found.pop(f"{name}_id")).first()
        return found

    def typed(self, values: dict[str, Any]) -> dict[str, Any]:
        """Return the values as a person types them."""
        found = {name: "" if value is None else str(value) for name, value in values.items()}
        if "account_id" in values:
            row = self.rows({"account_id": values["account_id"]})["account"]
            found["account"] = row.name if row else ""
        for name in ("owner", "stage"):
            if f"{name}_id" in found:
                found[name] = found.pop(f"{name}_id")
        for name in ("account_id", "archived"):
            found.pop(name, None)
        return found


def clock() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (moment,) = cursor.fetchone()
    return moment


@pytest.fixture
def world(sales_team):
    return build(sales_team)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    played=edits(["service", "bulk", "copy", "sql"]),
    moments=st.lists(st.integers(0, 10**6), min_size=1, max_size=6),
)
@pytest.mark.django_db
def test_as_of_is_the_replay_of_changes_with_given_times(world, played, moments):
    type(world.team.organisation).objects.update(time_zone="Pacific/Auckland")
    zone, start = ZoneInfo("Pacific/Auckland"), datetime(2026, 1, 20, 8, tzinfo=UTC)
    replay = Replay(world)
    player, now = Player(world, replay, None), start
    for edit in played:
        now += edit.gap
        player.play(edit, at=now, day=now.astimezone(zone).date())
        replay.note(now)

    span = now - start + timedelta(hours=1)
    for share in moments:
        compare(replay, start - timedelta(minutes=1) + span * share / 10**6)
    for moment, _ in replay.noted:
        compare(replay, moment)
        compare(replay, moment - timedelta(microseconds=1))
    history.check()


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(played=edits(["page", "page", "service", "bulk", "copy", "sql", "import", "import"]))
@pytest.mark.django_db(transaction=True)
def test_as_of_is_the_replay_of_committed_changes_by_every_way(world, played):
    client = Client()
    client.force_login(world.team.ada, backend=BACKEND)
    replay = Replay(world)
    player = Player(world, replay, client)
    for day in (CREATED, CLOSED):
        replay.note(datetime.combine(day, time(13), tzinfo=UTC))
    replay.note(clock())
    for edit in played:
        player.play(edit, at=None, day=clock().date())
        replay.note(clock())

    for moment, _ in replay.noted:
        compare(replay, moment)
    history.check(list(replay.states))
    for pk in replay.states:
        spans = list(
            DealVersion.objects.filter(deal=pk)
            .order_by("valid_from")
            .values_list("valid_from", "valid_to")
        )
        assert [end for _, end in spans[:-1]] == [start for start, _ in spans[1:]]
        assert spans[-1][1] == FOREVER


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM pipeline_dealversion",
        "UPDATE pipeline_dealversion SET amount = 1",
        "UPDATE pipeline_dealversion SET valid_to = now()",
        "INSERT INTO pipeline_dealversion SELECT * FROM pipeline_dealversion",
    ],
)
def test_nobody_writes_the_history_by_hand(statement):
    DealFactory()
    before = list(DealVersion.objects.values())

    with (
        pytest.raises(Error, match="written by the database alone"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert list(DealVersion.objects.values()) == before


@pytest.mark.django_db
def test_nobody_writes_the_history_through_the_models():
    deal = DealFactory()

    for write in (
        lambda: deal.versions.all().delete(),
        lambda: deal.versions.update(amount=1),
        lambda: DealVersion.objects.get().delete(),
        deal.delete,
    ):
        with pytest.raises(Error, match="written by the database alone"), transaction.atomic():
            write()

    assert deal.versions.count() == 1


def _in_threads(work: Callable[[int], None], *, threads: int) -> list[BaseException]:
    """Run ``work`` at once in threads with connections of their own; return what they raised."""
    raised: list[BaseException] = []
    start = Barrier(threads)

    def run(number: int) -> None:
        try:
            start.wait()
            work(number)
        except BaseException as error:
            raised.append(error)
        finally:
            connection.close()

    workers = [Thread(target=run, args=[number]) for number in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return raised


@pytest.mark.django_db(transaction=True)
def test_transactions_at_once_never_overlap_in_the_history():
    deal = DealFactory()

    def work(number: int) -> None:
        for step in range(15):
            with history.writing(by=None, source="task"):
                Deal.objects.filter(pk=deal.pk).update(amount=2000 * (number + 1) + step)

    assert _in_threads(work, threads=6) == []

    history.check([deal.pk])
    deal.refresh_from_db()
    assert deal.version == 1 + 6 * 15
    assert deal.versions.count() == 1 + 6 * 15
    assert deal.versions.filter(valid_to=FOREVER).get().amount == deal.amount


@pytest.mark.django_db(transaction=True)
def test_what_was_acknowledged_is_recorded_and_nothing_else(sales_team):
    deal = DealFactory(owner=sales_team.rita, amount=0)
    acknowledged: list[Decimal] = []
    conflicts: list[Decimal] = []

    def work(number: int) -> None:
        for step in range(25):
            amount = Decimal(1000 * (number + 1) + step)
            seen = Deal.objects.get(pk=deal.pk)
            try:
                services.edit_deal(
                    seen,
                    by=sales_team.rita,
                    source="api",
                    version=seen.version,
                    changes={"amount": amount},
                )
            except services.EditConflict:
                conflicts.append(amount)
            else:
                acknowledged.append(amount)

    assert _in_threads(work, threads=8) == []

    recorded = list(deal.versions.order_by("valid_from").values_list("amount", flat=True))[1:]
    assert sorted(recorded) == sorted(acknowledged)
    assert len(acknowledged) + len(conflicts) == 8 * 25
    assert acknowledged
    assert conflicts, "the threads never met: the test proved nothing"
    deal.refresh_from_db()
    assert deal.version == 1 + len(acknowledged)
    history.check([deal.pk])


@pytest.mark.django_db(transaction=True)
def test_who_writes_is_forgotten_with_the_transaction_and_given_back_inside_one(
    sales_team: SalesTeam,
) -> None:
    deal = DealFactory(owner=sales_team.rita)

    def way_of_the_next_change() -> tuple[str, int | None]:
        Deal.objects.filter(pk=deal.pk).update(amount=F("amount") + 1)
        version = deal.versions.get(valid_to=FOREVER)
        return version.source, version.changed_by_id

    with history.writing(by=sales_team.mia, source="page"):
        pass
    assert way_of_the_next_change() == ("sql", None)
    with history.writing(by=sales_team.mia, source="page"):
        with history.writing(by=None, source="task"):
            pass
        assert way_of_the_next_change() == ("page", sales_team.mia.pk)
    with transaction.atomic():
        with history.writing(by=sales_team.mia, source="page"):
            pass
        assert way_of_the_next_change() == ("sql", None)
