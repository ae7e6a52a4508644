"""The metrics of a scope, their rows and their definitions.

Everybody who sells looks at numbers of theirs: a rep at their own, a manager at the teams led.
"""

from tests.access.matrix import MISSING, Case, same

SELLERS = same(200, recruiter=403)

CASES = [
    Case("analytics:metrics", "GET", SELLERS),
    Case("analytics:metrics", "GET", SELLERS, query="?part=cuts&as_of=2026-01-15"),
    *(
        Case("analytics:metrics", "GET", SELLERS, query=f"?part={part}")
        for part in ("stages", "velocity", "slips", "prices")
    ),
    Case("analytics:metrics", "GET", same(400, recruiter=403), query="?part=unknown"),
    # Another's team or person is not there.
    Case("analytics:metrics", "GET", same(404, recruiter=403), query=f"?team={MISSING}"),
    Case("analytics:metrics", "GET", same(404, recruiter=403), query=f"?person={MISSING}"),
    Case("analytics:metric-rows", "GET", SELLERS, query="?figure=slips.moved"),
    Case("analytics:metric-rows", "GET", SELLERS, query="?figure=pushes.open"),
    Case("analytics:metric-rows", "GET", same(404, recruiter=403), query="?figure=slips.unknown"),
    Case("analytics:metric-rows", "GET", same(400, recruiter=403)),
    Case(
        "analytics:metric-rows",
        "GET",
        same(404, recruiter=403),
        query=f"?figure=slips.moved&person={MISSING}",
    ),
    # Of people, whom only those who lead compare.
    *(
        Case(
            url,
            "GET",
            same(404, manager=200, director=200, executive=200, admin=200, recruiter=403),
        )
        for url in ("process:best", "process:best-behaviours")
    ),
    Case("process:best", "GET", same(404, recruiter=403), query=f"?team={MISSING}"),
    Case("process:best-behaviours", "GET", same(404, recruiter=403), query=f"?team={MISSING}"),
    Case("analytics:metric-catalogue", "GET", SELLERS),
]
