"""Requirements as items: what each verdict becomes, and that pytest is red exactly when `customhouse check` is."""

import itertools
import json
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import pytest
from click.testing import CliRunner

from customhouse.cli import main
from customhouse.pytest_plugin.outcomes import outcome_of
from customhouse.pytest_plugin.runs import Inspection, Runs
from customhouse_conformance.findings import Verdict
from customhouse_conformance.gaps import Gap, Kind
from customhouse_conformance.register import Requirement
from customhouse_conformance.register_tables import load_register
from customhouse_conformance.results import Result, conclude, lay_over
from tests.conformance.toy import register
from tests.report.samples import result

from .within import MANIFEST, WITHIN

pytest_plugins = ["pytester"]

TODAY = date(2026, 11, 22)
TOY = register()
ALL = len(load_register("intercom").requirements)
MUST, SHOULD = "INTERCOM-TOY-01", "INTERCOM-TOY-03"

GAPS = """
[importers.acme.gaps]
"INTERCOM-RATE-02" = {kind = "known-failing", reason = "no retry yet"}
"INTERCOM-RATE-03" = {kind = "skip", reason = "no time"}
"""
RATE = "INTERCOM-RATE-0*"


def judged(id: str, verdict: Verdict, kind: Kind | None = None) -> Result:
    gap = Gap(id, kind, "no retry yet") if kind else None
    return lay_over(result("acme", TOY, id, verdict), gap, TODAY)


@pytest.mark.parametrize(
    ("id", "verdict", "gap", "expected"),
    [
        (MUST, Verdict.PASS, None, "passed"),
        (SHOULD, Verdict.WARN, None, "warned"),
        (MUST, Verdict.FAIL, None, "failed"),
        (MUST, Verdict.NOT_EXERCISED, None, "failed"),
        (SHOULD, Verdict.NOT_EXERCISED, None, "skipped"),
        (MUST, Verdict.NOT_APPLICABLE, None, "skipped"),
        (MUST, Verdict.UNTESTABLE, None, "failed"),
        (MUST, Verdict.ERROR, None, "failed"),
        (MUST, Verdict.FAIL, Kind.KNOWN_FAILING, "xfailed"),
        (MUST, Verdict.PASS, Kind.KNOWN_FAILING, "failed"),
        (MUST, Verdict.FAIL, Kind.KNOWN_FLAKY, "xfailed"),
        (MUST, Verdict.PASS, Kind.KNOWN_FLAKY, "passed"),
        (MUST, Verdict.NOT_EXERCISED, Kind.SKIP, "skipped"),
        (MUST, Verdict.ERROR, Kind.KNOWN_FAILING, "failed"),
    ],
)
def test_what_a_verdict_becomes(id: str, verdict: Verdict, gap: Kind | None, expected: str) -> None:
    outcome = outcome_of(judged(id, verdict, gap))
    assert outcome.kind == expected
    if expected == "failed":
        assert outcome.text.startswith(f"{verdict.value}{' (stale)' if gap and verdict is Verdict.PASS else ''} {id}\n")
        assert "required " in outcome.text
        assert "repeat   customhouse check acme" in outcome.text


def test_an_item_fails_exactly_where_check_is_red() -> None:
    """Of one result alone, and beside a PASS: a run in which nothing is judged is red too, which no item can say."""
    good = judged(MUST, Verdict.PASS)
    for id, verdict, gap in itertools.product((MUST, SHOULD), Verdict, (None, *Kind)):
        if id == SHOULD and verdict is Verdict.FAIL:
            continue  # of a SHOULD it is called WARN
        one = judged(id, verdict, gap)
        assert (outcome_of(one).kind == "failed") is (conclude([good, one]) != 0), (id, verdict, gap)


# ---- as items of a run ----


def answers(monkeypatch: pytest.MonkeyPatch, verdicts: dict[str, Verdict]) -> None:
    """Judge without running anything."""

    def judge(_runs: Runs, inspection: Inspection, row: Requirement) -> Result:
        toy = SHOULD if row.level == "SHOULD" else MUST
        found = result(inspection.spec.name, TOY, toy, verdicts.get(row.id[-7:], Verdict.PASS))
        gap = next((one for one in inspection.spec.gaps if one.covers(row.id)), None)
        return lay_over(replace(found, requirement=row), gap, TODAY)

    monkeypatch.setattr(Runs, "judge", judge)


def run(pytester: pytest.Pytester, *words: str, manifest: str = MANIFEST + GAPS) -> pytest.RunResult:
    pytester.makefile(".toml", customhouse=manifest)
    return pytester.runpytest_inprocess(*WITHIN, *words)


def test_items_are_told_as_in_the_report(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, {"RATE-01": Verdict.FAIL, "RATE-02": Verdict.FAIL, "RATE-03": Verdict.NOT_EXERCISED})
    pytester.makepyfile("def test_mine(): pass")
    ran = run(pytester, "-rA", "--junitxml=junit.xml", "--customhouse-importer=acme", f"--customhouse-only={RATE}")
    ran.assert_outcomes(passed=1, failed=1, xfailed=1, skipped=1)
    assert ran.ret == pytest.ExitCode.TESTS_FAILED
    said = ran.stdout.str()
    for text in (
        "FAIL INTERCOM-RATE-01\nrequired ",
        "seen     2 of 3 rows are not there (lost-rows; ",
        "repeat   customhouse check acme ",
        "acme: not conformant\n",
        "XFAIL customhouse.toml::acme::INTERCOM-RATE-02 - known-failing: no retry yet",
        "FAILED customhouse.toml::acme::INTERCOM-RATE-01 - FAIL INTERCOM-RATE-01",
        "skip: no time",
    ):
        assert text in said
    cases = ET.parse(pytester.path / "junit.xml").iter("testcase")  # noqa: S314 - pytest has just written it
    facts = {case.get("name"): {one.get("name"): one.get("value") for one in case.iter("property")} for case in cases}
    assert facts["INTERCOM-RATE-01"]["verdict"] == "FAIL"
    assert facts["INTERCOM-RATE-01"]["code"] == "lost-rows"


