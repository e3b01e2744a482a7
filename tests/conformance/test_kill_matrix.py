"""Mutants are killed by exactly the requirements that name them; what cannot run is broken, not killed."""

import io
import json
import re
import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from rich.console import Console

from customhouse_conformance.adapters.base import Job
from customhouse_conformance.events import Event, MutantPlanned, ScenarioFinished
from customhouse_conformance.kill_matrix import FEWER, KillMatrix, affordable, assess, declared, mutants_of, run_matrix
from customhouse_conformance.record import Record
from customhouse_conformance.register_tables import build_register
from customhouse_conformance.registry import Mutant, Vocabulary
from customhouse_conformance.report.matrix import print_matrix
from customhouse_conformance.scenarios import read_scenarios
from customhouse_conformance.verdicts import NoRecord

from . import importers
from .records import exchange, process, record
from .toy import HERE, REQUIREMENTS, SCENARIOS, WORDS, ToyProvider, register

#: Which mutants the second requirement says it catches.
SECOND = 'mutants.lost-rows = ["gives_up"]\nmutants.never-ended = ["never_ends"]'


@pytest.fixture
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mutants are found by their module's name in processes of their own."""
    monkeypatch.syspath_prepend(HERE.parents[1])


@pytest.mark.usefixtures("importable")
def test_the_declared_matrix_is_found(tmp_path: Path) -> None:
    matrix = run_matrix([register()], lambda: [ToyProvider()], jobs=2, records=tmp_path / "records")
    assert [mutant.broken for mutant in matrix.mutants] == [None] * 5
    assert {mutant.name: (mutant.status, sorted(mutant.killers)) for mutant in matrix.mutants} == {
        "gives_up": ("KILLED", ["INTERCOM-TOY-02"]),
        "silent": ("KILLED", ["INTERCOM-TOY-03"]),
        "never_ends": ("KILLED", ["INTERCOM-TOY-01", "INTERCOM-TOY-02", "INTERCOM-TOY-03"]),
        "do_nothing": ("KILLED", []),
        "crash_at_once": ("KILLED", []),
    }
    assert matrix.equal
    matrix.write(tmp_path / "kill-matrix.json")
    document = json.loads((tmp_path / "kill-matrix.json").read_text())
    assert document["equal"] is True
    assert document["mutants"][0]["codes"] == {"INTERCOM-TOY-02": ["lost-rows"]}
    assert document["mutants"][0]["kills"] == [
        {"requirement": "INTERCOM-TOY-02", "verdict": "FAIL", "code": "lost-rows"}
    ]
    assert (tmp_path / "records" / "gives_up" / "intercom" / "plain.jsonl").is_file()
    assert "5 mutants × 3 requirements: equal to the register" in shown(matrix)


@pytest.mark.usefixtures("importable")
def test_every_difference_is_named() -> None:
    text = REQUIREMENTS.replace(SECOND, 'mutants.lost-rows = ["silent"]')
    matrix = run_matrix([register(text)], lambda: [ToyProvider()], jobs=2)
    assert not matrix.equal
    said = shown(matrix)
    assert "silent: survives INTERCOM-TOY-02, whose row names it" in said
    assert "gives_up: is also killed by INTERCOM-TOY-02, whose row does not name it" in said
    assert "never_ends: is also killed by INTERCOM-TOY-02" in said
    assert "NOT equal to the register" in said


@pytest.mark.parametrize("declared_only", [False, True])
@pytest.mark.usefixtures("importable")
def test_the_wrong_reason_is_no_match(declared_only: bool) -> None:
    text = REQUIREMENTS.replace('mutants.lost-rows = ["gives_up"]', 'mutants.wrong-fields = ["gives_up"]')
    matrix = run_matrix([register(text)], lambda: [ToyProvider()], 2, only="gives_up", declared_only=declared_only)
    (found,) = matrix.mutants
    assert (found.status, found.missing, found.extra, found.equal) == ("KILLED", [], [], False)
    assert found.to_json()["wrong"] == ["INTERCOM-TOY-02"]
    said = "gives_up: INTERCOM-TOY-02 catches it for the reason 'lost-rows'; declared is 'wrong-fields'"
    assert said in shown(matrix)


@pytest.mark.usefixtures("importable")
def test_the_declared_matrix_asks_only_the_rows_that_name_a_mutant() -> None:
    claims_too_much = REQUIREMENTS.replace(SECOND, 'mutants.lost-rows = ["silent"]')
    said: list[Event] = []
    view = Listener(said)
    matrix = run_matrix([register(claims_too_much)], lambda: [ToyProvider()], 2, [view], declared_only=True)
    found = {mutant.name: mutant for mutant in matrix.mutants}
    assert (found["silent"].status, found["silent"].missing) == ("KILLED", ["INTERCOM-TOY-02"])
    assert (found["gives_up"].status, found["gives_up"].kills) == ("BROKEN", ())
    assert (found["never_ends"].equal, found["do_nothing"].equal) == (True, True)
    planned = {event.importer: event.scenarios for event in said if isinstance(event, MutantPlanned)}
    ran = Counter(event.importer for event in said if isinstance(event, ScenarioFinished))
    assert {name: ran[name] for name in planned} == planned
    assert (planned["gives_up"], planned["do_nothing"]) == (0, 2)
    assert "NOT equal to the register (only what each mutant is named by)" in shown(matrix)


