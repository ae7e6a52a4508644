"""The read-only admin pages of analytics for superusers."""

from analytics.runs.models import AttainmentSnapshot, RecomputeChunk, RecomputeRun
from kit.admin import show

show(RecomputeRun, "as_of trigger state is_current created_at finished_at", filters="state trigger")
show(RecomputeChunk, "run step label state attempts rows worker", filters="state step")
show(AttainmentSnapshot, "run person team period measure actual target", filters="measure")
