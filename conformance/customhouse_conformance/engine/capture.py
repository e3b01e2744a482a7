"""Reads what an importer left behind, bounded: a flood costs some megabytes of record, not the record."""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from customhouse_conformance.engine.workfolder import walk

#: Kept of one text, and of all files of a process together.
TEXT_BYTES = 1024 * 1024
FILES_BYTES = 16 * 1024 * 1024


def text_of(path: Path, most: int = TEXT_BYTES) -> str:
    """The beginning of a text file; says how much was left out."""
    with path.open("rb") as file:
        head = file.read(most)
        size = path.stat().st_size
    text = head.decode("utf-8", "replace")
    return text if size <= most else f"{text}\n[cut here: the first {most} of {size} bytes]"


def texts_of(files: Mapping[str, Path], sources: Collection[Path]) -> dict[str, str]:
    """The texts among the files, up to the bound of all; says where it was reached.

    Not the sources: their rows would read as if the importer had named them.
    """
    left = FILES_BYTES
    texts: dict[str, str] = {}
    for name, path in files.items():
        if path in sources or not _is_text(path):
            continue
        if left <= 0:
            texts[name] = f"[left out, as all after it: {FILES_BYTES} bytes of files are kept]"
            break
        texts[name] = text_of(path, min(TEXT_BYTES, left))
        left -= len(texts[name]) + len(name)
    return texts


def _is_text(path: Path) -> bool:
    """Whether the beginning of a file reads as text (no NUL byte)."""
    try:
        with path.open("rb") as file:
            return b"\0" not in file.read(4096)
    except OSError:
        return False


def files_of(workdir: Path) -> Iterator[tuple[str, Path]]:
    """Regular files in the work folder, by relative name in order; links are not followed.

    A folder that lies too deep stands for what is in it: it cannot be read like a file, and so counts as unread.
    """
    found = (one for one in walk(workdir) if one.closed or one.entry.is_file(follow_symlinks=False))
    for path in sorted(Path(one.entry.path) for one in found):
        yield str(path.relative_to(workdir)), path
