"""Runs of the whole suite on importers of the toy."""

import io
from pathlib import Path

from rich.console import Console

from customhouse_conformance.engine.selection import select
from customhouse_conformance.engine.suite import Options, Outcome, Task, run_suite
from customhouse_conformance.manifest.spec import ImporterSpec
from customhouse_conformance.report import JsonReport, JUnitReport, TerminalReport

from .toy import REQUIREMENTS, ToyProvider, register


def suite(
    spec: ImporterSpec, out: Path, text: str = REQUIREMENTS, only: str | None = None, jobs: int = 1
) -> tuple[Outcome, str]:
    """Run a suite with all reports; returns the outcome and what the terminal showed."""
    terminal = io.StringIO()
    options = Options(providers=lambda: [ToyProvider()], jobs=jobs, only=only)
    views = [
        TerminalReport(Console(file=terminal, width=160)),
        JsonReport(out / "results.json"),
        JUnitReport(out / "junit.xml"),
    ]
    outcome = run_suite([Task(spec, select(spec, register(text), only), out / "records")], options, views)
    return outcome, terminal.getvalue()
