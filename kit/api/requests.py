"""Bodies of JSON of limited size and with each key once, and limits of requests a minute."""

import json
import logging
import time
from collections.abc import Mapping
from typing import IO, Any, ClassVar

from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser
from rest_framework.throttling import BaseThrottle


class TooLarge(APIException):
    status_code = 413
    default_code = "too_large"
    default_detail = "The body is too large."


class StrictJSONParser(BaseParser):
    """Parses JSON in UTF-8; refuses NaN, infinities and keys given twice."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise TooLarge
        try:
            return json.loads(
                body.decode(), object_pairs_hook=_object, parse_constant=_no_such_number
            )
        except (ValueError, RecursionError) as error:
            raise ParseError(f"This is not JSON that can be read: {error}") from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("an object has the same key twice")
    return found


def _no_such_number(word: str) -> Any:
    raise ValueError(f"{word} is not a number")


WINDOW_SECONDS = 60
log = logging.getLogger(__name__)


class MinuteThrottle(BaseThrottle):
    """Counts requests by calendar minute, in one step of the cache, so that no two are one.

    Without the cache nothing is counted: that the office can work outweighs a fair share.
    """

    # The setting that says how many requests a minute are answered.
    limit: ClassVar[str]

    def identity(self, request: Any) -> str | None:
        """Return whose requests are counted together; None for no limit."""
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
            return cache.incr(key) <= int(getattr(settings, self.limit))
        except RedisError:
            log.warning("Requests are not limited: the cache does not answer.", exc_info=True)
            return True

    def wait(self) -> float:
        """Return the seconds until the next minute begins."""
        return WINDOW_SECONDS - self.now % WINDOW_SECONDS
