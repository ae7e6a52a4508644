"""The fixed vocabularies of pipeline."""

from enum import StrEnum


class Status(StrEnum):
    """What a stage makes of the deals in it."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


class Category(StrEnum):
    """How sure the owner is that the deal closes in its period."""

    OMITTED = "omitted"
    PIPELINE = "pipeline"
    BEST_CASE = "best_case"
    COMMIT = "commit"
    CLOSED = "closed"


CATEGORY_LABELS = {
    Category.OMITTED: "Omitted",
    Category.PIPELINE: "Pipeline",
    Category.BEST_CASE: "Best case",
    Category.COMMIT: "Commit",
    Category.CLOSED: "Closed",
}


class ActivityKind(StrEnum):
    CALL = "call"
    EMAIL = "email"
    MEETING = "meeting"
    NOTE = "note"


ACTIVITY_LABELS = {
    ActivityKind.CALL: "Call",
    ActivityKind.EMAIL: "E-mail",
    ActivityKind.MEETING: "Meeting",
    ActivityKind.NOTE: "Note",
}


class Direction(StrEnum):
    """Who reached whom. What does not say it has none."""

    OUT = "out"
    IN = "in"
    BOTH = "both"


DIRECTION_LABELS = {
    Direction.OUT: "Outgoing",
    Direction.IN: "Incoming",
    Direction.BOTH: "Two-way",
}


# What reaches a customer; a note does not.
TOUCHES = (ActivityKind.CALL, ActivityKind.EMAIL, ActivityKind.MEETING)


class Every(StrEnum):
    """How often a number of activities is owed."""

    WEEK = "week"
    MONTH = "month"


EVERY_LABELS = {Every.WEEK: "Week", Every.MONTH: "Month"}


class SubjectKind(StrEnum):
    """Whose number an attainment is."""

    PERSON = "person"
    TEAM = "team"
    TERRITORY = "territory"
    EVERYONE = "everyone"
    # A person together with everybody who reports to them, at any depth.
    BELOW = "below"


class Trigger(StrEnum):
    """What started a recompute run."""

    SCHEDULE = "schedule"
    PAGE = "page"
    COMMAND = "command"


class RunState(StrEnum):
    RUNNING = "running"
    DONE = "done"
    EXCEPTIONS = "exceptions"


RUN_STATE_LABELS = {
    RunState.RUNNING: "Running",
    RunState.DONE: "Done",
    RunState.EXCEPTIONS: "Done, with exceptions",
}


class Step(StrEnum):
    """What a recompute run does, in this order; parts of one phase run at the same time."""

    PLAN = "plan"
    ATTAINMENT = "attainment"
    NORMS = "norms"
    BACKTEST = "backtest"
    FORECAST = "forecast"


STEP_LABELS = {
    Step.PLAN: "Planning the parts",
    Step.ATTAINMENT: "Attainment",
    Step.NORMS: "What won deals teach",
    Step.BACKTEST: "Forecasts as they would have been",
    Step.FORECAST: "Forecasts",
}
# A part starts when no part of an earlier phase is left.
PHASES = {
    Step.PLAN: 0,
    Step.ATTAINMENT: 1,
    Step.NORMS: 1,
    Step.BACKTEST: 1,
    Step.FORECAST: 2,
}


class ChunkState(StrEnum):
    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    QUARANTINED = "quarantined"


CHUNK_STATE_LABELS = {
    ChunkState.WAITING: "Waiting",
    ChunkState.WORKING: "Working",
    ChunkState.DONE: "Done",
    ChunkState.QUARANTINED: "Given up",
}


class ImportKind(StrEnum):
    PEOPLE = "people"
    ACCOUNTS = "accounts"
    PRODUCTS = "products"
    CONTACTS = "contacts"
    DEALS = "deals"
    ACTIVITIES = "activities"
    QUOTAS = "quotas"
    HISTORY = "history"


IMPORT_KIND_LABELS = {
    ImportKind.PEOPLE: "People",
    ImportKind.ACCOUNTS: "Accounts",
    ImportKind.PRODUCTS: "Products",
    ImportKind.CONTACTS: "Contacts",
    ImportKind.DEALS: "Deals",
    ImportKind.ACTIVITIES: "Activities",
    ImportKind.QUOTAS: "Quotas",
    ImportKind.HISTORY: "Deal history",
}


class ImportSubject(StrEnum):
    """What a cell of a file can name that must be found here, or made."""

    PERSON = "person"
    TEAM = "team"
    TERRITORY = "territory"
    ACCOUNT = "account"
    CONTACT = "contact"
    PRODUCT = "product"
    STAGE = "stage"
    PIPELINE = "pipeline"
    DEAL = "deal"


SUBJECT_PLURALS = {
    ImportSubject.PERSON: "people",
    ImportSubject.TEAM: "teams",
    ImportSubject.TERRITORY: "territories",
    ImportSubject.ACCOUNT: "accounts",
    ImportSubject.CONTACT: "contacts",
    ImportSubject.PRODUCT: "products",
    ImportSubject.STAGE: "stages",
    ImportSubject.PIPELINE: "pipelines",
    ImportSubject.DEAL: "deals",
}


class ImportState(StrEnum):
    """Where an import stands. Those that end in -ing wait for a worker or are at work."""

    READING = "reading"
    MAPPING = "mapping"
    PLANNING = "planning"
    PLANNED = "planned"
    RUNNING = "running"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"
    FAILED = "failed"
    DISCARDED = "discarded"


class RowAction(StrEnum):
    """What an import does with a row. A ``part`` is a further line of, or repeats, a row above."""

    CREATE = "create"
    CHANGE = "change"
    LEAVE = "leave"
    PART = "part"
    REFUSE = "refuse"


IMPORT_STATE_LABELS = {
    ImportState.READING: "Being read",
    ImportState.MAPPING: "Columns to check",
    ImportState.PLANNING: "Being checked",
    ImportState.PLANNED: "Preview ready",
    ImportState.RUNNING: "Running",
    ImportState.DONE: "Imported",
    ImportState.UNDOING: "Being undone",
    ImportState.UNDONE: "Undone",
    ImportState.FAILED: "Cannot be read",
    ImportState.DISCARDED: "Discarded",
}


class Movement(StrEnum):
    """Why a deal came into play, changed while in play, or left; in the order of the bars."""

    NEW = "new"
    PULLED_IN = "pulled_in"
    SLID_IN = "slid_in"
    REOPENED = "reopened"
    RESTORED = "restored"
    OWNER_IN = "owner_in"
    SEAT_IN = "seat_in"
    CROSSED_IN = "crossed_in"
    INCREASED = "increased"
    DECREASED = "decreased"
    RATE = "rate"
    ADVANCED = "advanced"
    WENT_BACK = "went_back"
    DEFINITION = "definition"
    PUSHED_OUT = "pushed_out"
    BROUGHT_FORWARD = "brought_forward"
    WON = "won"
    WON_ELSEWHERE = "won_elsewhere"
    LOST = "lost"
    REMOVED = "removed"
    OWNER_OUT = "owner_out"
    SEAT_OUT = "seat_out"
    CROSSED_OUT = "crossed_out"


class Unit(StrEnum):
    """What is added up: deals, their amount in cents, or cents times probability."""

    AMOUNT = "amount"
    WEIGHTED = "weighted"
    DEALS = "deals"


MOVEMENT_LABELS = {
    Movement.NEW: "New",
    Movement.PULLED_IN: "Pulled in",
    Movement.SLID_IN: "Slid in",
    Movement.REOPENED: "Reopened",
    Movement.RESTORED: "Restored",
    Movement.OWNER_IN: "Taken over",
    Movement.SEAT_IN: "Joined",
    Movement.CROSSED_IN: "From another pipeline",
    Movement.INCREASED: "Increased",
    Movement.DECREASED: "Decreased",
    Movement.RATE: "Exchange rate",
    Movement.ADVANCED: "Advanced",
    Movement.WENT_BACK: "Went back",
    Movement.DEFINITION: "Redefined",
    Movement.PUSHED_OUT: "Pushed out",
    Movement.BROUGHT_FORWARD: "Brought forward",
    Movement.WON: "Won",
    Movement.WON_ELSEWHERE: "Won, other period",
    Movement.LOST: "Lost",
    Movement.REMOVED: "Archived",
    Movement.OWNER_OUT: "Handed over",
    Movement.SEAT_OUT: "Left",
    Movement.CROSSED_OUT: "To another pipeline",
}
UNIT_LABELS = {Unit.AMOUNT: "Amount", Unit.WEIGHTED: "Weighted amount", Unit.DEALS: "Deals"}


class Signal(StrEnum):
    """Why a deal is at risk or its record is not in order, the most urgent first."""

    OWNER_LEFT = "owner_left"
    CLOSE_PASSED = "close_passed"
    NOT_COMMITTED = "not_committed"
    STEP_OVERDUE = "step_overdue"
    STALLED = "stalled"
    QUIET = "quiet"
    PUSHED = "pushed"
    TOO_SOON = "too_soon"
    WENT_BACK = "went_back"
    AMOUNT_FELL = "amount_fell"
    SINGLE_CONTACT = "single_contact"
    NO_DECISION_MAKER = "no_decision_maker"
    NO_CLOSE_DATE = "no_close_date"
    NO_STEP = "no_step"
    EXIT_MISSING = "exit_missing"
    NO_AMOUNT = "no_amount"
    NO_CONTACT = "no_contact"


SIGNAL_LABELS = {
    Signal.OWNER_LEFT: "Owner has left",
    Signal.CLOSE_PASSED: "Close date passed",
    Signal.NOT_COMMITTED: "Large and not in commit",
    Signal.STEP_OVERDUE: "Next step overdue",
    Signal.STALLED: "Stalled",
    Signal.QUIET: "Quiet",
    Signal.PUSHED: "Pushed often",
    Signal.TOO_SOON: "Closes sooner than any",
    Signal.WENT_BACK: "Went back",
    Signal.AMOUNT_FELL: "Amount fell",
    Signal.SINGLE_CONTACT: "Single contact",
    Signal.NO_DECISION_MAKER: "No decision-maker",
    Signal.NO_CLOSE_DATE: "No close date",
    Signal.NO_STEP: "No next step",
    Signal.EXIT_MISSING: "Missing for its stage",
    Signal.NO_AMOUNT: "No amount",
    Signal.NO_CONTACT: "No contact",
}


class ViewPage(StrEnum):
    """A list whose filter can be kept, by the name of its address."""

    DEALS = "deals"
    REVIEW = "review"
    BOARD = "board"


class Only(StrEnum):
    """What the inspection of a pipeline can be narrowed to: the signals of a deal, and these."""

    CHANGED = "changed"
    AT_RISK = "at_risk"


ONLY_LABELS = {Only.CHANGED: "Changed since", Only.AT_RISK: "At risk"}


class MetricPart(StrEnum):
    """The views of the page of metrics."""

    OUTCOMES = "outcomes"
    CUTS = "cuts"
    STAGES = "stages"
    VELOCITY = "velocity"
    SLIPS = "slips"
    PRICES = "prices"


METRIC_PART_LABELS = {
    MetricPart.OUTCOMES: "Outcomes",
    MetricPart.CUTS: "By kind",
    MetricPart.STAGES: "Stages",
    MetricPart.VELOCITY: "Velocity",
    MetricPart.SLIPS: "Slips and pushes",
    MetricPart.PRICES: "Prices",
}
