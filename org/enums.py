"""The fixed vocabularies of org."""

from enum import StrEnum


class Role(StrEnum):
    REP = "rep"
    MANAGER = "manager"
    ADMIN = "admin"
    RECRUITER = "recruiter"
    EXECUTIVE = "executive"


ROLE_LABELS = {
    Role.REP: "Rep",
    Role.MANAGER: "Manager",
    Role.ADMIN: "Sales-operations admin",
    Role.RECRUITER: "Recruiter",
    Role.EXECUTIVE: "Executive (read-only)",
}


class PeriodKind(StrEnum):
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class Measure(StrEnum):
    """What a quota counts: money booked, or a number of things done."""

    BOOKINGS = "bookings"
    DEALS_WON = "deals_won"
    DEALS_CREATED = "deals_created"
    ACTIVITIES = "activities"


MEASURE_LABELS = {
    Measure.BOOKINGS: "Bookings",
    Measure.DEALS_WON: "Deals won",
    Measure.DEALS_CREATED: "Deals created",
    Measure.ACTIVITIES: "Activities",
}


class TokenScope(StrEnum):
    """What a program may do with a token, within what its person may do."""

    READ = "read"
    WRITE = "write"


SCOPE_LABELS = {TokenScope.READ: "Read", TokenScope.WRITE: "Read and write"}


class SubjectKind(StrEnum):
    """Whose number an attainment is."""

    PERSON = "person"
    TEAM = "team"
    TERRITORY = "territory"
    EVERYONE = "everyone"
    # A person together with everybody who reports to them, at any depth.
    BELOW = "below"
