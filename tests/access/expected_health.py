"""What a load balancer asks: open to everybody, says nothing but yes or no."""

from tests.access.matrix import Case, same

CASES = [
    Case("healthz", "GET", same(200, anonymous=200)),
    Case("readyz", "GET", same(200, anonymous=200)),
]
