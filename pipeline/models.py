"""The models of every subject, imported for Django."""

from pipeline.accounts import models as accounts
from pipeline.activities import models as activities
from pipeline.credit import models as credit
from pipeline.customers import models as customers
from pipeline.deals import models as deals
from pipeline.discipline import models as discipline
from pipeline.people import models as people
from pipeline.products import models as products
from pipeline.stages import models as stages

__all__ = [
    "accounts", "activities", "credit", "customers", "deals", "discipline", "people", "products",
    "stages",
]  # fmt: skip
