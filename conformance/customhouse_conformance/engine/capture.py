"""Reads what an importer left behind, bounded: a flood costs one megabyte of record, not the record."""

from collections.abc import Collection, Iterator
from pathlib import Path

TEXT_BYTES = 1024 * 1024
MAX_FILES = 200


def text_of(path: Path) -> str:
    """The beginning of a text file; says how much was left out."""
    with path.open("rb") as file:
        head = file.read(TEXT_BYTES)
        size = path.stat().st_size
    text = head.decode("utf-8", "replace")
    return text if size <= TEXT_BYTES else f"{text}\n[cut here: the first {TEXT_BYTES} of {size} bytes]"


def is_text(path: Path) -> bool:
    """Whether the beginning of a file reads as text (no NUL byte)."""
    with path.open("rb") as file:
        return b"\0" not in file.read(4096)


def files_of(workdir: Path, sources: Collection[Path]) -> Iterator[tuple[str, Path]]:
    """Regular files in the work folder but for the sources, by relative name; links are not followed."""
    files = (path for path in sorted(workdir.rglob("*")) if path.is_file() and not path.is_symlink())
    found = (path for path in files if path not in sources)
    for _, path in zip(range(MAX_FILES), found, strict=False):
        yield str(path.relative_to(workdir)), path
