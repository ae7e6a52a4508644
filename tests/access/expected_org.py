"""The set-up pages: everybody sees the directory and their own deeds, admins do everything else."""

from datetime import date
from typing import Any

from org.models.audit import AuditEntry
from org.models.calendar import ExchangeRate, Holiday
from org.models.territories import PersonTerritory, Territory
from tests.access.matrix import MISSING, Case, Expected, World, grid, only, same
from tests.factories.org import TeamFactory

# Ada, who plays the admin, may not change her own roles, line, team or standing.
CHANGE_PERSON = grid("""
                 rita ada missing
    anonymous    302  302 302
    deactivated  302  302 302
    rep          403  403 404
    manager      403  403 404
    director     403  403 404
    executive    403  403 404
    admin        302  403 404
    recruiter    403  403 404
    stranger     403  403 404
""")
EDIT_PERSON = grid("""
                 rita ada missing
    anonymous    302  302 302
    deactivated  302  302 302
    rep          403  403 404
    manager      403  403 404
    director     403  403 404
    executive    403  403 404
    admin        302  302 404
    recruiter    403  403 404
    stranger     403  403 404
""")


def admins(there: int) -> Expected:
    """Return what a page or deed for admins answers for a row that is there and one that is not."""
    rows = [
        f"{actor} {there} 404" if actor == "admin" else f"{actor} 403 403"
        for actor in ("rep", "manager", "director", "executive", "admin", "recruiter", "stranger")
    ]
    return grid("\n".join(["there missing", "anonymous 302 302", "deactivated 302 302", *rows]))


def build(world: World) -> None:
    north = Territory.objects.create(name="Northern market")
    world.made["empty_team"] = TeamFactory(name="Empty")
    world.made["empty_territory"] = Territory.objects.create(name="Empty market")
    world.made["territory"] = north
    world.made["assignment"] = PersonTerritory.objects.create(
        person=world.team.rita, territory=north, valid_from=date(2020, 1, 1)
    )
    world.made["holiday"] = Holiday.objects.create(day=date(2026, 1, 1), name="New Year")
    world.made["rate"] = ExchangeRate.objects.create(
        currency="EUR", valid_from=date(2026, 1, 1), rate="1.1"
    )
    AuditEntry.objects.create(
        actor=world.team.rita, action="deal.edit", subject_type="pipeline.deal", subject_label="A"
    )


def person(world: World, target: str) -> dict[str, Any]:
    return {"pk": world.person_pk(target)}


def made(name: str) -> Any:
    def kwargs(world: World, target: str) -> dict[str, Any]:
        return {"pk": MISSING if target == "missing" else world.made[name].pk}

    return kwargs


def a_team(world: World, target: str) -> dict[str, Any]:
    return {"pk": MISSING if target == "missing" else world.team.north.pk}


def assignment(world: World, target: str) -> dict[str, Any]:
    row = MISSING if target == "missing" else world.made["assignment"].pk
    return {"pk": world.made["territory"].pk, "row": row}


def details(_world: World, target: str) -> dict[str, Any]:
    return {"full_name": "New Name", "email": f"{target}.new@example.com"}


def line(world: World, _target: str) -> dict[str, Any]:
    return {"manager": world.team.max.pk, "since": "2026-01-01"}


def seat(world: World, _target: str) -> dict[str, Any]:
    return {"team": world.team.south.pk, "since": "2026-01-01"}


def leaving(_world: World, _target: str) -> dict[str, Any]:
    return {"on": "2026-01-01"}


def name(_world: World, _target: str) -> dict[str, Any]:
    return {"name": "Renamed"}


def members(_world: World, _target: str) -> dict[str, Any]:
    return {"people": "Stan Stranger", "since": "2026-01-01"}


def settings(_world: World, _target: str) -> dict[str, Any]:
    return {
        "name": "Northwind",
        "time_zone": "Europe/Oslo",
        "fiscal_year_start_month": 1,
        "currency": "USD",
        "working_days": [0, 1],
    }


