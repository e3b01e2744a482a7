"""Is the adapter all right? Three friendly rows, no faults, and every problem in words.

Tests how the importer is plugged in, not whether it conforms. `diagnose` is a pure function of the record.
"""

from collections.abc import Callable, Iterable, Iterator

from customhouse_conformance.endings import end, last_line
from customhouse_conformance.engine.live import LiveRuns
from customhouse_conformance.engine.scenario_run import run_scenario
from customhouse_conformance.engine.workers import work_off
from customhouse_conformance.manifest.spec import ImporterSpec
from customhouse_conformance.record import Record
from customhouse_conformance.scenarios import PULLING, Scenario, read_scenarios
from customhouse_conformance.smoke_app import diagnose_app
from customhouse_conformance.smoke_columns import file_columns, lost_columns
from customhouse_conformance.smoke_problem import Problem, Severity, tail
from customhouse_conformance.store import asked_for, people
from customhouse_conformance.verdicts import LESS_ON_DISK, why_not_started
from customhouse_fakes.core.provider import Provider

SMOKE = {
    "id": "smoke",
    "text": "Three friendly rows.",
    "ceilings": {"requests": 300, "seconds": 30.0},
}

#: What to do about an importer that had to be stopped.
WAYS = {"time-ceiling": "does it wait for input?", "disk-ceiling": LESS_ON_DISK}

#: What is said of no request beside the crash that explains it.
CRASHED = Problem(Severity.UNREACHED, "no request reached the fake", "it failed before the first: mend that")

#: The same three people in the words of other providers.
DATASETS = {"intandem": "clients", "rally": "rally-people"}


def run_smoke(spec: ImporterSpec, providers: Callable[[], Iterable[Provider]]) -> Record:
    """Run the importer once on three rows; an interrupt ends it."""
    scenario, live = smoke_scenario(spec.provider), LiveRuns()
    (record,) = work_off([lambda world: run_scenario(world, scenario, spec, 0, live)], 1, providers, live)
    return record


def smoke_scenario(provider: str) -> Scenario:
    """The scenario: the same three people at every provider; with a provider that pulls, on two pages."""
    scenario = SMOKE | {"dataset": {"name": DATASETS.get(provider, "people"), "count": 3, "attributes": False}}
    paged = {"pull": {"per_page": 2}} if provider in PULLING else {}
    return read_scenarios(provider, {"scenario": [scenario | paged]})["smoke"]


def diagnose(record: Record) -> list[Problem]:
    """What is wrong, the likely cause first; empty when the adapter works."""
    unstarted = why_not_started(record)
    if unstarted:
        key = "serve" if record.header.provider in PULLING else "command"
        what = f"it did not start: {unstarted}{tail(record.last_process, least=1)}"
        return [Problem(Severity.UNREACHED, what, f"mend '{key}' in the manifest")]
    if record.header.provider in PULLING:
        return diagnose_app(record)
    if not record.exchanges:
        # Who failed before the first request says itself why; that it made none is only the consequence.
        endings = list(_endings(record))
        crashed = record.last_process.ended_by_itself and endings and not record.strays
        return [*endings, CRASHED if crashed else _unreached(record)]
    unsent = [*_misdirected(record), *_unread(record)]
    # What was never sent cannot have arrived.
    return [*(unsent or lost_columns(record, people(record, active=False), "in the fake's store")), *_endings(record)]


def exit_code(problems: Iterable[Problem]) -> int:
    """0 all right, 1 it reached the fake but something is wrong, 3 it never got there."""
    return max((problem.severity.value for problem in problems), default=0)


def _unreached(record: Record) -> Problem:
    refused = [stray for stray in record.strays if stray.where == "api"]
    if not refused:
        return Problem(
            Severity.UNREACHED,
            "no request reached the fake",
            f"pass {{base_url}} as the importer's API address; or does it find no rows? {file_columns(record)}",
        )
    if all(stray.auth == "missing" for stray in refused):
        what = f"{len(refused)} requests reached the fake, none with a credential"
    else:
        what = f"{len(refused)} requests reached the fake, with another credential than {{token}}"
    return Problem(Severity.UNREACHED, what, "pass {token} to the importer, as an argument or through env")


def _misdirected(record: Record) -> Iterator[Problem]:
    unrouted = [row for row in record.exchanges if row.operation is None]
    if len(unrouted) == len(record.exchanges):
        yield Problem(
            Severity.IMPORTER,
            f"every request went to a path that the API does not have, such as {unrouted[0].method} {unrouted[0].path}",
            "{base_url} has no path of its own: does the importer add one twice, or expect another?",
        )


def _unread(record: Record) -> Iterator[Problem]:
    unseen = [row for row in record.rows if not asked_for(record, row)]
    if len(unseen) == len(record.rows):
        what = "no request carries anything of the source's rows"
    elif unseen:
        what = f"{len(unseen)} of {len(record.rows)} rows were never sent"
    else:
        return
    mend = "pass {source}, and name format, root and fields as the importer reads them"
    yield Problem(Severity.IMPORTER, f"{what}; {file_columns(record)}", mend)


def _endings(record: Record) -> Iterator[Problem]:
    process = record.last_process
    if not process.ended_by_itself:
        yield Problem(
            Severity.IMPORTER,
            f"it did not end by itself ({process.ended_by})",
            WAYS.get(process.ended_by, "see its output"),
        )
    elif process.exit_code:
        line = last_line(process)
        said = f"it said last: {line}" if line else "it said nothing"
        ended = f"its exit code is {process.exit_code}" if process.exit_code > 0 else end(process)
        yield Problem(Severity.IMPORTER, f"{ended}; {said}{tail(process)}", "mend what it says")
