"""What is drawn on a terminal, and where not a single control sequence is written."""

import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.table import Table
from rich.text import Text

from customhouse.cli import main
from customhouse.commands.progress import moving
from customhouse.commands.terminal import Terminal, plain, terminal
from customhouse_conformance.events import SuiteFinished
from customhouse_conformance.report.live import LiveProgress

from .terminals import HIDE, SHOW, OnTerminal

SLEEPER = f"""
[importers.acme]
provider = "intercom"
command = {json.dumps(["sh", "-c", "exec sleep 600", "{base_url}", "{token}", "{source}"])}
"""


def test_no_text_commands_the_terminal_wherever_it_stands() -> None:
    said = io.StringIO()
    screen = Terminal(file=said, force_terminal=True, color_system="standard", highlight=False)
    hostile = "a\x1b]0;b\x9bc"
    cells = Table("head", title=hostile)
    cells.add_row(hostile)
    cells.add_row(Text(hostile))
    for one in (hostile, Text(hostile, style="red"), cells):
        screen.print(one)
    assert said.getvalue().count("a\ufffd]0;b") == 5
    assert "\x1b[31ma\ufffd" in said.getvalue()
    assert "\x1b]" not in said.getvalue()
    assert "\x9b" not in said.getvalue()


def test_an_error_is_said_without_controls(tmp_path: Path) -> None:
    ended = CliRunner().invoke(main, ["check", "a\x1b]0;b"])
    assert ended.exit_code == 2
    assert "a\ufffd]0;b" in ended.output


def test_nothing_moves_where_it_may_not() -> None:
    said = io.StringIO()
    screen = Terminal(file=said, force_terminal=True)
    with moving(screen) as views:
        assert views == []
    assert said.getvalue() == ""
    screen.moves = True
    with moving(screen) as views:
        assert [type(view) for view in views] == [LiveProgress]
        assert said.getvalue().endswith(HIDE)
        views[0].handle(SuiteFinished(1.0, {}, 0))
        assert SHOW in said.getvalue()


@pytest.mark.parametrize(("tty", "moves"), [(True, True), (False, False)])
def test_it_is_seen_whether_somebody_looks(monkeypatch: pytest.MonkeyPatch, tty: bool, moves: bool) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "CI"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("sys.stdout.isatty", lambda: tty)
    assert terminal().moves is moves


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


def test_plain_is_without_control_sequences(tmp_path: Path) -> None:
    with OnTerminal("requirements", "--provider", "rally", cwd=tmp_path, NO_COLOR="1") as shown:
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
