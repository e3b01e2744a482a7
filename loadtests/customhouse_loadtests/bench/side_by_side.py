"""Ours beside peers, and in two processes: in turns, on the same core, so that both feel the same noise."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from customhouse_fakes.core.clock import monotonic
from customhouse_loadtests.errors import LoadError
from customhouse_loadtests.programs import FAKES

from .drive import Client
from .errors import BenchError
from .ledger import Ledger
from .peers import Peer, peers
from .plan import CONNECTIONS, PROCESSES, Plan
from .processes import Server, running
from .subject import Subject, Workspace, fake, numbers

Say = Callable[[str], None]
#: The width at which ours is compared with peers, and in what.
WIDTH = CONNECTIONS[1]
HOW = ("times_rate", "times_cpu")
#: Bursts that are not measured: virtual machines are slow for their first thousands of calls.
WARM_UP = 5


def several(plan: Plan, client: Client, ledger: Ledger, say: Say) -> None:
    """Creates in several processes, a workspace in each, the client on the same machine."""
    say(f"{PROCESSES} processes")
    began = monotonic()
    with running([*FAKES, "--processes", str(PROCESSES)], alone=False) as server:
        ledger.add(f"processes.{PROCESSES}.start.ready_s", monotonic() - began)
        workspaces = _one_in_each(server, client)
        for _ in range(plan.rounds):
            for connections in CONNECTIONS[1:]:
                streams = [(workspace.address, workspace.creates(plan.calls)) for workspace in workspaces]
                before = server.cpu_s()
                driven = client.drive(streams, connections)
                driven.require(200)
                measured = numbers(driven, server.cpu_s() - before)
                ledger.add_all(f"processes.{PROCESSES}.create.{connections}", measured)
        ledger.add(f"processes.{PROCESSES}.memory_mb", server.rss_mb())


def _one_in_each(server: Server, client: Client) -> list[Workspace]:
    """Ids decide where a sandbox lives: try until every process has one."""
    found: dict[object, Workspace] = {}
    for number in range(64 * PROCESSES):
        workspace = Workspace(server, client, f"bench-{number}")
        found.setdefault(workspace.address, workspace)
        if len(found) == PROCESSES:
            return list(found.values())
    raise BenchError(f"of {64 * PROCESSES} sandboxes none lives in one of the {PROCESSES} processes")


def beside(peers: Iterable[Peer], cache: Path, plan: Plan, client: Client, ledger: Ledger, say: Say) -> dict[str, str]:
    """Measure each peer; why those are missing that are."""
    missing: dict[str, str] = {}
    for peer in peers:
        say(f"installing {peer.title}")
        try:
            home = peer.install(cache)
            say(f"{peer.title}")
            _pair(peer, home, plan, client, ledger)
        except (LoadError, OSError) as error:
            missing[peer.name] = str(error)
    _sum_up(ledger)
    return missing


def _pair(peer: Peer, home: Path, plan: Plan, client: Client, ledger: Ledger) -> None:
    """A peer and ours in turns. Samples are written only if the peer came through all of it."""
    samples = Ledger()
    name = f"peer.{peer.name}"
    with fake(client) as ours, peer.running(home) as (server, url, first):
        samples.add(f"{name}.start.first_answer_s", first)
        samples.add(f"{name}.memory.idle_mb", server.rss_mb())
        theirs = Subject(server, client, url, peer.call.status)
        sent = WARM_UP * plan.calls
        theirs.drive([peer.call.bytes(number) for number in range(sent)], CONNECTIONS[1])
        for _ in range(plan.rounds):
            for connections in CONNECTIONS:
                sent += plan.calls
                requests = [peer.call.bytes(number) for number in range(sent, sent + plan.calls)]
                their = theirs.measure(requests, connections)
                own = ours.measure(ours.creates(plan.calls), connections)
                samples.add_all(f"{name}.{connections}", their)
                samples.add(f"{name}.{connections}.times_rate", own["per_s"] / their["per_s"])
                samples.add(f"{name}.{connections}.times_cpu", their["cpu_us"] / own["cpu_us"])
        samples.add(f"{name}.memory.after_mb", server.rss_mb())
    ledger.take(samples)


def _sum_up(ledger: Ledger) -> None:
    """What the targets ask for: the nearest of the stateful peers, and several processes beside the quickest of all."""
    measured = [peer for peer in peers().values() if ledger.value(f"peer.{peer.name}.{WIDTH}.per_s")]
    stateful = [ledger.value(f"peer.{peer.name}.{WIDTH}.{how}") for peer in measured if peer.stateful for how in HOW]
    if stateful:
        ledger.add(f"stateful.{WIDTH}.times_rate_and_cpu", min(value for value in stateful if value is not None))
    rates = [ledger.value(f"peer.{peer.name}.{WIDTH}.per_s") or 0.0 for peer in measured]
    own = ledger.value(f"processes.{PROCESSES}.create.{WIDTH}.per_s")
    if rates and own:
        ledger.add(f"processes.{PROCESSES}.{WIDTH}.times_quickest_peer", own / max(rates))
