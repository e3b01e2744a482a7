"""The only door from the engine to the fakes: a harness with a trap and a source API beside it, and accounts in it.

A world belongs to one worker thread. Requests that open no sandbox can therefore be ascribed to the scenario that
runs in it at that moment.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from customhouse_conformance.adapters import Told
from customhouse_conformance.engine.trap import Trap
from customhouse_conformance.engine.upstream import Upstream
from customhouse_conformance.errors import ScenarioError
from customhouse_conformance.facts import Exchange, Row, Served, Stray
from customhouse_conformance.record_io import build
from customhouse_conformance.scenarios import Scenario
from customhouse_fakes.core.clock import monotonic
from customhouse_fakes.core.errors import HarnessError
from customhouse_fakes.core.journal import Exchange as JournalRow
from customhouse_fakes.core.provider import Provider
from customhouse_fakes.core.redaction import forms, holds
from customhouse_fakes.core.sandbox import Sandbox
from customhouse_fakes.core.serving import Harness

T = TypeVar("T")

#: Turns of the fake's event loop without any connection, after which nothing is left that a dead importer has sent.
SETTLING_TURNS = 10
#: Real seconds after which a connection that stays open is not its.
SETTLING_S = 5.0

#: Everything that comes between a kill and the next start: see `scenarios.plans`.
LOST: dict[str, Any] = {"id": "lost-with-the-importer", "operation": "*", "reset": True}

#: A request body larger than this gets 413: no scenario needs one, and what is sent is held in memory while it is read.
BODY_LIMIT = 2 * 1024 * 1024


class World:
    """A harness of its own, the trap origin, and the API that source rows can be fetched from."""

    def __init__(self, providers: Iterable[Provider]) -> None:
        self.harness = Harness(providers, strict=True, body_limit=BODY_LIMIT)
        self.trap = Trap()
        self.upstream = Upstream()

    def __enter__(self) -> Self:
        self.harness.start()
        self.trap.start()
        self.upstream.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.upstream.stop()
        self.trap.stop()
        self.harness.stop()

    @property
    def trap_url(self) -> str:
        """Another origin, which notes what reaches it."""
        return self.trap.url

    def sandbox(self, scenario: Scenario, seed: int, **more: Any) -> Sandbox:
        """A new sandbox; `ScenarioError` if its settings are refused."""
        with refusals("profile or limits"):
            return self.harness.sandbox(
                scenario.provider, profile=scenario.profile, limits=scenario.limits, seed=seed, **more
            )

    def open(self, scenario: Scenario, seed: int) -> "Account":
        """A new sandbox, to run a scenario in."""
        return Account(self, self.sandbox(scenario, seed))


class Account:
    """One sandbox, as the engine sees it."""

    def __init__(self, world: World, sandbox: Sandbox) -> None:
        self._harness = world.harness
        self._trap = world.trap
        self._strays_before = world.harness.registry.strays_total
        self.sandbox = sandbox
        self.provider = sandbox.provider.name
        self.base_url = world.harness.url(self.provider)
        self.token: str = sandbox.credentials["token"]
        world.trap.watch_for(self.token)

    def close(self) -> None:
        """Forget the sandbox."""
        self._harness.run(self._harness.registry.delete, self.sandbox.id)

    def run(self, function: Callable[[], T]) -> T:
        """Call a function on the fake's own thread, where its state lives."""
        return self._harness.run(function)

    def secrets(self) -> tuple[str, ...]:
        """All tokens and secrets of the account."""
        return self.run(self.sandbox.secrets)

    def seed(self, document: Mapping[str, Any]) -> None:
        """Put a state in; `ScenarioError` if the fake refuses it."""
        with refusals("seed document"):
            self._harness.run(self.sandbox.provider.seed, self.sandbox.state, dict(document))

    def plan_faults(self, document: Mapping[str, Any]) -> None:
        """Set the fault plan; `ScenarioError` if the fake refuses it."""
        with refusals("fault plan"):
            self._harness.run(self.sandbox.faults.put, dict(document))

    def on_exchange(self, listen: Callable[[JournalRow], None]) -> Callable[[], None]:
        """Call back on the fake's loop, when an answer is decided and before it is sent. Returns how to stop that."""
        return self._harness.run(self.sandbox.journal.subscribe, listen)

    def settle(self) -> None:
        """Let the fake finish what has already been sent to it; what came from a killed importer is lost no more."""
        deadline, quiet = monotonic() + SETTLING_S, 0
        while quiet < SETTLING_TURNS and monotonic() < deadline:
            quiet = 0 if self._harness.connections(self.provider) else quiet + 1
        self._harness.run(self.sandbox.faults.remove, LOST["id"])

    def lose_what_comes(self) -> None:
        """From now on whatever is sent gets lost on the way, until all has settled."""
        self._harness.run(self.sandbox.faults.add, LOST)

    def finish(self) -> None:
        """Let work of the fake's own come to its end when the importer has ended; most accounts have none."""

    def told(self, folder: Path) -> Told | None:  # noqa: ARG002 - of most accounts there is nothing to write down
        """What one start of the importer is told beside the usual."""
        return None

    @property
    def total(self) -> int:
        """Number of the last exchange."""
        return self.sandbox.journal.total

    def objects(self) -> tuple[Row, ...]:
        """The store, as the fake exports it."""
        return self._harness.run(lambda: tuple(self.sandbox.provider.export(self.sandbox.state)))

    def exchanges(self) -> tuple[Exchange, ...]:
        """The journal."""
        rows = self._harness.run(lambda: list(self.sandbox.journal.export()))
        return tuple(build(Exchange, {**row, "response": row["response"] or _NO_RESPONSE}) for row in rows)

    def served(self) -> Served:
        """What was done on purpose, and what went wrong in the fake."""
        return self._harness.run(self._served)

    def strays(self) -> tuple[Stray, ...]:
        """Requests since this account was opened that belong to nobody, here or at the trap."""
        new = self._harness.registry.strays_total - self._strays_before
        found = list(self._harness.registry.strays)[-new:] if new else []
        needles = forms(self.token)
        here = [
            Stray(
                where="api",
                method=row.request.method,
                path=row.request.path,
                carried_token=holds(_said(row), needles) is not None,
                status=row.status,
                auth=row.auth,
            )
            for provider, row in found
            if provider == self.provider
        ]
        return (*here, *self._trap.caught())

    def _served(self) -> Served:
        journal = self.sandbox.journal
        return Served(
            faults=dict(self.sandbox.faults.served),
            throttled=sum((row.refused_by or "").startswith("rate-limit") for row in journal.rows()),
            journal_complete=journal.evicted == 0,
            diagnostics=tuple(f"{one['kind']}: {one['detail']}" for one in self.sandbox.diagnostics),
        )


_NO_RESPONSE: dict[str, Any] = {"headers": {}, "body": ""}


@contextmanager
def refusals(part: str) -> Iterator[None]:
    """Turns the fake's refusal of our own tables into an error that names the table's part."""
    try:
        yield
    except HarnessError as error:
        raise ScenarioError(f"the fake refuses the {part}: {error}", "mend the scenario") from None


def _said(row: JournalRow) -> bytes:
    request = row.request
    headers = "\n".join(request.headers.values())
    return f"{request.path}?{request.query_string}\n{headers}\n".encode() + request.body
