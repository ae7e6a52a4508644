"""The read-only admin pages of pipeline for superusers."""

from kit.admin import show
from pipeline.activities.models import Activity
from pipeline.customers.models import Account, AccountTerritory, Contact
from pipeline.deals.models import Deal, DealLine, DealVersion
from pipeline.products.models import Product
from pipeline.stages.models import Stage

show(Account, "name owner country archived_at", search="name external_id")
show(AccountTerritory, "account territory valid_from valid_to", search="account__name")
show(Contact, "full_name account email", search="full_name account__name")
show(Product, "name family list_price currency archived_at", search="name")
show(Stage, "name kind order probability default_category")
show(
    Deal,
    "name owner stage amount currency expected_close_on",
    filters="status",
    search="name external_id",
)
show(DealLine, "deal product quantity unit_price")
show(DealVersion, "name valid_from valid_to stage owner amount source", search="name")
show(Activity, "subject kind person occurred_at", filters="kind")
