"""Which column fills which field: by the headers that known programs write, else by likeness.

Headers of Salesforce (labels of reports and names of the API), HubSpot and Pipedrive as their
documentation and public files show them; Zoho, Sage and Freshsales where they differ.
"""

import hashlib
import re
from dataclasses import dataclass
from difflib import SequenceMatcher

from imports.engine.kinds import KINDS, Field, Kind
from imports.enums import ImportKind
from pipeline.deals.declared import IMPORTED

LIKE = 0.86
SALESFORCE, HUBSPOT, PIPEDRIVE = "Salesforce", "HubSpot", "Pipedrive"
_SIGNS = re.compile(r"[^a-z0-9]+")
ENTERED = re.compile(
    r"date entered\s+[\"'“‘]?(?P<stage>.+?)[\"'”’]?(?:\s*\((?P<pipeline>[^)]*)\))?",
    re.IGNORECASE,
)

# field: the headers that mean it, in any case, with or without blanks and other signs
_NAMES: dict[str, dict[str, str]] = {
    ImportKind.PEOPLE: {
        "external_id": "user id, person id, employee id, owner id, employee number, id",
        "full_name": "name, full name, sales agent, rep, sales rep, salesperson, employee, person, "
        "owner, owner name, user, agent, display name",
        "first_name": "first name, given name",
        "last_name": "last name, surname, family name",
        "email": "email, e-mail, email address, work email, username",
        "roles": "role, roles, profile, permission set",
        "title": "title, job title, position",
        "manager": "manager, manager name, reports to, manager id, manager email, supervisor",
        "team": "team, main team, team name, sales team, hubspot team, group",
        "office": "office, regional office, region, parent team, department, division, location",
        "started_on": "started on, start date, hire date, joined on, hired on",
    },
    ImportKind.ACCOUNTS: {
        "external_id": "account id, record id, company id, organization id, organisation id, "
        "organization pipedrive system id, account id 18, id",
        "name": "account, account name, company name, company, organization name, organization, "
        "organisation, organisation name, name, customer, customer name",
        "owner": "owner, account owner, company owner, organization owner, owner id, owner name",
        "parent": "parent account, parent, parent company, subsidiary of, parent id, "
        "parent account id",
        "industry": "industry, sector, branch",
        "country": "country, billing country, country region, office location, location, "
        "organization country of address",
        "website": "website, web site, company domain name, domain, url, website url, "
        "organization website",
        "employees": "employees, number of employees, headcount, numberofemployees, "
        "organization number of employees",
        "annual_revenue": "annual revenue, revenue, turnover, organization annual revenue",
        "founded_year": "year established, year founded, founded, founded in, founding year",
        "deleted": "is deleted, deleted",
    },
    ImportKind.PRODUCTS: {
        "external_id": "product id, product code, record id, sku, id",
        "name": "product, product name, name, item",
        "family": "series, family, product family, category, product category",
        "list_price": "sales price, list price, price, unit price, standard price",
        "currency": "currency, currency iso code, currency code, price currency",
        "deleted": "is deleted, deleted",
    },
    ImportKind.CONTACTS: {
        "external_id": "contact id, record id, person id, person pipedrive system id, id",
        "full_name": "name, full name, contact, contact name, person name, person",
        "first_name": "first name, person first name",
        "last_name": "last name, person last name",
        "account": "account, account name, account id, company, company name, associated company, "
        "organization, organization name, person organization",
        "title": "title, job title, person job title",
        "email": "email, e-mail, email address, person email work, person email",
        "phone": "phone, phone number, mobile phone, business phone, person phone, "
        "person phone work",
        "deleted": "is deleted, deleted",
    },
    ImportKind.DEALS: {
        "external_id": "deal id, opportunity id, deal pipedrive system id, opportunity id 18, "
        "opportunity id 18 character, record id, id",
        "name": "name, deal name, opportunity name, opportunity, deal, deal title, title, "
        "potential name, dealname, property dealname",
        "account": "account, account name, account id, associated company, company, company name, "
        "organization, organization name, deal organization, organisation, customer",
        "owner": "owner, opportunity owner, deal owner, owner id, sales agent, owner name, "
        "owner email, rep, sales rep, salesperson, hubspot owner id, assigned to, deal owner name",
        "stage": "stage, stage name, deal stage, opportunity stage, deal stage id, "
        "deal stage pipeline, deal pipeline stage id, pipeline stage",
        "pipeline": "pipeline, deal pipeline, pipeline name, deal pipeline id, deal pipeline name, "
        "sales pipeline",
        "status": "status, deal status, forecast type",
        "amount": "amount, deal value, value, deal amount, close value, total amount, "
        "amount converted, property amount, forecast, deal value amount",
        "currency": "currency, currency iso code, amount currency, deal currency, "
        "deal currency of value, currency of value, opportunity currency, total amount currency",
        "close_date": "close date, closing date, property closedate, closedate",
        "expected_close_on": "expected close date, deal expected close date, expected close, "
        "expected closing date",
        "closed_on": "closed on, deal closed on, deal won time, won time, deal lost time, "
        "lost time, "
        "closed date, actual close date, deal close time, won date, lost date",
        "created_at": "created date, create date, creation date, deal creation date, created on, "
        "created at, created time, engage date, property createdate, deal created, opened, "
        "deal deal created, deal created on",
        "category": "forecast category, forecast category name",
        "next_step": "next step, next steps, opportunity next steps, next activity subject",
        "next_step_on": "next step date, next step on, next activity date, deal next activity date",
        "wait_until": "wait until, waiting until, snoozed until, on hold until, paused until",
        "source": "lead source, source, original source, deal source, deal deal source, "
        "original traffic source",
        "lost_reason": "lost reason, deal lost reason, closed lost reason, loss reason, "
        "reason lost",
        "competitor": "competitor, competitors, main competitor, main competitors, "
        "primary competitor, deal competitor, lost to, lost to competitor",
        "product": "product, product name",
        "quantity": "quantity",
        "unit_price": "unit price, sales price, price",
        "deleted": "is deleted, deleted",
    },
    ImportKind.ACTIVITIES: {
        "external_id": "activity id, task id, event id, record id, engagement id, call id, "
        "call sid, meeting uuid, id",
        "kind": "type, activity type, kind, task subtype, activity kind, engagement type, "
        "event subtype",
        "subject": "subject, activity subject, title, call title, meeting name, email subject, "
        "topic, meeting title, event name, meeting topic, summary, task subject",
        "body": "description, notes, note, body, comments, note content, full comments, "
        "call notes, meeting description, meeting notes, internal meeting notes, call summary",
        "occurred_at": "date, when, activity date, due date, activity due date, date time, start, "
        "start date time, activity date time, occurred at, completed date, due date only, "
        "start date, meeting start time, call start time, start time, call date, started at, "
        "call time, datetime utc, time",
        "ends_at": "end, end date time, end date, meeting end time, call end time, end time, "
        "ended at",
        "duration": "duration minutes, duration in minutes, duration, call duration, "
        "call duration hh mm ss, meeting duration, duration in call, duration total, talk time, "
        "length, call length",
        "seconds": "call duration in seconds, duration in seconds, duration seconds, "
        "duration sec, talk time seconds, call duration seconds",
        "direction": "direction, call direction, call type, message direction",
        "person": "assigned to, assigned, owner, owner id, activity assigned to, assigned to user, "
        "person, rep, activity owner, user, agent, host, host email, user email, agent email, "
        "organizer, organizer email, meeting organizer, organiser, user name, host name, "
        "created by",
        "participants": "participants, attendees, attendee emails, required attendees, "
        "participant emails, invitees, guests, guest emails, participant email, "
        "attendee email, event attendees",
        "deal": "opportunity, deal, what id, related to, associated deal, deal name, deal title, "
        "opportunity id, deal id, opportunity name, activity deal",
        "account": "account, company, company account, account name, organization, account id, "
        "associated company",
        "contact": "contact, who id, contact name, name, contact person, contact id, "
        "associated contact, contact email",
        "outcome": "status, meeting outcome, outcome, task status, meeting status, event status",
        "private": "private, is private, sensitivity, visibility",
        "all_day": "all day event, all day, is all day event, all day event yes no",
        "deleted": "is deleted, deleted",
    },
    ImportKind.QUOTAS: {
        "person": "person, rep, sales rep, salesperson, owner, owner name, name, sales agent, "
        "owner email, quota owner, user, forecast user",
        "team": "team, team name",
        "territory": "territory, territory name, region",
        "measure": "measure, metric, type, quota type, forecast type",
        "period": "period, month, quarter, year, fiscal period, start date, quota period",
        "target": "quota, target, amount, quota amount, goal, quota target, value",
        "reason": "reason, note, comment",
    },
    ImportKind.HISTORY: {
        "deal": "opportunity id, deal id, record id, opportunity id 18, deal, "
        "deal pipedrive system id",
        "changed_at": "created date, last modified, changed on, change date, date, date entered, "
        "fivetran start, edit date, modified on, changed at",
        "pipeline": "pipeline, deal pipeline, pipeline name",
        "stage": "stage name, to stage, stage, value, deal stage, new stage",
        "amount": "amount, deal amount",
        "currency": "currency, currency iso code",
        "close_date": "close date, closedate",
        "category": "forecast category, forecast category name",
        "owner": "owner, owner id, opportunity owner, deal owner",
    },
}

