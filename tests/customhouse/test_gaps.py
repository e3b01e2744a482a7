"""Known gaps from the front door: a failing importer, its gaps written, pasted, mended and expired."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from customhouse.cli import main

TOY = Path(__file__).parents[1] / "conformance" / "importers.py"
ONLY = ("--only", "INTERCOM-R[AO]*")
MANIFEST = f"""
[importers.acme]
provider = "intercom"
command = ["{{python}}", {json.dumps(str(TOY))}, "gives_up", "{{source}}", "{{workdir}}"]
env = {{API = "{{base_url}}", API_TOKEN = "{{token}}"}}
"""


@pytest.fixture(scope="module")
def adopted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """A folder with a manifest, a first check, and the gaps that it wrote pasted into the manifest."""
    folder = tmp_path_factory.mktemp("adopted")
    (folder / "customhouse.toml").write_text(MANIFEST)
    result = customhouse(folder, "check", "acme", *ONLY, "--jobs", "2", "--out", str(folder / "out"), "--write-gaps")
    (folder / "customhouse.toml").write_text(MANIFEST + (folder / "out" / "gaps.toml").read_text())
    return folder, result


def customhouse(folder: Path, command: str, *words: str) -> Result:
    return CliRunner().invoke(main, [command, *words, "--manifest", str(folder / "customhouse.toml")])


def test_failures_are_written_and_pasted_make_it_green(adopted: tuple[Path, Result]) -> None:
    folder, first = adopted
    assert first.exit_code == 1, first.output
    assert f"gaps for the manifest: {folder / 'out' / 'gaps.toml'}" in first.output
    gaps = tomllib.loads((folder / "out" / "gaps.toml").read_text())["importers"]["acme"]["gaps"]
    rows = json.loads((folder / "out" / "results.json").read_text())["results"]
    # On a busy machine what asks for a pace may not be exercised, which is as red.
    red = {("MUST", "FAIL"), ("MUST", "NOT EXERCISED")}
    failed = [row["requirement"] for row in rows if (row["level"], row["verdict"]) in red]
    assert list(gaps) == failed
    assert len(failed) > 2
    second = customhouse(folder, "check", "acme", *ONLY, "--jobs", "2", "--write-gaps")
    assert second.exit_code == 0, second.output
    assert re.search(rf"conformant in the {len(rows)} of \d+ asked but for {len(failed)} known gaps", second.output)
    written = second.output[second.output.index("# Known gaps") :]
    assert tomllib.loads(written)["importers"]["acme"]["gaps"] == gaps  # reasons are kept


def test_judge_takes_the_gaps_of_the_manifest(adopted: tuple[Path, Result]) -> None:
    folder, _ = adopted
    judged = customhouse(folder, "judge", str(folder / "out"))
    assert judged.exit_code == 0, judged.output
    assert "known gaps" in judged.output
    text = (folder / "customhouse.toml").read_text()
    (folder / "expired").mkdir()
    (folder / "expired" / "customhouse.toml").write_text(text.replace('"}\n"', '", expires = 2026-01-01}\n"'))
    judged = customhouse(folder / "expired", "judge", str(folder / "out"))
    assert judged.exit_code == 1, judged.output
    assert "expired on 2026-01-01: close it, or give it a later day" in judged.output


@pytest.mark.parametrize(
    ("pattern", "complaint"),
    [("INTERCOM-NOPE-01", "'INTERCOM-NOPE-01' matches no requirement"), ("INTERCOM-R*", "both match INTERCOM-RATE-01")],
)
def test_a_gap_that_fits_nothing_ends_it_before_anything_runs(
    adopted: tuple[Path, Result], tmp_path: Path, pattern: str, complaint: str
) -> None:
    text = (adopted[0] / "customhouse.toml").read_text() + f'"{pattern}" = {{kind = "skip", reason = "x"}}\n'
    (tmp_path / "customhouse.toml").write_text(text)
    result = customhouse(tmp_path, "check", "acme", *ONLY, "--out", str(tmp_path / "out"))
    assert result.exit_code == 2, result.output
    assert complaint in result.output
    assert not (tmp_path / "out").exists()


def test_what_passes_is_stale_and_red(tmp_path: Path) -> None:
    entries = (
        '"INTERCOM-CREATE-02" = {kind = "known-flaky", reason = "x"}\n'
        '"INTERCOM-CONFLICT-04" = {kind = "known-failing", reason = "it was so"}\n'
    )
    (tmp_path / "customhouse.toml").write_text(f"{MANIFEST}[importers.acme.gaps]\n{entries}")
    only = ("--only", "INTERCOM-CONFLICT-04")
    result = customhouse(tmp_path, "check", "acme", *only, "--write-gaps")
    assert result.exit_code == 1, result.output
    assert "PASS (stale) INTERCOM-CONFLICT-04" in result.output
    assert "known-failing (it was so), but this is PASS: take the gap out of the manifest" in result.output
    written = tomllib.loads(result.output[result.output.index("# Known gaps") :])
    assert list(written["importers"]["acme"]["gaps"]) == ["INTERCOM-CREATE-02"]
