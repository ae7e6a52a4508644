"""The Celery application and the schedule that beat keeps."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "salesmgr.settings")
app = Celery("salesmgr")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# In UTC. What a day is, and whether its run is due, is decided by the organisation's own clock
# inside the task. A message that no worker took in time is dropped: the next one says the same.
app.conf.beat_schedule = {
    # Every ten minutes: start the run of the day that has just ended, if there was none yet.
    "start the nightly run": {
        "task": "forecasting.tasks.nightly_start",
        "schedule": crontab(minute="*/10"),
        "options": {"expires": 500},
    },
    # Every half minute: hand out again what killed workers or a lost queue left undone.
    "reconcile recompute runs": {
        "task": "forecasting.tasks.nightly_reconcile",
        "schedule": 30.0,
        "options": {"expires": 25},
    },
    # Every half minute: go on with imports whose worker was killed or whose message was lost.
    "hand out stale imports": {
        "task": "imports.tasks.hand_out_stale_imports",
        "schedule": 30.0,
        "options": {"expires": 25},
    },
}
