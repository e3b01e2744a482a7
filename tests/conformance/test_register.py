"""The register's lint: every way to write a wrong row, refused with row and mend."""

import ast
import re
import tomllib
from dataclasses import replace
from importlib import resources
from pathlib import Path

import pytest

from customhouse_conformance import judges, verdicts
from customhouse_conformance import register_tables as registers
from customhouse_conformance.adapters.base import Job
from customhouse_conformance.errors import RegisterError
from customhouse_conformance.record import Record
from customhouse_conformance.register_lint import loose_ends
from customhouse_conformance.register_tables import load_register, load_registers, providers
from customhouse_conformance.registry import Registry, Vocabulary

from .toy import REQUIREMENTS, UNSERVED, register

CAUGHT = 'mutants.never-ended = ["never_ends"]'
#: Every id that was ever handed out. One that is not asked for any more is retired, never forgotten.
IDS = Path(__file__).with_name("requirement-ids.txt")


def test_a_row_reads_as_it_is_written() -> None:
    rows = {row.id: row for row in register().requirements}
    assert rows["INTERCOM-TOY-01"].judge.params == {"fields": ["name", "email"]}
    assert rows["INTERCOM-TOY-02"].witness.name == "saw_fault"
    assert rows["INTERCOM-TOY-03"].to_json()["class"] == "robustness"
    assert register().declared_kills() == {
        "never_ends": {
            "INTERCOM-TOY-01": ("never-ended",),
            "INTERCOM-TOY-02": ("never-ended",),
            "INTERCOM-TOY-03": ("silent", "never-ended"),
        },
        "gives_up": {"INTERCOM-TOY-02": ("lost-rows",)},
        "silent": {"INTERCOM-TOY-03": ("silent",)},
    }


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('id = "INTERCOM-TOY-01"', 'id = "INTERCOM-TOY-1"', "INTERCOM-TOY-1: id .* is not of the form"),
        ('id = "INTERCOM-TOY-01"', 'id = "RALLY-TOY-01"', "not of the form INTERCOM-AREA-nn"),
        ('id = "INTERCOM-TOY-01"', 'id = "INTERCOM-TOY-02"', "INTERCOM-TOY-02: 2 rows have this id"),
        ('id = "INTERCOM-TOY-01"', 'id = "INTERCOM-TOY-09"', "INTERCOM-TOY-09: is retired"),
        ('level = "MUST"', 'level = "OUGHT"', "use one of: MUST, SHOULD, MAY"),
        ('class = "contract"', "", "INTERCOM-TOY-01: 'class' is missing"),
        ('text = "Every row arrives."', "", "'text' is missing"),
        ('source = "https://example.com/toy"', "source = 7", "'source' is int 7"),
        ('provenance = "documented"', 'provenance = "rumour"', "documented, observed"),
        ('scenarios = ["plain"]', "scenarios = []", "names no scenario"),
        ('scenarios = ["plain"]', 'scenarios = ["plane"]', "no scenario is called 'plane'"),
        ('scenarios = ["plain"]', "scenarios = [3]", "'scenarios' holds something that is no string"),
        (CAUGHT, "mutants = {}", "INTERCOM-TOY-01: is a MUST without a mutant"),
        (CAUGHT, "mutants.lost-rows = []", "INTERCOM-TOY-01: is a MUST without a mutant"),
        (CAUGHT, 'mutants.lost-rows = ["never_end"]', "did you mean 'never_ends'"),
        (CAUGHT, "", "'mutants' is missing or no table"),
        (CAUGHT, 'mutants = ["never_ends"]', "'mutants' is missing or no table"),
        (CAUGHT, "mutants.lost-rows = [7]", "'lost-rows' holds something that is no string"),
        (CAUGHT, 'mutants.Lost_Rows = ["never_ends"]', "'Lost_Rows' is no reason code"),
        (CAUGHT, 'mutants.lost-rows = ["do_nothing"]', "'do_nothing' is a permanent mutant"),
        (CAUGHT, 'mutants.lost-rows = ["misdirected"]', "mutant 'misdirected' is an importer into rally"),
        ('witness = "saw_requests"', 'witness = "saw_request"', "did you mean 'saw_requests'"),
        ('witness = "saw_requests"', "", "'witness' is missing or no name"),
        ('{name = "rows_arrive", fields', '{name = "rows_arrives", fields', "did you mean 'rows_arrive'"),
        ('{name = "rows_arrive", fields', '{name = "rows_arrive", field', "does not take these parameters"),
        ('{name = "saw_fault", id = "F1"}', '"saw_fault"', "missing a required argument: 'id'"),
        ('level = "MUST"', 'level = "MUST"\nlevell = "x"', "did you mean 'level'"),
        ('provenance = "documented"', 'provenance = "inferred"', "TOY-01: is a contract that is merely inferred"),
        ('text = "Every row arrives."', 'text = " "', "INTERCOM-TOY-01: 'text' is empty"),
        (
            'text = "Every row arrives."',
            'text = "A refusal loses no row."',
            "A refusal loses no row.: 2 rows have this",
        ),
        ("https://example.com/toy", "https://example", "TOY-01: 'https://example' is no address"),
        ("https://example.com/toy", "https://example.com/a toy", "'https://example.com/a toy' is no address"),
        ('capability = "leads"', 'capability = "led"', "capability 'led'; those are: leads, attributes"),
        ('scenarios = ["plain"]', 'scenarios = ["plain", "plain"]', "TOY-01: plain: 2 times this scenario"),
        ('"saw_requests"', '{name = "saw_fault", id = "x", faults = ["F2"]}', "scenarios serves a fault 'F2'"),
        ("retired =", "retird =", "'retird' is not a key"),
        ('retired = ["INTERCOM-TOY-09"]', 'retired = ["TOY-9"]', "id 'TOY-9' is not of the form"),
        ('retired = ["INTERCOM-TOY-09"]', 'retired = ["INTERCOM-TOY-09", "INTERCOM-TOY-09"]', "2 times this id is"),
    ],
)
def test_a_wrong_row_is_refused(old: str, new: str, complaint: str) -> None:
    assert old in REQUIREMENTS
    with pytest.raises(RegisterError, match=complaint):
        register(REQUIREMENTS.replace(old, new, 1))


