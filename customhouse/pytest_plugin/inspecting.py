"""`pytest --customhouse-importer acme`: the manifest is a file of tests, importers are in it, requirements in them."""

from __future__ import annotations

import shutil
import tempfile
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any, cast

import pytest

from customhouse.pytest_plugin.outcomes import ItemOutcome, outcome_of
from customhouse.pytest_plugin.runs import Inspection, Runs
from customhouse_conformance.engine.selection import refuse_nothing, select, whole_of
from customhouse_conformance.errors import ConformanceError, ManifestError, UsageError
from customhouse_conformance.findings import Verdict
from customhouse_conformance.globs import joined
from customhouse_conformance.manifest.file import Manifest, find_manifest, load_manifest, read_text
from customhouse_conformance.register import Requirement
from customhouse_conformance.register_tables import load_register
from customhouse_conformance.report.words import conclusion
from customhouse_conformance.verdicts import exit_code
from customhouse_fakes import PROVIDERS

#: In the report of an item: which importer it is about, what it counts as for the exit code, the overlay of a gap, and
#: how many requirements there are for the importer.
STANDING = "customhouse"
SECTION = "customhouse"
PLUGIN = "customhouse-inspections"
FOLDER = "customhouse_folder"


def begin(config: pytest.Config) -> None:
    """Be ready for items; if importers are named, collect the manifest too. `pytest.UsageError` if it is no file."""
    path = _manifest_path(config)
    named = [Path(config.invocation_params.dir, argument.split("::")[0]).resolve() for argument in config.args]
    if config.getoption("customhouse_importer") and path not in named:
        config.args.append(str(path))
    config.pluginmanager.register(Inspections(config), PLUGIN)


def collect(path: Path, parent: pytest.Collector, *, named: bool) -> pytest.Collector | None:
    """A manifest that the user has `named`, or the one of the options."""
    if not named and path != _manifest_path(parent.config):
        return None
    # What lies outside of the project would have no name of its own.
    return ManifestFile.from_parent(parent, path=path, nodeid="built-in" if path == _built_in() else None)


class ManifestFile(pytest.File):
    """The manifest; its children are importers."""

    def collect(self) -> Iterator[pytest.Collector]:
        """Those that the options name, or else all that the file lists."""
        option = self.config.getoption
        try:
            book = load_manifest(None if self.path == _built_in() else self.path)
            names = option("customhouse_importer") or self._names()
            found = {name: _inspections(book, name, self.config) for name in dict.fromkeys(names)}
            refuse_nothing([one.selection for group in found.values() for one in group], _only(self.config))
        except ConformanceError as error:
            raise self.CollectError(f"customhouse: {error}") from None
        for name, inspections in found.items():
            yield ImporterNode.from_parent(self, name=name, inspections=inspections)

    def _names(self) -> list[str]:
        """The importers of the file itself, without those that every user has."""
        names = list(tomllib.loads(read_text(self.path)).get("importers", ()))
        if not names:
            raise ManifestError(f"{self.path} lists no importer", "write [importers.NAME] and its keys below")
        return names


class ImporterNode(pytest.Collector):
    """One importer; its children are requirements."""

    def __init__(self, *, inspections: list[Inspection], **given: Any) -> None:
        super().__init__(**given)
        self._inspections = inspections

    def collect(self) -> Iterator[pytest.Item]:
        every = sum(whole_of([one.selection for one in self._inspections]).values())
        for inspection in self._inspections:
            for row in inspection.selection.requirements:
                yield RequirementItem.from_parent(
                    self, name=row.id, inspection=inspection, requirement=row, whole=every
                )


