"""The one kind of failure that a person is expected to act on."""


class Refusal(Exception):  # noqa: N818 -- it is an answer, not a fault
    """Why a command cannot go on, in one line that says what to do; shown without a traceback."""
