"""A sandbox of a provider that pulls, with the app that it asks and the API that the app's rows come from."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from customhouse_conformance.adapters import Business, Service
from customhouse_conformance.adapters.app import free_port
from customhouse_conformance.engine.upstream import Desk, Upstream
from customhouse_conformance.engine.world import Account, World, refusals
from customhouse_conformance.facts import Row
from customhouse_conformance.pages import START
from customhouse_conformance.scenarios import Scenario


class PullAccount(Account):
    """One sandbox, the port that its app is to listen on, and its businesses."""

    def __init__(self, world: World, scenario: Scenario, service: Service, seed: int) -> None:
        self.port = free_port()
        self.api_uri = service.api_uri(self.port)
        self.app_url = Service().api_uri(self.port)
        app = {"api_uri": self.api_uri, "businesses": scenario.pull.businesses}
        sandbox = world.sandbox(scenario, seed, app=app)
        super().__init__(world, sandbox)
        self.app_code_name: str = sandbox.credentials["app_code_name"]
        self._upstream: Upstream = world.upstream
        self._known: list[Mapping[str, str]] = sandbox.credentials["businesses"]

    def open_desk(self, scenario: Scenario, books: Mapping[str, tuple[Row, ...]]) -> Desk:
        """Let the source's API serve these rows, by business."""
        return self._upstream.serve(books, scenario.pull.upstream)

    @property
    def uids(self) -> tuple[str, ...]:
        """The businesses, the first one first."""
        return tuple(one["business_uid"] for one in self._known)

    def businesses(self, workdir: Path, source: str) -> tuple[Business, ...]:
        """What the app is told of them; the sources lie in folders of their own but for the first."""
        folders = (workdir, *(workdir / f"business-{n}" for n in range(2, len(self._known) + 1)))
        return tuple(
            Business(
                uid=one["business_uid"],
                staff_uid=one["staff_uid"],
                token=one["token"],
                source=folder / source,
                source_url=self._upstream.source_url(one["business_uid"]),
            )
            for folder, one in zip(folders, self._known, strict=True)
        )

    def pull(self, plan: Mapping[str, Any]) -> None:
        """How the fake asks for pages from the next session on; `ScenarioError` if it refuses the plan."""
        with refusals("pull plan"):
            self.run(lambda: setattr(self.sandbox.state, "pull_plan", plan))

    def sessions(self) -> int:
        """How many sessions were begun so far."""
        return self.run(lambda: len(self.sandbox.state.sessions))

    def starts(self) -> int:
        """How often the app asked for an import to begin, whatever it was answered."""
        return self.run(lambda: len(self.sandbox.journal.find(operation=START).rows))

    def over(self) -> bool:
        """Whether nothing is under way: every session has ended, and no webhook waits to be delivered."""
        return self.run(lambda: all(self._ended()))

    def webhook_url(self) -> str | None:
        """Where the last webhook went."""
        urls = self.run(lambda: [one.url for one in self.sandbox.deliveries])
        return urls[-1] if urls else None

    def _ended(self) -> Iterator[bool]:
        yield from (session.ended for session in self.sandbox.state.sessions.values())
        yield from (delivery.state != "pending" for delivery in self.sandbox.deliveries)
