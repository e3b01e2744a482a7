"""The run: rounds of ordinary traffic in many sandboxes, among clients that behave badly."""

from __future__ import annotations

from collections.abc import Callable

from customhouse_fakes.core.clock import monotonic
from customhouse_loadtests.bench import traffic
from customhouse_loadtests.bench.drive import Here, drive
from customhouse_loadtests.bench.processes import running
from customhouse_loadtests.bench.subject import Workspace
from customhouse_loadtests.programs import FAKES

from .hostile import coming_and_going, slow_clients
from .tally import Tally

WORKSPACES = 20
SLOW = 50
CONNECTS, STORM, CALM_ROUNDS = 100, 10_000, 100
CREATES, READS, LISTS = 40, 40, 2
CONNECTIONS = 8
PLANNED_CALLS = 3
PLANNED = {"id": "planned", "operation": "contacts.create", "status": 503, "calls": {"first": PLANNED_CALLS}}

Say = Callable[[Tally], None]


def endure(seconds: float, processes: int, storm: int, tally: Tally, say: Say) -> None:
    """Fill in `tally` until the time is over; it is said after every round.

    Beside the traffic of each round somebody connects and leaves, again and again: `storm` times in the first round of
    each hundred, fewer in the others.
    """
    began = monotonic()
    with running([*FAKES, "--processes", str(processes)], alone=False) as server:
        spaces = [Workspace(server, Here(), f"soak-{number}") for number in range(WORKSPACES)]
        nuisance = Workspace(server, Here(), "soak-nuisance")
        tally.sandboxes = WORKSPACES + 1
        with slow_clients(nuisance.address, nuisance.token, SLOW) as slow:
            while tally.seconds < seconds:
                tally.rounds += 1
                slow.drip()
                connects = storm if tally.rounds % CALM_ROUNDS == 1 else CONNECTS
                with coming_and_going(nuisance.address, connects):
                    for space in spaces:
                        tally.take(_visit(space))
                tally.take_connects(connects)
                tally.memory_mb.append(round(server.rss_mb(), 1))
                tally.seconds = round(monotonic() - began, 3)
                say(tally)


def _visit(space: Workspace) -> Tally:
    """A sandbox from its reset on: faults that are planned, traffic, and what the fake says of both."""
    tally = Tally()
    path = f"/sandboxes/{space.id}"
    space.control("POST", f"{path}/reset")
    space.control("PUT", f"{path}/faults", {"faults": [PLANNED]})
    space.contacts = 0
    _burst(space, traffic.definitions(space.token), tally)  # a create on another connection could overtake them
    _burst(space, space.creates(CREATES), tally)
    tally.planned += PLANNED_CALLS
    ids = space.ids()
    tally.sent += 1
    _burst(space, [*traffic.gets(space.token, ids, READS), *traffic.pages(space.token, LISTS)], tally)
    tally.journaled += space.control("GET", path)["journal"]["total"]
    tally.diagnostics = space.control("GET", f"{path}/diagnostics")["diagnostics"]
    return tally


def _burst(space: Workspace, requests: list[bytes], tally: Tally) -> None:
    driven = drive([(space.address, requests)], CONNECTIONS)
    tally.sent += len(requests)
    tally.statuses.update(driven.statuses)
