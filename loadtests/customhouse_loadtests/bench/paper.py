"""The run as a page of the manual."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .results import HEADINGS, Results, number

MEMORY = (
    ("memory.idle_mb", "idle, MB"),
    ("memory.journal_mb", "left by the journaled calls, MB"),
    ("memory.contacts_mb", "left by the created contacts, journal included, MB"),
    ("processes.2.memory_mb", "two processes after the run, both and their parent (shared pages counted in each), MB"),
    ("start.first_answer_s", "launch to first answer, s"),
    ("processes.2.start.ready_s", "launch to ready line with two processes, s"),
    ("embedded.start_s", "start inside a process, s"),
    ("reset.empty_ms", "reset of an empty workspace, ms"),
    ("reset.full_ms", "reset of the full workspace, ms"),
)


def write(results: Results) -> str:
    """Markdown; `bench.svg` and `bench.json` are beside it."""
    return "\n".join([*_head(results), *_targets(results), *_numbers(results), *_peers(results)]) + "\n"


def _head(results: Results) -> list[str]:
    machine, plan = results.machine, results.plan
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    return [
        "# What the fakes carry",
        "",
        "Written by `customhouse bench --out docs` (`--peer` for the comparison); all samples are in `bench.json`.",
        "",
        f"* Machine: {machine['cpu']}, {machine['cores']} cores, load {machine['load']} when the run began; "
        f"{machine['system']}.",
        f"* {machine['python']}; {versions}.",
        f"* {plan.rounds} rounds of {plan.calls:,} calls a burst; medians. Server on one core, client on another.",
        "* Calls are Intercom's where no provider is named. Rally does the work of an import within the call here; of",
        "  inTandem's pages the connections are businesses at once, and the app has its answers ready.",
        f'* "few" contacts are those that the creates of the same round made, "many" are {plan.records:,}.',
        "",
        "![Requests per second](bench.svg)",
        "",
    ]


def _targets(results: Results) -> list[str]:
    rows = (
        (
            judged.target.name,
            f"{number(judged.measured)} {judged.target.unit}",
            f"{judged.target.comparison} {judged.target.wanted:g} {judged.target.unit}",
            f"**{judged.outcome}**" if judged.outcome == "missed" else judged.outcome,
            judged.target.why,
        )
        for judged in results.judged
    )
    return ["## Measured against wanted", "", *_table(("what", "measured", "wanted", "", "why"), rows)]


def _numbers(results: Results) -> list[str]:
    traffic = ((row.what, row.contacts, str(row.connections), *row.cells) for row in results.traffic())
    rest = ((what, number(results.ledger.value(name))) for name, what in MEMORY)
    return [
        "## Traffic",
        "",
        *_table(("call", "contacts", "connections", *HEADINGS), traffic),
        "## Memory, start and reset",
        "",
        *_table(("what", "measured"), rest),
    ]


def _peers(results: Results) -> list[str]:
    if not results.asked:
        return []
    rows = ((row.what, str(row.connections), *row.cells) for row in results.rivalry())
    value = results.ledger.value
    costs = (
        (
            peer.title,
            "yes" if peer.stateful else "no",
            number(value(f"peer.{peer.name}.start.first_answer_s")),
            number(value(f"peer.{peer.name}.memory.idle_mb")),
            number(value(f"peer.{peer.name}.memory.after_mb")),
        )
        for peer in results.peers
    )
    return [
        "## Peers",
        "",
        "Each in turns with ours, on the same core; the last two columns are ours over theirs in the same turns. Ours",
        "validates, keeps and journals what it is sent; static stubs do none of the first two.",
        "",
        *_table(("peer", "connections", *HEADINGS, "times as quick", "times as cheap"), rows),
        *_table(("peer", "stateful", "first answer s", "idle MB", "after MB"), costs),
        *(f"Not measured: {name}: {why}" for name, why in results.missing.items()),
    ]


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [f"| {' | '.join(cells)} |" for cells in (headings, *rows)]
    return [lines[0], "|" + "---|" * len(headings), *lines[1:], ""]
