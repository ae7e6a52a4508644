"""Forms of the home pages: the order of people, and a quick log."""

from collections.abc import Sequence
from datetime import datetime

from django import forms

from analytics.context.forms import ScopeForm
from analytics.dashboards.tables import TEAM, TEAMS
from analytics.risk.metrics.attention import ToDo
from kit.forms import PageField, SortField
from org.models.people import Person
from pipeline.activities.forms import LogForm


class TeamDashboardForm(ScopeForm):
    """The address of the team dashboard."""

    sort = SortField(columns=TEAM, default="-booked")
    teams_sort = SortField(columns=TEAMS, default="-booked")
    page = PageField()


class QuickLogForm(LogForm):
    """An activity on one of the open deals of the own page; sent to pipeline's own view."""

    def __init__(self, *, viewer: Person, now: datetime, to_do: Sequence[ToDo], back: str) -> None:
        super().__init__(viewer=viewer, now=now)
        deals = [(todo.deal.deal, todo.deal.name) for todo in to_do]
        self.fields["deal"].widget = forms.Select(choices=[("", "Choose a deal"), *deals])
        self.fields["deal"].required = True
        self.fields["deal"].label = "Deal"
        self.fields["next"].initial = back
        self.order_fields(
            ["deal", "kind", "subject", "occurred_at", "direction", "minutes", "body"]
        )
