"""What the settings name: a cache of JSON, and static files with a hash in their names."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import HashedFilesMixin
from whitenoise.storage import CompressedManifestStaticFilesStorage


class JSONSerializer:
    """Django's Redis backend calls these two; whole numbers stay bare, so that INCR works."""

    def dumps(self, value: Any) -> int | bytes:
        if type(value) is int:
            return value
        return json.dumps(value, separators=(",", ":")).encode()

    def loads(self, stored: bytes) -> Any:
        return json.loads(stored)


_MIXIN: Any = HashedFilesMixin
_SCRIPTS, _IMPORTS = _MIXIN._js_module_import_aggregation_patterns  # noqa: SLF001 -- see below


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Rewrites imports in our own scripts only.

    Django's switch for it reads every script, and trips over examples in the comments of
    packages' files.
    """

    patterns = (*HashedFilesMixin.patterns, (f"js/{_SCRIPTS}", _IMPORTS))

    def compress_files(self, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Write a compressed copy beside each file, unless the settings spare the time."""
        if settings.STATIC_COMPRESSION:
            yield from super().compress_files(path for path in paths if not path.endswith(".map"))
