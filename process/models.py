"""The models of every subject, imported for Django."""

from process.leavers import models as leavers
from process.targets import models as targets

__all__ = ["leavers", "targets"]
