from datetime import UTC, datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction

from org.models.audit import AuditEntry
from pipeline.deals.models import Deal
from pipeline.discipline.services import setup as exit_setup
from pipeline.lifecycle import services as deals
from pipeline.stages import services
from pipeline.stages import services as stages
from pipeline.stages.models import Pipeline, Stage
from tests.factories.pipeline import DealFactory, PipelineFactory, StageFactory

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)


@pytest.fixture
def sales(db):
    """The default pipeline, with its process."""
    for trait in ({}, {"propose": True}, {"won": True}, {"lost": True}):
        StageFactory(**trait)
    return Pipeline.objects.get(is_default=True)


@pytest.fixture
def renewals(sales):
    """A second one, whose stages have names of their own and of the first."""
    made = PipelineFactory(name="Renewals")
    StageFactory(pipeline=made, name="Due", order=10)
    StageFactory(pipeline=made, name="Quoted", order=20)
    StageFactory(pipeline=made, won=True)
    StageFactory(pipeline=made, lost=True)
    return made


def stage(pipeline, name):
    return Stage.objects.get(pipeline=pipeline, name=name)


def ask(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def test_only_admins_set_up_pipelines(sales_team, sales, renewals):
    for person in (sales_team.rita, sales_team.dana, sales_team.eve):
        for write in (
            lambda by: services.create_pipeline(by=by, name="Partners"),
            lambda by: services.edit_pipeline(renewals, by=by, changes={"order": 1}),
            lambda by: services.make_default(renewals, by=by),
            lambda by: services.archive_pipeline(renewals, by=by, at=MONDAY),
            lambda by: services.restore_pipeline(renewals, by=by),
        ):
            with pytest.raises(PermissionDenied):
                write(person)


def test_a_pipeline_is_made_renamed_and_put_in_order(sales_team, sales):
    made = services.create_pipeline(by=sales_team.ada, name=" Renewals ", order=5)
    services.edit_pipeline(made, by=sales_team.ada, changes={"name": "Extensions"})
    services.edit_pipeline(made, by=sales_team.ada, changes={"name": "Extensions"})

    assert [(p.name, p.order) for p in Pipeline.objects.all()] == [
        ("Extensions", 5),
        ("Sales", 10),
    ]
    logged = AuditEntry.objects.filter(subject_id=made.pk, action__startswith="pipeline.")
    assert [entry.action for entry in logged.order_by("pk")] == ["pipeline.create", "pipeline.edit"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "SALES"}, "name"),
        ({"name": " "}, "name"),
        ({"order": -1}, "order"),
        ({"is_default": True}, "is_default"),
    ],
)
def test_a_bad_change_is_refused_on_its_field(sales_team, renewals, changes, field):
    before = list(Pipeline.objects.values())

    with pytest.raises(ValidationError) as refusal:
        services.edit_pipeline(renewals, by=sales_team.ada, changes=changes)

    assert list(refusal.value.message_dict) == [field]
    assert list(Pipeline.objects.values()) == before


def test_a_name_is_free_again_once_its_pipeline_is_out_of_use(sales_team, renewals):
    services.archive_pipeline(renewals, by=sales_team.ada, at=MONDAY)
    services.create_pipeline(by=sales_team.ada, name="Renewals")

    with pytest.raises(ValidationError) as refusal:
        services.restore_pipeline(renewals, by=sales_team.ada)

    assert list(refusal.value.message_dict) == ["name"]


