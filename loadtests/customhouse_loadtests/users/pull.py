"""Pull importers: each user is inTandem for one business, and pages the app from 1 to -1.

locust -f pull.py
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import Any

from locust import FastHttpUser, task
from locust.exception import StopUser

from customhouse_fakes.core.clock import monotonic
from customhouse_loadtests.facts import Fact, new_fact
from customhouse_loadtests.fold import CUT
from customhouse_loadtests.users.conducting import Shape
from customhouse_loadtests.users.hooks import conduct, conducted

conduct("pull", "intandem")
_numbers = count(1)
__all__ = ["Business", "Shape"]

LAST = -1
PAGE_TIMEOUT_S = 30.0
REFUSED = 429
#: Pages that a walk may have beyond those that its rows fill: an app that never ends is ended here.
SPARE_PAGES = 10


@dataclass(slots=True)
class Walk:
    """What one walk from 1 to -1 came to."""

    id: str
    asked: int
    pages: int = 0
    rows: int = 0
    calls: int = 0
    refused: int = 0
    broken: int = 0
    launch_s: float | None = None
    why: str = ""
    over: bool = False
    began: float = field(default_factory=monotonic)

    def end(self, now: float) -> Fact:
        """The account; it failed if a page was none. Clients that are missing are counted from the rows."""
        fact = new_fact("ended", now, id=self.id, asked=self.asked, ended_by="itself" if self.over else CUT)
        return fact | {
            "exit_code": 1 if self.why else 0,
            "complaint": self.why,
            "took_s": round(monotonic() - self.began, 4),
            **{name: getattr(self, name) for name in ("pages", "rows", "calls", "refused", "broken", "launch_s")},
        }


class Business(FastHttpUser):
    """inTandem, as one business's app sees it."""

    host = "http://127.0.0.1"
    network_timeout = PAGE_TIMEOUT_S
    connection_timeout = PAGE_TIMEOUT_S

    def on_start(self) -> None:
        """Find out which business we are."""
        door = conducted(self.environment).door
        self.app = door.ask("GET", "/app")
        businesses = self.app["businesses"]
        self.business = businesses[door.ask("POST", "/claim")["number"] % len(businesses)]

    @task
    def walk(self) -> None:
        """Open the launch page as a person would, then ask for pages until one is short, then for -1."""
        conductor = conducted(self.environment)
        settings, carrier = conductor.settings, conductor.carrier
        walk = Walk(f"{carrier.worker}/{next(_numbers)}", settings.records)
        carrier.put(new_fact("started", conductor.clock.now(), id=walk.id, rows=settings.records))
        carrier.put(new_fact("launched", conductor.clock.now(), id=walk.id))
        try:
            self._walk(walk, settings.per_page)
            walk.over = True
        finally:
            carrier.put(walk.end(conductor.clock.now()))
        if settings.once:
            raise StopUser

    def _walk(self, walk: Walk, per_page: int) -> None:
        began = monotonic()
        answer = self.client.get(self.app["url"] + self.business["launch"], name="launch")
        walk.launch_s = round(monotonic() - began, 4)
        if not _good(answer):
            walk.why = f"the launch page was answered {answer.status_code}: {(answer.text or '')[:200]}"
            return
        most = walk.asked // per_page + SPARE_PAGES
        for page in range(1, most + 1):
            clients = self._page(walk, page, per_page)
            if clients is None:
                return
            walk.pages += 1
            walk.rows += clients
            if clients < per_page:
                self._page(walk, LAST, per_page)
                return
        walk.why = f"page {most} was still full"

    def _page(self, walk: Walk, page: int, per_page: int) -> int | None:
        """Clients on a page; None when it was none."""
        query = f"business_uid={self.business['business_uid']}&staff_uid={self.business['staff_uid']}"
        path = f"{self.app['export']}?{query}&page={page}&per_page={per_page}"
        began = monotonic()
        answer = self.client.get(self.app["url"] + path, name="page", headers={"User-Agent": "inTandem"})
        took_ms = (monotonic() - began) * 1000
        good, refused = _good(answer), answer.status_code == REFUSED
        rows = _clients(answer) if good and page != LAST else 0
        walk.calls += 1
        walk.refused += refused
        walk.broken += not (good or refused)
        if not good:
            walk.why = f"page {page} was answered {answer.status_code}: {(answer.text or '')[:200]}"
        conducted(self.environment).carrier.count(
            "page", took_ms, page=page, rows=rows, refused=refused, broken=not (good or refused)
        )
        return rows if good else None


def _good(answer: Any) -> bool:
    return answer.status_code is not None and 200 <= answer.status_code < 300


def _clients(answer: Any) -> int:
    """How many are on a page; what is no page holds none."""
    try:
        return len(answer.json()["data"]["clients"])
    except (ValueError, KeyError, TypeError):
        return 0
