"""API users: plain traffic straight at the fakes, for their capacity. `locust -f api.py --limit none`."""

from __future__ import annotations

from itertools import count

from locust import FastHttpUser, task

from customhouse_fakes.core.clock import monotonic
from customhouse_fakes.core.randomness import SeededRandom
from customhouse_loadtests.providers import Call, providers
from customhouse_loadtests.users.conducting import Shape
from customhouse_loadtests.users.hooks import conduct, conducted

conduct("api", "intercom")
_numbers = count(1)
__all__ = ["ApiUser", "Shape"]

REFUSED = 429
KEPT_IDS = 1000


class ApiUser(FastHttpUser):
    """One account; calls by the weights of the provider's table, as fast as they are answered."""

    host = "http://127.0.0.1"

    def on_start(self) -> None:
        """An account of our own."""
        conductor = conducted(self.environment)
        settings = conductor.settings
        sandbox = conductor.door.ask("POST", "/sandboxes", {"limits": settings.limits})
        self.account = sandbox["credentials"]
        self.url = sandbox["url"]
        self.headers = {"Authorization": f"Bearer {self.account['token']}", "Content-Type": "application/json"}
        self.calls = [call for call in providers()[settings.provider].api for _ in range(call.weight)]
        self.random = SeededRandom(f"{settings.seed}/{next(_numbers)}").random
        self.ids: list[str] = []

    @task
    def call(self) -> None:
        """One call; those that need an id wait until there is one."""
        call = self.random.choice(self.calls)
        if call.needs_id and not self.ids:
            return
        known = {name: value for name, value in self.account.items() if isinstance(value, str)}
        values = {**known, "n": f"{self.account['token'][:6]}-{next(_numbers)}"}
        if call.needs_id:
            values["id"] = self.random.choice(self.ids)
        self._send(call, *call.filled(values))

    def _send(self, call: Call, path: str, body: str | None) -> None:
        began = monotonic()
        with self.client.request(
            call.method, self.url + path, name=call.name, data=body, headers=self.headers, catch_response=True
        ) as answer:
            status = answer.status_code or 0
            if status == REFUSED:
                answer.success()  # a limit that does what it says is no failure
            if call.gives_id and 200 <= status < 300 and len(self.ids) < KEPT_IDS:
                self.ids.append(answer.json()[call.gives_id])
        conducted(self.environment).carrier.count(
            call.name,
            (monotonic() - began) * 1000,
            refused=status == REFUSED,
            broken=status != REFUSED and not 200 <= status < 400,
        )
