"""The read-only admin pages of org for superusers."""

from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.auth.models import Group

from kit.admin import LookOnly
from org.models.audit import AuditEntry
from org.models.calendar import ExchangeRate, FiscalPeriod, Holiday, Organisation
from org.models.people import Person, ReportingLine, RoleGrant
from org.models.quotas import Quota
from org.models.teams import Team, TeamMembership
from org.models.territories import PersonTerritory, Territory

# Roles are rows of ours, and addresses are kept on the person: neither has a second door.
admin.site.unregister([Group, EmailAddress])


@admin.register(Person)
class PersonAdmin(LookOnly):
    exclude = ("password", "groups", "user_permissions")
    list_display = ("full_name", "email", "is_active", "last_login")
    list_filter = ("is_active",)
    search_fields = ("full_name", "email")


@admin.register(RoleGrant)
class RoleGrantAdmin(LookOnly):
    list_display = ("person", "role")
    list_filter = ("role",)
    list_select_related = ("person",)


@admin.register(ReportingLine)
class ReportingLineAdmin(LookOnly):
    list_display = ("person", "manager", "valid_from", "valid_to")
    list_select_related = ("person", "manager")
    search_fields = ("person__full_name", "manager__full_name")


@admin.register(Team, Territory)
class TreeAdmin(LookOnly):
    list_display = ("name", "parent", "archived_at")
    list_select_related = ("parent",)
    search_fields = ("name",)


@admin.register(TeamMembership)
class TeamMembershipAdmin(LookOnly):
    list_display = ("person", "team", "is_lead", "valid_from", "valid_to")
    list_select_related = ("person", "team")
    search_fields = ("person__full_name", "team__name")


@admin.register(PersonTerritory)
class PersonTerritoryAdmin(LookOnly):
    list_display = ("person", "territory", "valid_from", "valid_to")
    list_select_related = ("person", "territory")


@admin.register(Organisation, Holiday)
class PlainAdmin(LookOnly):
    list_display = ("__str__",)


@admin.register(FiscalPeriod)
class FiscalPeriodAdmin(LookOnly):
    list_display = ("label", "kind", "start_on", "end_on")
    list_filter = ("kind",)


@admin.register(ExchangeRate)
class ExchangeRateAdmin(LookOnly):
    list_display = ("currency", "valid_from", "rate")
    list_filter = ("currency",)


@admin.register(Quota)
class QuotaAdmin(LookOnly):
    list_display = ("person", "team", "territory", "measure", "period", "target", "set_at")
    list_select_related = ("person", "team", "territory", "period")
    list_filter = ("measure",)


@admin.register(AuditEntry)
class AuditEntryAdmin(LookOnly):
    list_display = ("at", "actor", "action", "subject_label")
    list_select_related = ("actor",)
    list_filter = ("action",)
    search_fields = ("subject_label",)
