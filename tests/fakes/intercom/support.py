"""What the tests of the fake Intercom share: a workspace on a hand-driven clock."""

from __future__ import annotations

from typing import Any

import pytest

from customhouse_fakes.core.answers import VendorError
from customhouse_fakes.core.randomness import SeededRandom
from customhouse_fakes.intercom.profile import IntercomProfile
from customhouse_fakes.intercom.state.workspace import Workspace
from customhouse_fakes.intercom.versions import Version, version

V = version("2.16")
V210 = version("2.10")
PREVIEW = version("Preview")
BEGIN = 1_790_000_003.5


class Time:
    """A clock that moves when it is told to."""

    def __init__(self, at: float = BEGIN) -> None:
        self.at = at

    def __call__(self) -> float:
        return self.at


def workspace(time: Time | None = None, **switches: Any) -> Workspace:
    return Workspace(IntercomProfile(**switches), SeededRandom(7), time or Time())


def refused(error: pytest.ExceptionInfo[VendorError]) -> tuple[int, str, str]:
    """Status, code and message of a refusal."""
    only = error.value.body["errors"][0]
    return error.value.status, only["code"], only["message"]


__all__ = ["BEGIN", "PREVIEW", "V210", "Time", "V", "Version", "refused", "workspace"]
