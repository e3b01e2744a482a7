"""What is drawn on a terminal, and where not a single control sequence is written."""

import json
from pathlib import Path

import pytest

from customhouse.commands.terminal import plain

from .terminals import HIDE, SHOW, OnTerminal

SLEEPER = f"""
[importers.acme]
provider = "intercom"
command = {json.dumps(["sh", "-c", "exec sleep 600", "{base_url}", "{token}", "{source}"])}
"""


@pytest.mark.parametrize(
    ("environ", "tty", "expected"),
    [
        ({"TERM": "xterm"}, True, False),
        ({"TERM": "xterm"}, False, True),
        ({"TERM": "dumb"}, True, True),
        ({"TERM": "xterm", "NO_COLOR": "1"}, True, True),
        ({"TERM": "xterm", "NO_COLOR": ""}, True, False),
        ({"TERM": "xterm", "CI": "true"}, True, True),
        ({"TERM": "xterm", "CI": "false"}, True, False),
        ({"CI": "true", "FORCE_COLOR": "1"}, False, False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, True),
    ],
)
def test_where_it_is_plain(environ: dict[str, str], tty: bool, expected: bool) -> None:
    assert plain(environ, tty) is expected


@pytest.mark.parametrize("environ", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_plain_is_without_control_sequences(tmp_path: Path, environ: dict[str, str]) -> None:
    with OnTerminal("requirements", "--provider", "rally", cwd=tmp_path, **environ) as shown:
        assert shown.end() == 0
    assert "RALLY-AUTH-01" in shown.said
    assert "\x1b" not in shown.said


def test_a_check_in_ci_says_a_line_for_each_scenario(tmp_path: Path) -> None:
    (tmp_path / "customhouse.toml").write_text(SLEEPER.replace("exec sleep 600", "true"))
    with OnTerminal("check", "acme", "--only", "INTERCOM-AUTH-01", cwd=tmp_path, CI="true") as shown:
        assert shown.end() == 3
    assert "[1/1] plain" in shown.said
    assert "\x1b" not in shown.said


def test_an_interrupt_leaves_the_terminal_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "customhouse.toml").write_text(SLEEPER)
    with OnTerminal("check", "acme", "--only", "INTERCOM-AUTH-01", cwd=tmp_path) as shown:
        shown.until("intercom: plain")
        shown.interrupt()
        assert shown.end() == 130
    assert shown.said.rindex(HIDE) < shown.said.rindex(SHOW) < shown.said.index("interrupted")
