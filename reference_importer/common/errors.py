"""Everything that can go wrong, by what follows from it.

A message says what happened, what was expected, and what to do.
"""

from __future__ import annotations

from reference_importer.common.exits import Exit


class ImporterError(Exception):
    """Ends the run with :attr:`exit_code`."""

    exit_code: Exit = Exit.REFUSED


class UsageError(ImporterError):
    """Options, environment or mapping cannot be used. Raised before anything is sent."""

    exit_code = Exit.UNUSABLE


class SourceError(ImporterError):
    """The source cannot be read as what it claims to be. Raised before anything is sent."""

    exit_code = Exit.UNUSABLE

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message if line is None else f"line {line}: {message}")
        self.line = line


class RefusedError(ImporterError):
    """The vendor, or its absence, makes going on pointless: every further row would fail alike."""


class StoppedError(Exception):
    """Raised inside a worker when the run is stopping; its row was not sent and stays to be done."""


class RowError(Exception):
    """This row cannot be imported; the run goes on without it."""

    def __init__(self, message: str, code: str = "invalid_row", status: int | None = None) -> None:
        super().__init__(message)
        self.message, self.code, self.status = message, code, status


class CallError(Exception):
    """A call had no usable answer, however often it was tried.

    ``sent`` is False only when the request certainly never reached the vendor, so that repeating it is harmless.
    """

    def __init__(self, message: str, *, sent: bool, status: int | None = None, retry_after: float = 0.0) -> None:
        super().__init__(message)
        self.message, self.sent, self.status, self.retry_after = message, sent, status, retry_after


class GaveUpError(CallError):
    """As CallError, but further tries are known to be useless."""
