"""The command `customhouse`, as a user starts it: what all its subcommands share."""

import errno
import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from customhouse.cli import COMMANDS
from customhouse.commands.common import PIPE_CLOSED, speaking

from .command import NOWHERE, customhouse

BAD_MANIFEST = '[importers.acme]\nprovider = "intercom"\ncommand = "x {source}"\n'
NOBODY = NOWHERE.replace('"intercom"', '"nobody"')


def test_help_lists_every_command_and_imports_none() -> None:
    script = (
        "import sys; from customhouse.cli import main; sys.argv = ['customhouse', '--help']\n"
        "try: main()\nexcept SystemExit: pass\n"
        "loaded = [name for name in sys.modules if name.startswith(('customhouse_', 'flask', 'rich'))]\n"
        "print('loaded', loaded)"
    )
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert "loaded []" in said
    for name, place in COMMANDS.items():
        assert name in said
        assert place.help in said


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_is_there(name: str) -> None:
    result = customhouse(name, "--help")
    assert result.exit_code == 0, result.output


def test_an_unknown_command_is_a_usage_error() -> None:
    assert customhouse("chek").exit_code == 2


def test_a_bad_manifest_is_a_usage_error(folder: Path) -> None:
    (folder / "customhouse.toml").write_text(BAD_MANIFEST)
    for command in ("check", "smoke"):
        result = customhouse(command, "acme")
        assert result.exit_code == 2
        assert "{base_url} is neither in the command nor in env" in result.output


def test_a_provider_that_there_is_none_of_is_a_usage_error(folder: Path) -> None:
    (folder / "customhouse.toml").write_text(NOBODY)
    for command in ("check", "smoke"):
        result = customhouse(command, "acme")
        assert result.exit_code == 2, result.output
        assert "nobody" in result.output


def test_an_interrupt_while_a_command_is_imported_is_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_name: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(importlib, "import_module", interrupt)
    result = customhouse("check", "acme")
    assert result.exit_code == 130
    assert "interrupted" in result.output


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EFBIG, errno.EACCES, errno.EROFS, errno.ENOTDIR])
def test_what_the_system_refuses_the_user_is_said_in_words(number: int, capsys: pytest.CaptureFixture[str]) -> None:
    @speaking
    def command() -> int:
        raise OSError(number, os.strerror(number), "out/results.json")

    with pytest.raises(SystemExit) as leaving:
        command()
    assert leaving.value.code == 2
    said = capsys.readouterr().err
    assert f"out/results.json: {os.strerror(number)}" in said
    assert "Traceback" not in said


def test_what_it_refuses_us_is_our_own_fault(capsys: pytest.CaptureFixture[str]) -> None:
    @speaking
    def command() -> int:
        raise ConnectionRefusedError(errno.ECONNREFUSED, "refused")

    with pytest.raises(SystemExit) as leaving:
        command()
    assert leaving.value.code == 4
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["requirements"], ["requirements", "--format", "json"]])
def test_a_reader_that_leaves_is_no_fault(words: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "customhouse", *words], stdout=writing, stderr=subprocess.PIPE, check=False
        )
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (PIPE_CLOSED, b"")
