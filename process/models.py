"""The models of each subject, for Django to find."""

from process.leavers import models as leavers
from process.targets import models as targets

__all__ = ["leavers", "targets"]
