"""The file of an import, kept in pieces in the database, and back as a file for reading."""

import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from imports.models import ImportChunk, ImportRun


def keep(run: ImportRun, pieces: Iterable[bytes]) -> None:
    """Store the pieces; the run gets their size and SHA-256. Never holds more than one block."""
    digest, size = hashlib.sha256(), 0
    for number, block in enumerate(_blocks(pieces)):
        digest.update(block)
        size += len(block)
        ImportChunk.objects.create(run=run, number=number, content=block)
    run.sha256, run.file_size = digest.hexdigest(), size
    run.save(update_fields=["sha256", "file_size"])


def _blocks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    waiting = bytearray()
    for piece in pieces:
        waiting += piece
        while len(waiting) >= ImportChunk.SIZE:
            yield bytes(waiting[: ImportChunk.SIZE])
            del waiting[: ImportChunk.SIZE]
    if waiting:
        yield bytes(waiting)


@contextmanager
def as_file(run: ImportRun) -> Iterator[Path]:
    """Give the run's file as a file on this host, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="import-") as folder:
        path = Path(folder) / "file"
        with path.open("wb") as file:
            for number in run.chunks.values_list("number", flat=True):
                piece = ImportChunk.objects.get(run=run, number=number)
                file.write(piece.content)
        yield path
