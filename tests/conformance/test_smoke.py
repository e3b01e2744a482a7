"""The smoke test says in words what is wrong with how an importer is plugged in."""

from dataclasses import replace

import pytest

from customhouse_conformance.adapters import CommandAdapter
from customhouse_conformance.endings import last_words
from customhouse_conformance.engine.providers import available
from customhouse_conformance.facts import Row, Source, State
from customhouse_conformance.manifest.file import load_manifest
from customhouse_conformance.manifest.spec import ImporterSpec, SourceSpec
from customhouse_conformance.record import Record
from customhouse_conformance.smoke import diagnose, exit_code, run_smoke

from .records import exchange, header, process, record
from .toy import ToyProvider, as_callable, as_command

#: What the good miniature sends.
GOOD = replace(as_command("good"), source=SourceSpec("in.csv", columns=("external_id", "name", "email")))

ADA = {"external_id": "1", "email": "ada@example.com", "name": "Ada", "phone": "+1 555 0100", "company_id": "c"}
BOB = {"external_id": "2", "email": "bob@example.com", "name": "Bob", "phone": "", "company_id": "c"}


@pytest.mark.parametrize(
    ("spec", "code", "words"),
    [
        (GOOD, 0, ""),
        (
            as_command("good"),
            1,
            "3 rows, of which 3 are in the fake's store; `phone` never arrived; `role` never",
        ),
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
    told = "its exit code is 3; it said last: missing --key\n    its last lines:\n      first\n      missing --key"
    assert [problem.what for problem in failed] == [told]
    hung = diagnose(record(exchanges=sent, processes=(process(exit_code=-9, ended_by="time-ceiling"),)))
    assert [problem.what for problem in hung] == ["it did not end by itself (time-ceiling)"]


NODE = """file:///import.mjs:3
throw new TypeError("no key");
      ^

TypeError: no key
    at file:///import.mjs:3:7

Node.js v20.20.2
"""


def test_of_a_crash_of_nodes_the_error_is_told_and_no_address_asked_for() -> None:
    crashed = process(exit_code=1, stderr=NODE, first_exchange=None, last_exchange=None)
    assert last_words(crashed) == "last said: TypeError: no key"
    assert last_words(process(stderr=NODE.replace("^", ""))) == "last said: at file:///import.mjs:3:7"
    assert last_words(process(stderr="Node.js v20.20.2")) == "last said: Node.js v20.20.2"
    problems = diagnose(record(exchanges=(), processes=(crashed,)))
    assert exit_code(problems) == 3
    said = "".join(f"{problem.what}{problem.mend}" for problem in problems)
    assert "it said last: TypeError: no key\n" in said
    assert "{base_url}" not in said
    assert "Node.js" not in said


def sent(*stored: Row, **changes: object) -> Record:
    """Both rows were sent, and these people came of it."""
    told = header(source=Source("csv", None, {"email": "E-Mail"}, (ADA, BOB)))
    requests = tuple(exchange(n, f'{{"external_id": "{n}"}}', **changes) for n in (1, 2))
    after = tuple({"type": "contact", "status": "active", **person} for person in stored)
    return record(header=told, exchanges=requests, states=(State("before", ()), State("after", after)))


@pytest.mark.parametrize(
    ("stored", "words"),
    [
        ([{**ADA, "phone": "15550100"}, BOB], None),
        ([ADA | {"email": None}, BOB | {"email": "undefined"}], "2 rows, of which 2 are in the fake's store; `email`"),
        ([ADA | {"email": ""}, BOB], "`email` of row 1 never arrived"),
        ([ADA | {"external_id": "7", "name": None}, BOB | {"name": None}], "; `name` never arrived; "),
        ([ADA], "2 rows, of which 1 are in the fake's store; the file's columns were external_id, E-Mail, name, "),
    ],
)
def test_what_never_arrived_is_told(stored: list[Row], words: str | None) -> None:
    problems = diagnose(sent(*stored))
    assert exit_code(problems) == (1 if words else 0)
    assert (words or "") in "".join(problem.what for problem in problems)


def test_how_a_row_was_refused_is_told() -> None:
    (problem,) = diagnose(sent(status=400, why="email is invalid"))
    assert (
        "of which 0 are in the fake's store; row 1: POST /contacts was answered with 400 (email is inva" in problem.what
    )


@pytest.mark.parametrize(("provider", "column"), [("intercom", "email"), ("rally", "first_name")])
def test_a_column_of_another_name_is_found(provider: str, column: str) -> None:
    (spec,) = load_manifest().find("reference", provider)
    mistaken = replace(spec, source=replace(spec.source, fields={column: "Another"}))
    (problem,) = diagnose(run_smoke(mistaken, lambda: available([provider])))
    assert f"the fake's store; `{column}` never arrived" in problem.what
