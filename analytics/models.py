"""The models of every subject, imported for Django."""

from analytics.review import models as review
from analytics.risk import models as risk
from analytics.runs import models as runs

__all__ = ["review", "risk", "runs"]
