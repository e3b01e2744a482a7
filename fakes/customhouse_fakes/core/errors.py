"""Errors of the harness itself. What a vendor would say is `answers.VendorError`, never one of these."""

from __future__ import annotations


class HarnessError(Exception):
    """The user of the harness asked for something that cannot be done.

    `code` is stable and machine-readable, `status` is what the control plane answers with, and the
    message says what happened, what was expected and what to do.
    """

    code = "harness-error"
    status = 400

    def __init__(self, message: str, *, problems: list[str] | None = None) -> None:
        super().__init__(message)
        self.problems = problems or []

    def __str__(self) -> str:
        return "\n  - ".join([super().__str__(), *self.problems])


class ClockError(HarnessError):
    code = "clock"


class ProfileError(HarnessError):
    code = "profile"


class FaultPlanError(HarnessError):
    code = "fault-plan"


class SeedError(HarnessError):
    code = "seed"


class TargetError(HarnessError):
    """A call to the outside that the allow-list does not let through."""

    code = "target"


class NotFoundError(HarnessError):
    code = "not-found"
    status = 404


class LostError(HarnessError):
    """The sandbox died with its process."""

    code = "lost"
    status = 410


class ServingError(HarnessError):
    """A port is taken, a host cannot be bound, or the server did not come up in time."""

    code = "serving"
    status = 500
