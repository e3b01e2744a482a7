"""Debian's Chromium without a window, driven by its own protocol over a pipe.

Chromium speaks the DevTools protocol on file descriptors 3 and 4 (`--remote-debugging-pipe`): JSON with a NUL after
each message. That is all that a test of one page needs, so no driver, no WebSocket and no package is installed for it.
"""

import base64
import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

PATIENCE_S = 60.0

#: No sandbox as root in a container; nothing that would ask a network.
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-quic", "--disable-extensions",
    "--hide-scrollbars", "--force-color-profile=srgb", "--remote-debugging-pipe",
)  # fmt: skip

#: Puts two pipes where Chromium looks for them, and becomes it.
LAUNCH = """
import os, sys
read, write = (os.dup(int(number)) for number in sys.argv[1:3])
os.dup2(read, 3)
os.dup2(write, 4)
for number in (3, 4):  # which the copies may have been already, and then they end with us
    os.set_inheritable(number, True)
os.execv(sys.argv[3], sys.argv[3:])
"""


class Page:
    """One page: JavaScript in, values out; what the console complained about is kept."""

    def __init__(self, browser: "Browser", session: str) -> None:
        self._browser = browser
        self._session = session
        self.complaints: list[str] = []
        self.requests: list[str] = []
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """One command of the protocol."""
        return self._browser.call(method, params, self._session)

    def take(self, event: dict[str, Any]) -> None:
        """Note what is of interest."""
        method, params = event["method"], event["params"]
        if method == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.complaints.append(details.get("exception", {}).get("description", details["text"]))
        elif method == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning"):
            self.complaints.append(str(params["args"]))
        elif method == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
            self.complaints.append(params["entry"]["text"])
        elif method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])

    def open(self, url: str) -> None:
        """Go there, and wait until the page is loaded."""
        self._browser.forget("Page.loadEventFired")
        self.call("Page.navigate", url=url)
        self._browser.wait_for("Page.loadEventFired")

    def js(self, expression: str) -> Any:
        """The value of an expression; a promise is waited for."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise AssertionError(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def until(self, expression: str) -> Any:
        """Ask at every frame until the expression is true."""
        deadline = time.monotonic() + PATIENCE_S
        while not (value := self.js(expression)):
            assert time.monotonic() < deadline, f"never true: {expression}"
            self.frame()
        return value

    def frame(self) -> None:
        """Let the page draw what it has to."""
        self.js("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))")

    def key(self, key: str, code: int, text: str = "") -> None:
        """Press and release a key."""
        common = {"key": key, "code": key, "windowsVirtualKeyCode": code}
        self.call("Input.dispatchKeyEvent", type="keyDown", **common, **({"text": text} if text else {}))
        self.call("Input.dispatchKeyEvent", type="keyUp", **common)
        self.frame()

    def hover(self, selector: str) -> None:
        """Move the mouse onto the middle of an element."""
        place = self.js(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)});"
            " e.scrollIntoView({block: 'center'}); const r = e.getBoundingClientRect();"
            " return [r.x + r.width / 2, r.y + r.height / 2]; })()"
        )
        self.frame()
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=place[0], y=place[1])
        self.frame()

    def size(self, width: int, height: int, scale: float = 1) -> None:
        """The window, in CSS pixels."""
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=False
        )
        self.frame()

    def dark(self, on: bool) -> None:
        """What the reader prefers."""
        value = "dark" if on else "light"
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": value}])
        self.frame()

    def scripts(self, on: bool) -> None:
        """Whether pages opened from now on may run scripts."""
        self.call("Emulation.setScriptExecutionDisabled", value=not on)

    def picture(self, path: Path) -> None:
        """What the window shows."""
        self.frame()
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))


class Browser:
    """A running Chromium."""

    def __init__(self, process: subprocess.Popen[bytes], read: int, write: int) -> None:
        self._process, self._read, self._write = process, read, write
        self._buffer = b""
        self._number = 0
        self._answers: dict[int, dict[str, Any]] = {}
        self._events: list[str] = []
        self._pages: dict[str, Page] = {}

    def page(self) -> Page:
        """A new, empty page."""
        target = self.call("Target.createTarget", {"url": "about:blank"})["targetId"]
        session = self.call("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        page = Page(self, session)
        self._pages[session] = page
        return page

    def call(self, method: str, params: dict[str, Any], session: str | None = None) -> dict[str, Any]:
        """Send a command and wait for its answer."""
        self._number += 1
        number = self._number
        message = {"id": number, "method": method, "params": params, **({"sessionId": session} if session else {})}
        os.write(self._write, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + PATIENCE_S
        while number not in self._answers:
            self._listen(deadline, method)
        answer = self._answers.pop(number)
        assert "error" not in answer, f"{method}: {answer['error']}"
        result: dict[str, Any] = answer["result"]
        return result

    def forget(self, event: str) -> None:
        """Events of this kind that came already do not count."""
        self._events = [one for one in self._events if one != event]

    def wait_for(self, event: str) -> None:
        """Until such an event has come."""
        deadline = time.monotonic() + PATIENCE_S
        while event not in self._events:
            self._listen(deadline, event)

    def _listen(self, deadline: float, what: str) -> None:
        ready, _, _ = select.select([self._read], [], [], max(0.0, deadline - time.monotonic()))
        assert ready, f"Chromium was silent for {PATIENCE_S} s: {what}"
        piece = os.read(self._read, 1 << 20)
        assert piece, f"Chromium is gone: {what}"
        *messages, self._buffer = (self._buffer + piece).split(b"\0")
        for text in messages:
            message = json.loads(text)
            if "id" in message:
                self._answers[message["id"]] = message
                continue
            self._events.append(message["method"])
            page = self._pages.get(message.get("sessionId", ""))
            if page is not None:
                page.take(message)


@contextlib.contextmanager
def chromium(profile: Path) -> Iterator[Browser]:
    """A Chromium with an empty profile, that is gone afterwards with all its processes."""
    assert CHROMIUM is not None
    to_child, ours_out = os.pipe()
    ours_in, from_child = os.pipe()
    command = [sys.executable, "-c", LAUNCH, str(to_child), str(from_child), CHROMIUM, *FLAGS,
               f"--user-data-dir={profile}"]  # fmt: skip
    process = subprocess.Popen(
        command, pass_fds=(to_child, from_child), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    os.close(to_child)
    os.close(from_child)
    try:
        yield Browser(process, ours_in, ours_out)
    finally:
        os.close(ours_out)
        os.close(ours_in)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(PATIENCE_S)
