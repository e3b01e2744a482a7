"""The checks of the manifest, and the command."""

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from customhouse.cli import main
from customhouse.commands import doctor as command
from customhouse.doctor.findings import Status
from customhouse.doctor.importers import Asked, check_importers
from customhouse.doctor.probes import Probes

from .machines import FINE, always

REST = '--api {base_url} --token {token} --file {source}"'
MANIFEST = f"""
[importers.acme]
provider = "intercom"
command = "node {{here}}/import.mjs --config={{here}}/acme.toml --state {{here}}/state.db {REST}

[importers.gone]
provider = "intercom"
command = "no-such-program {REST}
env = {{PATH = "{{here}}/bin"}}

[importers.later]
provider = "intercom"
command = "{{source}} {REST}

[importers.called]
provider = "intercom"
callable = "no_such_package.importer:run"

[importers.here]
provider = "intercom"
callable = "beside:run"
"""
GAPS = """
[importers.here.gaps]
"INTERCOM-RATE-01" = {kind = "known-failing", reason = "x", expires = 2026-01-01}
"INTERCOM-RATE-02" = {kind = "known-failing", reason = "x", expires = 2026-01-02}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to stand in, with a manifest."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "customhouse.toml").write_text(MANIFEST)
    (tmp_path / "beside.py").write_text("")
    monkeypatch.setattr(command, "Probes", always(FINE))
    return tmp_path


def which(name: str, path: str | None) -> str | None:
    return f"/bin/{name}" if name == "node" else None


def look(importer: str | None = None) -> list[tuple[str, str]]:
    found = check_importers(Asked(None, importer), Probes(which=which), date(2026, 1, 2))
    return [(str(finding.status), f"{finding.what}: {finding.says}") for finding in found]


def test_what_is_started_is_looked_for(folder: Path) -> None:
    (folder / "acme.toml").write_text("")
    (folder / "customhouse.toml").write_text(MANIFEST + GAPS)
    found = look()
    assert found == [
        ("ok", f"manifest: {folder}/customhouse.toml lists acme, gone, later, called, here"),
        ("ok", "acme (intercom): is started with /bin/node"),
        ("problem", "acme (intercom): {here}/import.mjs is not there"),
        ("note", "acme (intercom): {here}/state.db is not there"),
        ("problem", "gone (intercom): 'no-such-program' is no program on PATH"),
        ("note", "later (intercom): '{source}' is known only when it is started"),
        ("problem", "called (intercom): there is no Python module 'no_such_package'"),
        ("ok", "here (intercom): calls beside:run"),
        ("problem", "here (intercom): the gap 'INTERCOM-RATE-01' expired on 2026-01-01, so it is red"),
    ]
    assert look("later") == [found[0], found[5]]


def test_the_built_in_one_can_be_asked_about(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [status for status, said in look("reference") if "reference (" in said] == ["problem"] * 3
    (folder / "customhouse.toml").unlink()
    assert look() == [("note", "manifest: no customhouse.toml here or above: only `reference` can be checked")]
    (folder / "customhouse.toml").write_text("")
    says = f"{folder}/customhouse.toml lists no importer: only `reference` can be checked"
    assert look() == [("note", f"manifest: {says}")]


@pytest.mark.parametrize(
    ("target", "absent"),
    [
        ("there.inner:run", None),
        ("spread.inner:run", None),
        ("there.nope.more:run", "there.nope"),
        ("there.inner.more:run", "there.inner.more"),
        ("nope:run", "nope"),
    ],
)
def test_a_module_is_looked_for_to_the_last_part_of_its_name(folder: Path, target: str, absent: str | None) -> None:
    for package in ("there", "spread"):
        (folder / package).mkdir()
        (folder / package / "inner.py").write_text("raise SystemExit('nobody imports it')")
    (folder / "there" / "__init__.py").write_text("")
    (folder / "customhouse.toml").write_text(f'[importers.acme]\nprovider = "intercom"\ncallable = "{target}"\n')
    said = f"problem: there is no Python module '{absent}'" if absent else f"ok: calls {target}"
    assert [f"{status}: {says.removeprefix('acme (intercom): ')}" for status, says in look()[1:]] == [said]


def test_a_file_that_may_not_be_executed_is_told_from_one_that_is_not_there(folder: Path) -> None:
    (folder / "run.sh").write_text("exit 1")
    text = '[importers.acme]\nprovider = "intercom"\ncommand = "{here}/run.sh --api {base_url} {token} {source}"\n'
    (folder / "customhouse.toml").write_text(text)
    assert look()[1:] == [("problem", f"acme (intercom): '{folder}/run.sh' is not executable")]
    (folder / "run.sh").unlink()
    assert look()[1:] == [("problem", f"acme (intercom): '{folder}/run.sh' is no program on PATH")]


def customhouse(*words: str) -> Result:
    return CliRunner().invoke(main, ["doctor", *words])


def test_the_command_tells_all_problems(folder: Path) -> None:
    (folder / "customhouse.toml").write_text(MANIFEST.replace('"intercom"\ncommand', '"intercon"\ncommand'))
    result = customhouse("--format", "json")
    assert result.exit_code == 1, result.output
    document = json.loads(result.output)
    wrong = [row for row in document["findings"] if row["status"] == Status.PROBLEM and row["what"] == "manifest"]
    assert [row["says"].partition(": ")[2] for row in wrong] == [
        f"importers.{name}: 'provider' is 'intercon'" for name in ("acme", "gone", "later")
    ]
    assert wrong[0]["mend"] == "use one of: intandem, intercom, rally"
    assert (document["schema"], document["ok"]) == (1, False)
    table = customhouse("here")
    assert table.exit_code == 1
    assert "'provider' is 'intercon'" in table.output
    assert "3 problems in the way" in table.output


def test_the_command_is_content(folder: Path) -> None:
    result = customhouse("here")
    assert result.exit_code == 0, result.output
    assert "nothing stands in the way" in result.output
    assert "\x1b" not in result.output


def test_a_gap_that_is_over_is_as_red_as_in_a_check(folder: Path) -> None:
    (folder / "customhouse.toml").write_text(MANIFEST + GAPS.replace("2026-01-02", "9999-12-31"))
    result = customhouse("here")
    assert result.exit_code == 1, result.output
    assert "close it, or give it a later day" in result.output
    assert "1 problem in the way" in result.output
    assert customhouse("later").exit_code == 0  # they are not its gaps


def test_an_unknown_importer_is_a_usage_error(folder: Path) -> None:
    result = customhouse("nobody")
    assert result.exit_code == 2
    assert "lists no importer 'nobody'" in result.output
    assert "it lists: acme, called, gone, here, later, reference" in result.output
