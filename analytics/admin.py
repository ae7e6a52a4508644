"""The read-only admin pages of analytics for superusers."""

from django.contrib import admin

from analytics.runs.models import AttainmentSnapshot, RecomputeChunk, RecomputeRun
from kit.admin import LookOnly


@admin.register(RecomputeRun)
class RecomputeRunAdmin(LookOnly):
    list_display = ("as_of", "trigger", "state", "is_current", "created_at", "finished_at")
    list_filter = ("state", "trigger")


@admin.register(RecomputeChunk)
class RecomputeChunkAdmin(LookOnly):
    list_display = ("run", "step", "label", "state", "attempts", "rows", "worker")
    list_select_related = ("run",)
    list_filter = ("state", "step")


@admin.register(AttainmentSnapshot)
class AttainmentSnapshotAdmin(LookOnly):
    list_display = ("run", "person", "team", "period", "measure", "actual", "target")
    list_select_related = ("run", "person", "team", "period")
    list_filter = ("measure",)
