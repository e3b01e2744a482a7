"""Apps that are asked for pages (inTandem): how one knows that they are up, and how one talks to them.

They are started by the same adapters as commands are. What is different is data, a `Service`: the app listens on a
port that it was given, gets a readiness probe, is opened at its launch URL as inTandem would open it for a person,
and ends at a signal.
"""

import errno
import os
import signal
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Literal

import requests
from urllib3.exceptions import HTTPError

from customhouse_conformance.adapters.base import Business, Run
from customhouse_conformance.adapters.placeholders import expand
from customhouse_conformance.errors import DidNotStartError
from customhouse_conformance.facts import Visit
from customhouse_fakes.core.clock import monotonic

LOOPBACK = "127.0.0.1"
#: Below the range from which systems take ports for outgoing connections, so that none of those is ever in the way.
PORTS = range(20_000, 32_000)
EXPORT = "/app/clients/export"
BODY_BYTES = 1024 * 1024
PROBE_S = 0.02

#: What the harness opens.
Page = Literal["launch", "report", "knock", "webhook"]
STOP_S = 5.0
DYING_S = 0.5


@dataclass(frozen=True, slots=True)
class Service:
    """What the harness needs to know of an app. Paths are below `http://127.0.0.1:{port}`.

    `ready`: any answer below 500 means that it is up. `launch`: what inTandem opens for a person who wants to import
    (GET). `report`: a page on which the app says what came of it, if it has one. `prefix`: the path in `api_uri`.
    """

    ready: str = "/"
    launch: str = "/?business_uid={business_uid}&staff_uid={staff_uid}"
    report: str | None = None
    prefix: str = ""
    stop: signal.Signals = signal.SIGTERM
    ready_s: float = 10.0

    def api_uri(self, port: int) -> str:
        """What is told to inTandem: it asks for pages below this."""
        return f"http://{LOOPBACK}:{port}{self.prefix}"

    def launch_path(self, business: Business, app_code_name: str) -> str:
        """The launch path for one business."""
        values = {"business_uid": business.uid, "staff_uid": business.staff_uid, "app_code_name": app_code_name}
        return expand(self.launch, values)


def _start() -> int:
    """Where this process begins to look, so that two suites at once seldom look at the same ports."""
    return os.getpid() * 97 % len(PORTS)


_offsets: Iterator[int] = count(_start())


def free_port() -> int:
    """A loopback port that nobody listens on, and that this process gives out only once in a long while."""
    for _ in PORTS:
        port = PORTS[next(_offsets) % len(PORTS)]
        with socket.socket() as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind((LOOPBACK, port))
            except OSError:
                continue
            return port
    raise DidNotStartError(f"no free port between {PORTS.start} and {PORTS.stop}", "what else runs on this machine?")


def wait_until_ready(run: Run, service: Service, port: int) -> None:
    """Probe until it answers; `DidNotStartError` says in words what it did instead."""
    deadline = monotonic() + service.ready_s
    url = f"http://{LOOPBACK}:{port}{service.ready}"
    seen = "nothing listens there"
    while monotonic() < deadline:
        answer = _get(url, 1.0)
        if isinstance(answer, int) and answer < 500:
            return
        seen = answer if isinstance(answer, str) else f"it answers {answer}"
        if run.wait(PROBE_S):
            raise DidNotStartError(
                f"it ended with exit code {run.exit_code} before GET {service.ready} on its port was answered",
                "see its output; it must listen on {port} until it is told to stop",
            )
    raise DidNotStartError(
        f"GET {service.ready} on its port was not answered within {service.ready_s:g} s: {seen}",
        "does it listen on {port}, on 127.0.0.1? Is 'ready' a path that it has?",
    )


def visit(
    what: Page,
    url: str,
    after: int,
    timeout_s: float,
    method: str = "GET",
    body: object = None,
) -> Visit:
    """Open a page of the app and note what it said. Never raises for what the app does; follows no redirect."""
    began = monotonic()
    try:
        with (
            _session() as session,
            session.request(method, url, json=body, timeout=timeout_s, stream=True, allow_redirects=False) as answer,
        ):
            text = answer.raw.read(BODY_BYTES, decode_content=True).decode("utf-8", "replace")
            return Visit(what, url, after, answer.status_code, text, _ms(began))
    except (requests.RequestException, HTTPError, OSError) as error:  # HTTPError: it broke while it was read
        return Visit(what, url, after, None, "", _ms(began), f"no answer: {type(error).__name__}")


def stop(run: Run, service: Service, port: int) -> str:
    """Ask it to end, and make it if it does not; how it ended.

    Who no longer listens may be about to end: its last call has been seen to break before its death has.
    """
    if run.wait(0 if _listens(port) else DYING_S):
        return "itself"
    run.signal(service.stop)
    if run.wait(STOP_S):
        return "stopped"
    run.kill()
    return "stop-ignored"


def _listens(port: int) -> bool:
    with socket.socket() as trial:
        trial.settimeout(PROBE_S)
        return trial.connect_ex((LOOPBACK, port)) != errno.ECONNREFUSED


def _get(url: str, timeout_s: float) -> int | str:
    try:
        with _session() as session, session.get(url, timeout=timeout_s, stream=True, allow_redirects=False) as answer:
            return answer.status_code
    except requests.Timeout:
        return "something listens there, but does not answer"
    except requests.ConnectionError as error:
        return "nothing listens there" if "refused" in str(error) else "what listens there does not speak HTTP"
    except requests.RequestException as error:
        return f"{type(error).__name__}"


class _Visitor(requests.Session):
    """One who follows no redirect: `requests` would read its body to the end, and it may have none."""

    def get_redirect_target(self, resp: requests.Response) -> None:  # noqa: ARG002 - none has one
        return None


def _session() -> requests.Session:
    session = _Visitor()
    session.trust_env = False
    return session


def _ms(began: float) -> float:
    return round((monotonic() - began) * 1000, 3)
