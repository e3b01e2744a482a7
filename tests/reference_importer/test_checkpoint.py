"""Staging and checkpoint: which rows are to be done, after whatever happened before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reference_importer.common.checkpoint import Checkpoint, Outcome, Staged
from reference_importer.common.errors import SourceError


def staged(line: int, key: str, name: str = "n", role: str = "user") -> Staged:
    return Staged(line, f"x:{key}", role, key, None, None, {"external_id": key, "name": name})


def nothing() -> None:
    """Accept what was read."""


@pytest.fixture
def checkpoint(tmp_path: Path) -> Iterator[Checkpoint]:
    opened = Checkpoint(tmp_path / "state.sqlite")
    yield opened
    opened.close()


def finish(checkpoint: Checkpoint, *keys: str) -> None:
    for row in checkpoint.claim(100):
        if row.external_id in keys:
            checkpoint.record([Outcome(row, "done", "created", f"id-{row.external_id}")])


def test_of_rows_with_the_same_key_the_last_one_counts(checkpoint: Checkpoint) -> None:
    assert checkpoint.stage([staged(2, "a", "old"), staged(3, "b"), staged(4, "a", "new")], nothing) == 3
    assert [(row.line, row.payload["name"]) for row in checkpoint.claim(9)] == [(3, "n"), (4, "new")]


def test_a_source_that_breaks_leaves_nothing_behind(checkpoint: Checkpoint) -> None:
    checkpoint.stage([staged(2, "a")], nothing)
    finish(checkpoint, "a")

    def rows() -> Iterator[Staged]:
        yield staged(2, "z")
        raise SourceError("broken")

    with pytest.raises(SourceError):
        checkpoint.stage(rows(), nothing)
    assert [row.external_id for row in checkpoint.rows("done")] == ["a"]
    assert checkpoint.total() == 1


def test_an_unchanged_source_has_nothing_to_do(checkpoint: Checkpoint) -> None:
    rows = [staged(2, "a", "first"), staged(3, "b"), staged(4, "a", "last")]
    checkpoint.stage(rows, nothing)
    finish(checkpoint, "a", "b")
    checkpoint.stage(rows, nothing)
    assert checkpoint.claim(9) == []
    assert checkpoint.outcomes() == {"skipped": 2}


def test_a_changed_source_sends_what_changed(checkpoint: Checkpoint) -> None:
    checkpoint.stage([staged(2, "a"), staged(3, "b"), staged(4, "c")], nothing)
    finish(checkpoint, "a", "b", "c")
    checkpoint.stage([staged(2, "b", "other"), staged(3, "a"), staged(4, "d")], nothing)
    assert [(row.external_id, row.remote_id) for row in checkpoint.claim(9)] == [("b", "id-b"), ("d", None)]
    assert checkpoint.total() == 3


def test_rows_being_sent_when_the_process_died(checkpoint: Checkpoint) -> None:
    rows = [staged(2, "user"), staged(3, "lead", role="lead")]
    checkpoint.stage(rows, nothing)
    checkpoint.claim(9)
    checkpoint.stage(rows, nothing)
    assert [row.external_id for row in checkpoint.rows("staged")] == ["user"]
    [doubtful] = checkpoint.rows("uncertain")
    assert doubtful.sent == {"external_id": "lead", "name": "n"}


def test_a_doubtful_row_stays_doubtful_when_the_source_changes(checkpoint: Checkpoint) -> None:
    checkpoint.stage([staged(2, "l", "sent", "lead")], nothing)
    checkpoint.claim(9)
    checkpoint.stage([staged(2, "l", "changed", "lead")], nothing)
    [doubtful] = checkpoint.rows("uncertain")
    assert doubtful.sent is not None
    assert (doubtful.sent["name"], doubtful.payload["name"]) == ("sent", "changed")


def test_rejected_rows_are_tried_again(checkpoint: Checkpoint) -> None:
    checkpoint.stage([staged(2, "a")], nothing)
    [row] = checkpoint.claim(9)
    checkpoint.record([Outcome(row, "rejected", status=400, code="c", message="m")])
    assert [one["message"] for one in checkpoint.rejected()] == ["m"]
    checkpoint.stage([staged(2, "a")], nothing)
    assert list(checkpoint.rejected()) == []
    assert len(checkpoint.claim(9)) == 1


def test_a_file_is_about_one_target(checkpoint: Checkpoint) -> None:
    assert checkpoint.belongs_to("one")
    assert not checkpoint.belongs_to("two")
    assert checkpoint.belongs_to("one")


def test_done_rows_that_are_not_listed(checkpoint: Checkpoint) -> None:
    checkpoint.stage([staged(2, "a"), staged(3, "b")], nothing)
    finish(checkpoint, "a", "b")
    assert [row.external_id for row in checkpoint.done_elsewhere(["id-a", "foreign"])] == ["b"]


def test_the_state_file_is_private(tmp_path: Path) -> None:
    Checkpoint(tmp_path / "s.sqlite").close()
    assert (tmp_path / "s.sqlite").stat().st_mode & 0o077 == 0
