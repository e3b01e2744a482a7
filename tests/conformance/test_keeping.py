"""An importer's keeper ends what is that importer's, and nobody else's."""

import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from customhouse_conformance.adapters import CommandAdapter, Job, Launch, Run, keeper
from customhouse_conformance.errors import DidNotStartError

from .processes import ends

#: Starts a daemon in a session of its own, says which it is, and ends (or stays, if it is told to).
LEAVES = """
import subprocess, sys, time
daemon = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(daemon.pid, flush=True)
time.sleep(float(sys.argv[1]))
"""
IGNORES = "import signal; print(sorted(one.name for one in signal.Signals if signal.getsignal(one) is signal.SIG_IGN))"
DEADLINE_S = 20.0

Start = Callable[..., tuple[Run, Path]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts some Python in a folder of that name; the run, and where its output goes."""
    with ExitStack() as closing:

        def start(name: str, *words: str) -> tuple[Run, Path]:
            folder = tmp_path / name
            folder.mkdir()
            job = Job("http://127.0.0.1:9", "t", folder / "source", folder)
            command = CommandAdapter((sys.executable, "-c", *words))
            run = command.start(Launch(job, {}, folder / "out", folder / "err"))
            closing.callback(run.close)
            return run, folder / "out"

        yield start


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere daemons are not looked for")
def test_the_daemon_of_one_ends_and_its_neighbours_go_on(start: Start) -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as stranger:
        try:
            first, said_first = start("first", LEAVES, "0")
            second, said_second = start("second", LEAVES, "0")
            third, _ = start("third", LEAVES, "600")
            assert first.wait(DEADLINE_S)
            assert second.wait(DEADLINE_S)
            ours, theirs = (int(said.read_text()) for said in (said_first, said_second))
            first.close()
            assert ends(ours)
            assert not gone(theirs)
            assert not third.wait(0)
            assert stranger.poll() is None
            second.close()
            assert ends(theirs)
        finally:
            stranger.kill()


def test_a_time_out_of_all_sockets_is_not_for_keepers(start: Start) -> None:
    socket.setdefaulttimeout(0.0)
    try:
        run, _ = start("waited-for", LEAVES, "0")
        assert run.wait(DEADLINE_S)
    finally:
        socket.setdefaulttimeout(None)
    assert run.exit_code == 0


def test_elsewhere_a_keeper_does_not_look_for_processes(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = f"""
import os, runpy, sys
sys.platform = "darwin"
del os.listdir
runpy.run_path({keeper.__file__!r}, run_name="__main__")
"""
    (tmp_path / "elsewhere.py").write_text(elsewhere, "utf-8")
    monkeypatch.setattr(keeper, "__file__", str(tmp_path / "elsewhere.py"))
    run, _ = start("elsewhere", LEAVES, "600")
    run.close()
    assert run.exit_code == -signal.SIGKILL
    assert (tmp_path / "elsewhere" / "err").read_text("utf-8") == ""


@pytest.mark.parametrize("command", [("",), ("true", "a\0b")])
def test_what_can_be_no_command_is_told(command: tuple[str, ...], tmp_path: Path) -> None:
    job = Job("http://127.0.0.1:9", "t", tmp_path / "source", tmp_path)
    with pytest.raises(DidNotStartError, match="Invalid argument"):
        CommandAdapter(command).start(Launch(job, {}, tmp_path / "out", tmp_path / "err"))


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGINT, signal.SIGQUIT])
def test_what_we_ignore_the_importer_does_not(start: Start, number: signal.Signals) -> None:
    before = signal.signal(number, signal.SIG_IGN)
    try:
        run, said = start("first", IGNORES)
        assert run.wait(DEADLINE_S)
        assert said.read_text() == "['SIGPIPE', 'SIGXFSZ']\n"  # Python itself ignores these
    finally:
        signal.signal(number, before)
