"""What lies in a folder, so that two looks at it tell what changed.

By looking, not by asking the system to tell: a watch on every folder runs into the system's limit as soon as there is
a `node_modules`, and hears nothing on shares and mounts. A look at some thousand files takes some 10 ms.
"""

import os
import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

#: Folders that hold nothing of the importer's own; so do those whose name begins with a dot, and virtualenvs.
FOREIGN = frozenset({"node_modules", "__pycache__"})
VIRTUALENV = "pyvenv.cfg"

#: What editors write beside a file while it is open, and compilers of Python beside a module.
PASSING = re.compile(r".*~|\..*\.sw.|\.#.*|#.*#|4913|.*\.pyc")

#: What a check writes; the first two tell a folder of results, if there are records in the second.
RESULTS = ("results.json", "records", "junit.xml", "report.html", "gaps.toml")
RECORDS = ("*/*.jsonl", "*/*/*.jsonl")

#: Time of the last change, size, number of the inode: a file that was replaced has another one.
Mark = tuple[int, int, int]
Look = Mapping[str, Mark]
Entries = Mapping[str, "os.DirEntry[str]"]


@dataclass(frozen=True)
class Folder:
    """A folder of sources. What a check writes to `out` is no source, wherever that is."""

    path: Path
    out: Path | None = None

    def look(self) -> Look:
        """Every file that counts, by its path below the folder."""
        return dict(self._files())

    def _files(self) -> Iterator[tuple[str, Mark]]:
        """Links to folders are followed after all that is really here, and no folder is looked at twice, nor one that
        this one lies in: links may lead round in a circle."""
        seen = {_identity(parent) for parent in self.path.resolve().parents}
        folders = deque([(str(self.path), "")])
        while folders:
            folder, below = folders.popleft()
            if (identity := _identity(folder)) is None or identity in seen:
                continue
            seen.add(identity)
            entries = self._entries(folder)
            for name, entry in entries.items():
                if _is_folder(entry):
                    add, there = folders.appendleft, entry.path
                    if entry.is_symlink():
                        add, there = folders.append, os.path.realpath(entry.path)
                    if _may_hold_sources(name) and _may_hold_sources(os.path.basename(there)):
                        add((there, f"{below}{name}/"))
                elif not PASSING.fullmatch(name) and (mark := _mark(entry)):
                    yield below + name, mark

    def _entries(self, folder: str) -> Entries:
        """In the order of their names: whichever of two links to a folder is followed must not change. No results."""
        try:
            entries = {entry.name: entry for entry in sorted(os.scandir(folder), key=lambda entry: entry.name)}
        except OSError:  # gone by now, or nobody's business
            return {}
        if VIRTUALENV in entries:
            return {}
        results = RESULTS if Path(folder) == self.out or _holds_results(folder, entries) else ()
        return {name: entry for name, entry in entries.items() if name.removesuffix(".partial") not in results}


def _holds_results(folder: str, entries: Entries) -> bool:
    """Whether a check wrote here; other things are called `records` as well."""
    return all(sign in entries for sign in RESULTS[:2]) and any(
        next(Path(folder, RESULTS[1]).glob(pattern), None) for pattern in RECORDS
    )


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself, or to where nobody may look
        return False


def _may_hold_sources(name: str) -> bool:
    return name not in FOREIGN and not name.startswith(".")


def _identity(folder: str | Path) -> tuple[int, int] | None:
    try:
        stat = os.stat(folder)
    except OSError:
        return None
    return stat.st_dev, stat.st_ino


def _mark(entry: "os.DirEntry[str]") -> Mark | None:
    try:
        stat = entry.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


def changed(before: Look, after: Look) -> list[str]:
    """Files that came, went or changed, by name."""
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
