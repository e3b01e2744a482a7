"""The folder that an importer works in, and how to go through it and be rid of it, however deep it was made.

An importer may nest folders as deep as it likes: deeper than Python calls itself, and than the system takes a path.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final

#: Folders in folders, as deep as anything is looked at.
MOST_DEPTH: Final = 100
#: Bytes of a folder's path with which whatever lies in it can still be named: the system's bound is 4096, a name's 255.
MOST_PATH: Final = 4096 - 1 - 256

_OPEN: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW


@contextmanager
def work_folder() -> Iterator[Path]:
    """A new folder, gone afterwards with all that is in it; what cannot be removed stays, and is no error."""
    folder = Path(tempfile.mkdtemp(prefix="customhouse-")).resolve()
    try:
        yield folder
    finally:
        with suppress(OSError):
            _remove(folder)


@dataclass(frozen=True, slots=True)
class Found:
    """Something in a folder; `closed` if it is a folder that lies too deep to be looked into."""

    entry: os.DirEntry[str]
    closed: bool


def walk(folder: Path) -> Iterator[Found]:
    """All that is in a folder and its folders. Links are not followed, and what goes away meanwhile is left out."""
    waiting = [(str(folder), 0)]
    while waiting:
        path, depth = waiting.pop()
        with suppress(OSError), os.scandir(path) as entries:
            for entry in entries:
                inner = entry.is_dir(follow_symlinks=False)
                closed = inner and (depth + 1 >= MOST_DEPTH or len(os.fsencode(entry.path)) > MOST_PATH)
                if inner and not closed:
                    waiting.append((entry.path, depth + 1))
                yield Found(entry, closed)


def _remove(folder: Path) -> None:
    folder.chmod(0o700)
    home = os.open(folder, _OPEN)
    try:
        _empty(home)
    finally:
        os.close(home)
    folder.rmdir()


def _empty(home: int) -> None:
    """Each folder comes up into `home` before it is looked into, so that no path is longer than a name."""
    there = frozenset(os.listdir(home))
    names = (name for name in map(str, count()) if name not in there)
    waiting = _bring_up(home, home, names)
    while waiting:
        name = waiting.pop()
        with suppress(OSError):
            inner = os.open(name, _OPEN, dir_fd=home)
            try:
                waiting += _bring_up(inner, home, names)
            finally:
                os.close(inner)
            os.rmdir(name, dir_fd=home)


def _bring_up(inner: int, home: int, names: Iterator[str]) -> list[str]:
    """Remove the files of a folder and move its folders into `home`; the names that they have there."""
    with os.scandir(inner) as entries:
        there = list(entries)
    up = []
    for entry in there:
        with suppress(OSError):
            if not entry.is_dir(follow_symlinks=False):
                os.unlink(entry.name, dir_fd=inner)
                continue
            os.chmod(entry.name, 0o700, dir_fd=inner)  # else it may be neither moved nor opened
            name = next(names)
            os.rename(entry.name, name, src_dir_fd=inner, dst_dir_fd=home)
            up.append(name)
    return up
