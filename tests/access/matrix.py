"""The machinery of the permission matrix.

Each app states by hand, in ``expected_<app>.py``, what every actor gets from every URL and
method: a list ``CASES`` of `Case`. The table is the contract; it is never derived from the code.

    Case("analytics:deals", "GET", same(200, rep=..., recruiter=403))
    Case("analytics:deal", "GET", grid('''
                     rita rob former future missing
        anonymous    302  302 302    302    302
        rep          200  404 404    404    404
    '''), kwargs=lambda world, target: {"pk": world.deal_pk(target)})
    Case("analytics:deal-move", "POST", grid(...), kwargs=..., data=lambda world, target: {...})

Columns of a grid are targets: names that ``kwargs`` and ``data`` turn into ids and bodies. The
target ``missing`` is an id that no row has: wherever a cell says 404, its answer must be the same
as that of ``missing``. Objects beyond the world's are made in a module-level ``build(world)``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from org.models.people import Person
from pipeline.deals.models import Deal
from tests.factories.pipeline import AccountFactory, DealFactory, StageFactory
from tests.worlds import SalesTeam

ACTORS = (
    "anonymous",
    "deactivated",
    "rep",
    "manager",
    "director",
    "executive",
    "admin",
    "recruiter",
    "stranger",
)
MISSING = 987_654_321
DEAL_OWNERS = ("rita", "ron", "mia", "rob", "fay", "flo", "stan", "lou")
Expected = Mapping[tuple[str, str], int]


@dataclass
class World:
    """The sales team, a deal for some of its people, and what the apps' ``build`` adds."""

    team: SalesTeam
    deals: dict[str, Deal] = field(default_factory=dict)
    made: dict[str, Any] = field(default_factory=dict)

    def person(self, actor: str) -> Person | None:
        """Return who plays the actor: rep is Rita, manager Mia, director Dana, and so on."""
        name = {
            "rep": "rita",
            "manager": "mia",
            "director": "dana",
            "executive": "eve",
            "admin": "ada",
            "recruiter": "rex",
            "stranger": "stan",
            "deactivated": "gus",
        }.get(actor)
        return getattr(self.team, name) if name else None

    def deal_pk(self, target: str) -> int:
        """Return the id of the named person's deal; "former" is Fay, "future" Flo,
        "leaver" Lou."""
        owner = {"former": "fay", "future": "flo", "leaver": "lou"}.get(target, target)
        return MISSING if target == "missing" else self.deals[owner].pk

    def person_pk(self, target: str) -> int:
        name = {"former": "fay", "future": "flo", "leaver": "lou"}.get(target, target)
        return MISSING if target == "missing" else getattr(self.team, name).pk


def build_world(team: SalesTeam) -> World:
    stage = StageFactory()
    StageFactory(propose=True)
    StageFactory(won=True)
    StageFactory(lost=True)
    customer = AccountFactory(name="Customer of all")
    deals = {
        name: DealFactory(
            owner=getattr(team, name), stage=stage, name=f"Canary of {name}", account=customer
        )
        for name in DEAL_OWNERS
    }
    return World(team=team, deals=deals)


@dataclass(frozen=True)
class Case:
    """What each actor gets for one method of one URL."""

    url: str
    method: str
    expected: Expected
    kwargs: Callable[[World, str], dict[str, Any]] = lambda _world, _target: {}
    data: Callable[[World, str], dict[str, Any]] = lambda _world, _target: {}
    query: str = ""
    as_json: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.url}{self.query}"


def same(status: int, *, anonymous: int = 302, **others: int) -> Expected:
    """Return one status for every signed-in actor but those named; the signed-out go to sign-in."""
    unknown = set(others) - set(ACTORS)
    if unknown:
        raise ValueError(f"no such actors: {unknown}")
    statuses = {actor: others.get(actor, status) for actor in ACTORS}
    statuses |= {"anonymous": anonymous, "deactivated": others.get("deactivated", anonymous)}
    return {(actor, ""): code for actor, code in statuses.items()}


def only(*actors: str, status: int = 200, otherwise: int = 403) -> Expected:
    """Return ``status`` for the named actors and ``otherwise`` for the rest of the signed-in."""
    return same(otherwise, **dict.fromkeys(actors, status))


def grid(text: str) -> Expected:
    """Read a table of actors (rows) by targets (columns); every actor must stand in it."""
    header, *rows = [line.split() for line in text.strip().splitlines()]
    table: dict[tuple[str, str], int] = {}
    for actor, *codes in rows:
        if actor not in ACTORS or len(codes) != len(header):
            raise ValueError(f"bad row of a permission grid: {actor} {codes}")
        table |= {(actor, target): int(code) for target, code in zip(header, codes, strict=True)}
    if absent := set(ACTORS) - {actor for actor, _ in table}:
        raise ValueError(f"actors missing from a permission grid: {absent}")
    return table
