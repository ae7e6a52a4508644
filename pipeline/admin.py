"""The read-only admin pages of pipeline for superusers."""

from django.contrib import admin

from kit.admin import LookOnly
from pipeline.activities.models import Activity
from pipeline.customers.models import Account, AccountTerritory, Contact
from pipeline.deals.models.deals import Deal, DealLine, DealVersion
from pipeline.products.models import Product
from pipeline.stages.models import Stage


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
