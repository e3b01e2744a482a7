"""Importers that do harm, and manifests that make no sense: clear words, and nothing is left behind."""

import json
import socket
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner

from customhouse.cli import main
from customhouse_conformance.adapters.app import Service, wait_until_ready
from customhouse_conformance.endings import end, how_it_ended, last_lines
from customhouse_conformance.engine import room as rooms
from customhouse_conformance.engine.room import Room
from customhouse_conformance.engine.workfolder import MOST_DEPTH
from customhouse_conformance.errors import DidNotStartError
from customhouse_conformance.smoke import diagnose
from customhouse_conformance.verdicts import LESS_ON_DISK

from . import records
from .conftest import Runner
from .processes import ends
from .toy import as_callable

COMMAND = 'command = "x {base_url} {token} {source}"\n'
HEAD = '[importers.acme]\nprovider = "intercom"\n'
APP = '[importers.acme]\nprovider = "intandem"\nserve = "x {base_url} {token} {source} {port}"\n'

#: The whole text or what stands below HEAD and COMMAND, and the first line of the error after the manifest's name.
BAD: dict[str, str | bytes] = {
    " lists no importer 'acme'": "",
    " is no TOML: Expected ']' at the end of a table declaration (at line 1, column 16)": "[importers.acme\n",
    " is no TOML: Cannot overwrite a value (at line 4, column 42)": HEAD + COMMAND * 2,
    " cannot be read: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte": b"\xff\xfe\x00",
    " is nested too deeply": "a = " + "[" * 2000 + "]" * 2000,
    ": 'importers' is list [1]": "importers = [1]\n",
    ": importers.acme is no table": "[importers]\nacme = 3\n",
    ": 'importer' is not a key of this table": "[importer.acme]\n",
    ": importers.acme: 'provider' is missing": "[importers.acme]\n" + COMMAND,
    ": importers.acme: 'provider' is 'zendesk'": HEAD.replace("intercom", "zendesk") + COMMAND,
    ": importers.acme: it takes exactly one of 'command' and 'callable'": HEAD,
    ": importers.acme: 'command' is int 5": HEAD + "command = 5\n",
    ": importers.acme: 'command' is empty": HEAD + 'command = ""\n',
    ": importers.acme: 'command' cannot be split into words: No closing quotation": HEAD + "command = \"x 'y\"\n",
    ": importers.acme: 'command' holds a NUL character: 'x\\x00'": HEAD + 'command = "x\\u0000"\n',
    ": importers.acme: {token} is neither in the command nor in env": HEAD + 'command = "x {base_url} {source}"\n',
    ": importers.acme: {nope} in 'a\\n{nope}' is no placeholder": HEAD + 'command = ["sh", "-c", "a\\n{nope}"]\n',
    ": importers.acme: 'comand' is not a key of this table": HEAD + COMMAND + 'comand = "x"\n',
    ": importers.acme.env: 'X' is int 1": HEAD + COMMAND + "env = {X = 1}\n",
    ": importers.acme: 'timeout_s' is -1": HEAD + COMMAND + "timeout_s = -1\n",
    ": importers.acme: 'timeout_s' is inf": HEAD + COMMAND + "timeout_s = inf\n",
    ": importers.acme: 'timeout_s' is 1e+12": HEAD + COMMAND + "timeout_s = 1e12\n",
    ": importers.acme.source: 'format' is 'xml'": HEAD + COMMAND + 'source = {format = "xml"}\n',
    ": importers.acme.source: 'path' is '../x'": HEAD + COMMAND + 'source = {path = "../x"}\n',
    f": importers.acme.source: 'path' is too long: '{'a' * 40}…'": f'{HEAD}{COMMAND}source = {{path = "{"a" * 300}"}}',
    ": importers.acme.source: 'paht' is not a key of this table": HEAD + COMMAND + 'source = {paht = "x"}\n',
    ": importers.acme: 'capabilities' names 'fly'": HEAD + COMMAND + 'capabilities = ["fly"]\n',
    ": importers.acme: 'gaps' is str 'x'": HEAD + COMMAND + 'gaps = "x"\n',
    ": importers.acme has two tables for one provider": (f"[{HEAD}".replace("]", "]]") + COMMAND) * 2,
    ": importers.acme: 'ready' is 'health'": APP + 'ready = "health"\n',
    ": importers.acme: 'stop' is 'NOPE', which is no signal": APP + 'stop = "NOPE"\n',
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to stand in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("complaint", BAD)
def test_what_a_bad_manifest_says_first(complaint: str, folder: Path) -> None:
    text = BAD[complaint]
    path = folder / "customhouse.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    (folder / "out").mkdir()
    (folder / "out" / "results.json").write_text("an earlier run")
    result = CliRunner().invoke(main, ["check", "acme", "--out", "out"])
    assert result.exit_code == 2
    assert result.output.splitlines()[0] == f"customhouse: {path}{complaint}"
    assert result.output.splitlines()[1].startswith("  ")
    assert (folder / "out" / "results.json").read_text() == "an earlier run"


def test_numbers_without_end_and_marks_of_other_editors(folder: Path) -> None:
    path = folder / "customhouse.toml"
    path.write_text(HEAD + COMMAND + f"timeout_s = {'9' * 5000}\n")
    assert CliRunner().invoke(main, ["check", "acme"]).exit_code == 2
    path.write_text("\ufeff" + HEAD + COMMAND, "utf-8")
    assert "matches no requirement" in CliRunner().invoke(main, ["check", "acme", "--only", "NOPE"]).output


#: What a shell does in the place of an importer, and what is said of it.
HARM = {
    "head -c 3000 /dev/zero >&2; printf '\\n\\033[31m\\377\\n' >&2; exit 3": "said last: \ufffd[31m\ufffd",
    "yes": "grew beyond 64 MB|disk-ceiling",
    "kill -SEGV $$": "ended by signal SEGV; it said nothing",
    "read name || { echo 'no input' >&2; exit 5; }": "its exit code is 5; it said last: no input",
    "rm -rf \"$HOME\"": "no request reached the fake",
    "ln -s / root; mkfifo pipe; mkdir -p a/b; chmod 000 a": "no request reached the fake",
}  # fmt: skip


@pytest.mark.parametrize("script", HARM)
def test_what_is_said_of_harm(script: str, folder: Path) -> None:
    command = json.dumps(["sh", "-c", script, "{base_url}", "{token}", "{source}"])
    (folder / "customhouse.toml").write_text(f"{HEAD}command = {command}\n")
    result = CliRunner().invoke(main, ["smoke", "acme"])
    assert result.exit_code == 3
    assert any(words in result.output for words in HARM[script].split("|")), result.output
    assert "\x1b" not in result.output


def test_who_fills_the_disk_is_stopped_with_all_its_children(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms, "MOST_BYTES", 1024 * 1024)
    monkeypatch.setattr(rooms, "LOOK_S", 0.01)
    record = run(as_callable("fills_the_disk"))
    process = record.last_process
    assert process.ended_by == "disk-ceiling"
    assert record.ended_by_ceiling is process
    assert ends(int(process.files[".child"]))  # files beyond the first 16 MB are left out of a record
    (problem, *_) = diagnose(record)
    assert (problem.what, problem.mend) == ("it did not end by itself (disk-ceiling)", LESS_ON_DISK)


def test_room_is_measured_now_and_then_and_links_take_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms, "MOST_FILES", 3)
    now = 0.0
    room = Room(tmp_path, tmp_path / "not there", clock=lambda: now)
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "link").symlink_to("/")
    now = 1.0
    assert not room.is_over()
    (tmp_path / "a" / "c").write_text("x")
    assert not room.is_over()
    now = 2.0
    assert room.is_over()