def test_one_pipeline_is_the_default(sales_team, sales, renewals):
    services.make_default(renewals, by=sales_team.ada)
    services.make_default(renewals, by=sales_team.ada)

    assert list(Pipeline.objects.filter(is_default=True)) == [renewals]
    assert Stage.objects.create(name="New", order=1, probability=1).pipeline_id == renewals.pk
    with pytest.raises(ValidationError, match="default pipeline"):
        services.archive_pipeline(renewals, by=sales_team.ada, at=MONDAY)
    with pytest.raises(IntegrityError, match="pipeline_one_default"), transaction.atomic():
        Pipeline.objects.filter(pk=sales.pk).update(is_default=True)
    with pytest.raises(IntegrityError, match="one pipeline is the default"), transaction.atomic():
        ask("SET CONSTRAINTS ALL IMMEDIATE; UPDATE pipeline_pipeline SET is_default = false"
            " RETURNING id")  # fmt: skip
    with pytest.raises(IntegrityError, match="pipeline_default_in_use"), transaction.atomic():
        Pipeline.objects.filter(pk=renewals.pk).update(archived_at=MONDAY)


def test_a_pipeline_with_open_deals_stays_in_use(sales_team, renewals):
    DealFactory(owner=sales_team.rita, stage=stage(renewals, "Due"))
    DealFactory(owner=sales_team.rita, stage=stage(renewals, "Won"))

    with pytest.raises(ValidationError, match=r"Open deals stand in this pipeline.*1\."):
        services.archive_pipeline(renewals, by=sales_team.ada, at=MONDAY)
    with pytest.raises(IntegrityError, match="open deals stand"), transaction.atomic():
        Pipeline.objects.filter(pk=renewals.pk).update(archived_at=MONDAY)

    renewals.refresh_from_db()
    assert renewals.archived_at is None


def test_out_of_use_its_stages_go_with_it_and_come_back(sales_team, sales, renewals):
    services.archive_pipeline(renewals, by=sales_team.ada, at=MONDAY)
    services.archive_pipeline(renewals, by=sales_team.ada, at=MONDAY)
    assert {found.pipeline_id for found in Stage.objects.live()} == {sales.pk}
    deal = DealFactory(owner=sales_team.rita)
    with pytest.raises(ValidationError, match="Renewals is archived"):
        deals.move_stage(
            deal, by=sales_team.rita, source="page", version=1, to=stage(renewals, "Due"),
            crossing=True,
        )  # fmt: skip

    services.restore_pipeline(renewals, by=sales_team.ada)

    assert Stage.objects.live().count() == 8


def test_a_stage_where_deals_stood_stays_in_its_pipeline(sales_team, sales, renewals):
    qualify, propose = stage(sales, "Qualify"), stage(sales, "Propose")
    deal = DealFactory(owner=sales_team.rita, stage=qualify)
    deals.move_stage(deal, by=sales_team.rita, source="page", version=1, to=propose)
    assert ask("SELECT count(*) FROM pipeline_deal WHERE stage_id = %s", qualify.pk) == [(0,)]

    for left in (qualify, propose):
        with pytest.raises(ValidationError) as refusal:
            stages.edit_stage(left, by=sales_team.ada, changes={"pipeline": renewals})
        assert list(refusal.value.message_dict) == ["pipeline"]
        with pytest.raises(IntegrityError, match="stays in its pipeline"), transaction.atomic():
            Stage.objects.filter(pk=left.pk).update(pipeline=renewals)

    fresh = StageFactory(name="Prove", order=30)
    stages.edit_stage(fresh, by=sales_team.ada, changes={"pipeline": renewals})
    assert Stage.objects.get(name="Prove").pipeline == renewals


def test_names_of_stages_are_unique_in_their_pipeline(sales_team, sales, renewals):
    made = stages.create_stage(
        by=sales_team.ada, pipeline=renewals, name="Propose", kind="open", order=15, probability=40
    )
    assert made.pipeline == renewals

    with pytest.raises(ValidationError) as refusal:
        stages.edit_stage(made, by=sales_team.ada, changes={"name": "DUE"})
    assert list(refusal.value.message_dict) == ["name"]


def test_the_last_stage_of_a_kind_stays_though_another_pipeline_has_one(sales_team, renewals):
    with pytest.raises(ValidationError, match="the last stage"):
        stages.archive_stage(stage(renewals, "Lost"), by=sales_team.ada, at=MONDAY)

    DealFactory(owner=sales_team.rita, stage=stage(renewals, "Due"))
    for changes in ({"kind": "open", "probability": 5}, {"pipeline": Pipeline.objects.first()}):
        with pytest.raises(ValidationError, match="the last stage"):
            stages.edit_stage(stage(renewals, "Lost"), by=sales_team.ada, changes=changes)


