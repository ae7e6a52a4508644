"""The read-only admin pages of org for superusers."""

from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.auth.models import Group

from kit.admin import show
from org.models.audit import AuditEntry
from org.models.calendar import ExchangeRate, FiscalPeriod, Holiday, Organisation
from org.models.people import Person, ReportingLine, RoleGrant
from org.models.quotas import Quota
from org.models.teams import Team, TeamMembership
from org.models.territories import PersonTerritory, Territory

# Roles are rows of ours, and addresses are kept on the person: neither has a second door.
admin.site.unregister([Group, EmailAddress])

show(
    Person,
    "full_name email is_active last_login",
    filters="is_active",
    search="full_name email",
    hidden="password groups user_permissions",
)
show(RoleGrant, "person role", filters="role")
show(
    ReportingLine,
    "person manager valid_from valid_to",
    search="person__full_name manager__full_name",
)
show(Team, "name parent archived_at", search="name")
show(Territory, "name parent archived_at", search="name")
show(
    TeamMembership, "person team is_lead valid_from valid_to", search="person__full_name team__name"
)
show(PersonTerritory, "person territory valid_from valid_to")
show(Organisation, "__str__")
show(Holiday, "__str__")
show(FiscalPeriod, "label kind start_on end_on", filters="kind")
show(ExchangeRate, "currency valid_from rate", filters="currency")
show(Quota, "person team territory measure period target set_at", filters="measure")
show(AuditEntry, "at actor action subject_label", filters="action", search="subject_label")
