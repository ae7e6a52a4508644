"""Each kind's way of comparing, locking and writing, behind one set of verbs."""

from datetime import datetime
from zoneinfo import ZoneInfo

from imports.engine import comparing, deals, people, placing, quotas, snapshots, tables
from imports.engine.composing import Rates
from imports.engine.options import Options
from imports.enums import ImportKind
from imports.models import ImportRun
from org import access
from org.models.calendar import Organisation
from org.models.people import Person
from org.services.calendar import end_of_day


def compare(run: ImportRun, options: Options, *, now: datetime) -> None:
    """Fill the comparison's table: what becomes of each staged row, as things stand now."""
    zone = Organisation.objects.get().time_zone
    comparing.begin_found()
    match run.kind:
        case ImportKind.DEALS:
            deals.compare(
                run,
                zone=zone,
                moment=change_moment(options, now=now),
                dated=options.maps("created_at"),
            )
        case ImportKind.PEOPLE:
            people.compare(run, options)
        case ImportKind.QUOTAS:
            quotas.compare(run, now=now)
        case ImportKind.HISTORY:
            snapshots.compare(run, zone=zone)
        case _:
            tables.compare(run, run.kind)


# The values of staged rows that may name something made on the way, as JSON paths.
_MAY_BE_MADE = {
    ImportKind.ACCOUNTS: ("owner_id", "parent_id"),
    ImportKind.CONTACTS: ("account_id",),
    ImportKind.DEALS: ("account_id", "owner_id", "stage_id", "open_stage_id", "line.product_id"),
    ImportKind.ACTIVITIES: ("person_id", "account_id"),
    ImportKind.PEOPLE: ("manager_id", "team_id"),
    ImportKind.HISTORY: ("snapshots[*].stage_id", "snapshots[*].owner_id"),
}


def keep_plan(run: ImportRun) -> None:
    """Store what the comparison found, and forget what only refused rows would have made."""
    comparing.keep_found(run, plan_table(run))
    open_stage = run.plan.get("open_stage") or 0
    comparing.forget_unused_creations(run, _MAY_BE_MADE.get(ImportKind(run.kind), ()), [open_stage])


def plan_table(run: ImportRun) -> str | None:
    """Return the table whose new rows the plan gives ids to; None where services make them."""
    if run.kind == ImportKind.DEALS:
        return "pipeline_deal"
    target = tables.TARGETS.get(run.kind)
    return target.table if target else None


def lock(run: ImportRun) -> None:
    """Lock the rows here that the plan speaks of."""
    match run.kind:
        case ImportKind.DEALS:
            deals.lock(run)
        case ImportKind.PEOPLE:
            people.lock(run)
        case ImportKind.HISTORY:
            snapshots.lock(run)
        case ImportKind.QUOTAS:
            return  # set_quota locks the periods itself, and compares anew.
        case _:
            tables.lock(run, run.kind)


def apply(run: ImportRun, options: Options, *, by: Person | None, now: datetime) -> None:
    """Write what the plan says; what it names on the way has been made."""
    reason = reason_of(run)
    match run.kind:
        case ImportKind.DEALS:
            deals.apply(
                run,
                by=by,
                reason=reason,
                open_stage=made_open_stage(run),
                moment=change_moment(options, now=now),
            )
        case ImportKind.PEOPLE:
            placing.Placing(run, by, options).write()
        case ImportKind.QUOTAS:
            quotas.apply(run, by=by, reason=reason, now=now)
        case ImportKind.HISTORY:
            organisation = Organisation.objects.get()
            zone = ZoneInfo(organisation.time_zone)
            snapshots.Rebuilding(run, by, reason, zone, Rates.load(organisation.currency)).write()
        case _:
            tables.apply(run, run.kind, currency=options.currency)


def reason_of(run: ImportRun) -> str:
    return f"Import {run.pk}: {run.file_name}"


def change_moment(options: Options, *, now: datetime) -> datetime | None:
    """Return when the file's changes took place: the end of its past day, None for now."""
    organisation = Organisation.objects.get()
    if options.as_of >= access.local_day(now, time_zone=organisation.time_zone):
        return None
    return end_of_day(options.as_of, time_zone=organisation.time_zone)


def made_open_stage(run: ImportRun) -> int | None:
    """Return the stage closed deals were in before, once the stages of the plan have been made."""
    stage = run.plan.get("open_stage")
    if stage is None or stage > 0:
        return stage
    return run.creations.get(number=-stage).target
