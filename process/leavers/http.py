"""Who may open the set-up of leavers."""

from org.http import View, let_in
from process.leavers import rules


def leaver_admins(view: View) -> View:
    return let_in(rules.can_set_leaver_rule, view)
