from datetime import UTC, datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from org.models.audit import AuditEntry
from pipeline import history
from pipeline.deals.models import Deal
from pipeline.enums import Category, Status
from pipeline.stages import services
from pipeline.stages.models import Stage
from tests.factories.pipeline import DealFactory, StageFactory

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)


@pytest.fixture
def process(sales_team):
    return [
        StageFactory(),
        StageFactory(propose=True),
        StageFactory(won=True),
        StageFactory(lost=True),
    ]


def create(by, **fields):
    given = {"name": "Prove", "kind": "open", "order": 30, "probability": 60} | fields
    return services.create_stage(by=by, **given)


def test_only_admins_set_up_stages(sales_team, process):
    for person in (sales_team.rita, sales_team.dana, sales_team.eve):
        for write in (
            create,
            lambda by: services.edit_stage(process[0], by=by, changes={"order": 1}),
            lambda by: services.archive_stage(process[0], by=by, at=MONDAY),
            lambda by: services.restore_stage(process[0], by=by),
        ):
            with pytest.raises(PermissionDenied):
                write(person)


def test_a_closed_stage_has_the_probability_and_category_of_its_kind(sales_team, process):
    won = create(sales_team.ada, name="Renewed", kind="won", probability=5)
    lost = create(sales_team.ada, name="Withdrawn", kind="lost", probability=5)

    assert (won.probability, won.default_category) == (100, Category.CLOSED)
    assert (lost.probability, lost.default_category) == (0, Category.OMITTED)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "PROPOSE"}, "name"),
        ({"probability": 101}, "probability"),
        ({"kind": "maybe"}, "kind"),
        ({"kind": "won"}, "kind"),
        ({"archived_at": None}, "archived_at"),
        ({"expected_days": -1}, "expected_days"),
    ],
)
def test_a_bad_change_is_refused_on_its_field(sales_team, process, changes, field):
    DealFactory(owner=sales_team.rita, stage=process[0])
    before = list(Stage.objects.values())

    with pytest.raises(ValidationError) as refusal:
        services.edit_stage(process[0], by=sales_team.ada, changes=changes)

    assert list(refusal.value.message_dict) == [field]
    assert list(Stage.objects.values()) == before


def test_a_new_probability_goes_into_the_history_of_the_open_deals(sales_team, process):
    deal = DealFactory(owner=sales_team.rita, stage=process[0])

    services.edit_stage(process[0], by=sales_team.ada, changes={"probability": 35})

    newest = deal.versions.latest("valid_from")
    assert (newest.probability, newest.changed_by) == (35, sales_team.ada)
    assert "set up anew" in newest.reason
    history.check([deal.pk])


def test_a_stage_with_open_deals_is_archived_only_when_they_move(sales_team, process):
    qualify, propose, won, _ = process
    here = DealFactory(owner=sales_team.rita, stage=qualify)
    for move_to in (None, won, qualify):
        with pytest.raises(ValidationError) as refusal:
            services.archive_stage(qualify, by=sales_team.ada, at=MONDAY, move_to=move_to)
        assert list(refusal.value.message_dict) == ["move_to"]

    services.archive_stage(qualify, by=sales_team.ada, at=MONDAY, move_to=propose)

    here.refresh_from_db()
    assert here.stage == propose
    newest = here.versions.latest("valid_from")
    assert (newest.changed_by, newest.reason) == (
        sales_team.ada,
        "The stage Qualify was archived",
    )
    assert list(Stage.objects.live()) == process[1:]
    assert AuditEntry.objects.first().changes == {"deals moved": [1, "Propose"]}


def test_closed_deals_keep_an_archived_stage(sales_team, process):
    renewed = create(sales_team.ada, name="Renewed", kind="won")
    deal = DealFactory(owner=sales_team.rita, stage=renewed)

    services.archive_stage(renewed, by=sales_team.ada, at=MONDAY)

    deal.refresh_from_db()
    assert (deal.stage, deal.status) == (renewed, Status.WON)


def test_the_last_stage_of_a_kind_stays(sales_team, process):
    for stage in process[2:]:
        with pytest.raises(ValidationError, match="the last stage"):
            services.archive_stage(stage, by=sales_team.ada, at=MONDAY)


def test_an_archived_stage_comes_back(sales_team, process):
    services.archive_stage(process[0], by=sales_team.ada, at=MONDAY)
    services.archive_stage(process[0], by=sales_team.ada, at=MONDAY)

    services.restore_stage(process[0], by=sales_team.ada)

    assert list(Stage.objects.live()) == process
    assert Deal.objects.count() == 0


def test_the_last_way_to_close_open_deals_keeps_its_kind(sales_team, process):
    won = process[2]
    DealFactory(owner=sales_team.rita, stage=process[0])

    with pytest.raises(ValidationError, match="the last stage for won deals"):
        services.edit_stage(won, by=sales_team.ada, changes={"kind": "lost"})

    won.refresh_from_db()
    assert won.kind == Status.WON


def test_a_stage_that_nobody_needs_may_change_its_kind(sales_team, process):
    unused = create(sales_team.ada)
    services.archive_stage(unused, by=sales_team.ada, at=MONDAY)

    for stage in (process[2], unused):
        services.edit_stage(stage, by=sales_team.ada, changes={"kind": "lost"})

    kinds = Stage.objects.filter(pk__in=[process[2].pk, unused.pk]).values_list("kind", flat=True)
    assert list(kinds) == [Status.LOST, Status.LOST]