@dataclass
class Listener:
    """Keeps what is told."""

    said: list[Event]

    def handle(self, event: Event) -> None:
        self.said.append(event)


@pytest.mark.usefixtures("importable")
def test_a_mutant_whose_module_is_not_there_is_broken() -> None:
    words = Vocabulary(WORDS.judges, WORDS.witnesses)
    words.mutant("intercom")(nowhere)
    text = re.sub(r"(?m)^mutants\..*$", "", REQUIREMENTS).replace('level = "MUST"', 'level = "SHOULD"')
    text = re.sub(r"(?m)^judge = .*$", r'\g<0>\nmutants.lost-rows = ["nowhere"]', text)
    scenarios = read_scenarios("intercom", tomllib.loads(SCENARIOS))
    book = build_register("intercom", tomllib.loads(text), scenarios, words)
    (found,) = run_matrix([book], lambda: [ToyProvider()], 1).mutants
    assert (found.status, found.equal) == ("BROKEN", False)
    assert found.broken == "crashed before its first request in 'plain': ModuleNotFoundError: No module named 'no_such'"


def nowhere(job: Job) -> int:
    """Lives in a module that cannot be imported."""
    return 0


nowhere.__module__ = "no_such"


def toy_mutant(permanent: bool = False) -> Mutant:
    return Mutant("gives_up", "intercom", importers.gives_up, permanent)


def test_a_mutant_that_dies_early_is_broken() -> None:
    crashed = record(
        processes=(
            process(exit_code=1, first_exchange=None, stderr="Traceback (most recent call last)\nKeyError: 'x'"),
        ),
        exchanges=(),
        states=(),
    )
    found = assess(toy_mutant(), register(), {"plain": crashed, "refused": record()})
    assert (found.status, found.equal) == ("BROKEN", False)
    assert found.broken == "crashed before its first request in 'plain': KeyError: 'x'"
    assert assess(toy_mutant(permanent=True), register(), {"plain": crashed, "refused": crashed}).status == "KILLED"


def test_a_mutant_that_never_calls_or_that_we_cannot_judge_is_broken() -> None:
    idle = record(exchanges=(), processes=(process(first_exchange=None),))
    assert assess(toy_mutant(), register(), {"plain": idle, "refused": idle}).broken == "it never made a request"
    lost = assess(toy_mutant(), register(), {"plain": record(), "refused": NoRecord("harness-fault", "boom")})
    assert lost.broken == "INTERCOM-TOY-02: boom"


def test_a_permanent_mutant_may_get_no_pass() -> None:
    lucky: dict[str, Record | NoRecord] = {"plain": record(), "refused": record(exchanges=(exchange(),))}
    found = assess(toy_mutant(permanent=True), register(), lucky)
    assert (found.status, found.extra, found.equal) == ("SURVIVED", ["INTERCOM-TOY-01", "INTERCOM-TOY-03"], False)
    assert "gives_up: got a PASS in INTERCOM-TOY-01" in shown(KillMatrix((), (found,)))


def test_an_empty_matrix_is_not_equal() -> None:
    assert not KillMatrix((), ()).equal


def shown(matrix: KillMatrix) -> str:
    out = io.StringIO()
    print_matrix(matrix, Console(file=out, width=160))
    return out.getvalue()


def test_costly_scenarios_are_run_only_for_mutants_that_they_are_to_catch() -> None:
    scenarios = SCENARIOS.replace('id = "refused"', 'id = "refused"\ncostly = true')
    whole = register(scenarios=scenarios)
    mutants = {mutant.name: affordable(whole, mutant) for mutant in mutants_of(whole)}
    assert {row.id for row in mutants["gives_up"].requirements} == {row.id for row in whole.requirements}
    assert {row.id: row.scenarios for row in mutants["silent"].requirements} == {
        "INTERCOM-TOY-01": ("plain",),
        "INTERCOM-TOY-03": ("plain", "refused"),
    }
    assert {row.id: row.scenarios for row in mutants["do_nothing"].requirements} == {
        "INTERCOM-TOY-01": ("plain",),
        "INTERCOM-TOY-03": ("plain",),
    }


def test_the_declared_matrix_stops_a_permanent_mutant_sooner_and_no_other() -> None:
    whole = register(scenarios=SCENARIOS.replace("requests = 50", "requests = 5000", 1))
    mutants = {mutant.name: declared(whole, mutant).scenarios for mutant in mutants_of(whole)}
    assert {name: one.ceilings.requests for name, one in mutants["do_nothing"].items()} == {
        "plain": FEWER,
        "refused": 50,
        "unserved": 50,
    }
    assert mutants["silent"] == whole.scenarios
