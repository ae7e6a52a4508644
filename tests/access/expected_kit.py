"""The page that shows every component: for admins."""

from tests.access.matrix import Case, only

CASES = [Case("patterns", "GET", only("admin"))]
