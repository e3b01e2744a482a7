"""`customhouse smoke`: importers that are not plugged in."""

from pathlib import Path

from .command import IDLE, NOWHERE, customhouse


def test_smoke_says_that_it_did_not_start(folder: Path) -> None:
    (folder / "customhouse.toml").write_text(NOWHERE)
    result = customhouse("smoke", "acme")
    assert result.exit_code == 3, result.output
    assert "it did not start: 'no-such-program-here' cannot be started" in result.output


def test_an_importer_that_asks_for_nothing_is_not_plugged_in(folder: Path) -> None:
    (folder / "customhouse.toml").write_text(IDLE)
    result = customhouse("smoke", "acme")
    assert result.exit_code == 3
    assert "no request reached the fake" in result.output
