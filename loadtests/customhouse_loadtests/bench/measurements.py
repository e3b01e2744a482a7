"""The measurements. Each writes its samples into the ledger; none judges."""

from __future__ import annotations

import http.client
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from urllib.parse import urlsplit

from customhouse_conformance.engine.providers import available
from customhouse_fakes.core.clock import monotonic
from customhouse_fakes.core.serving import Harness
from customhouse_loadtests.programs import FAKES

from . import traffic
from .drive import Client
from .ledger import Ledger, ratios
from .plan import CONNECTIONS, Plan
from .processes import running
from .subject import Subject, Workspace, bare, fake

Say = Callable[[str], None]
SLICES = 10
PAGES_IN_PROPORTION = 10


def measure_all(plan: Plan, client: Client, ledger: Ledger, say: Say) -> None:
    """Everything, in rounds: what is compared is measured side by side, so that both sides feel the same noise."""
    starting(plan, ledger, say)
    journal_growth(plan, client, ledger, say)
    with fake(client) as small, fake(client) as large, bare(client) as limit:
        contacts_growth(plan, small, large, ledger, say)
        for turn in range(1, plan.rounds + 1):
            say(f"round {turn} of {plan.rounds}: create")
            creating(plan, small, large, limit, ledger)
            say(f"round {turn} of {plan.rounds}: update, get, search, list")
            operations(plan, small, "small", ledger)
            operations(plan, large, "large", ledger)
        resetting(plan, small, large, ledger, say)


def creating(plan: Plan, small: Workspace, large: Workspace, limit: Subject, ledger: Ledger) -> None:
    """Creates in an empty workspace and in a full one, beside the app that does nothing."""
    small.renew()
    for connections in CONNECTIONS:
        requests = small.creates(plan.calls)
        nothing = limit.measure(requests, connections)
        create = small.measure(requests, connections)
        ledger.add_all(f"small.create.{connections}", create)
        ledger.add_all(f"large.create.{connections}", large.measure(large.creates(plan.calls), connections))
        ledger.add_all(f"bare.{connections}", nothing)
        ledger.add(f"bare.{connections}.share_of_cpu", nothing["cpu_us"] / create["cpu_us"])
        ledger.add(f"bare.{connections}.share_of_rate", create["per_s"] / nothing["per_s"])


def operations(plan: Plan, workspace: Workspace, name: str, ledger: Ledger) -> None:
    """The other calls of an importer."""
    ids, token, calls = workspace.ids(), workspace.token, plan.calls
    bursts = {
        "update": traffic.updates(token, ids, calls),
        "get": traffic.gets(token, ids, calls),
        "search": traffic.searches(token, workspace.contacts, calls),
        "list": traffic.pages(token, max(10, calls // PAGES_IN_PROPORTION)),
    }
    for operation, requests in bursts.items():
        for connections in CONNECTIONS:
            ledger.add_all(f"{name}.{operation}.{connections}", workspace.measure(requests, connections))


def contacts_growth(plan: Plan, small: Workspace, large: Workspace, ledger: Ledger, say: Say) -> None:
    """Memory of `records` contacts, and creates around the last of them against creates around the early ones."""
    empty = large.server.rss_mb()
    ledger.add("memory.idle_mb", empty)
    half = plan.window // 2
    say(f"creating {plan.records} contacts")
    large.fill(plan.records - half)
    small.fill(plan.early - half)
    say("creating beside few and beside many")
    size = max(1, plan.window // SLICES)
    for _ in range(SLICES):
        ledger.add_all("early.create.1", small.measure(small.creates(size)))
        ledger.add_all("late.create.1", large.measure(large.creates(size)))
    for number in ("cpu_us", "p50_ms"):
        late, early = ledger.samples(f"late.create.1.{number}"), ledger.samples(f"early.create.1.{number}")
        ledger.add(f"late_over_early.{number}", *ratios(late, early))
    ledger.add("late_over_early.mean_cpu_us", _mean(ledger, "late") / _mean(ledger, "early"))
    ledger.add("memory.contacts_mb", large.server.rss_mb() - empty)


def _mean(ledger: Ledger, which: str) -> float:
    """The mean keeps what the median drops: a garbage collection that strikes one slice in ten."""
    samples = ledger.samples(f"{which}.create.1.cpu_us")
    return sum(samples) / len(samples)


def journal_growth(plan: Plan, client: Client, ledger: Ledger, say: Say) -> None:
    """Memory that calls leave behind which change nothing: the journal's."""
    say(f"{plan.journaled} journaled calls")
    with fake(client) as workspace:
        workspace.fill(plan.early)
        before = workspace.server.rss_mb()
        workspace.drive(traffic.gets(workspace.token, workspace.ids(), plan.journaled), CONNECTIONS[1])
        ledger.add("memory.journal_mb", workspace.server.rss_mb() - before)


def resetting(plan: Plan, small: Workspace, large: Workspace, ledger: Ledger, say: Say) -> None:
    """From the request to the answer, over a new connection. The first full one has a full journal too."""
    say("resets")
    small.renew()
    ledger.add("reset.empty_ms", *(small.reset_ms() for _ in range(max(5, plan.rounds))))
    ledger.add("reset.full_ms", large.reset_ms())
    for _ in range(plan.rounds - 1):
        large.seed(plan.records)
        ledger.add("reset.full_ms", large.reset_ms())


def starting(plan: Plan, ledger: Ledger, say: Say) -> None:
    """Launch to first answer, and the harness inside a process: each time in a new process."""
    say("starting and stopping")
    for _ in range(plan.rounds):
        began = monotonic()
        with running(FAKES) as server:
            ledger.add("start.ready_s", monotonic() - began)
            _first_answer(server.ready["intercom"]["url"])
            ledger.add("start.first_answer_s", monotonic() - began)
            ledger.add("start.cpu_s", server.cpu_s())
        with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as executor:
            started, stopped = executor.submit(embed).result()
        ledger.add("embedded.start_s", started)
        ledger.add("embedded.stop_s", stopped)


def _first_answer(url: str) -> None:
    """Any answer of the vendor's: without a credential it is a 401."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    connection.request("GET", "/me")
    connection.getresponse().read()
    connection.close()


def embed() -> tuple[float, float]:
    """Seconds to start and to stop all fakes inside a process; the imports of the core are not counted."""
    began = monotonic()
    harness = Harness(available()).start()
    started = monotonic()
    harness.stop()
    return started - began, monotonic() - started
