"""What lies in a folder, so that two looks at it tell what changed.

By looking, not by asking the system to tell: a watch on every folder runs into the system's limit as soon as there is
a `node_modules`, and hears nothing on shares and mounts. A look at some thousand files takes some 10 ms.
"""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

#: Folders that hold nothing of the importer's own; so do those whose name begins with a dot, and virtualenvs.
FOREIGN = frozenset({"node_modules", "__pycache__"})
VIRTUALENV = "pyvenv.cfg"

#: What editors write beside a file while it is open, and compilers of Python beside a module.
PASSING = re.compile(r".*~|\..*\.sw.|\.#.*|#.*#|4913|.*\.pyc")

#: What a check writes; the first two tell a folder of results.
RESULTS = ("results.json", "records", "junit.xml", "report.html", "gaps.toml")

#: Time of the last change, size, number of the inode: a file that was replaced has another one.
Mark = tuple[int, int, int]
Look = Mapping[str, Mark]


@dataclass(frozen=True)
class Folder:
    """A folder of sources. What a check writes to `out` is no source, wherever that is."""

    path: Path
    out: Path | None = None

    def look(self) -> Look:
        """Every file that counts, by its path below the folder."""
        return dict(self._walk(str(self.path), ""))

    def _walk(self, folder: str, below: str) -> Iterator[tuple[str, Mark]]:
        try:
            entries = {entry.name: entry for entry in os.scandir(folder)}
        except OSError:  # gone by now, or nobody's business
            return
        if VIRTUALENV in entries:
            return
        for name, entry in entries.items():
            if self._is_result(folder, name, entries):
                continue
            if not entry.is_dir(follow_symlinks=False):
                if not PASSING.fullmatch(name) and (mark := _mark(entry)):
                    yield below + name, mark
            elif name not in FOREIGN and not name.startswith("."):
                yield from self._walk(entry.path, f"{below}{name}/")

    def _is_result(self, folder: str, name: str, beside: Mapping[str, object]) -> bool:
        if name.removesuffix(".partial") not in RESULTS:
            return False
        return all(sign in beside for sign in RESULTS[:2]) or Path(folder) == self.out


def _mark(entry: "os.DirEntry[str]") -> Mark | None:
    try:
        stat = entry.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


def changed(before: Look, after: Look) -> list[str]:
    """Files that came, went or changed, by name."""
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
