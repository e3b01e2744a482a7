"""Which requirements somebody asks for: `--only`, once or several times."""

from collections.abc import Sequence
from fnmatch import fnmatchcase


def joined(globs: Sequence[str]) -> str | None:
    """Several globs as one text, as a run keeps them: no id holds a comma. None, which is everything, without any."""
    return ",".join(globs) if globs else None


def is_named(requirement: str, only: str | None) -> bool:
    """Whether an id matches one of the globs of `joined`, in whatever case they are written."""
    return only is None or any(fnmatchcase(requirement, glob) for glob in only.upper().split(","))
