"""Who may open the set-up of risk."""

from analytics.risk import rules
from org.http import View, let_in


def risk_admins(view: View) -> View:
    return let_in(rules.can_set_up_risk, view)
