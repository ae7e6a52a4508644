"""Files that name a pipeline, and files that name none where there are several."""

from datetime import date

import pytest
from django.db import connection

from imports.engine.headers import entered_pipeline, entered_stage, recognise
from imports.engine.options import Answer
from imports.models import ImportAnswer
from pipeline import history
from pipeline.deals.models import Deal, DealVersion
from pipeline.stages.models import Stage
from tests.factories.org import OrganisationFactory, PersonFactory
from tests.factories.pipeline import AccountFactory, PipelineFactory, StageFactory
from tests.imports.runs import counts, executed, imported, planned, refusals, table, undone

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def company():
    OrganisationFactory(currency="USD")
    for trait in ({}, {"propose": True}, {"won": True}, {"lost": True}):
        StageFactory(**trait)
    PersonFactory(full_name="Ann")
    AccountFactory(name="Acme")


@pytest.fixture
def renewals():
    made = PipelineFactory(name="Renewals", order=20)
    StageFactory(pipeline=made, name="Due", order=10, probability=60)
    StageFactory(pipeline=made, propose=True)
    StageFactory(pipeline=made, won=True)
    StageFactory(pipeline=made, lost=True)
    return made


BOTH = table(
    """
    Record ID | Deal Name | Deal owner | Pipeline | Deal Stage | Amount | Create Date | Close Date
    1 | Pumps | Ann | Sales | Propose | 10 | 2026-01-05 | 2026-12-31
    2 | Valves | Ann | renewals | Propose | 20 | 2026-01-05 | 2026-12-31
    3 | Filters | Ann | Renewals | Due | 30 | 2026-01-05 | 2026-12-31
    4 | Motors | Ann | Renewals | Won | 40 | 2026-01-05 | 2026-03-10
    5 | Hoses | Ann | | Qualify | 50 | 2026-01-05 | 2026-12-31
    """
)


def places():
    """Where each deal stands, said by SQL."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT deal.name, pipeline.name, stage.name FROM pipeline_deal deal
                 JOIN pipeline_stage stage ON stage.id = deal.stage_id
                 JOIN pipeline_pipeline pipeline ON pipeline.id = stage.pipeline_id"""
        )
        return {deal: (pipeline, stage) for deal, pipeline, stage in cursor.fetchall()}


def test_a_stage_is_looked_up_in_the_pipeline_that_its_row_names(renewals):
    run = imported("deals", BOTH)

    assert places() == {
        "Pumps": ("Sales", "Propose"),
        "Valves": ("Renewals", "Propose"),
        "Filters": ("Renewals", "Due"),
        "Motors": ("Renewals", "Won"),
        "Hoses": ("Sales", "Qualify"),
    }
    # Before it was won the deal stood in an open stage of its own pipeline.
    before = DealVersion.objects.filter(deal__name="Motors").earliest("valid_from")
    assert (before.stage.name, before.stage.pipeline) == ("Due", renewals)
    history.check()
    undone(run)
    assert not Deal.objects.exists()


@pytest.mark.parametrize("program", ["Pipeline", "Deal - Pipeline", "Deal Pipeline"])
def test_the_columns_of_other_programs_are_known(program):
    found = recognise("deals", ["Deal - Title", "Deal - Owner", "Deal - Stage", program])
    assert found.matches[3].field == "pipeline"


def test_a_status_closes_a_deal_in_the_pipeline_that_is_named(renewals):
    imported(
        "deals",
        table(
            """
            Deal - Title | Deal - Owner | Deal - Pipeline | Deal - Stage | Deal - Status | Deal - Created on | Deal - Closed on
            Pumps | Ann | Renewals | Due | Won | 2026-01-05 | 2026-03-10
            Valves | Ann | Renewals | | Lost | 2026-01-05 | 2026-03-10
            """  # noqa: E501
        ),
    )

    assert places() == {"Pumps": ("Renewals", "Won"), "Valves": ("Renewals", "Lost")}


