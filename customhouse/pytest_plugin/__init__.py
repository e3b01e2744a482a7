"""The pytest plugin: fixtures `intercom`, `intandem`, `rally`, `customhouse`, and requirements as test items.

Every pytest run in a virtualenv that has Customhouse imports this module, so it imports nothing but pytest: the fakes
come with the first fixture, the suite with `--customhouse-importer`. For annotations:
`from customhouse.pytest_plugin import Intercom, Intandem, Rally, Customhouse`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from customhouse.pytest_plugin.accounts import Account, Intandem, Intercom, Rally
    from customhouse.pytest_plugin.journal import Call
    from customhouse.pytest_plugin.server import Customhouse
    from customhouse.pytest_plugin.state import Rows

__all__ = ["Account", "Call", "Customhouse", "Intandem", "Intercom", "Rally", "Rows"]

MANIFEST = "customhouse.toml"

#: On an item: whether the test itself passed, once it has run.
PASSED = pytest.StashKey[bool]()
_HOMES = {
    "Account": "accounts",
    "Call": "journal",
    "Customhouse": "server",
    "Intandem": "accounts",
    "Intercom": "accounts",
    "Rally": "accounts",
    "Rows": "state",
}
_MARKER = (
    "customhouse(*providers, allow=[...], profile={...}, limits={...}, seed=0, app={...}): settings of a test's "
    "sandboxes, of all providers if none is named; 'allow' lists the refusals that it expects, such as 'rule:*'"
)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(_part(_HOMES[name]), name)


def _part(name: str) -> Any:
    """A module of this package, when it is needed."""
    return import_module(f"{__name__}.{name}")


# ---- fixtures ----


@pytest.fixture(scope="session")
def customhouse() -> Iterator[Customhouse]:
    """The fakes of this process: each starts when it is first wanted, on a free port, and serves until the end."""
    with _part("server").Customhouse() as running:
        yield running


@pytest.fixture
def intercom(request: pytest.FixtureRequest, customhouse: Customhouse) -> Iterator[Intercom]:
    """A clean sandbox of the fake Intercom; what nobody expected there fails the test at its end."""
    yield from _part("lending").lend(request, "intercom", customhouse.intercom)


@pytest.fixture
def intandem(request: pytest.FixtureRequest, customhouse: Customhouse) -> Iterator[Intandem]:
    """A clean sandbox of the fake inTandem; what nobody expected there fails the test at its end."""
    yield from _part("lending").lend(request, "intandem", customhouse.intandem)


@pytest.fixture
def rally(request: pytest.FixtureRequest, customhouse: Customhouse) -> Iterator[Rally]:
    """A clean sandbox of the fake Rally; what nobody expected there fails the test at its end."""
    yield from _part("lending").lend(request, "rally", customhouse.rally)


# ---- hooks ----


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("customhouse", "customhouse: inspect importers")
    group.addoption(
        "--customhouse-importer",
        action="append",
        default=[],
        metavar="NAME",
        help="Collect the requirements for an importer of customhouse.toml as test items; may be repeated.",
    )
    group.addoption("--customhouse-manifest", metavar="FILE", help="The manifest, if it is not found from here.")
    group.addoption("--customhouse-provider", metavar="P", help="Only this provider: intandem, intercom or rally.")
    group.addoption(
        "--customhouse-only",
        metavar="GLOB",
        action="append",
        help="Only requirements whose id matches; may be given several times.",
    )
    parser.addini("customhouse_allow", "Refusals that no test has to expect, as in the marker's `allow`.", type="args")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", _MARKER)
    if config.getoption("customhouse_importer") or any(MANIFEST in argument for argument in config.args):
        _part("inspecting").begin(config)


@pytest.hookimpl(wrapper=True, tryfirst=True)  # around pytest's own, which makes a failure an expected one
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call":
        item.stash[PASSED] = report.passed
    return report


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """The manifest is a file of tests when importers are named, or when it is named itself."""
    named = file_path.name == MANIFEST and parent.session.isinitpath(file_path)
    if not named and not (file_path.suffix == ".toml" and parent.config.getoption("customhouse_importer")):
        return None
    collector: pytest.Collector | None = _part("inspecting").collect(file_path, parent, named=named)
    return collector
