"""Whole runs through the front door, small: what is measured, what is written, and the exit code."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from customhouse.cli import main
from customhouse_loadtests.measures import MEASURES

from .loading import free_of_gevent, manifest, page, results, run, table

ROWS, USERS = 45, 2
SMALL = ("--provider", "intercom", "--records", str(ROWS), "--users", str(USERS), "--limit", "20/1")

BROKEN = """
[importers.broken]
provider = "intercom"
command = "{python} -c 'import sys; sys.exit(\\"no such column\\")' {source} {base_url}"
env = {TOKEN = "{token}"}
"""


@pytest.fixture(scope="module")
def pushed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that misses its threshold."""
    out = tmp_path_factory.mktemp("pushed")
    code, said = run("reference", *SMALL, "--faults", "refusals", "--fail-if", "rows_per_s<1000000", out=out)
    assert code == 1, said
    assert "rows_per_s<1e+06: broken" in said
    assert f"bound by: {results(out)['bound_by']}\n" in said
    return out


def test_the_numbers_agree_in_json_csv_and_html(pushed: Path) -> None:
    document = results(pushed)
    measures = document["measures"]
    assert set(measures) == set(MEASURES)
    assert measures["rows"] == ROWS * USERS == sum(int(row["rows"]) for row in table(pushed / "timeline.csv"))
    assert measures["calls"] == sum(int(row["calls"]) for row in table(pushed / "operations.csv"))
    imports = table(pushed / "imports.csv")
    assert [(row["outcome"], int(row["rows"]), row["exit_code"]) for row in imports] == [("done", ROWS, "0")] * USERS
    assert sum(int(row["calls"]) for row in imports) == measures["calls"]
    printed = {row[0]: row[1] for row in page(pushed).tables["measures"][1:]}
    assert printed["rows"] == str(ROWS * USERS)
    assert printed["imports_done"] == str(USERS)
    assert document["bound_by"] in page(pushed).words


def test_what_an_importer_costs_is_measured(pushed: Path) -> None:
    measures = results(pushed)["measures"]
    assert measures["importer_peak_mb"] > 5
    assert measures["importer_cpu_ms_per_row"] > 0
    assert 0 < measures["efficiency"] <= 1
    assert measures["complete_p50_s"] <= measures["complete_p95_s"]
    assert measures["unseen"] == 0


def test_refusals_that_were_planned_are_counted_and_are_no_failure(pushed: Path) -> None:
    document = results(pushed)
    assert document["measures"]["refused"] > 0
    assert document["measures"]["retried"] >= 1
    outcomes = {row["fail_if"]: row["outcome"] for row in document["thresholds"]}
    assert outcomes.pop("rows_per_s<1e+06") == "broken"
    assert set(outcomes) == {"imports_failed>0", "rows_missing>0", "workers_lost>0"}
    assert set(outcomes.values()) == {"held"}


def test_the_report_is_one_file_with_plots(pushed: Path) -> None:
    seen = page(pushed)
    assert seen.fetched == []
    assert {"plot-rows", "plot-latency", "plot-windows", "plot-memory", "plot-completion"} <= set(seen.figures)
    assert min(seen.figures.values()) > 5
    assert seen.tables["thresholds"][1] == ["rows_per_s<1e+06", "broken"]
    assert {"rows/s", "429", "allowed", "p99"} <= set(seen.words)


def test_an_importer_that_fails_is_told_of_and_compared(pushed: Path, tmp_path: Path) -> None:
    told = ("--manifest", str(manifest(tmp_path, BROKEN)), "--compare", str(pushed))
    code, said = run("broken", "--records", "5", *told, out=tmp_path / "out")
    assert code == 1, said
    document = results(tmp_path / "out")
    assert document["measures"]["imports_failed"] == 1
    assert "no such column" in document["imports"][0]["complaint"]
    assert document["compared"]["rows"] == ROWS * USERS
    seen = page(tmp_path / "out")
    assert seen.tables["measures"][0][:4] == ["measure", "value", "compared", "change"]
    assert any("no such column" in words for words in seen.words)
    assert "rows/s (compared)" in seen.words


def test_an_importer_that_cannot_be_started_is_not_judged(tmp_path: Path) -> None:
    nowhere = BROKEN.replace("{python} -c", "/nowhere/to/be/found -c")
    code, said = run("broken", "--manifest", str(manifest(tmp_path, nowhere)), out=tmp_path / "out")
    assert code == 3, said
    assert "/nowhere/to/be/found" in said


def test_an_app_is_paged_to_its_end_by_every_business(tmp_path: Path) -> None:
    asked = ("--provider", "intandem", "--records", "95", "--users", "3", "--per-page", "7")
    code, said = run("reference", *asked, "--fail-if", "efficiency<0.5", out=tmp_path)
    assert code == 3, said  # nothing limits an app: that threshold could not be judged
    document = results(tmp_path)
    assert document["measures"]["rows"] == 95 * 3
    assert {row["pages"] for row in document["imports"]} == {14}
    assert document["pages"]["14"]["rows"] == 4 * 3
    assert document["pages"]["-1"]["calls"] == 3
    assert document["measures"]["app_peak_mb"] > 5
    assert [row["page"] for row in table(tmp_path / "pages.csv")] == ["-1", *map(str, range(1, 15))]
    assert page(tmp_path).figures["plot-pages"] > 5


def test_jobs_are_followed_until_their_importer_knows(tmp_path: Path) -> None:
    asked = ("--provider", "rally", "--records", "1200", "--users", "1", "--processing", "0.3")
    code, said = run("reference", *asked, "--fail-if", "known_late_p50_s>10", out=tmp_path)
    assert code == 0, said
    measures = results(tmp_path)["measures"]
    assert (measures["rows"], measures["rows_missing"]) == (1200, 0)
    assert measures["jobs"] >= 2  # a thousand people at most in each
    assert measures["known_p50_s"] >= 0.3
    assert measures["polls_per_job"] >= 1
    assert measures["efficiency"] is None
    assert page(tmp_path).figures["plot-jobs"] > 5


def test_plain_traffic_knows_every_call_of_the_table(tmp_path: Path) -> None:
    code, said = run("@api", "--users", "2", "--duration", "2", "--limit", "none", out=tmp_path)
    assert code == 0, said
    document = results(tmp_path)
    assert set(document["operations"]) == {"contacts.create", "contacts.update", "contacts.search", "contacts.list"}
    assert document["measures"]["broken"] == document["measures"]["refused"] == 0
    assert document["measures"]["calls_per_s"] > 0
    assert document["measures"]["rows_per_s"] == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["reference"], "choose one with --provider"),
        (["nobody"], "lists no importer 'nobody'"),
        (["@api", "--fail-if", "speed<1"], "there is no measure 'speed'"),
        (["@api", "--limit", "fast"], "'fast' is no rate limit"),
        (["@api", "--worker"], "add --master-host"),
        (["reference", "--provider", "intercom", "--processing", "1"], "it has no jobs"),
        (["@api", "--worker", "--master"], "exclude each other"),
        (["@api", "--compare", "nowhere"], "holds no run"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_starts(
    tmp_path: Path, arguments: list[str], words: str
) -> None:
    ended = CliRunner().invoke(main, ["load", *arguments, "--out", str(tmp_path / "out")])
    assert ended.exit_code == 2, ended.output
    assert words in ended.output
    assert free_of_gevent()
    assert not (tmp_path / "out" / "facts.ndjson").exists()
