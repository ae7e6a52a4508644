"""What of imports a superuser may look at in Django's admin. Nothing is changed there."""

from imports.models import ImportRun
from kit.admin import show

# What was read of the file: it belongs to the pages of imports, which show it in words.
show(
    ImportRun,
    "file_name kind state created_by created_at finished_at",
    filters="kind state",
    hidden="profile plan submission",
)