def test_who_digs_too_deep_is_judged_and_leaves_nothing_behind(
    run: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(rooms, "LOOK_S", 1000)  # it ends before anybody looks
    process = run(as_callable("digs")).last_process
    assert process.exit_code == 0
    assert process.unread == ("file:" + "/".join(["deep"] * MOST_DEPTH),)
    assert list(tmp_path.iterdir()) == []


def test_folders_too_deep_to_be_measured_are_too_much(tmp_path: Path) -> None:
    now = 0.0
    room = Room(tmp_path, clock=lambda: now)
    tmp_path.joinpath(*["a"] * (MOST_DEPTH - 1)).mkdir(parents=True)
    now = 1.0
    assert not room.is_over()
    tmp_path.joinpath(*["a"] * MOST_DEPTH).mkdir()
    now = 2.0
    assert room.is_over()


def test_endings_in_words() -> None:
    assert end(records.process(exit_code=-11)) == "ended by signal SEGV"
    assert end(records.process(exit_code=153)).startswith("exit code 153: its output, or one of its files, grew beyond")
    loud = records.process(stderr="\x1b]0;owned\x07" + "x" * 500)
    assert last_lines(loud, 1) == ["\ufffd]0;owned\ufffd" + "x" * 150]
    assert "\x1b" not in how_it_ended(loud)


class Waiting:
    """An app that runs on and on."""

    pid, exit_code = 1, None

    def wait(self, seconds: float) -> bool:
        return False

    signal = kill = close = lambda *_: None


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (b"\x00\xffgarbage\r\n\r\n", "what listens there does not speak HTTP"),
        (b"", "something listens there, but does not answer"),
    ],
)
def test_a_port_that_is_open_is_not_yet_an_app(said: bytes, words: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def talk() -> None:
            while True:
                try:
                    visitor, _ = server.accept()
                except OSError:
                    return
                visitors.append(visitor)
                if said:
                    visitor.sendall(said)
                    visitor.close()

        visitors: list[socket.socket] = []
        thread = threading.Thread(target=talk)
        thread.start()
        with pytest.raises(DidNotStartError, match=words):
            wait_until_ready(Waiting(), Service(ready_s=0.05), server.getsockname()[1])
        server.shutdown(socket.SHUT_RDWR)
        thread.join(10)
        for visitor in visitors:
            visitor.close()