ANYBODY = same(200)
CASES = [
    Case("org:people", "GET", ANYBODY),
    Case("org:people", "GET", ANYBODY, query="?standing=all&sort=-team&role=rep"),
    Case("org:people", "GET", same(400), query="?sort=password"),
    # The sign-in filter exists for admins alone: for others it changes nothing.
    Case("org:people", "GET", ANYBODY, query="?sign_in=never"),
    Case("org:people-file", "GET", only("admin")),
    Case("org:person-new", "GET", only("admin")),
    Case(
        "org:person-new",
        "POST",
        only("admin", status=302),
        data=lambda _w, _t: {"full_name": "Nia New", "started_on": "2026-01-01"},
    ),
    Case(
        "org:person",
        "GET",
        grid("""
                         rita gus missing
            anonymous    302  302 302
            deactivated  302  302 302
            rep          200  200 404
            manager      200  200 404
            director     200  200 404
            executive    200  200 404
            admin        200  200 404
            recruiter    200  200 404
            stranger     200  200 404
        """),
        kwargs=person,
    ),
    Case("org:person-edit", "POST", EDIT_PERSON, kwargs=person, data=details),
    Case(
        "org:person-roles",
        "POST",
        CHANGE_PERSON,
        kwargs=person,
        data=lambda _w, _t: {"roles": ["manager", "rep"]},
    ),
    Case("org:person-line", "POST", CHANGE_PERSON, kwargs=person, data=line),
    Case("org:person-team", "POST", CHANGE_PERSON, kwargs=person, data=seat),
    Case("org:person-leave", "POST", CHANGE_PERSON, kwargs=person, data=leaving),
    Case("org:person-come-back", "POST", CHANGE_PERSON, kwargs=person),
    Case("org:person-sign-out", "POST", CHANGE_PERSON, kwargs=person),
    Case("org:person-password-link", "POST", EDIT_PERSON, kwargs=person),
    Case("org:teams", "GET", only("admin")),
    Case("org:team-new", "GET", only("admin")),
    Case("org:team-new", "POST", only("admin", status=302), data=name),
    Case("org:team", "GET", admins(200), kwargs=a_team),
    Case("org:team-edit", "POST", admins(302), kwargs=a_team, data=name),
    Case("org:team-members", "POST", admins(302), kwargs=a_team, data=members),
    Case("org:team-archive", "POST", admins(302), kwargs=made("empty_team")),
    Case("org:team-restore", "POST", admins(302), kwargs=made("empty_team")),
    Case("org:territories", "GET", only("admin")),
    Case("org:territory-new", "GET", only("admin")),
    Case("org:territory-new", "POST", only("admin", status=302), data=name),
    Case("org:territory", "GET", admins(200), kwargs=made("territory")),
    Case("org:territory-edit", "POST", admins(302), kwargs=made("territory"), data=name),
    Case("org:territory-people", "POST", admins(302), kwargs=made("territory"), data=members),
    Case("org:territory-end", "POST", admins(302), kwargs=assignment, data=leaving),
    Case("org:territory-archive", "POST", admins(302), kwargs=made("empty_territory")),
    Case("org:territory-restore", "POST", admins(302), kwargs=made("empty_territory")),
    Case("org:organisation", "GET", only("admin")),
    Case("org:organisation", "POST", only("admin", status=302), data=settings),
    Case("org:calendar", "GET", only("admin")),
    Case("org:year-add", "POST", only("admin", status=302), data=lambda _w, _t: {"year": 2031}),
    Case(
        "org:holiday-add",
        "POST",
        only("admin", status=302),
        data=lambda _w, _t: {"day": "2026-12-25", "name": "Christmas"},
    ),
    Case("org:holiday-remove", "POST", admins(302), kwargs=made("holiday")),
    Case(
        "org:rate-set",
        "POST",
        only("admin", status=302),
        data=lambda _w, _t: {"currency": "GBP", "valid_from": "2026-01-01", "rate": "1.3"},
    ),
    Case("org:rate-remove", "POST", admins(302), kwargs=made("rate")),
    Case("org:audit", "GET", ANYBODY),
    Case("org:audit", "GET", ANYBODY, query="?subject=org.person:1&since=2026-01-01"),
    Case("org:audit", "GET", same(400), query="?subject=nonsense"),
    Case("org:audit-file", "GET", only("admin")),
]
