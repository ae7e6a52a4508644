"""Collecting the static files, only when they have changed."""

import hashlib
from pathlib import Path

from salesmgr import embedded


class StaticFiles:
    """The files to be served, and whether they are those that were collected last."""

    def __init__(self, stamp: Path, collected: Path) -> None:
        self._stamp, self._collected = stamp, collected

    def are_collected(self) -> bool:
        """Return whether nothing has changed since `note_collected`."""
        stamped = self._stamp.exists() and self._collected.is_dir()
        return stamped and self._stamp.read_text() == self._digest()

    def note_collected(self) -> None:
        """Remember that the files as they are now have been collected."""
        self._stamp.write_text(self._digest())

    def _digest(self) -> str:
        """Return a fingerprint of every static file's name, size and time, and of the packages."""
        base = embedded.BASE_DIR
        digest = hashlib.sha256((base / "requirements.txt").read_bytes())
        for folder in [base / "static", *sorted(base.glob("*/static"))]:
            for path in sorted(folder.rglob("*")):
                facts = path.stat()
                digest.update(f"{path} {facts.st_size} {facts.st_mtime_ns}\n".encode())
        return digest.hexdigest()
