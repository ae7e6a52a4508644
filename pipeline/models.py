"""The models of every subject, imported for Django."""

from pipeline.accounts import models as accounts
from pipeline.activities import models as activities
from pipeline.credit import models as credit
from pipeline.customers import models as customers
from pipeline.deals.models import deals as deals_deals
from pipeline.deals.models import people as deals_people
from pipeline.discipline import models as discipline
from pipeline.people import models as people
from pipeline.products import models as products
from pipeline.stages import models as stages

__all__ = [
    "accounts",
    "activities",
    "credit",
    "customers",
    "deals_deals",
    "deals_people",
    "discipline",
    "people",
    "products",
    "stages",
]
