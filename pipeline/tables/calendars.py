"""The columns of the list of calendars that somebody loaded."""

from kit.tables import Column
from pipeline.models.calendars import CalendarUpload


def _state(upload: CalendarUpload) -> str:
    if upload.undone_at is not None:
        return "Taken back"
    return "Logged" if upload.logged_at is not None else "To be looked at"


CALENDARS = [
    Column(key="file_name", label="File", href=CalendarUpload.get_absolute_url),
    Column(key="uploaded_at", label="Loaded", kind="moment"),
    Column(key="state", label="State", value=_state),
    Column(
        key="activities",
        label="Meetings logged",
        kind="count",
        value=lambda upload: len(upload.activities),
    ),
]