def test_two_things_of_one_name_are_refused() -> None:
    registry: Registry[object] = Registry("judge")
    registry.add("same", test_a_row_reads_as_it_is_written)
    registry.add("same", test_a_row_reads_as_it_is_written)
    with pytest.raises(RegisterError, match="two judges are called 'same'"):
        registry.add("same", test_a_wrong_row_is_refused)


def test_reports_can_quote_the_sources_as_they_stand() -> None:
    for provider in providers():
        for row in load_register(provider).requirements:
            assert not re.search(r"\b(SEED|BULK|REF|NEWDOC|SW|WF|DH)\b", row.source), row.id


def test_each_reason_is_one_that_a_judge_can_give() -> None:
    files = [file for file in resources.files(judges).iterdir() if file.name.endswith(".py")]
    texts = [file.read_text("utf-8") for file in files] + [Path(verdicts.__file__).read_text("utf-8")]
    said = {node.value for text in texts for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant)}
    for one in load_registers():
        for row in one.requirements:
            for name, codes in row.codes.items():
                assert set(codes) <= said, (row.id, name)
                assert len(codes) <= 3, f"{row.id}: {name} may be caught for so many reasons that none is the right one"


def test_ids_are_never_forgotten_and_never_used_again() -> None:
    asked = {row.id for one in load_registers() for row in one.requirements}
    folder = resources.files("customhouse_conformance.requirements")
    tables = [tomllib.loads(folder.joinpath(f"{name}.toml").read_text("utf-8")) for name in providers()]
    retired = {id for table in tables for id in table.get("retired", [])}
    assert asked | retired == set(IDS.read_text("utf-8").split()), f"add what is new to {IDS.name}, retire what is gone"


def test_what_no_row_uses_is_named() -> None:
    whole = register(REQUIREMENTS + UNSERVED)
    assert loose_ends([whole]) == [
        "judge 'raises' is used by no requirement; remove it, or write the row",
        "mutant 'misdirected' is used by no requirement; remove it, or name it in the row that catches it",
    ]
    unrun = "scenario 'unserved' (intercom) is run for no requirement; remove it, or write the row"
    assert unrun in loose_ends([register()])
    assert loose_ends([]) == []


def test_a_mutant_says_what_is_broken() -> None:
    def bare(job: Job) -> int:
        return 0

    words = Vocabulary()
    words.mutant("intercom")(bare)
    words.witness(lone)
    said = loose_ends([replace(register(), vocabulary=words)])
    assert "mutant 'bare' says nowhere what is broken; give its function a docstring" in said
    assert "witness 'lone' is used by no requirement; remove it, or write the row" in said


def test_loose_ends_are_found_when_all_registers_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [one.provider for one in load_registers("rally")] == ["rally"]
    monkeypatch.setattr(registers, "providers", lambda: ("intercom",))
    with pytest.raises(RegisterError, match="is used by no requirement"):
        load_registers()


def lone(record: Record) -> None:
    """Seen by nobody."""
