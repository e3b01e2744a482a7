"""What `pip install .` brings: every package, every data file, nothing of ours at somebody else's top level."""

import configparser
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from .dockerfile import context

ROOT = Path(__file__).resolve().parents[2]
# import package -> the folder that it lies in
PACKAGES = {
    "customhouse": "",
    "customhouse_fakes": "fakes/",
    "customhouse_conformance": "conformance/",
    "customhouse_fixtures": "fixtures/",
    "customhouse_loadtests": "loadtests/",
    "reference_importer": "",
}


def tracked() -> list[str]:
    """Files of the checkout that are not ignored, relative to its root."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True)
    return [name for name in listed.stdout.decode().splitlines() if (ROOT / name).is_file()]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """Built from a copy of what git tracks, so that no leftover of a build can hide a missing file; and of that what
    the container file copies, so that it installs the same."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("dist")
    for name in tracked():
        if not any(name == given or name.startswith(f"{given}/") for given in context()):
            continue
        target = source / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((ROOT / name).read_bytes())
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(source)]
    built = subprocess.run(build, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    return zipfile.ZipFile(next(out.glob("*.whl")))


def test_every_file_of_every_package_is_in(wheel: zipfile.ZipFile) -> None:
    expected = {
        name.removeprefix(folder)
        for name in tracked()
        for package, folder in PACKAGES.items()
        if name.startswith(f"{folder}{package}/")
    }
    assert len(expected) > 100
    assert expected - set(wheel.namelist()) == set()


def test_nothing_else_is_in(wheel: zipfile.ZipFile) -> None:
    tops = {name.partition("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)


def test_both_commands_and_the_plugin_are_declared(wheel: zipfile.ZipFile) -> None:
    name = next(name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    entry_points = configparser.ConfigParser()
    entry_points.read_string(wheel.read(name).decode())
    assert dict(entry_points["console_scripts"]) == {
        "customhouse": "customhouse.cli:main",
        "reference-importer": "reference_importer.cli:main",
    }
    assert dict(entry_points["pytest11"]) == {"customhouse": "customhouse.pytest_plugin"}
