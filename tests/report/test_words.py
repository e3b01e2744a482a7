"""How a run's end is worded, in every report: what was not asked is not called conformant, and one is no plural."""

import io
from datetime import date
from pathlib import Path

import pytest
from rich.console import Console

from customhouse_conformance.engine.selection import select
from customhouse_conformance.engine.stored import judge_folder
from customhouse_conformance.engine.suite import Options, Task, run_suite
from customhouse_conformance.findings import Verdict
from customhouse_conformance.gaps import Gap, Kind
from customhouse_conformance.report import JsonReport, TerminalReport
from customhouse_conformance.report.html import HtmlReport
from customhouse_conformance.report.words import conclusion, matters
from customhouse_conformance.results import lay_over
from tests.conformance.toy import ToyProvider, as_callable, register

from .samples import result, sample


@pytest.mark.parametrize(
    ("code", "gaps", "asked", "said"),
    [
        (0, 0, 39, "conformant"),
        (0, 0, 1, "conformant in the 1 of 39 asked"),
        (0, 2, 39, "conformant but for 2 known gaps"),
        (0, 1, 5, "conformant in the 5 of 39 asked but for 1 known gap"),
        (1, 2, 5, "not conformant"),
        (3, 0, 5, "could not be judged"),
    ],
)
def test_what_was_not_asked_is_not_called_conformant(code: int, gaps: int, asked: int, said: str) -> None:
    assert conclusion(code, {"known": gaps}, asked, 39) == said


def test_a_narrowed_run_says_so_wherever_it_is_read(tmp_path: Path) -> None:
    terminal, again, only = io.StringIO(), io.StringIO(), "INTERCOM-TOY-01"
    book, good = register(), as_callable("good")
    views = [
        TerminalReport(Console(file=terminal, width=160)),
        JsonReport(tmp_path / "results.json"),
        HtmlReport(tmp_path / "report.html", lambda _provider: book),
    ]
    task = Task(good, select(good, book, only), tmp_path / "records", tmp_path)
    run_suite([task], Options(providers=lambda: [ToyProvider()], only=only), views)
    said = terminal.getvalue()
    assert "; 1 requirement, 1 scenario, seed 0" in said
    assert "\n1 requirement: 1 PASS\n" in said
    assert "good: conformant in the 1 of 3 asked (exit code 0)" in said
    page = (tmp_path / "report.html").read_text("utf-8")
    assert page.count(">conformant in the 1 of 3 asked<") == 2  # the header, and the card of the importer
    assert "<title>good: conformant in the 1 of 3 asked · Customhouse</title>" in page
    judge_folder(tmp_path, lambda _: book, [TerminalReport(Console(file=again, width=160))])
    assert "good: conformant in the 1 of 3 asked (exit code 0)" in again.getvalue()


def test_what_matters_most_is_a_sentence() -> None:
    toy, day = register(), date(2026, 1, 1)
    fails = [result("acme", toy, row.id, Verdict.FAIL) for row in toy.requirements]
    known, mended = (Gap(f"*-0{n}", Kind.KNOWN_FAILING, "no retry yet") for n in (1, 2))
    assert matters(sample()[0][:3]) == "nothing to mend"
    assert matters(sample()[0][3:6]) == "1 failure: INTERCOM-TOY-02; 1 warning: INTERCOM-TOY-03"
    assert matters(fails) == "3 failures, first INTERCOM-TOY-01"
    stale = lay_over(result("acme", toy, "INTERCOM-TOY-02", Verdict.PASS), mended, day)
    assert matters([lay_over(fails[0], known, day), stale]) == "1 failure: INTERCOM-TOY-02; 1 known gap"
