"""The register's lint: every way to write a wrong row, refused with row and mend."""

import re

import pytest

from customhouse_conformance.errors import RegisterError
from customhouse_conformance.register import load_register, providers
from customhouse_conformance.registry import Registry

from .toy import REQUIREMENTS, register


def test_a_row_reads_as_it_is_written() -> None:
    rows = {row.id: row for row in register().requirements}
    assert rows["INTERCOM-TOY-01"].judge.params == {"fields": ["name", "email"]}
    assert rows["INTERCOM-TOY-02"].witness.name == "saw_fault"
    assert rows["INTERCOM-TOY-03"].to_json()["class"] == "robustness"
    assert register().declared_kills() == {
        "never_ends": {"INTERCOM-TOY-01", "INTERCOM-TOY-02", "INTERCOM-TOY-03"},
        "gives_up": {"INTERCOM-TOY-02"},
        "silent": {"INTERCOM-TOY-03"},
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
        ('mutants = ["never_ends"]', "mutants = []", "INTERCOM-TOY-01: is a MUST without a mutant"),
        ('mutants = ["never_ends"]', 'mutants = ["never_end"]', "did you mean 'never_ends'"),
        ('mutants = ["never_ends"]', "", "'mutants' is missing"),
        ('mutants = ["never_ends"]', 'mutants = ["do_nothing"]', "'do_nothing' is a permanent mutant"),
        ('witness = "saw_requests"', 'witness = "saw_request"', "did you mean 'saw_requests'"),
        ('witness = "saw_requests"', "", "'witness' is missing or no name"),
        ('{name = "rows_arrive", fields', '{name = "rows_arrives", fields', "did you mean 'rows_arrive'"),
        ('{name = "rows_arrive", fields', '{name = "rows_arrive", field', "does not take these parameters"),
        ('{name = "saw_fault", id = "F1"}', '"saw_fault"', "missing a required argument: 'id'"),
        ('level = "MUST"', 'level = "MUST"\nlevell = "x"', "did you mean 'level'"),
        ("retired =", "retird =", "'retird' is not a key"),
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