def test_open_deals_of_a_stage_go_to_another_one_of_its_pipeline(sales_team, sales, renewals):
    due = stage(renewals, "Due")
    here = DealFactory(owner=sales_team.rita, stage=due)
    for move_to in (None, stage(sales, "Propose")):
        with pytest.raises(ValidationError) as refusal:
            stages.archive_stage(due, by=sales_team.ada, at=MONDAY, move_to=move_to)
        assert list(refusal.value.message_dict) == ["move_to"]
    with pytest.raises(IntegrityError, match="open deals stand in stage Due"), transaction.atomic():
        Stage.objects.filter(pk=due.pk).update(archived_at=MONDAY)
    due.refresh_from_db()
    assert due.archived_at is None

    stages.archive_stage(due, by=sales_team.ada, at=MONDAY, move_to=stage(renewals, "Quoted"))

    here.refresh_from_db()
    assert here.stage == stage(renewals, "Quoted")


def test_a_deal_enters_a_pipeline_that_leads_somewhere(sales_team, sales):
    partners = PipelineFactory(name="Partners")
    first = StageFactory(pipeline=partners, name="Met")
    deal = DealFactory(owner=sales_team.rita)
    writes = [
        lambda: deals.create_deal(
            by=sales_team.rita, source="page", name="New", owner=sales_team.rita, stage=first
        ),
        lambda: deals.move_stage(
            deal, by=sales_team.rita, source="page", version=1, to=first, crossing=True
        ),
    ]
    for write in writes:
        with pytest.raises(ValidationError) as refusal:
            write()
        (told,) = refusal.value.message_dict["stage"]
        assert told.startswith("The pipeline Partners has no won stage, no lost stage yet;")
    assert Deal.objects.count() == 1

    StageFactory(pipeline=partners, won=True)
    StageFactory(pipeline=partners, lost=True)
    for write in writes:
        assert write().stage == first


def test_a_move_leaves_the_pipeline_only_on_purpose(sales_team, sales, renewals):
    deal = DealFactory(owner=sales_team.rita, stage=stage(sales, "Propose"))
    move = {"by": sales_team.rita, "source": "page", "version": 1, "to": stage(renewals, "Due")}

    with pytest.raises(ValidationError) as refusal:
        deals.move_stage(deal, **move)
    assert list(refusal.value.message_dict) == ["stage"]
    deals.move_stage(deal, **move, crossing=True)

    # Which pipeline a deal was in is read from its history, by the stage of the time.
    held = ask(
        """SELECT pipeline.name, stage.name
             FROM pipeline_dealversion version
             JOIN pipeline_stage stage ON stage.id = version.stage_id
             JOIN pipeline_pipeline pipeline ON pipeline.id = stage.pipeline_id
            WHERE deal_id = %s ORDER BY valid_from""",
        deal.pk,
    )
    assert held == [("Sales", "Propose"), ("Renewals", "Due")]


def test_entering_a_pipeline_passes_none_of_its_exits_but_winning_there_all(
    sales_team, sales, renewals
):
    for asking in (stage(sales, "Propose"), stage(renewals, "Due")):
        exit_setup.require_fields(asking, by=None, fields=["expected_close_on"], at=MONDAY)
    deal = DealFactory(owner=sales_team.rita, stage=stage(sales, "Propose"))
    move = {"by": sales_team.rita, "source": "page", "crossing": True}

    with pytest.raises(ValidationError) as refusal:
        deals.move_stage(deal, version=1, to=stage(renewals, "Won"), win_evidence="Signed.", **move)
    assert list(refusal.value.message_dict) == ["expected_close_on"]

    moved = deals.move_stage(deal, version=1, to=stage(renewals, "Quoted"), **move)
    assert moved.stage == stage(renewals, "Quoted")
