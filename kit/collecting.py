"""Pause garbage collection of old objects while many new ones are created."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def heap_set_aside() -> Iterator[None]:
    """Inside the block the collector looks through what the block makes, not what was there.

    An application's code and settings are some hundred thousand objects that stay; work that makes
    many more has all of them looked through again and again.
    """
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
