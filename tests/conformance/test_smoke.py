"""The smoke test says in words what is wrong with how an importer is plugged in."""

import pytest

from customhouse_conformance.adapters import CommandAdapter
from customhouse_conformance.manifest.spec import ImporterSpec, SourceSpec
from customhouse_conformance.smoke import diagnose, exit_code, run_smoke

from .records import exchange, process, record
from .toy import ToyProvider, as_callable, as_command


@pytest.mark.parametrize(
    ("spec", "code", "words"),
    [
        (as_command("good"), 0, ""),
        (as_callable("do_nothing"), 3, "no request reached the fake"),
        (as_callable("crash_at_once"), 3, "no request reached the fake"),
        (as_callable("anonymous"), 3, "3 requests reached the fake, none with a credential"),
        (as_callable("misdirected"), 1, "POST /v9/contacts"),
        (as_callable("follows"), 1, "2 of 3 rows were never sent"),
        (as_callable("nowhere"), 3, "it did not start"),
        (
            ImporterSpec("x", "intercom", CommandAdapter(["no-such-program"]), SourceSpec("in.csv")),
            3,
            "no-such-program",
        ),
    ],
)
def test_each_mistake_has_its_words(spec: ImporterSpec, code: int, words: str) -> None:
    problems = diagnose(run_smoke(spec, lambda: [ToyProvider()]))
    assert exit_code(problems) == code
    assert words in "\n".join(problem.what for problem in problems)


def test_endings_are_told() -> None:
    sent = (exchange(body='{"email": "ada@example.com"}'),)
    failed = diagnose(record(exchanges=sent, processes=(process(exit_code=3, stderr="first\nmissing --key\n"),)))
    assert [problem.what for problem in failed] == ["its exit code is 3; it said last: missing --key"]
    hung = diagnose(record(exchanges=sent, processes=(process(exit_code=-9, ended_by="time-ceiling"),)))
    assert [problem.what for problem in hung] == ["it did not end by itself (time-ceiling)"]
