"""How timestamps are compared: by whole days of the workspace, in Preview by the second (contract section 3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from customhouse_fakes.core.errors import ProfileError

Test = Callable[[int], bool]


@dataclass(frozen=True, slots=True)
class Days:
    """The day of a workspace; `exact` compares standard timestamps by the second and date attributes by UTC day."""

    zone: tzinfo
    exact: bool

    def test(self, operator: str, at: int, *, standard: bool) -> Test:
        """Whether a stored time stands in that relation to the day (or second) of `at`."""
        start, end = (at, at + 1) if self.exact and standard else self.bounds(at)
        if operator == "=":
            return lambda stored: start <= stored < end
        if operator == ">":
            return lambda stored: stored >= end
        return lambda stored: stored < start

    def bounds(self, at: int) -> tuple[int, int]:
        """First second of the day of `at`, and of the next one. A day with a clock change has 23 or 25 hours."""
        zone = UTC if self.exact else self.zone
        midnight = datetime.fromtimestamp(at, zone).replace(hour=0, minute=0, second=0, microsecond=0)
        following = midnight + timedelta(days=1)
        return int(midnight.timestamp()), int(following.timestamp())


def workspace_zone(name: str) -> tzinfo:
    """The zone of that IANA name. "UTC" needs no zone data on the machine."""
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as problem:
        raise ProfileError(
            f"the profile's timezone {name!r} is not known here; give an IANA name such as 'Europe/Dublin', "
            "or install the package tzdata"
        ) from problem