class RequirementItem(pytest.Item):
    """One requirement for one importer."""

    def __init__(self, *, inspection: Inspection, requirement: Requirement, whole: int, **given: Any) -> None:
        super().__init__(**given)
        self._inspection = inspection
        self._whole = whole
        self._requirement = requirement
        self.extra_keyword_matches.update({inspection.spec.provider, requirement.level})

    def runtest(self) -> None:
        row = self._requirement
        inspections = cast(Inspections, self.config.pluginmanager.get_plugin(PLUGIN))
        standing, overlay = Verdict.ERROR, ""  # if it cannot even be judged
        try:
            result = inspections.runs.judge(self._inspection, row)
            standing, overlay = result.standing, result.overlay or ""
        finally:
            said = f"{self._inspection.spec.name}: {row.level}: {standing.value}: {overlay}: {self._whole}"
            self.user_properties.append((STANDING, said))
        self.user_properties += [
            ("verdict", result.verdict.value),
            ("level", row.level),
            ("code", result.decisive.finding.code),
            ("source", row.source),
        ]
        self._end(outcome_of(result))

    def _end(self, outcome: ItemOutcome) -> None:
        if outcome.kind == "skipped":
            pytest.skip(outcome.text)
        if outcome.kind == "xfailed":
            pytest.xfail(outcome.text)
            raise NotConformantError(outcome.text)  # with --runxfail, pytest.xfail does nothing
        if outcome.kind == "failed":
            raise NotConformantError(outcome.text)
        if outcome.kind == "warned":
            self.add_report_section("call", SECTION, outcome.text)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The words of the report, without a traceback of ours."""
        if isinstance(excinfo.value, NotConformantError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.path, None, f"{self._inspection.spec.name}: {self.name}"


class NotConformantError(Exception):
    """A requirement is broken, or could not be judged."""


class Inspections:
    """What one process of a test run knows of its inspections, and the hooks that sum them up."""

    def __init__(self, config: pytest.Config) -> None:
        given: str | None = getattr(config, "workerinput", {}).get(FOLDER)
        self._folder = Path(given or tempfile.mkdtemp(prefix="customhouse-"))
        self._mine = given is None
        self._standings: dict[str, list[tuple[str, Verdict]]] = {}
        self._overlays: dict[str, Counter[str]] = defaultdict(Counter)
        self._whole: dict[str, int] = {}
        self._warnings: list[str] = []
        self.runs = Runs(self._folder, config.getoption("customhouse_manifest"))

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """xdist: all workers share the records."""
        node.workerinput[FOLDER] = str(self._folder)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note what the items came to, from whichever process."""
        standing = dict(report.user_properties).get(STANDING)
        if report.when == "call" and isinstance(standing, str):
            importer, level, verdict, overlay, whole = standing.rsplit(": ", 4)
            pair = (level, Verdict(verdict))
            if report.failed and not exit_code([pair]):
                pair = (level, Verdict.FAIL)  # a known gap with --runxfail
            self._standings.setdefault(importer, []).append(pair)
            self._overlays[importer][overlay] += 1
            self._whole[importer] = int(whole)
            self._warnings += [text for name, text in report.sections if SECTION in name and report.passed]

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Silence is no success: where nothing could be judged, `check` is red, and so is this."""
        everything = [one for standings in self._standings.values() for one in standings]
        if session.exitstatus == pytest.ExitCode.OK and everything and exit_code(everything):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self._standings:
            terminalreporter.ensure_newline()
            terminalreporter.section("customhouse")
        for text in self._warnings:
            terminalreporter.write_line(text, yellow=True)
        for importer, standings in self._standings.items():
            code = exit_code(standings)
            said = conclusion(code, self._overlays[importer], len(standings), self._whole[importer])
            terminalreporter.write_line(f"{importer}: {said}", green=not code, red=bool(code))

    def pytest_unconfigure(self) -> None:
        self.runs.close()
        if self._mine:
            shutil.rmtree(self._folder, ignore_errors=True)


def _inspections(book: Manifest, name: str, config: pytest.Config) -> list[Inspection]:
    provider: str | None = config.getoption("customhouse_provider")
    if provider not in (None, *PROVIDERS):
        raise UsageError(f"there is no provider '{provider}'", f"there are: {', '.join(PROVIDERS)}")
    only = _only(config)
    return [Inspection(spec, select(spec, load_register(spec.provider), only)) for spec in book.find(name, provider)]


def _only(config: pytest.Config) -> str | None:
    return joined(config.getoption("customhouse_only") or ())


def _manifest_path(config: pytest.Config) -> Path:
    given: str | None = config.getoption("customhouse_manifest")
    if given is not None:
        path = Path(config.invocation_params.dir, given).resolve()
        if not path.is_file():
            raise pytest.UsageError(f"customhouse: --customhouse-manifest names {path}, which is no file")
        return path
    found = find_manifest(config.invocation_params.dir)
    return (found or _built_in()).resolve()


def _built_in() -> Path:
    """The manifest that every user has."""
    return Path(str(resources.files("customhouse_conformance").joinpath("importers.toml"))).resolve()
