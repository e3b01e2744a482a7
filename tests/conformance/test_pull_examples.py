"""The apps that we show to others: the one in the manual works, the one in `examples/` has the fault that we say."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from customhouse_conformance.engine.providers import available
from customhouse_conformance.engine.selection import select
from customhouse_conformance.engine.suite import Options, Task, run_suite
from customhouse_conformance.findings import Verdict
from customhouse_conformance.manifest.file import load_manifest, read_manifest
from customhouse_conformance.manifest.spec import ImporterSpec
from customhouse_conformance.register_tables import load_register
from customhouse_conformance.smoke import diagnose, run_smoke

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def manual(tmp_path_factory: pytest.TempPathFactory) -> ImporterSpec:
    """The app of docs/pull-apps.md, with the manifest that stands above it."""
    text = (ROOT / "docs" / "pull-apps.md").read_text("utf-8")
    (manifest,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    (app,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(app.splitlines()) < 50  # as its headline says
    here = tmp_path_factory.mktemp("manual")
    (here / "app.py").write_text(app, "utf-8")
    (spec,) = read_manifest(manifest, "docs/pull-apps.md", here)["acme"]
    return spec


def example() -> ImporterSpec:
    (spec,) = load_manifest(ROOT / "examples" / "pull-app" / "customhouse.toml").find("pull-app")
    return spec


def verdicts(spec: ImporterSpec, only: str) -> dict[str, tuple[str, str]]:
    """What the suite says: requirement → verdict and code, PASS left out."""
    selection = select(spec, load_register("intandem"), only)
    options = Options(providers=lambda: available(["intandem"]), jobs=2, only=only)
    results = run_suite([Task(spec, selection)], options, []).results
    assert any(result.verdict is Verdict.PASS for result in results)
    return {
        result.requirement.id: (result.verdict.value, result.decisive.finding.code)
        for result in results
        if result.verdict is not Verdict.PASS
    }


def test_the_app_in_the_manual_is_plugged_in_all_right(manual: ImporterSpec) -> None:
    assert diagnose(run_smoke(manual, lambda: available(["intandem"]))) == []


def test_the_app_in_the_manual_honours_what_it_says(manual: ImporterSpec) -> None:
    assert manual.capabilities == ()
    assert verdicts(manual, "INTANDEM-[PE]*-0*") == {}


def test_the_fault_of_the_example_is_named() -> None:
    spec = example()
    assert diagnose(run_smoke(spec, lambda: available(["intandem"]))) == []
    assert verdicts(spec, "INTANDEM-PAGE-0*") == {"INTANDEM-PAGE-02": ("FAIL", "clamped")}


def test_smoke_finds_a_column_that_is_on_no_page() -> None:
    spec = example()
    mistaken = replace(spec, source=replace(spec.source, fields={"external_id": "Id"}))
    (problem,) = diagnose(run_smoke(mistaken, lambda: available(["intandem"])))
    assert problem.what.startswith("3 rows, of which 3 are on the pages; `external_id` never arrived; the file's col")


def test_what_the_manual_says_of_its_app_is_so(manual: ImporterSpec) -> None:
    assert verdicts(manual, "INTANDEM-TENANT-0*") == {
        "INTANDEM-TENANT-01": ("NOT APPLICABLE", "not-claimed"),
        "INTANDEM-TENANT-03": ("WARN", "gave-clients"),
    }
