"""From journal rows to facts, from facts to numbers. Pure."""

import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customhouse_loadtests.facts import Fact, FactFile, FactReader, bin_of, new_fact, new_slice
from customhouse_loadtests.fold import Fold
from customhouse_loadtests.measures import bound_by, late_over_early, measured, percentile
from customhouse_loadtests.stage.jobs import job_facts
from customhouse_loadtests.stage.tally import Tally, full_windows

COLUMNS = (
    "n", "at", "took_ms", "method", "operation", "status", "delivery", "committed", "refused_by", "window", "limit",
    "digest",
)  # fmt: skip
CREATE: dict[str, Any] = {
    "took_ms": 0.2, "method": "POST", "operation": "contacts.create", "status": 200, "delivery": "complete",
    "committed": True, "refused_by": None, "limit": 10,
}  # fmt: skip


def timeline(rows: Iterable[dict[str, Any]], first: int = 1) -> dict[str, Any]:
    filled = [
        {**CREATE, "n": n, "at": 100.0 + n, "window": n // 4, "digest": n, **row} for n, row in enumerate(rows, first)
    ]
    return {"columns": COLUMNS, "rows": [[row[name] for name in COLUMNS] for row in filled]}


def tallied(*rows: dict[str, Any]) -> Tally:
    tally = Tally({"contacts.create": 1})
    tally.take(timeline(rows))
    return tally


def test_calls_are_told_apart() -> None:
    tally = tallied(
        {},
        {"status": 429, "committed": False, "digest": 7},
        {"digest": 7},
        {"delivery": "reset", "digest": 8},
        {"status": 409, "digest": 8},
        {"status": 503, "committed": False, "refused_by": "fault:F1"},
        {"digest": 1, "status": 409},
        {"method": "GET", "operation": "contacts.list", "digest": 1},
    )
    totals = tally.totals()
    assert (totals["calls"], totals["rows"], totals["refused"], totals["broken"]) == (8, 3, 1, 2)
    assert (totals["retried"], totals["needless"], totals["unseen"]) == (2, 1, 0)


def test_a_row_whose_answer_was_lost_after_the_commit_has_landed() -> None:
    assert tallied({"delivery": "reset", "status": None}).rows == 0
    assert tallied({"delivery": "reset", "refused_by": "fault:F1"}).rows == 1


def test_what_the_journal_forgot_is_owned_up_to() -> None:
    tally = tallied({}, {})
    tally.take(timeline([{}], first=9))
    assert tally.totals()["unseen"] == 6


@given(st.lists(st.sampled_from([200, 409, 429, 500]), max_size=40), st.integers(1, 7))
def test_slices_add_up_to_the_totals_however_the_journal_is_read(statuses: list[int], step: int) -> None:
    rows = [{"status": status, "committed": status < 400} for status in statuses]
    tally = Tally({"contacts.create": 1})
    slices: list[Fact] = []
    for first in range(0, len(rows), step):
        tally.take(timeline(rows[first : first + step], first + 1))
        slices += tally.slices()
    totals = tally.totals()
    for name, key in (("calls", "n"), ("rows", "rows"), ("refused", "refused"), ("broken", "broken")):
        assert totals[name] == sum(one[key] for one in slices)
    windows = totals["windows"].values()
    assert totals["calls"] == sum(calls + refused for _limit, calls, refused, _rows in windows)


def test_only_windows_between_the_first_and_the_last_are_full() -> None:
    windows = {"5": [10, 3, 0, 3], "6": [10, 10, 0, 9], "8": [10, 1, 0, 1]}
    assert full_windows(windows) == [[10, 10, 0, 9], (0, 0, 0, 0)]
    assert full_windows({"5": [10, 3, 0, 3]}) == []
    assert full_windows({}) == []


def test_a_job_is_known_to_be_done_from_the_last_time_that_it_was_asked_for() -> None:
    digest = zlib.crc32(b"GET /imports/7?\n")
    asked = {"method": "GET", "operation": "imports.get", "digest": digest}
    tally = tallied({"operation": "people.import", "at": 100.0}, {**asked, "at": 101.0}, {**asked, "at": 103.5})
    times = {"submittedAt": "1970-01-01T00:01:40Z", "updatedAt": "1970-01-01T00:01:42Z"}
    done = {"importId": "7", "status": "COMPLETED", "count": 10, "failures": [{}], **times}
    unfinished = {**done, "importId": "8", "status": "UPLOADING"}
    facts = list(job_facts([done, unfinished], "/imports/{id}", tally))
    jobs = [fact for fact in facts if fact["kind"] == "job"]
    assert [(job["at"], job["done"], job["known"], job["rows"], job["polls"]) for job in jobs] == [
        (100.0, 102.0, 103.5, 9, 2),
        (100.0, None, None, 0, 0),
    ]
    values = measured(Fold.of([*imported("a/1", 99, 9), *({**fact, "worker": "a"} for fact in facts)]))
    assert (values["known_p50_s"], values["known_late_p50_s"], values["rows"]) == (3.5, 1.5, 9)


def calls(at: int, n: int = 1, rows: int = 0, page: int | None = None, ms: float = 1.0) -> Fact:
    return {**new_slice(at, "contacts.create", page), "n": n, "rows": rows, "ms": {bin_of(ms): n}}


def imported(id: str, began: float, took: float, worker: str = "a", **more: Any) -> list[Fact]:
    end = {
        "asked": 10,
        "rows": 10,
        "exit_code": 0,
        "ended_by": "itself",
        "took_s": took,
        "cpu_s": took / 2,
        "peak_mb": 30.0,
    }
    return [
        new_fact("started", began - 1, id=id, worker=worker, rows=10),
        new_fact("launched", began, id=id, worker=worker),
        {**new_fact("ended", began + took, id=id, worker=worker), **end, **more},
    ]


def test_the_numbers_of_a_small_run() -> None:
    facts = [
        *imported("a/1", 100, 4),
        *imported("a/2", 101, 9, exit_code=1),
        *imported("a/3", 102, 3, ended_by="the end of the run"),
    ]
    facts += [calls(at, n=5, rows=4) for at in range(100, 110)]
    values = measured(Fold.of(facts))
    assert [values[name] for name in ("imports_done", "imports_failed", "imports_cut", "imports_lost")] == [1, 1, 1, 0]
    assert (values["rows"], values["rows_per_s"], values["calls_per_row"]) == (40, 4.0, 1.25)
    assert (values["complete_p50_s"], values["complete_p95_s"]) == (4, 9)
    assert values["importer_cores"] == 0.5
    assert values["rows_missing"] == 0
    assert values["efficiency"] is None
    assert values["app_peak_mb"] is None


def test_efficiency_is_of_full_windows_and_knows_those_without_a_call() -> None:
    windows = {"1": [10, 10, 0, 2], "2": [10, 10, 5, 9], "4": [10, 10, 0, 10]}
    values = measured(Fold.of(imported("a/1", 100, 4, windows=windows)))
    assert values["efficiency"] == pytest.approx(9 / 20)
    assert values["limit_used_share"] == pytest.approx(10 / 20)


def test_an_importer_that_needs_two_calls_for_a_row_is_bound_by_the_limit() -> None:
    windows = {str(number): [100, 100, 13, 50] for number in range(1, 6)}
    facts = [*imported("a/1", 100, 4, windows=windows), calls(100, n=502, rows=250)]
    values = measured(Fold.of(facts))
    assert (values["efficiency"], values["limit_used_share"]) == (0.5, 1.0)
    assert bound_by(values) == "the rate limit; each row costs 2.01 calls"


def test_jobs_land_in_no_window_but_their_calls_use_up_the_limit() -> None:
    windows = {str(number): [100, 100, 0, 0] for number in range(1, 4)}
    values = measured(Fold.of(imported("a/1", 100, 4, windows=windows)))
    assert values["efficiency"] is None
    assert bound_by(values) == "the rate limit"


def test_no_word_about_a_limit_of_which_no_whole_window_was_seen() -> None:
    two = {"1": [10, 10, 0, 10], "2": [10, 3, 0, 3]}
    values = measured(Fold.of(imported("a/1", 100, 4, windows=two)))
    assert values["limit_used_share"] is None
    assert "no import met for a whole window" in bound_by(values | {"importer_cores": 0.1})
    assert bound_by(values | {"limit_used_share": 0.4, "importer_cores": 0.1}).startswith("waiting: neither limit")


def test_an_exit_code_of_0_hides_no_missing_rows() -> None:
    assert measured(Fold.of(imported("a/1", 100, 4, rows=7)))["rows_missing"] == 3
    assert measured(Fold.of(imported("a/1", 100, 4, rows=7, ended_by="the end of the run")))["rows_missing"] == 0


def test_a_lost_worker_takes_its_open_imports_along_and_nothing_else() -> None:
    facts = [*imported("a/1", 100, 4), new_fact("started", 100, id="b/1", worker="b", rows=10)]
    facts += [new_fact("worker", 99, id=id, state="ready") for id in "ab"]
    assert Fold.of(facts).outcomes()["open"] == 1
    fold = Fold.of([*facts, calls(101, n=3, rows=3), new_fact("worker", 105, id="b", state="lost")])
    assert fold.outcomes() == {"done": 1, "failed": 0, "cut": 0, "open": 0, "lost": 1}
    assert fold.total.rows == 3
    assert measured(fold)["workers_lost"] == 1


def test_late_pages_are_compared_with_early_ones() -> None:
    fold = Fold.of([calls(100, page=page, ms=float(page)) for page in range(1, 21)])
    assert late_over_early(fold.pages) == 18 / 3
    assert late_over_early(Fold.of([calls(100, page=1)]).pages) is None


def test_who_was_the_limit() -> None:
    nothing = measured(Fold())
    assert bound_by(nothing | {"limit_used_share": 0.97, "importer_cores": 1.0}) == "the rate limit"
    assert bound_by(nothing | {"importer_cores": 0.99}) == "the importer's own CPU"
    assert bound_by(nothing | {"fakes_cores": 0.99, "importer_cores": 0.99}).startswith("the fakes")
    assert bound_by(nothing | {"machine_busy_share": 0.99}).startswith("the machine")
    assert bound_by(nothing | {"machine_busy_share": 0.99, "locust_cores": 0.9}).startswith("Locust")
    assert bound_by(nothing).startswith("waiting")


def test_the_same_samples_from_two_workers_of_a_host_count_once() -> None:
    sample = new_fact("sample", 100, stage="s", cores=2, machine_cpu_s=1.0, fakes_mb=60.0, fakes_cpu_s=1.0)
    later = {**sample, "at": 110.0, "fakes_mb": 70.0, "fakes_cpu_s": 6.0, "machine_cpu_s": 11.0}
    fold = Fold.of([sample, {**sample, "worker": "b"}, later, {**later, "worker": "b"}])
    values = measured(fold)
    assert (values["fakes_peak_mb"], values["fakes_growth_mb"], values["fakes_cores"]) == (70.0, 10.0, 0.5)
    assert values["machine_busy_share"] == 0.5


@given(st.lists(st.floats(0.01, 60_000), min_size=1, max_size=50), st.sampled_from([0.5, 0.95, 0.99]))
def test_percentiles_of_bins_are_those_of_values_but_for_the_bins_width(values: list[float], share: float) -> None:
    histogram: dict[str, int] = {}
    for value in values:
        histogram[bin_of(value)] = histogram.get(bin_of(value), 0) + 1
    ordered = sorted(values)
    exact = ordered[max(1, -int(-share * len(ordered) // 1)) - 1]
    assert percentile(histogram, share) == pytest.approx(exact, rel=0.06)


def test_facts_are_read_as_they_are_written(tmp_path: Path) -> None:
    path = tmp_path / "facts.ndjson"
    reader = FactReader(path)
    assert list(reader.new()) == []
    FactFile(path).write({"kind": "users", "count": 1})
    with path.open("a") as file:
        file.write('{"kind": "us')
    assert [fact["count"] for fact in reader.new()] == [1]
    with path.open("a") as file:
        file.write('ers", "count": 2}\n')
    assert [fact["count"] for fact in reader.new()] == [2]
