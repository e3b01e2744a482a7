"""What can go wrong in the suite itself, by type.

Every error says what happened and how to mend it, and knows the exit code that it means
(design.md, *Exit codes*): 2 the user's manifest or usage, 3 nothing could be judged, 4 our own fault.
In the order of a run: manifest, register, selection, adapter, record.
"""

import errno


class ConformanceError(Exception):
    """Base of all: one sentence what happened, one what to do."""

    exit_code = 4

    def __init__(self, what: str, mend: str = "") -> None:
        super().__init__(f"{what}\n  {mend}" if mend else what)
        self.what = what
        self.mend = mend


class ManifestError(ConformanceError):
    """`customhouse.toml` is missing, unreadable, or says something that has no meaning."""

    exit_code = 2


class UsageError(ConformanceError):
    """A command was called with something that cannot be done."""

    exit_code = 2


class CannotWriteError(UsageError):
    """What a run found cannot be kept where the user wants it."""


#: What the machine or the user's folders refuse; anything else that the system says is our own fault.
OUT_OF_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG, errno.EMFILE, errno.ENFILE})
IN_THE_WAY = frozenset(
    {
        errno.EACCES,
        errno.EPERM,
        errno.ENOENT,
        errno.ENOTDIR,
        errno.EISDIR,
        errno.EEXIST,
        errno.ENAMETOOLONG,
        errno.ELOOP,
    }
)


def users_trouble(error: OSError) -> UsageError | None:
    """What the system refused, in words, if it is for the user to mend."""
    where = f"{error.filename}: " if error.filename else ""
    if error.errno in OUT_OF_ROOM:
        return UsageError(f"{where}{error.strerror}", "make room on this machine and run it again")
    if error.errno in IN_THE_WAY:
        return UsageError(f"{where}{error.strerror}", "give a path that can be read or written")
    return None


class SelectionError(ConformanceError):
    """The selection matches no requirement, so nothing could be judged."""

    exit_code = 3


class RegisterError(ConformanceError):
    """A requirement row is wrong; names the row."""


class ScenarioError(ConformanceError):
    """A scenario row is wrong; names the row."""


class DidNotStartError(ConformanceError):
    """The importer's process could not be started at all."""

    exit_code = 3


class RecordError(ConformanceError):
    """A stored record cannot be trusted."""


class RecordTruncatedError(RecordError):
    """No footer: whoever wrote the record did not finish."""


class RecordCountError(RecordError):
    """The footer counts other items than the file holds."""


class RecordSchemaError(RecordError):
    """The record is of another schema, or an item lacks a field."""
