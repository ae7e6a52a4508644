"""A cache serializer that stores JSON, so that reading the cache can never run code."""

import json
from typing import Any


class JSONSerializer:
    """Django's Redis backend calls these two; whole numbers stay bare, so that INCR works."""

    def dumps(self, value: Any) -> int | bytes:
        if type(value) is int:
            return value
        return json.dumps(value, separators=(",", ":")).encode()

    def loads(self, stored: bytes) -> Any:
        return json.loads(stored)
