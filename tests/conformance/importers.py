# ruff: noqa: T201, S310 - importers are programs: they print, and open the URL that they are given
"""Miniature importers, one good and many bad: each is a function whose name says its defect.

They are called through the callable adapter, or as a program: `python importers.py NAME SOURCE WORKDIR` with the
address and token in the environment, which is how a command in any language is plugged in.
"""

import csv
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit


def good(job: Any) -> int:
    """Sends every row, again when refused, and says how many."""
    for row in rows_of(job):
        while send(job, row) == 503:
            pass
    print(f"{len(rows_of(job))} rows")
    return 0


def silent(job: Any) -> int:
    """Good, but does not say how many."""
    for row in rows_of(job):
        while send(job, row) == 503:
            pass
    return 0


def gives_up(job: Any) -> int:
    """Sends every row once, whatever comes of it."""
    for row in rows_of(job):
        send(job, row)
    print(f"{len(rows_of(job))} rows")
    return 0


def do_nothing(job: Any) -> int:
    """Succeeds without doing anything."""
    return 0


def crash_at_once(job: Any) -> int:
    """Raises before it does anything."""
    raise RuntimeError("no")


def hangs(job: Any) -> int:
    """Does its work and then waits for ever."""
    good(job)
    time.sleep(600)
    return 0


def never_ends(job: Any) -> int:
    """Does its work and then does it for ever."""
    while True:
        good(job)


def retry_for_ever(job: Any) -> int:
    """Sends the first row again and again."""
    row = rows_of(job)[0]
    while True:
        send(job, row)


def all_at_once(job: Any) -> int:
    """Sends every row on a connection of its own before it looks at any answer."""
    url = urlsplit(job.base_url)
    sockets = [socket.create_connection((url.hostname or "", url.port or 0)) for _ in rows_of(job)]
    requests = [f"{head_of(job, row)}{json.dumps(row)}".encode() for row in rows_of(job)]
    for one, request in zip(sockets, requests, strict=True):
        one.sendall(request[:-1])
    for one, request in zip(sockets, requests, strict=True):
        one.sendall(request[-1:])
    answers = [one.recv(4096) for one in sockets]
    for one in sockets:
        one.close()
    return 0 if all(b" 200 " in answer for answer in answers) else 1


def head_of(job: Any, row: dict[str, str]) -> str:
    """The head of a request that creates somebody."""
    length = f"Content-Length: {len(json.dumps(row))}"
    lines = ("POST /contacts HTTP/1.1", "Host: fake", f"Authorization: Bearer {job.token}", length)
    return "\r\n".join([*lines, "Content-Type: application/json", "", ""])


def forks(job: Any) -> int:
    """Leaves a child behind that would write a file later."""
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    Path(job.workdir, "child").write_text(str(child.pid))
    return good(job)


def leaves_a_daemon(job: Any) -> int:
    """Leaves a program behind that has a session of its own, stands elsewhere, and would go on for long."""
    daemon = "import os, time; os.chdir('/'); print(os.getpid(), flush=True); time.sleep(600)"
    pipe = subprocess.Popen([sys.executable, "-c", daemon], start_new_session=True, stdout=subprocess.PIPE)
    Path(job.workdir, "child").write_bytes(pipe.stdout.readline() if pipe.stdout else b"")
    return good(job)


def leaves_a_fork(job: Any) -> int:
    """Leaves a fork of itself behind, with a session of its own and a child that has another one."""
    reading, writing = os.pipe()
    for _ in range(2):
        if os.fork() == 0:
            os.setsid()
            os.write(writing, f"{os.getpid()}\n".encode())
            if os.fork() == 0:
                os.setsid()
            time.sleep(600)
    with os.fdopen(reading) as pids:
        Path(job.workdir, "child").write_text(pids.readline() and pids.readline())
    return good(job)


