"""What of imports a superuser may look at in Django's admin. Nothing is changed there."""

from django.contrib import admin

from imports.models import ImportRun
from kit.admin import LookOnly


@admin.register(ImportRun)
class ImportRunAdmin(LookOnly):
    list_display = ("file_name", "kind", "state", "created_by", "created_at", "finished_at")
    list_select_related = ("created_by",)
    list_filter = ("kind", "state")
    # What was read of the file: it belongs to the pages of imports, which show it in words.
    exclude = ("profile", "plan", "submission")
