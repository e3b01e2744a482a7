"""One check again and again: what differs from the first round is named and kept, everything else is thrown away."""

import errno
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from customhouse.cli import main
from customhouse_conformance.engine.suite import Options, Outcome, Task
from customhouse_conformance.findings import Finding, Verdict, failed, passed
from customhouse_conformance.results import Result as Judged
from customhouse_conformance.results import ScenarioFinding
from customhouse_conformance.steady import rounds
from customhouse_conformance.steady.folder import write
from customhouse_conformance.steady.tally import Tally

from .toy import register

ROWS = register().requirements[:2]
#: The reference importer, but every second time one that does nothing.
TURNS = """
[importers.fickle]
provider = "intercom"
command = ["sh", "-c", 'if mkdir "$0/seen"; then exec "$@"; else rmdir "$0/seen"; fi', "{here}", "{python}", "-m",
    "reference_importer", "intercom", "--source", "{source}", "--base-url", "{base_url}"]
env = {INTERCOM_TOKEN = "{token}", PYTHONDONTWRITEBYTECODE = "1"}
source = {path = "contacts.csv", format = "csv"}
"""


def steady(out: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["steady", *words, "--out", str(out)])


def document(out: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((out / "steady.json").read_text())
    return found


def kept(out: Path) -> list[str]:
    return sorted(str(path.relative_to(out)) for path in out.rglob("*") if path.is_file() and path.suffix == ".jsonl")


def test_an_importer_that_changes_its_mind_is_found(tmp_path: Path) -> None:
    (tmp_path / "customhouse.toml").write_text(TURNS)
    manifest = ("--manifest", str(tmp_path / "customhouse.toml"))
    out = tmp_path / "out"
    ended = steady(out, "fickle", *manifest, "--only", "INTERCOM-CREATE-01", "--times", "2", "--jobs", "1")
    assert ended.exit_code == 1, ended.output
    assert "INTERCOM-CREATE-01 in 'plain': PASS (ok) in the first round, now " in ended.output
    assert "2 rounds: 1 findings differed: INTERCOM-CREATE-01 in 'plain'" in ended.output
    assert kept(out) == ["round-1/records/intercom/plain.jsonl", "round-2/records/intercom/plain.jsonl"]
    assert document(out)["rounds"] == 2


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> list[list[Finding] | None]:
    """What the rounds find in two requirements; None is Ctrl-C. Each leaves the records of two scenarios."""
    script: list[list[Finding] | None] = []

    def run_suite(tasks: list[Task], options: Options, views: object) -> Outcome:
        for name in ("plain", "refused"):
            path = tasks[0].record_path(name)
            assert path is not None
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("a record")
        found = script.pop(0)
        if found is None:
            raise KeyboardInterrupt
        results = tuple(
            Judged("reference", "intercom", row, one.verdict, (ScenarioFinding(row.scenarios[0], one),), "")
            for row, one in zip(ROWS, found, strict=True)
        )
        return Outcome(results, 0)

    monkeypatch.setattr(rounds, "run_suite", run_suite)
    return script


BROKEN = Finding(Verdict.ERROR, "no-record", "the fake went away")
NO_PROGRAM = Finding(Verdict.UNTESTABLE, "not-started", "there is no such program")
OK, LATE, LOST = passed("all there"), failed("too-late", "it was late"), failed("lost-rows", "one is lost")


def test_nothing_stays_of_rounds_that_are_all_the_same(tmp_path: Path, scripted: list[list[Finding] | None]) -> None:
    (tmp_path / "round-7" / "records" / "rally").mkdir(parents=True)
    (tmp_path / "round-7" / "records" / "rally" / "old.jsonl").touch()
    write(tmp_path, Tally("reference", 7))
    scripted += [[OK, LATE]] * 3
    ended = steady(tmp_path, "reference", "--provider", "intercom", "--times", "3")
    assert ended.exit_code == 0, ended.output
    assert "round 1 of 3, 0 s: 1 PASS, 1 FAIL" in ended.output
    assert "3 rounds: no finding differed" in ended.output
    assert [path.name for path in tmp_path.iterdir()] == ["steady.json"]
    assert document(tmp_path)["differences"] == []


@pytest.mark.parametrize(
    ("found", "code", "words"),
    [
        ([OK, NO_PROGRAM], 3, "INTERCOM-TOY-02 in 'refused': UNTESTABLE (not-started): there is no such program"),
        ([BROKEN, NO_PROGRAM], 4, "INTERCOM-TOY-01 in 'plain': ERROR (no-record): the fake went away"),
        ([NO_PROGRAM, NO_PROGRAM], 3, "INTERCOM-TOY-01 in 'plain' and 1 more: UNTESTABLE (not-started): there is no"),
    ],
)
def test_what_is_never_judged_is_not_steady_and_says_why(
    tmp_path: Path, scripted: list[list[Finding] | None], found: list[Finding], code: int, words: str
) -> None:
    scripted += [found, found]
    ended = steady(tmp_path, "reference", "--provider", "intercom", "--times", "2")
    assert ended.exit_code == code, ended.output
    assert words in ended.output
    assert ended.output.count("not-started") == 1
    assert "2 rounds: no finding differed" in ended.output


def test_another_reason_is_a_difference_and_an_interrupt_leaves_what_was_found(
    tmp_path: Path, scripted: list[list[Finding] | None]
) -> None:
    scripted += [[OK, LATE], [OK, LATE], [OK, LOST], None]
    ended = steady(tmp_path, "reference", "--provider", "intercom")
    assert ended.exit_code == 130, ended.output
    assert "3 of 50 rounds, interrupted: 1 findings differed: INTERCOM-TOY-02 in 'refused'" in ended.output
    assert kept(tmp_path) == ["round-1/records/intercom/refused.jsonl", "round-3/records/intercom/refused.jsonl"]
    told = document(tmp_path)
    assert (told["rounds"], told["wanted"], told["interrupted"]) == (3, 50, True)
    assert told["differences"] == [
        {
            "round": 3,
            "provider": "intercom",
            "requirement": "INTERCOM-TOY-02",
            "scenario": "refused",
            "first": {"verdict": "FAIL", "code": "too-late", "message": "it was late"},
            "now": {"verdict": "FAIL", "code": "lost-rows", "message": "one is lost"},
        }
    ]


def test_an_interrupt_in_the_first_round_leaves_no_record(tmp_path: Path, scripted: list[list[Finding] | None]) -> None:
    scripted += [None]
    assert steady(tmp_path, "reference", "--provider", "intercom").exit_code == 130
    assert [path.name for path in tmp_path.iterdir()] == ["steady.json"]


def test_an_unknown_importer_and_an_empty_choice_are_said_as_check_says_them(tmp_path: Path) -> None:
    assert steady(tmp_path, "nobody").exit_code == 2
    assert steady(tmp_path, "reference", "--only", "INTERCOM-NOPE-*").exit_code == 3
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("told", [None, "{", "[]", '{"schema": 1}'])
def test_what_is_not_known_to_be_ours_stays(tmp_path: Path, told: str | None) -> None:
    mine = tmp_path / "round-1" / "records" / "rally" / "mine.jsonl"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    if told is not None:
        (tmp_path / "steady.json").write_text(told)
    ended = steady(tmp_path, "reference")
    assert ended.exit_code == 2
    assert "not known to be of an earlier `customhouse steady`" in ended.output
    assert mine.read_text() == "mine"
    assert told is None or (tmp_path / "steady.json").read_text() == told


def test_an_end_without_a_word_leaves_a_folder_that_is_known(
    tmp_path: Path, scripted: list[list[Finding] | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    left = tmp_path / "round-1" / "records" / "intercom" / "plain.jsonl"
    with monkeypatch.context() as patch:
        patch.setattr(rounds, "prune", lambda *_: None)  # killed: nothing is tidied up
        scripted += [None]
        steady(tmp_path, "reference", "--provider", "intercom")
    assert left.is_file()
    scripted += [[OK, OK]] * 2
    assert steady(tmp_path, "reference", "--provider", "intercom", "--times", "2").exit_code == 0
    assert not left.exists()


@pytest.mark.parametrize("out", ["file/out", "file/deep/out"])
def test_a_folder_that_cannot_be_is_said_in_words(tmp_path: Path, out: str) -> None:
    (tmp_path / "file").touch()
    ended = steady(tmp_path / out, "reference")
    assert (ended.exit_code, "Traceback" in ended.output) == (2, False)
    assert "give a path that can be read or written" in ended.output


def test_a_full_disk_is_said_in_words(
    tmp_path: Path, scripted: list[list[Finding] | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("customhouse_conformance.steady.folder.write_whole", full)
    scripted += [[OK, OK]]
    ended = steady(tmp_path, "reference", "--provider", "intercom")
    assert ended.exit_code == 2
    assert "make room on this machine" in ended.output