def test_a_known_gap_that_is_run_for_real_fails_for_real(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers(monkeypatch, {"RATE-02": Verdict.FAIL})
    ran = run(pytester, "--runxfail", "customhouse.toml::acme::INTERCOM-RATE-02")
    ran.assert_outcomes(failed=1)
    assert "acme: not conformant\n" in ran.stdout.str()


def test_a_known_gap_is_not_hidden_behind_the_word_conformant(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers(monkeypatch, {"RATE-02": Verdict.FAIL})
    ran = run(pytester, "customhouse.toml::acme::INTERCOM-RATE-02")
    ran.assert_outcomes(xfailed=1)
    assert ran.ret == 0
    assert f"acme: conformant in the 1 of {ALL} asked but for 1 known gap\n" in ran.stdout.str()


def test_an_item_that_cannot_be_judged_is_counted(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    def judge(_runs: Runs, inspection: Inspection, row: Requirement) -> Result:
        raise OSError("no room")

    monkeypatch.setattr(Runs, "judge", judge)
    ran = run(pytester, "customhouse.toml::acme::INTERCOM-RATE-01")
    ran.assert_outcomes(failed=1)
    assert "acme: the harness failed: this says nothing about the importer\n" in ran.stdout.str()


def test_a_manifest_as_notepad_writes_it(pytester: pytest.Pytester) -> None:
    (pytester.path / "customhouse.toml").write_text(MANIFEST, "utf-8-sig")
    ran = pytester.runpytest_inprocess(*WITHIN, "--collect-only", "-q", "customhouse.toml", "-k", "RATE-01")
    assert ran.outlines[:1] == ["customhouse.toml::acme::INTERCOM-RATE-01"]


def test_a_warning_passes_and_is_read(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, {"IMIT-01": Verdict.WARN})
    pytester.makeini("[pytest]\nfilterwarnings = error\n")
    ran = run(pytester, "customhouse.toml", "-k", "acme and LIMIT-01")
    ran.assert_outcomes(passed=1, deselected=ALL - 1)
    assert ran.ret == 0
    said = ran.stdout.str()
    assert "WARN INTERCOM-LIMIT-01\nrequired " in said
    assert f"acme: conformant in the 1 of {ALL} asked\n" in said


def test_silence_is_red(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, dict.fromkeys(("RATE-01", "RATE-02", "RATE-03"), Verdict.NOT_APPLICABLE))
    ran = run(pytester, "customhouse.toml", "-k", "RATE", manifest=MANIFEST)
    ran.assert_outcomes(skipped=3, deselected=ALL - 3)
    assert ran.ret == pytest.ExitCode.TESTS_FAILED
    assert "acme: could not be judged\n" in ran.stdout.str()
    beside = run(pytester, "customhouse.toml", "-k", "RATE or AUTH", manifest=MANIFEST)
    assert beside.ret == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--customhouse-importer=nobody"], "lists no importer 'nobody'"),
        (["--customhouse-importer=acme", "--customhouse-only=X*"], "matches no requirement"),
        (["--customhouse-importer=acme", "--customhouse-provider=x"], "there is no provider 'x'"),
        (["--customhouse-importer=acme", "--customhouse-manifest=x.toml"], "which is no file"),
    ],
)
def test_what_cannot_be_collected_is_said(pytester: pytest.Pytester, words: list[str], said: str) -> None:
    ran = run(pytester, *words)
    assert ran.ret in (pytest.ExitCode.INTERRUPTED, pytest.ExitCode.USAGE_ERROR)
    assert said in ran.stdout.str() + ran.stderr.str()


def test_a_manifest_without_importers_is_said(pytester: pytest.Pytester) -> None:
    ran = run(pytester, "customhouse.toml", manifest="")
    assert ran.ret == pytest.ExitCode.INTERRUPTED
    assert "customhouse.toml lists no importer" in ran.stdout.str()


def test_everybodys_importer_needs_no_manifest(pytester: pytest.Pytester) -> None:
    words = (*WITHIN, "--collect-only", "-q", "--customhouse-importer=reference", "--customhouse-provider=intercom")
    ran = pytester.runpytest_inprocess(*words, "--customhouse-only=*-RATE-0[12]", "--customhouse-only=*-RATE-03")
    assert ran.outlines[:3] == [f"built-in::reference::INTERCOM-RATE-0{n}" for n in (1, 2, 3)]


# ---- run for real ----


def ids(ran: Iterable[str]) -> set[str]:
    return {line.split("::")[-1].split(" ")[0] for line in ran if line.startswith("FAILED")}


def test_a_scenario_runs_once_for_all_its_items(pytester: pytest.Pytester) -> None:
    """Four items and three scenarios, and what `customhouse check` makes of the same."""
    ran = run(pytester, "customhouse.toml", "-k", "ATTR", manifest=MANIFEST)
    ran.assert_outcomes(failed=3, skipped=1, deselected=ALL - 4)
    runs = pytester.path / "runs"
    assert len(runs.read_text().split()) == 3
    runs.unlink()
    out = pytester.path / "report"
    checked = CliRunner().invoke(main, ["check", "acme", "--only", "INTERCOM-ATTR-*", "--out", str(out)])
    assert checked.exit_code == 3
    assert len(runs.read_text().split()) == 3
    rows = json.loads((out / "results.json").read_text())["results"]
    assert ids(ran.outlines) == {row["requirement"] for row in rows if row["level"] == "MUST"}