# Headers by which the program that wrote a file gives itself away.
_MARKS = {
    SALESFORCE: frozenset([
        "opportunityowner", "opportunityname", "stagename", "forecastcategoryname",
        "opportunityid", "isdeleted", "ownerrole", "accountowner", "createdbyid",
        "systemmodstamp", "leadsource", "fiscalperiod", "closedate18", "recordtypeid",
        "probability%", "whatid", "whoid", "opportunityid18",
    ]),
    HUBSPOT: frozenset([
        "recordid", "dealstage", "companydomainname", "lifecyclestage", "dealowner",
        "contactowner", "companyowner", "associatedcompany", "dealpipelinestageid",
        "propertydealname", "hubspotowner",
    ]),
    PIPEDRIVE: frozenset([
        "dealtitle", "dealvalue", "organizationname", "personname", "dealpipedrivesystemid",
        "dealstatus", "personemailwork", "activitysubject",
    ]),
}  # fmt: skip


# What programs call a deal, in front of the names of its columns.
DEAL_WORDS = ("opportunity", "potential", "deal")


@dataclass(frozen=True, slots=True)
class Match:
    """The field that a column was taken for. ``sure`` when the header is a known one."""

    field: str
    sure: bool


def program(header: list[str]) -> str:
    """Return which program wrote a file with these headers, or "" where it cannot be told.

    One header alone proves nothing: two of the program must be there.
    """
    names = {squashed(name) for name in header}
    counts = {name: len(names & marks) for name, marks in _MARKS.items()}
    if any(name.endswith("__c") for name in map(str.casefold, header)):
        counts[SALESFORCE] += 1
    if sum(" - " in name for name in header) >= 2:
        counts[PIPEDRIVE] += 2
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] >= 2 else ""