def test_without_the_column_the_default_pipeline_is_meant(renewals):
    file = table(
        """
        Deal Name | Deal owner | Deal Stage | Close Date
        Pumps | Ann | Propose | 2026-12-31
        Valves | Ann | Due | 2026-12-31
        """
    )
    imported("deals", file)

    # "Due" is the name of one stage alone, wherever that is.
    assert places() == {"Pumps": ("Sales", "Propose"), "Valves": ("Renewals", "Due")}


def test_a_stage_of_two_other_pipelines_is_asked_for_once_and_remembered(renewals):
    partners = PipelineFactory(name="Partners", order=30)
    due = StageFactory(pipeline=partners, name="Due")
    file = table(
        """
        Deal Name | Deal owner | Deal Stage | Close Date
        Pumps | Ann | Due | 2026-12-31
        Valves | Ann | Due | 2026-12-31
        """
    )
    run = planned("deals", file)
    assert [(one["subject"], one["text"], one["count"]) for one in run.plan["unknown"]] == [
        ("stage", "Due", 2)
    ]
    assert [reason for _, _, reason in refusals(run)] == ["2 stages have this name."] * 2

    executed(planned("deals", file, answers={"stage:Due": Answer(target=due.pk)}))
    assert set(places().values()) == {("Partners", "Due")}
    again = planned("deals", file.replace("Valves", "Hoses"))
    assert again.plan["unknown"] == []


def test_an_unknown_pipeline_is_asked_for_once_and_not_its_stages(renewals):
    file = BOTH.replace("renewals", "Extensions").replace("Renewals", "Extensions")
    run = planned("deals", file)

    assert [(one["subject"], one["text"], one["count"]) for one in run.plan["unknown"]] == [
        ("pipeline", "Extensions", 3)
    ]
    answers = {"pipeline:Extensions": Answer(target=renewals.pk)}
    executed(planned("deals", file, answers=answers))

    assert places()["Valves"] == ("Renewals", "Propose")
    assert ImportAnswer.objects.get().target == renewals.pk


def test_a_stage_that_is_missing_in_its_pipeline_is_made_there(renewals):
    file = BOTH.replace("renewals,Propose", "Renewals,Negotiation")
    run = planned("deals", file)
    assert [(one["subject"], one["text"]) for one in run.plan["unknown"]] == [
        ("stage", "Renewals: Negotiation")
    ]

    executed(planned("deals", file, create=["stage"]))

    made = Stage.objects.get(name="Negotiation")
    assert (made.pipeline, made.kind) == (renewals, "open")
    assert made.order > renewals.stages.get(name="Due").order
    assert places()["Valves"] == ("Renewals", "Negotiation")


def test_where_there_is_one_pipeline_the_column_asks_nothing_and_says_so():
    run = planned("deals", BOTH.replace("Renewals,Due", "Renewals,Qualify"))

    assert run.plan["unknown"] == []
    assert counts(run) == {"create": 5}
    told = "The file names the pipeline “Renewals”, “renewals”; the stages of Sales"
    assert any(notice.startswith(told) for notice in run.plan["notices"])


def test_a_date_of_entering_names_its_pipeline_in_the_header(renewals):
    header = "Date entered 'Due' (Renewals)"
    assert (entered_stage(header), entered_pipeline(header)) == ("Due", "Renewals")
    assert entered_pipeline("Date entered “Due”") == ""
    imported("deals", BOTH)

    imported(
        "history",
        table(
            """
            Record ID | Date entered 'Due' (Renewals) | Date entered 'Propose' (Renewals)
            2 | 2026-01-05 | 2026-02-01
            """
        ),
    )

    versions = DealVersion.objects.filter(deal__name="Valves").order_by("valid_from")
    stages = [(v.stage.name, v.stage.pipeline.name, v.valid_from.date()) for v in versions]
    assert list(dict.fromkeys(stages)) == [
        ("Due", "Renewals", date(2026, 1, 5)),
        ("Propose", "Renewals", date(2026, 2, 1)),
    ]
    history.check()
