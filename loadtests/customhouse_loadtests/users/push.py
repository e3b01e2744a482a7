"""Push importers: each user launches one in an account of its own, again and again or once. `locust -f push.py`."""

from __future__ import annotations

from itertools import count
from typing import Any

from locust import User, task
from locust.exception import StopUser

from customhouse_loadtests.facts import Fact, new_fact
from customhouse_loadtests.fold import CUT
from customhouse_loadtests.users.conducting import Shape
from customhouse_loadtests.users.hooks import conduct, conducted

conduct("push", "intercom")
_numbers = count(1)
__all__ = ["Importer", "Shape"]


class Importer(User):
    """One importer at a time. What Locust's own statistics show is how long whole imports take."""

    @task
    def import_once(self) -> None:
        """Order an import from the stage and carry what it tells."""
        conductor = conducted(self.environment)
        settings, carrier = conductor.settings, conductor.carrier
        id = f"{carrier.worker}/{next(_numbers)}"
        order = {
            "id": id,
            "worker": carrier.worker,
            "records": settings.records,
            "limits": settings.limits,
            "faults": settings.faults,
            "profile": settings.profile,
        }
        carrier.put(new_fact("started", conductor.clock.now(), id=id, rows=settings.records))
        ended: Fact | None = None
        for fact in conductor.door.lines("POST", "/imports", order):
            if fact["kind"] == "still":
                continue
            carrier.put(fact)
            ended = fact if fact["kind"] == "ended" else ended
        self._say(id, ended)
        if settings.once:
            raise StopUser

    def _say(self, id: str, ended: Fact | None) -> None:
        if ended is None:
            conductor = conducted(self.environment)
            conductor.carrier.put(
                new_fact("ended", conductor.clock.now(), id=id, ended_by="the harness", exit_code=None)
            )
            return
        cut = ended["ended_by"] == CUT
        trouble: Any = None if cut or ended["exit_code"] == 0 else RuntimeError(f"exit code {ended['exit_code']}")
        self.environment.events.request.fire(
            request_type="IMPORT",
            name=f"{ended['asked']} rows",
            response_time=ended["took_s"] * 1000,
            response_length=0,
            exception=trouble,
            context={},
        )
