"""What was not looked through for the token is no proof of its absence."""

from customhouse_conformance.findings import Verdict
from customhouse_conformance.judges.conduct import no_secret_in_output

from .records import ANN, Secret, process, record


def test_a_file_that_was_not_read_to_its_end_leaves_the_question_open() -> None:
    finding = no_secret_in_output(record(ANN, processes=(process(unread=("file:big",)),)))
    assert (finding.verdict, finding.code) == (Verdict.UNTESTABLE, "not-all-read")
    assert "file:big" in finding.message


def test_a_leak_that_was_found_is_one_all_the_same() -> None:
    leaking = process(unread=("file:big",), secrets=(Secret("stdout", "token"),))
    assert no_secret_in_output(record(ANN, processes=(leaking,))).code == "token-leaked"
