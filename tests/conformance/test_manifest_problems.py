"""Everything that is wrong with a manifest, in one go."""

from pathlib import Path

import pytest

from customhouse_conformance.errors import ManifestError
from customhouse_conformance.manifest.file import load_manifest
from customhouse_conformance.manifest.problems import Survey, survey

GOOD = """
[importers.good]
provider = "intercom"
command = "node {here}/import.mjs {source} {base_url} {token}"
"""
COMMAND = 'command = "x {base_url} {token} {source}"\n'


def read(folder: Path, text: str) -> Survey:
    (folder / "customhouse.toml").write_text(text)
    return survey(folder / "customhouse.toml")


def said(found: Survey) -> list[str]:
    return [problem.what.partition("customhouse.toml")[2] or problem.what for problem in found.problems]


def test_a_good_one(tmp_path: Path) -> None:
    found = read(tmp_path, GOOD)
    assert [spec.name for spec in found.specs] == ["good"]
    assert (found.names, found.problems) == (("good",), ())


def test_all_that_is_wrong_is_told_and_what_is_right_can_be_used(tmp_path: Path) -> None:
    text = (
        GOOD
        + f'[importers.a]\nprovider = "hubspot"\n{COMMAND}source = {{format = "xml"}}\n'
        + '[importers.a.gaps]\n"INTERCOM-RATE-01" = {kind = "skip"}\n'
        + '"INTERCOM-RATE-02" = {kind = "later", reason = "x"}\n'
        + '[importers.b]\nprovider = "intercom"\ncommand = "x"\nenv = {"A=B" = "{token}"}\n'
        + f'[[importers.c]]\nprovider = "intercom"\n{COMMAND}tmieout_s = 3\n'
        + '[[importers.c]]\nprovider = "rally"\nserve = "x"\n'
        + f'[importers.d]\nprovider = "intercom"\n{COMMAND}'
        + '[importers.d.gaps]\n"INTERCOM-X-*" = {kind = "skip", reason = "x"}\n"Y" = {kind = "skip", reason = "x"}\n'
    )
    found = read(tmp_path, text)
    assert [spec.name for spec in found.specs] == ["good"]
    assert found.names == ("good", "a", "b", "c", "d")
    assert said(found) == [
        ": importers.a.gaps.INTERCOM-RATE-01: 'reason' is missing",
        ": importers.a.gaps.INTERCOM-RATE-02: 'kind' is 'later'",
        ": importers.a.source: 'format' is 'xml'",
        ": importers.a: 'provider' is 'hubspot'",
        ": importers.b.env: 'A=B' cannot be the name of an environment variable",
        ": importers.c: 'tmieout_s' is not a key of this table",
        ": importers.c: this provider is called by the importer, so 'serve' is not its key",
        "gaps of importer 'd' (intercom): 'INTERCOM-X-*' matches no requirement",
        "gaps of importer 'd' (intercom): 'Y' matches no requirement",
    ]


def test_every_key_that_is_wrong_is_told(tmp_path: Path) -> None:
    text = (
        '[importers.a]\nprovider = "intercom"\ncommand = "x {base_url} {token} {source} {nonsense}"\n'
        + 'timeout_s = -1\ncapabilities = ["fly"]\ncolour = "red"\nenv = {A = "{tokn}"}\n'
        + '[importers.b]\nprovider = "intandem"\nserve = "x {port}"\nready = "here"\nstop = "NOW"\ntimeout_s = "1"\n'
    )
    found = read(tmp_path, text)
    assert found.specs == ()
    assert said(found) == [
        ": importers.a: 'timeout_s' is -1",
        ": importers.a: 'capabilities' names 'fly'",
        ": importers.a: 'colour' is not a key of this table",
        ": importers.a: {tokn} in '{tokn}' is no placeholder",
        ": importers.a: {nonsense} in '{nonsense}' is no placeholder",
        ": importers.b: 'ready' is 'here'",
        ": importers.b: 'stop' is 'NOW', which is no signal",
        ": importers.b: 'timeout_s' is str '1'",
        ": importers.b: {base_url} is neither in the command nor in env",
    ]


def test_what_concerns_several_tables_or_none(tmp_path: Path) -> None:
    twice = f'[[importers.a]]\nprovider = "intercom"\n{COMMAND}' * 2
    assert said(read(tmp_path, twice)) == [": importers.a has two tables for one provider"]
    assert said(read(tmp_path, GOOD + "[importer.x]\n")) == [": 'importer' is not a key of this table"]
    assert said(read(tmp_path, "importers = 3\n")) == [": 'importers' is int 3"]
    assert said(read(tmp_path, "[importers]\na = 3\n")) == [": importers.a is no table"]
    both = '[importers.good.gaps]\n"INTERCOM-RATE-*" = {kind = "skip", reason = "x"}\n'
    both += '"INTERCOM-RATE-01" = {kind = "skip", reason = "x"}\n'
    assert "both match INTERCOM-RATE-01" in said(read(tmp_path, GOOD + both))[0]


def test_values_without_end_are_refused_in_words(tmp_path: Path) -> None:
    """As `check` refuses them too."""
    huge = "0x" + "f" * 5000
    text = f"[importers.a]\nprovider{'.a' * 5000} = 1\n"
    text += f'[importers.b]\nprovider = "intercom"\n{COMMAND}timeout_s = {huge}\ncolour = {huge}\n'
    text += f'[importers.b.gaps]\nX = {{kind = "skip", reason = "x", expires = {huge}}}\n'
    assert said(read(tmp_path, text)) == [
        ": importers.a: 'provider' is dict …",
        ": importers.b.gaps.X: 'expires' is …, which is no day",
        ": importers.b: 'timeout_s' is far too large",
        ": importers.b: 'colour' is not a key of this table",
    ]
    with pytest.raises(ManifestError, match="'provider' is dict …"):
        load_manifest(tmp_path / "customhouse.toml")


def test_what_cannot_be_read_at_all(tmp_path: Path) -> None:
    assert "is no TOML" in said(read(tmp_path, "[importers"))[0]
    assert "is no TOML" in said(read(tmp_path, f"x = {'9' * 5000}"))[0]
    assert "nested too deeply" in said(read(tmp_path, f"x = {'[' * 5000}"))[0]
    assert "line 3" in said(read(tmp_path, "\ufeff\n\n[importers\n"))[0]
    assert "cannot be read" in said(survey(tmp_path / "no-such.toml"))[0]
