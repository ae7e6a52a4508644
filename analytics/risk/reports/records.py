"""What open deals have of the things that the stages behind them ask for, in one statement."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from analytics.context.reports.report_view import ReportView
from analytics.risk.enums import Signal
from analytics.risk.metrics.hygiene import DealRecord
from pipeline.deals.models.deals import DealLine, DealVersion
from pipeline.deals.models.people import DealContact
from pipeline.discipline.models import CriterionMet, CriterionVersion, RequiredField
from pipeline.enums import ASKED_LABELS, ExitField, Status

# So many of what is missing are named; the rest are counted.
NAMED = 4


def records_of(report_view: ReportView, deals: Collection[int]) -> dict[int, DealRecord]:
    """Return the record of each of these deals as it was at the report view's moment.

    Source and products are those of today: their past is not kept.
    """
    moment = report_view.moment
    rows = (
        DealVersion.objects.as_of(moment)
        .visible_to(report_view.viewer)
        .filter(deal__in=deals)
        .annotate(
            contacts=Exists(DealContact.objects.as_of(moment).filter(deal=OuterRef("deal"))),
            products=Exists(DealLine.objects.filter(deal=OuterRef("deal"))),
            deal_source=F("deal__source"),
            asked=ArraySubquery(
                RequiredField.objects.filter(_passed("stage", moment)).values("field")
            ),
            unmet=ArraySubquery(_unmet(moment).values("statement")),
        )
    )
    return {row.deal_id: _record(vars(row)) for row in rows}


def _passed(stage: str, moment: datetime) -> Q:
    """Return that something was asked for at ``moment`` by a stage before the version's own."""
    return (
        Q(valid_from__lte=moment)
        & (Q(valid_to=None) | Q(valid_to__gt=moment))
        & (Q(**{f"{stage}__archived_at": None}) | Q(**{f"{stage}__archived_at__gt": moment}))
        & Q(
            **{
                f"{stage}__kind": Status.OPEN,
                f"{stage}__pipeline": OuterRef("stage__pipeline"),
                f"{stage}__order__lt": OuterRef("stage__order"),
            }
        )
    )


def _unmet(moment: datetime) -> QuerySet[CriterionVersion]:
    met = (
        CriterionMet.objects.filter(
            deal=OuterRef(OuterRef("deal")), criterion=OuterRef("criterion"), met_at__lte=moment
        )
        .filter(Q(withdrawn_at=None) | Q(withdrawn_at__gt=moment))
        .order_by()
    )
    asked = CriterionVersion.objects.filter(_passed("criterion__stage", moment))
    unmet: QuerySet[CriterionVersion] = asked.exclude(Exists(met)).order_by(
        "criterion__stage__order", "order", "pk"
    )
    return unmet


def _record(row: Mapping[str, Any]) -> DealRecord:
    known = {
        **{name: row[name] for name in _OF_VERSION},
        ExitField.ACCOUNT: row["account_id"],
        ExitField.CONTACTS: row["contacts"],
        ExitField.PRODUCTS: row["products"],
        ExitField.COMPETITOR: row["competitor_id"],
        ExitField.SOURCE: row["deal_source"],
    }
    lacking = [
        ASKED_LABELS[name] for name in ExitField if name in row["asked"] and _blank(known[name])
    ]
    return DealRecord(named=row["contacts"], missing=(*lacking, *row["unmet"]))


_OF_VERSION = (
    ExitField.AMOUNT,
    ExitField.EXPECTED_CLOSE,
    ExitField.NEXT_STEP,
    ExitField.NEXT_STEP_ON,
)


def _blank(value: object) -> bool:
    return value is None or value is False or value == ""


def gap_words(signal: Signal, record: DealRecord) -> str:
    """Return what a record lacks, by name."""
    if signal is Signal.EXIT_MISSING:
        named, rest = record.missing[:NAMED], len(record.missing) - NAMED
        return f"Missing from stages behind it: {', '.join(named)}" + (
            f" and {rest} more" if rest > 0 else ""
        )
    return {
        Signal.NO_AMOUNT: "No amount",
        Signal.NO_CONTACT: "Nobody of the customer is named",
    }[signal]
