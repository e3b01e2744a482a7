"""What a caller is told instead of what it asked for."""

from __future__ import annotations


class Refusal(Exception):  # noqa: N818 - an answer, and often a proper one
    """Answered with `status` and `message`; `retry_after` (seconds) when asking again later may help."""

    def __init__(self, status: int, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.retry_after = status, message, retry_after
