"""The set-up of signals, and the health on a deal's page."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from analytics.risk.enums import Signal
from analytics.risk.metrics.risk import RULES
from analytics.risk.models import LearntLimit, SignalRule, StageNorm
from analytics.runs.enums import RunState
from analytics.runs.models import RecomputeRun
from org.enums import Role
from org.models.audit import AuditEntry
from tests.factories.org import PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(paper):
    return PersonFactory(full_name="Ada Admin", roles=(Role.ADMIN,))


def learnt(paper, signal=Signal.QUIET, limit=23, deals=40):
    now = timezone.now()
    run = RecomputeRun.objects.create(
        as_of=now.date() - timedelta(days=1), moment=now - timedelta(days=1), trigger="command",
        state=RunState.DONE, finished_at=now, is_current=True,
    )  # fmt: skip
    LearntLimit.objects.create(run=run, signal=signal, deals=deals, limit=limit)
    StageNorm.objects.create(
        run=run, stage=paper.qualify, deals=40, median="17.5", p75="30.25", fewest=4
    )
    return run


def sent(client, **changes):
    """Return what the form sends as it is shown, with some changes."""
    form = client.get(reverse("analytics:risk")).context["form"]
    data = {
        name: "on" if value is True else value
        for name, field in form.fields.items()
        if (value := form[name].value()) is not None and value is not False
    }
    return {k: v for k, v in (data | changes).items() if v is not None}


def test_a_switch_a_threshold_and_a_weight_are_set_and_logged(paper, ada, as_):
    client = as_(ada)

    data = sent(client, quiet_limit=21, quiet_weight=30, pushed_on=None)
    response = client.post(reverse("analytics:risk"), data)

    assert response.status_code == 302
    rows = SignalRule.objects.order_by("signal")
    assert list(rows.values_list("signal", "is_on", "limit", "weight", "set_by")) == [
        ("pushed", False, 3, 8, ada.pk),
        ("quiet", True, 21, 30, ada.pk),
    ]
    entry = AuditEntry.objects.get(action="risk.set")
    assert entry.changes["Quiet"] == ["on, from 14, weight 16", "on, from 21, weight 30"]
    assert entry.changes["Pushed often"] == ["on, from 3, weight 8", "off, from 3, weight 8"]


def test_what_stands_so_already_is_not_set_again(paper, ada, as_):
    client = as_(ada)

    client.post(reverse("analytics:risk"), sent(client))

    assert not SignalRule.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("quiet_limit", "0"),
        ("quiet_limit", ""),
        ("stalled_limit", "10001"),
        ("quiet_weight", "101"),
    ],
)
def test_a_threshold_that_makes_no_sense_is_refused_on_its_field(paper, ada, as_, field, value):
    client = as_(ada)

    response = client.post(reverse("analytics:risk"), sent(client) | {field: value})

    assert response.status_code == 400
    assert field in response.context["form"].errors
    assert "is-invalid" in response.content.decode()
    assert not SignalRule.objects.exists()


def test_the_second_of_two_admins_overwrites_nothing(paper, ada, as_):
    client = as_(ada)
    slow = sent(client, quiet_limit=21)
    client.post(reverse("analytics:risk"), sent(client, quiet_limit=7))

    response = client.post(reverse("analytics:risk"), slow)

    assert response.status_code == 400
    assert "Somebody changed this meanwhile" in response.content.decode()
    assert SignalRule.objects.get().limit == 7


def test_what_won_deals_teach_stands_beside_and_is_adopted_by_one_click(paper, ada, as_):
    learnt(paper)
    client = as_(ada)
    before = client.get(reverse("analytics:risk")).content.decode()

    client.post(reverse("analytics:risk-adopt", args=["quiet"]))

    after = client.get(reverse("analytics:risk")).content.decode()
    assert "23, from 40 won deals" in before
    assert "Learnt from 40 won deals" not in before
    assert "Learnt from 40 won deals" in after
    rule = SignalRule.objects.get()
    assert (rule.signal, rule.limit, rule.learnt_from, rule.weight) == ("quiet", 23, 40, 16)
    # Another weight leaves the threshold learnt; another threshold is set by hand.
    client.post(reverse("analytics:risk"), sent(client, quiet_weight=9))
    assert SignalRule.objects.first().learnt_from == 40
    client.post(reverse("analytics:risk"), sent(client, quiet_limit=9))
    assert SignalRule.objects.first().learnt_from is None


def test_nothing_is_adopted_where_nothing_was_learnt(paper, ada, as_):
    learnt(paper, limit=None, deals=9)
    client = as_(ada)

    assert "Too few: 9 won deals" in client.get(reverse("analytics:risk")).content.decode()
    client.post(reverse("analytics:risk-adopt", args=["quiet"]))
    assert client.post(reverse("analytics:risk-adopt", args=["nonsense"])).status_code == 404
    assert not SignalRule.objects.exists()


def test_the_page_says_which_norm_a_stage_is_measured_by(paper, ada, as_):
    learnt(paper)

    table = as_(ada).get(reverse("analytics:risk")).context["norms"]

    assert [[cell.text for cell in row] for row in table.body] == [
        ["Qualify", "40", "17.5 days", "30.3 days", "4 days", "20 days",
         "30 days, learnt from won deals"],
        ["Propose", "0", "—", "—", "—", "20 days", "20 days, set by hand"],
    ]  # fmt: skip


def test_a_deals_page_shows_its_health_with_every_part(paper, as_):
    deal = paper.make(
        "pumps", paper.rita, "100", created_at=timezone.now() - timedelta(days=60),
        wait_until=timezone.now().date() + timedelta(days=9),
    )  # fmt: skip

    response = as_(paper.rita).get(reverse("analytics:deal", args=[deal.pk]))
    risk, text = response.context["risk"], response.content.decode()

    on = sum(rule.weight for signal, rule in RULES.items() if rule.on and signal not in (
        Signal.NOT_COMMITTED, Signal.TOO_SOON))  # fmt: skip
    # Sixty days in a stage of twenty, and no close date; the rest waits.
    assert (risk.health.kept, risk.health.total) == (on - 14 - 4, on)
    assert [line.label for line in risk.lost] == ["Stalled", "No close date"]
    assert "On hold until" in text
    assert sum(line.kept for line in risk.lines) == risk.health.kept


def test_a_closed_deal_has_no_health(paper, as_):
    page = as_(paper.rita).get(reverse("analytics:deal", args=[paper.deals["plain"].pk]))

    assert page.context["risk"] is None
    assert page.status_code == 200
