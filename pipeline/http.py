"""Who may open the pages of pipeline."""

from org import rules as org_rules
from org.http import View, let_in
from pipeline import rules


def writers(view: View) -> View:
    """Let in everybody who may write; executives may only read."""
    return let_in(rules.can_write, view)


def stage_admins(view: View) -> View:
    return let_in(rules.can_set_up_stages, view)


def import_admins(view: View) -> View:
    return let_in(org_rules.can_administer, view)


def product_admins(view: View) -> View:
    return let_in(rules.can_set_up_products, view)
