"""Where webhooks go, and when an address that never answers well is switched off (contract section 8.1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

DAY_S = 24 * 3600.0
DISABLED_AFTER_S = 5 * DAY_S
#: "Several failures within 24 hours" start the clock; how many is not published.
SEVERAL = 3


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address. No `events` means all of them; `lost` counts what arose after it was switched off."""

    url: str
    events: tuple[str, ...] = ()
    failures: tuple[float, ...] = ()
    failing_since: float | None = None
    disabled_at: float | None = None
    lost: int = 0

    def wants(self, event: str) -> bool:
        return not self.events or event in self.events

    def after(self, at: float, *, good: bool) -> Endpoint:
        """What an attempt makes of it."""
        if good:
            return replace(self, failures=(), failing_since=None)
        recent = tuple(then for then in (*self.failures, at) if then > at - DAY_S)[-SEVERAL:]
        since = self.failing_since
        if since is None and len(recent) == SEVERAL:
            since = recent[0]
        over = since is not None and at - since >= DISABLED_AFTER_S
        return replace(self, failures=recent, failing_since=since, disabled_at=at if over else None)

    def to_json(self) -> dict[str, Any]:
        return {
            "url": self.url,
            "events": list(self.events),
            "failing_since": self.failing_since,
            "disabled_at": self.disabled_at,
            "lost": self.lost,
        }


class Endpoints:
    """The addresses of a workspace, by URL."""

    def __init__(self, endpoints: tuple[Endpoint, ...] = ()) -> None:
        self._by_url = {endpoint.url: endpoint for endpoint in endpoints}

    def __iter__(self) -> Iterator[Endpoint]:
        return iter(self._by_url.values())

    def hearing(self, event: str) -> list[Endpoint]:
        """Who is to hear of an event; those that are switched off lose it."""
        wanting = [endpoint for endpoint in self if endpoint.wants(event)]
        for endpoint in wanting:
            if endpoint.disabled_at is not None:
                self._by_url[endpoint.url] = replace(endpoint, lost=endpoint.lost + 1)
        return [endpoint for endpoint in wanting if endpoint.disabled_at is None]

    def note(self, url: str, at: float, *, good: bool) -> bool:
        """Take an attempt into account; whether the address is switched off now."""
        endpoint = self._by_url.get(url)
        if endpoint is None:
            return False
        if endpoint.disabled_at is None:
            endpoint = self._by_url[url] = endpoint.after(at, good=good)
        return endpoint.disabled_at is not None

    def copy(self) -> Endpoints:
        return Endpoints(tuple(self))
