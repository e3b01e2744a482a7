"""Runs of other versions of the suite, judged again: what differs is told as a change of the suite."""

import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from rich.console import Console

from customhouse_conformance.engine.stored import judge_folder
from customhouse_conformance.engine.suite import Outcome
from customhouse_conformance.errors import UsageError
from customhouse_conformance.report import JsonReport, TerminalReport
from customhouse_conformance.report.json_report import schema

from .toy import REQUIREMENTS, UNSERVED, register

Document = dict[str, Any]
BOTH = REQUIREMENTS + UNSERVED


def as_if(folder: Path, change: Callable[[Document], object]) -> None:
    """Make another version's results of these."""
    path = folder / "results.json"
    document = json.loads(path.read_text())
    document["run"]["suite"] = "0.0.9"
    change(document)
    path.write_text(json.dumps(document))


def judged(folder: Path, text: str = REQUIREMENTS) -> tuple[Outcome, Document, str]:
    """The outcome, results.json as it is afterwards, and what the terminal showed."""
    terminal = io.StringIO()
    views = [TerminalReport(Console(file=terminal, width=200)), JsonReport(folder / "results.json")]
    outcome = judge_folder(folder, lambda _provider: register(text), views)
    document = json.loads((folder / "results.json").read_text())
    jsonschema.Draft202012Validator(schema()).validate(document)
    return outcome, document, terminal.getvalue()


def changes(document: Document) -> dict[str, tuple[str, Any, Any]]:
    return {
        row["requirement"][-2:]: (
            row["group"],
            row["before"] and row["before"]["code"],
            row["after"] and row["after"]["code"],
        )
        for row in document["suite_changes"]
    }


def test_the_same_version_changes_nothing_and_the_run_stays_what_it_was(folder: Path) -> None:
    before = json.loads((folder / "results.json").read_text())
    _, after, said = judged(folder)
    assert after["suite_changes"] == []
    assert "suite changes" not in said
    assert "[1/2]" not in said
    assert after["results"] == before["results"]
    assert after["run"]["scenarios"] == before["run"]["scenarios"]
    assert (before["run"]["judged_by"], after["run"]["judged_by"]) == (None, after["run"]["suite"])


def test_a_verdict_that_is_not_the_same_is_a_change_of_the_suite_however_often_it_is_judged(folder: Path) -> None:
    def then(document: Document) -> None:
        document["results"][0].update(verdict="FAIL", code="wrong-fields")
        document["results"][1].update(verdict="WARN", code="slow")

    as_if(folder, then)
    for _ in range(2):
        outcome, document, said = judged(folder)
        assert outcome.exit_code == 0
        assert document["run"]["suite"] == "0.0.9"
        assert changes(document) == {"01": ("better", "wrong-fields", "ok"), "02": ("better", "slow", "ok")}
        assert f"suite changes, 0.0.9 to {document['run']['judged_by']}" in said
        assert "  better   INTERCOM-TOY-01  FAIL wrong-fields → PASS" in said


def test_a_requirement_that_is_no_longer_asked_is_gone(folder: Path) -> None:
    as_if(
        folder,
        lambda document: document["results"].append({**document["results"][0], "requirement": "INTERCOM-TOY-09"}),
    )
    for _ in range(2):
        outcome, document, said = judged(folder)
        assert len(outcome.results) == 3
        assert changes(document) == {"09": ("gone", "ok", None)}
        assert "  gone     INTERCOM-TOY-09  PASS → not asked" in said


def test_a_new_requirement_is_judged_if_all_that_it_wants_to_see_was_recorded(folder: Path) -> None:
    as_if(folder, lambda document: document["results"].pop(1))
    for _ in range(2):
        outcome, document, said = judged(folder, BOTH)
        assert [result.requirement.id[-2:] for result in outcome.results] == ["01", "02", "03"]
        assert changes(document) == {"02": ("new", None, "ok"), "04": ("unjudged", None, None)}
        assert outcome.exit_code == 0
        told = "  unjudged INTERCOM-TOY-04  not judged: no record of unserved; run `customhouse check` again"
        assert told in said


@pytest.mark.parametrize("only", ["*-01", "*-09,intercom-toy-01"])
def test_what_was_not_selected_then_is_not_new(folder: Path, only: str) -> None:
    def then(document: Document) -> None:
        document["run"]["only"] = only
        document["results"] = document["results"][:1]

    as_if(folder, then)
    outcome, document, _ = judged(folder, BOTH)
    assert len(outcome.results) == 1
    assert changes(document) == {}


def test_a_requirement_that_wants_to_see_more_than_was_recorded_is_not_exercised(folder: Path) -> None:
    def then(document: Document) -> None:
        document["run"]["scenarios"] = [one for one in document["run"]["scenarios"] if one["scenario"] == "plain"]

    as_if(folder, then)
    (folder / "records" / "intercom" / "refused.jsonl").unlink()
    outcome, document, said = judged(folder)
    assert outcome.exit_code == 3
    assert changes(document) == {"02": ("worse", "ok", "not-recorded"), "03": ("worse", "ok", "not-recorded")}
    assert "the run is older than scenario 'refused', which this requirement wants to see" in said


def test_a_record_that_was_there_and_is_lost_is_our_fault(folder: Path) -> None:
    (folder / "records" / "intercom" / "refused.jsonl").unlink()
    outcome, document, _ = judged(folder)
    assert outcome.exit_code == 4
    assert changes(document)["02"] == ("worse", "ok", "no-record")


def test_fields_of_another_version_do_not_matter(folder: Path) -> None:
    def then(document: Document) -> None:
        document["moon"] = "full"
        for row in document["results"]:
            row["mood"] = "good"
            del row["scenarios"], row["evidence"], row["level"]

    as_if(folder, then)
    assert judged(folder)[0].exit_code == 0


def test_a_smallest_source_of_another_version_is_still_told(folder: Path) -> None:
    found = {"scenario": "plain", "note": "12 rows → 1 row", "runs": 2, "rows": [12, 1], "pairs": [3, 1]}
    as_if(folder, lambda document: document["results"][0].update(smallest=found))
    _, document, _ = judged(folder)
    told = document["results"][0]["smallest"]
    assert (told["note"], told["rows"], told["files"], told["text"]) == ("12 rows → 1 row", [12, 1], [], None)
    as_if(folder, lambda document: document["results"][0].update(smallest={"scenario": "plain", "note": 1, "runs": 2}))
    with pytest.raises(UsageError, match="smallest"):
        judged(folder)


def test_another_schema_is_refused_in_words(folder: Path) -> None:
    as_if(folder, lambda document: document.update(schema=2))
    with pytest.raises(UsageError, match="has schema 2, and customhouse of this version reads schema 1"):
        judged(folder)


def test_records_of_another_schema_are_refused_in_words(folder: Path) -> None:
    paths = sorted((folder / "records" / "intercom").iterdir())
    for path in paths:
        header, rest = path.read_text().split("\n", 1)
        path.write_text(json.dumps({**json.loads(header), "schema": 0, "suite": "0.0.9"}) + "\n" + rest)
        if path == paths[0]:
            outcome, _, said = judged(folder)
            assert outcome.exit_code == 4
            told = "the record has schema 0, this suite reads 1; use the suite that wrote it (customhouse 0.0.9)"
            assert told in said
    with pytest.raises(UsageError, match=re.escape("holds no readable record: plain.jsonl: the record has schema 0")):
        judged(folder)