@dataclass(frozen=True, slots=True)
class Recognised:
    """What the headers say: the program, if known, and the field of each column by its place."""

    program: str
    matches: dict[int, Match]


def squashed(header: str) -> str:
    """Return the header without case, blanks and signs: "Close Date" and CloseDate are one."""
    text = _SIGNS.sub("", header.casefold().replace("*", ""))
    return text.removesuffix("c") if header.casefold().endswith("__c") else text


def _known(kind: ImportKind) -> dict[str, str]:
    names = _NAMES[kind]
    if kind == ImportKind.DEALS:
        names = {field.name: field.label for field in IMPORTED} | names
    return {squashed(name): field for field, known in names.items() for name in known.split(",")}


KNOWN: dict[str, dict[str, str]] = {str(kind): _known(kind) for kind in ImportKind}


def signature(header: list[str]) -> str:
    """Return a digest by which files with the same headers, in any order, are known again."""
    return hashlib.sha256("\n".join(sorted(squashed(name) for name in header)).encode()).hexdigest()


def recognise(kind: str, header: list[str]) -> Recognised:
    """Take each column for a field of the kind: known headers first, then by likeness."""
    squashed_header = [squashed(name) for name in header]
    taken: dict[int, Match] = {}
    fields = KINDS[kind]
    for place, name in enumerate(squashed_header):
        if kind == ImportKind.HISTORY and ENTERED.fullmatch(header[place].strip()):
            taken[place] = Match("entered", sure=True)
        elif field := _known_field(kind, name):
            _take(taken, place, Match(field, sure=True), fields, header)
    for place, name in enumerate(squashed_header):
        if place not in taken and name and (field := _alike(kind, name)):
            _take(taken, place, Match(field, sure=False), fields, header)
    _take_currency(taken, fields, header)
    if kind == ImportKind.ACTIVITIES:
        _take_times(taken, squashed_header)
    return Recognised(program(header), taken)


