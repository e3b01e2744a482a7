"""Peers: other fakes, measured beside ours. Which, how they are installed and asked stands in `peers.toml`."""

from __future__ import annotations

import http.client
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import orjson

from customhouse_fakes.core.clock import monotonic
from customhouse_loadtests.programs import Program

from . import traffic
from .errors import BenchError
from .processes import Server, seated

INSTALL_S = 600
START_S = 60.0
KNOCK_S = 0.005
SERVED_BODY = orjson.dumps({"type": "contact", "id": "1", "padding": "x" * 1_750}).decode()


class PeerError(BenchError):
    """A peer cannot be measured here; the message says why."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request to a peer, and the status that is right. `{number}` in the body becomes the number of the call."""

    method: str
    path: str
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None

    def bytes(self, number: int) -> bytes:
        body = (
            orjson.dumps(traffic.person(number))
            if self.body is None
            else self.body.replace("{number}", str(number)).encode()
        )
        headers = {"Host": "localhost", "Content-Type": "application/json", **self.headers, "Content-Length": len(body)}
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"{self.method} {self.path} HTTP/1.1\r\n{head}\r\n".encode() + body


@dataclass(frozen=True, slots=True)
class Peer:
    """A row of `peers.toml`. `stateful`: it keeps what it is sent; else it answers the same to everything.

    `command` and `files` know `{port}`, `{other_port}`, `{home}` (where it was installed) and `{answer}` (as long as a
    contact).
    """

    name: str
    title: str
    stateful: bool
    registry: Literal["npm", "pypi"]
    package: str
    version: str
    command: Sequence[str]
    call: Call
    files: Mapping[str, str] = field(default_factory=dict)
    setup: Sequence[Call] = ()

    def install(self, cache: Path) -> Path:
        """Where it is, installed there if it was not. Raises `PeerError`."""
        home = cache / f"{self.name}-{self.version}"
        done = home / "installed"
        if not done.exists():
            shutil.rmtree(home, ignore_errors=True)
            home.mkdir(parents=True)
            for command in _INSTALLERS[self.registry](self, home):
                _run(self, command)
            done.touch()
        return home

    @contextmanager
    def running(self, home: Path) -> Iterator[tuple[Server, str, float]]:
        """Run it on a free port: the server, its address, and the seconds until the first answer."""
        with ExitStack() as held:
            folder = Path(held.enter_context(tempfile.TemporaryDirectory()))
            ports = {"{port}": str(_free_port()), "{other_port}": str(_free_port())}
            words = {**ports, "{home}": str(home), "{answer}": SERVED_BODY}
            for name, text in self.files.items():
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(_filled(text, words), "utf-8")
            began = monotonic()
            own = held.enter_context(seated([_filled(word, words) for word in self.command], folder))
            port = int(words["{port}"])
            _await_answer(self, own, port)
            first = monotonic() - began
            for number, call in enumerate(self.setup):
                _ask(self, port, call, number)
            yield Server(own), f"http://127.0.0.1:{port}", first


@cache
def peers() -> Mapping[str, Peer]:
    """All that are known, by name."""
    text = files(__package__).joinpath("peers.toml").read_text("utf-8")
    return {row["name"]: _peer(row) for row in tomllib.loads(text)["peer"]}


def _peer(row: dict[str, Any]) -> Peer:
    setup = [Call(**call) for call in row.pop("setup", ())]
    return Peer(**{**row, "call": Call(**row["call"]), "setup": setup})


def default_cache() -> Path:
    """Where peers are kept between runs."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "customhouse" / "peers"


def _npm(peer: Peer, home: Path) -> list[list[str]]:
    """Without the scripts of packages: some fetch programs from elsewhere."""
    quiet = ["--silent", "--no-audit", "--no-fund", "--ignore-scripts"]
    return [["npm", "install", *quiet, "--prefix", str(home), f"{peer.package}@{peer.version}"]]


def _pypi(peer: Peer, home: Path) -> list[list[str]]:
    pip = [str(home / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    return [[sys.executable, "-m", "venv", str(home)], [*pip, f"{peer.package}=={peer.version}"]]


_INSTALLERS = {"npm": _npm, "pypi": _pypi}


def _run(peer: Peer, command: Sequence[str]) -> None:
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=INSTALL_S)  # noqa: S603 - the registry's own client
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PeerError(f"{peer.name} cannot be installed: {error}") from error
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise PeerError(
            f"{peer.name} cannot be installed: {command[0]} ended with {done.returncode}: {' '.join(said[-3:])}"
        )


def _filled(text: str, words: Mapping[str, str]) -> str:
    for word, value in words.items():
        text = text.replace(word, value)
    return text


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def _await_answer(peer: Peer, own: Program, port: int) -> None:
    """Knock until it answers anything."""
    deadline = monotonic() + START_S
    while monotonic() < deadline:
        if own.process.poll() is not None:
            raise PeerError(f"{peer.name} ended with exit code {own.process.returncode}: {own.complaint()}")
        with suppress(OSError, http.client.HTTPException, PeerError):
            _ask(peer, port, Call("GET", "/", 0, body=""), 0)
            return
        time.sleep(KNOCK_S)  # of a program that is not ours nothing else is known
    raise PeerError(f"{peer.name} gave no answer for {START_S:g} s: {own.complaint()}")


def _ask(peer: Peer, port: int, call: Call, number: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=START_S)
    try:
        body = (call.body or "").replace("{number}", str(number)) or None
        connection.request(call.method, call.path, body, dict(call.headers))
        answer = connection.getresponse()
        said = answer.read()
    finally:
        connection.close()
    if call.status and answer.status != call.status:
        raise PeerError(f"{peer.name} answered {call.method} {call.path} with {answer.status}: {said[:200]!r}")