def leaves_nothing_to_know_it_by(job: Any) -> int:
    """Leaves a daemon behind: a session of its own, another folder, no environment, no output, no parent."""
    daemon = "import os, time; pid = os.fork(); print(pid, flush=True) if pid else (os.close(1), time.sleep(600))"
    started = [sys.executable, "-I", "-c", daemon]
    pipe = subprocess.run(started, start_new_session=True, cwd="/", env={}, stdout=subprocess.PIPE, check=False)
    Path(job.workdir, "child").write_bytes(pipe.stdout)
    return good(job)


def keeps_its_token_in_the_source(job: Any) -> int:
    """Does its work, and then writes the token over the source."""
    code = good(job)
    Path(job.source).write_text(job.token)
    return code


def prints_garbage(job: Any) -> int:
    """Writes bytes that are no text."""
    os.write(1, b"\xff\xfe\x00garbage\n")
    Path(job.workdir, "binary").write_bytes(b"\x00\x01")
    return good(job)


def prints_environment(job: Any) -> int:
    """Shows two of its variables."""
    print(os.environ["MINE"], os.environ["RAW"])
    return 0


def prints_the_hour(job: Any) -> int:
    """Shows what hour it is at the beginning of time, by its own clock."""
    print(datetime.fromtimestamp(0).hour)
    return 0


def sends_much(job: Any) -> int:
    """Sends three bodies, each larger than the one before."""
    for size in (100, 1_000_000, 3_000_000):
        body = b'{"external_id": "' + b"x" * (size - 19) + b'"}'
        request = urllib.request.Request(job.base_url + "/contacts", body, {"Authorization": f"Bearer {job.token}"})
        with suppress(OSError), urllib.request.urlopen(request, timeout=10):
            pass
    return 0


def floods(job: Any) -> int:
    """Writes three megabytes of output."""
    for _ in range(3):
        os.write(1, b"x" * (1024 * 1024))
    return good(job)


def fills_the_disk(job: Any) -> int:
    """Writes one small file after the other, and leaves it to a child too, whose number is the first file by name."""
    child = os.fork() or os.getpid()
    Path(job.workdir, ".child").write_text(str(child))
    while True:
        Path(job.workdir, f"{os.getpid()}-{time.monotonic_ns()}").write_bytes(b"x" * 10_000)


def digs(job: Any) -> int:
    """Leaves folders in folders, more than there are frames in Python and letters in a path, the last one locked."""
    for _ in range(1_200):
        os.mkdir("deep")
        os.chdir("deep")
    Path("token").write_text(job.token)
    os.chmod(".", 0)
    return good(job)


def tells(job: Any) -> int:
    """Writes its token to output and to a file."""
    print(f"using {job.token}")
    Path(job.workdir, "debug.log").write_text(f"Authorization: Bearer {job.token}\n")
    return good(job)


def anonymous(job: Any) -> int:
    """Sends no credential."""
    return good(SimpleNamespace(**{**vars_of(job), "token": ""}))


def misdirected(job: Any) -> int:
    """Adds a path to the address that the API does not have."""
    return good(SimpleNamespace(**{**vars_of(job), "base_url": job.base_url + "/v9"}))


def follows(job: Any) -> int:
    """Follows a redirect to anywhere, credential and all."""
    send(job, rows_of(job)[0])
    return 0


def rows_of(job: Any) -> list[dict[str, str]]:
    with Path(job.source).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file) if file.name.endswith(".csv") else map(json.loads, file))


def send(job: Any, row: dict[str, str], url: str | None = None) -> int:
    body = json.dumps({"external_id": row["external_id"], "name": row["name"], "email": row["email"]}).encode()
    headers = {"Content-Type": "application/json"}
    if job.token:
        headers["Authorization"] = f"Bearer {job.token}"
    request = urllib.request.Request(url or job.base_url + "/contacts", body, headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        location = error.headers.get("Location")
        return send(job, row, location) if location else error.code


def vars_of(job: Any) -> dict[str, Any]:
    return {name: getattr(job, name) for name in ("base_url", "token", "source", "workdir")}


if __name__ == "__main__":
    name, source, workdir = sys.argv[1:]
    job = SimpleNamespace(
        base_url=os.environ["API"], token=os.environ["API_TOKEN"], source=Path(source), workdir=Path(workdir)
    )
    sys.exit(globals()[name](job))
