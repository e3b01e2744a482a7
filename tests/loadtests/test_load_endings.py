"""Runs that end early: by Ctrl-C, by a worker's death, by the death of the front itself."""

import os
import signal
from pathlib import Path

from tests.conformance.processes import ends

from .loading import Load, page, results, said_by, table

#: Some twenty seconds of work, if nobody ends it.
SLOW = ("reference", "--provider", "intercom", "--limit", "5/1", "--users", "2")


def test_an_interrupt_leaves_a_report_and_no_process(tmp_path: Path) -> None:
    with Load(*SLOW, "--records", "100", out=tmp_path) as load:
        load.until(lambda: load.rows() >= 5)
        family = load.family()
        load.signal(signal.SIGINT)
        code, said = load.end()
    assert code == 130, said
    assert all(map(ends, family))
    document = results(tmp_path)
    assert document["run"]["state"] == "interrupted"
    assert document["measures"]["rows"] >= 5
    assert {row["outcome"] for row in table(tmp_path / "imports.csv")} == {"cut"}
    assert sum(row["rows"] for row in document["imports"]) == document["measures"]["rows"]
    assert any("interrupted" in words for words in page(tmp_path).words)


def test_an_interrupt_before_anything_has_begun_leaves_no_process(tmp_path: Path) -> None:
    with Load(*SLOW, "--records", "100", out=tmp_path) as load:
        load.until(lambda: len(load.family()) > 1)
        family = load.family()
        load.signal(signal.SIGINT)
        code, said = load.end()
    assert code == 130, said
    assert all(map(ends, family))


def test_whoever_kills_the_front_kills_all_of_it(tmp_path: Path) -> None:
    with Load(*SLOW, "--records", "100", out=tmp_path) as load:
        load.until(lambda: load.rows() >= 5)
        family = load.family()
        load.signal(signal.SIGKILL)
        load.end()
    assert all(map(ends, family))


def test_a_worker_that_is_lost_is_told_of_and_the_totals_stay_right(tmp_path: Path) -> None:
    with Load(*SLOW, "--records", "30", "--workers", "2", out=tmp_path) as load:
        load.until(lambda: load.rows() >= 5)
        family = load.family()
        victim = next(pid for pid in family if "--worker" in said_by(pid))
        os.kill(victim, signal.SIGKILL)
        code, said = load.end()
    assert code == 1, said  # a run that lost a worker measured less than it was asked to
    assert "lost: Locust worker" in said
    assert all(map(ends, family))
    document = results(tmp_path)
    measures = document["measures"]
    assert (measures["workers_lost"], measures["imports_lost"], measures["imports_done"]) == (1, 1, 1)
    assert sorted(document["workers"].values()) == ["lost", "ready"]
    survivor = next(row for row in document["imports"] if row["outcome"] == "done")
    lost = next(row for row in document["imports"] if row["outcome"] == "lost")
    assert survivor["rows"] == 30
    reported = sum(
        fact["rows"] for fact in load.facts() if fact["kind"] == "calls" and fact["worker"] == lost["worker"]
    )
    assert measures["rows"] == 30 + reported < 60
    assert any("Lost Locust workers" in words for words in page(tmp_path).words)
