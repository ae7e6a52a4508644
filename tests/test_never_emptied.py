"""TRUNCATE, the one statement that passes by every row trigger."""

import pytest
from django.db import IntegrityError, connection, transaction

from org.models.people import ReportingClosure
from tests.factories.org import ReportingLineFactory

pytestmark = pytest.mark.django_db


def truncate(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"TRUNCATE {table} CASCADE")


@pytest.mark.parametrize(
    "table",
    [
        "pipeline_dealversion",
        "pipeline_deal",
        "org_quota",
        "analytics_signalrule",
        "process_activitytarget",
        "analytics_disposition",
        "process_leaverrule",
        "org_auditentry",
        "org_reportingclosure",
        "org_person",
        "hiring_stagestay",
        "hiring_application",
    ],
)
def test_what_only_grows_is_not_emptied(table: str) -> None:
    with pytest.raises(IntegrityError, match="is never emptied"), transaction.atomic():
        truncate(table)


def test_without_reporting_lines_nobody_stands_above_anybody() -> None:
    line = ReportingLineFactory()
    own = ReportingClosure.objects.filter(depth=0).count()
    assert ReportingClosure.objects.filter(depth__gt=0).exists()

    truncate("org_reportingline")

    assert (
        ReportingClosure.objects.filter(ancestor=line.manager, descendant=line.person).count() == 0
    )
    assert ReportingClosure.objects.filter(depth=0).count() == own == 2
