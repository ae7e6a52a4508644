"""Limits of requests a minute, counted in the shared cache."""

import logging
import time
from typing import Any

from django.core.cache import cache
from redis.exceptions import RedisError
from rest_framework.throttling import BaseThrottle

WINDOW_SECONDS = 60
log = logging.getLogger(__name__)


class MinuteThrottle(BaseThrottle):
    """Counts requests by calendar minute, in one step of the cache, so that no two are one.

    Without the cache nothing is counted: that the office can work outweighs a fair share.
    """

    def identity(self, request: Any) -> str | None:
        """Return whose requests are counted together; None for no limit."""
        raise NotImplementedError

    def limit(self) -> int:
        """Return how many requests a minute are answered."""
        raise NotImplementedError

    def allow_request(self, request: Any, view: Any) -> bool:
        identity = self.identity(request)
        if identity is None:
            return True
        self.now = time.time()
        key = f"throttle:{identity}:{int(self.now // WINDOW_SECONDS)}"
        try:
            # The key outlives its minute, so that it is there when the next line counts.
            cache.add(key, 0, timeout=2 * WINDOW_SECONDS)
            return cache.incr(key) <= self.limit()
        except RedisError:
            log.warning("Requests are not limited: the cache does not answer.", exc_info=True)
            return True

    def wait(self) -> float:
        """Return the seconds until the next minute begins."""
        return WINDOW_SECONDS - self.now % WINDOW_SECONDS
