from datetime import timedelta

from analytics.metrics.metrics.conversion import Way, stage_conversion
from analytics.metrics.reports.stages import deals_of_stage, stages_report, steps_of
from pipeline.deals.models import DealVersion
from tests.analytics.report_views import report_view_of
from tests.paper import at, change

AFTER = at(4, 15)


def path(deal) -> list[tuple[int, object, object]]:
    """Return the stays of a deal as (stage, entered, left), told version by version."""
    found: list[list[object]] = []
    for version in DealVersion.objects.filter(deal=deal).order_by("valid_from"):
        if found and found[-1][0] == version.stage_id:
            continue
        if found:
            found[-1][2] = version.valid_from
        found.append([version.stage_id, version.valid_from, None])
    return [tuple(stay) for stay in found]


def test_the_flow_is_that_of_every_deal_told_by_itself(market, eve):
    report_view = report_view_of(eve, team="Everyone", now=AFTER)
    start, end = at(1, 1, 0), at(4, 1, 0)

    flows = {flow.step.pk: flow for flow in stages_report(report_view).flows}

    order = {market.qualify.pk: 1, market.propose.pk: 2, market.won.pk: 3, market.lost.pk: 0}
    entered: dict[int, dict[int, tuple[int | None, timedelta | None]]] = {}
    for version in DealVersion.objects.as_of(AFTER).filter(archived=False):
        stays = path(version.deal_id)
        for place, (stage, since, until) in enumerate(stays):
            if start <= since < end:
                goes = stays[place + 1][0] if until else None
                entered.setdefault(stage, {}).setdefault(version.deal_id, (goes, until))
    for stage in (market.qualify.pk, market.propose.pk):
        ways = [goes for goes, _ in entered[stage].values()]
        flow = flows[stage]
        assert flow.entered == len(ways)
        assert flow.ways[Way.STILL] == ways.count(None)
        assert flow.ways[Way.WON] == ways.count(market.won.pk)
        assert flow.ways[Way.LOST] == ways.count(market.lost.pk)
        ahead = [to for to in ways if to and order[to] > order[stage] and to != market.won.pk]
        assert flow.ways[Way.FORWARD] == len(ahead)
    assert flows[market.propose.pk].ways[Way.BACK] > 0


def test_won_at_once_is_a_skip_of_what_was_to_come(paper, eve):
    paper.make("slow", paper.rita, "10", created_at=at(4, 2))
    change(paper.make("straight", paper.rita, "10", created_at=at(4, 2)), at=at(4, 3),
           stage=paper.won)  # fmt: skip
    paper.make("late start", paper.rita, "10", created_at=at(4, 2), stage=paper.propose)
    report_view = report_view_of(eve, team="Everyone", now=AFTER, period="Q2 2026")

    qualify, propose = stages_report(report_view).flows

    assert (qualify.entered, qualify.skipped) == (2, 1)
    assert (propose.entered, propose.skipped) == (1, 1)
    assert stage_conversion(qualify) == 1
    steps = steps_of()
    names = {
        stage.name: deals_of_stage(report_view, steps, stage.pk, "skipped")
        for stage in (paper.qualify, paper.propose)
    }
    assert names == {
        "Qualify": {paper.deals["late start"].pk},
        "Propose": {paper.deals["straight"].pk},
    }


def test_time_counts_where_it_ends_and_goes_on_where_it_stands(paper, eve):
    """Qualify from 2 to 12 April; Propose since, for three days on the 15th."""
    change(paper.make("one", paper.rae, "10", created_at=at(4, 2)), at=at(4, 12),
           stage=paper.propose)  # fmt: skip
    report_view = report_view_of(eve, team="South", now=AFTER, period="Q2 2026")

    qualify, propose = stages_report(report_view).flows

    assert (qualify.days.cases, qualify.days.median) == (1, 10)
    assert (propose.ages.cases, propose.ages.median, propose.days.cases) == (1, 3, 0)


def test_a_look_at_the_past_knows_no_later_move(paper, eve):
    change(paper.make("one", paper.rae, "10", created_at=at(4, 2)), at=at(4, 12),
           stage=paper.propose)  # fmt: skip
    early = report_view_of(eve, team="South", as_of=at(4, 10).date(), period="Q2 2026")

    qualify, propose = stages_report(early).flows

    assert (qualify.ways[Way.STILL], propose.entered) == (1, 0)
    assert qualify.ages.median == 8


def test_a_team_counts_the_deals_that_are_its_own(market, eve):
    north = stages_report(report_view_of(eve, team="North", now=AFTER)).flows[0].entered
    south = stages_report(report_view_of(eve, team="South", now=AFTER)).flows[0].entered
    whole = stages_report(report_view_of(eve, team="Everyone", now=AFTER)).flows[0].entered

    assert north > 0
    assert north + south == whole
