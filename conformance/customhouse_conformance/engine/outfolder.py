"""The folder that a check writes to: for one check at a time, and with nothing in it of an earlier one."""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from customhouse_conformance.errors import UsageError

#: What a check writes, and nothing else is ever removed.
_KEPT = ("*.jsonl", "*.smallest*.csv", "*.smallest*.json", "*.smallest*.ndjson")
_RECORDS = tuple(f"records/{depth}/{kept}" for depth in ("*", "*/*") for kept in _KEPT)
_FILES = ("results.json", "junit.xml", "report.html", "gaps.toml", *_RECORDS)
OURS = (*_FILES, *(name + ".partial" for name in _FILES))


@contextmanager
def taken(folder: Path, ours: Iterable[str] = OURS) -> Iterator[None]:
    """Make the folder, hold it, and clear it of our own old files; `UsageError` if another run holds it.

    The lock is on the folder itself and ends with the process, however that ends.
    """
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError(
                f"another run is writing to {folder}", "wait for it, or give --out another folder"
            ) from None
        clear(folder, ours)
        yield
    finally:
        os.close(handle)


def clear(folder: Path, ours: Iterable[str] = OURS) -> None:
    """Remove what an earlier run wrote; files of other origin and their folders stay."""
    for pattern in ours:
        for path in folder.glob(pattern):
            path.unlink()
    for emptied in (*folder.glob("records/*/*"), *folder.glob("records/*"), folder / "records"):
        with suppress(OSError):
            emptied.rmdir()
