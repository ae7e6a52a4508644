"""What of pipeline a superuser may look at in Django's admin. Nothing is changed there."""

from django.contrib import admin

from kit.admin import LookOnly
from pipeline.models.accounts import Account, AccountTerritory, Contact, Product
from pipeline.models.activities import Activity
from pipeline.models.deals import Deal, DealLine, DealVersion, Stage
from pipeline.models.imports import ImportRun
from pipeline.models.recompute import (
    AttainmentSnapshot,
    RecomputeChunk,
    RecomputeRun,
)


@admin.register(Account)
class AccountAdmin(LookOnly):
    list_display = ("name", "owner", "country", "archived_at")
    list_select_related = ("owner",)
    search_fields = ("name", "external_id")


@admin.register(AccountTerritory)
class AccountTerritoryAdmin(LookOnly):
    list_display = ("account", "territory", "valid_from", "valid_to")
    list_select_related = ("account", "territory")
    search_fields = ("account__name",)


@admin.register(Contact)
class ContactAdmin(LookOnly):
    list_display = ("full_name", "account", "email")
    list_select_related = ("account",)
    search_fields = ("full_name", "account__name")


@admin.register(Product)
class ProductAdmin(LookOnly):
    list_display = ("name", "family", "list_price", "currency", "archived_at")
    search_fields = ("name",)


@admin.register(Stage)
class StageAdmin(LookOnly):
    list_display = ("name", "kind", "order", "probability", "default_category")


@admin.register(Deal)
class DealAdmin(LookOnly):
    list_display = ("name", "owner", "stage", "amount", "currency", "expected_close_on")
    list_select_related = ("owner", "stage")
    list_filter = ("status",)
    search_fields = ("name", "external_id")


@admin.register(DealLine)
class DealLineAdmin(LookOnly):
    list_display = ("deal", "product", "quantity", "unit_price")
    list_select_related = ("deal", "product")


@admin.register(DealVersion)
class DealVersionAdmin(LookOnly):
    list_display = ("name", "valid_from", "valid_to", "stage", "owner", "amount", "source")
    list_select_related = ("stage", "owner")
    search_fields = ("name",)


@admin.register(Activity)
class ActivityAdmin(LookOnly):
    list_display = ("subject", "kind", "person", "occurred_at")
    list_select_related = ("person",)
    list_filter = ("kind",)


@admin.register(ImportRun)
class ImportRunAdmin(LookOnly):
    list_display = ("file_name", "kind", "state", "created_by", "created_at", "finished_at")
    list_select_related = ("created_by",)
    list_filter = ("kind", "state")
    # What was read of the file: it belongs to the pages of imports, which show it in words.
    exclude = ("profile", "plan", "submission")


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