def _known_field(kind: str, name: str) -> str | None:
    """Return the field of a known header; programs put what a deal is called there before it."""
    known = KNOWN[kind]
    if name in known or kind != ImportKind.DEALS:
        return known.get(name)
    return next((known.get(name.removeprefix(p)) for p in DEAL_WORDS if name.startswith(p)), None)


def _take_currency(taken: dict[int, Match], kind: Kind, header: list[str]) -> None:
    """Let "<X> Currency" be the currency where "<X>" is the amount, whatever X is."""
    amounts = [place for place, match in taken.items() if match.field == "amount"]
    if not amounts or not kind.has("currency"):
        return
    if (place := currency_column(header, amounts[0])) is not None:
        for other in [p for p, match in taken.items() if match.field == "currency"]:
            del taken[other]
        taken[place] = Match("currency", sure=True)


def _take_times(taken: dict[int, Match], names: list[str]) -> None:
    """Let the time stand beside its day where a calendar has a column for each."""
    for day, clock, field in (
        ("startdate", "starttime", "start_time"),
        ("enddate", "endtime", "end_time"),
        ("date", "time", "start_time"),
    ):
        if day in names and clock in names and field not in {m.field for m in taken.values()}:
            taken[names.index(clock)] = Match(field, sure=True)
    started = "start_time" in {match.field for match in taken.values()}
    if started and "endtime" in names and "enddate" not in names:
        taken[names.index("endtime")] = Match("end_time", sure=True)


def _take(taken: dict[int, Match], place: int, match: Match, kind: Kind, header: list[str]) -> None:
    """Give the column the field unless a better column has it already."""
    field = kind.field(match.field)
    holders = [other for other, found in taken.items() if found.field == match.field]
    if not holders or field.several:
        taken[place] = match
    elif match.sure and _rank(kind, match.field, header[place]) < _rank(
        kind, match.field, header[holders[0]]
    ):
        del taken[holders[0]]
        taken[place] = match


def _rank(kind: Kind, field: str, header: str) -> int:
    """Return how good a header is for a field: its place in the list of names, the first best."""
    names = [squashed(name) for name in _NAMES[kind.name].get(field, "").split(",")]
    name = squashed(header)
    return names.index(name) if name in names else len(names)


def _alike(kind: str, name: str) -> str | None:
    best, found = LIKE, None
    for known, field in KNOWN[kind].items():
        if abs(len(known) - len(name)) <= 4:
            ratio = SequenceMatcher(None, known, name).ratio()
            if ratio > best:
                best, found = ratio, field
    return found


def entered_stage(header: str) -> str:
    """Return the stage that a HubSpot column "Date entered 'x' (pipeline)" speaks of."""
    match = ENTERED.fullmatch(header.strip())
    return match["stage"].strip("\"'“”‘’ ") if match else ""


def entered_pipeline(header: str) -> str:
    """Return the pipeline that such a column names in parentheses; "" for none."""
    match = ENTERED.fullmatch(header.strip())
    return (match["pipeline"] or "").strip("\"'“”‘’ ") if match else ""


def currency_column(header: list[str], place: int) -> int | None:
    """Return the place of "<X> Currency" for the money column "<X>" at ``place``, if any."""
    wanted = squashed(f"{header[place]} currency")
    return next((n for n, name in enumerate(header) if squashed(name) == wanted), None)


def guess_kind(header: list[str]) -> str:
    """Return the kind whose fields these headers fill best; deals where nothing tells."""
    best, found = 0.0, str(ImportKind.DEALS)
    for kind in KINDS.values():
        matches = recognise(str(kind.name), header).matches
        fields = {match.field for match in matches.values() if match.sure}
        met = sum(any(name in fields for name in group) for group in kind.needs)
        score = len(fields) + 2.0 * met - (2.0 * (len(kind.needs) - met))
        if score > best:
            best, found = score, str(kind.name)
    return found


def field_of(kind: Kind, name: str) -> Field:
    """Return the field by its name or label, in any case; raises KeyError where there is none."""
    wanted = squashed(name)
    for field in kind.fields:
        if wanted in {squashed(field.name), squashed(field.label)}:
            return field
    raise KeyError(name)
