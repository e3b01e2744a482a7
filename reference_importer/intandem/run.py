"""The composition root: options in, exit code out when the app is stopped."""

from __future__ import annotations

import json
import socket
import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from reference_importer.common.errors import UsageError
from reference_importer.common.exits import Exit
from reference_importer.common.progress import Display
from reference_importer.intandem.ledger import Ledger
from reference_importer.intandem.options import Options, invoke
from reference_importer.intandem.parts import Parts
from reference_importer.intandem.serving import Bridge, Server, listen
from reference_importer.intandem.web import START, create_app
from reference_importer.intandem.wiring import Wiring

Document = dict[str, Any]


def main(argv: Sequence[str] | None = None, parts: Parts | None = None) -> int:
    """Serve until SIGTERM or Ctrl-C, as the arguments (those after the word ``intandem``) say.

    Returns the exit code.
    """
    return invoke(partial(run, parts or Parts()), argv)


def run(parts: Parts, options: Options) -> int:
    """One process with checked options. Raises UsageError when it cannot begin."""
    clock, redactor = parts.clock(), parts.redactor(options.secrets)
    display = parts.display(redactor.clean, clock, "")
    try:
        with parts.lock(options.state, clock).held(display.say):
            ledger = parts.ledger(options.state)
            try:
                report = _served(Wiring(parts, options, ledger, clock, display.say, redactor), options, ledger, display)
                code = _finished(report, options, display, redactor.clean)
                ledger.mark_reported()
                return code
            finally:
                ledger.close()
    except OSError as error:
        raise UsageError(f"{error.filename or options.state}: {error.strerror}. Check the path.") from error
    except sqlite3.Error as error:
        words = f"the state file {options.state.name} cannot be used ({error}). Is it one, is the disk full?"
        raise UsageError(words) from error


def _served(wiring: Wiring, options: Options, ledger: Ledger, display: Display) -> Document:
    """Listen until a signal comes; returns the report, once the last answer is out."""
    ledger.recover()
    wiring.snapshots.keep_only(ledger.needed_snapshots())
    app = create_app(wiring.desk, options.prefix, display.say)
    with _listening(options) as listener, Bridge(app, slow_paths=(START,)) as bridge:
        server = Server(bridge, wiring.stop)
        with server.obeying_signals():
            display.say(f"listening on http://{options.host}:{listener.getsockname()[1]}")
            server.run(sockets=[listener])
    wiring.snapshots.keep_only(ledger.needed_snapshots())
    return wiring.desk.reporter.report()


def _listening(options: Options) -> socket.socket:
    try:
        return listen(options.host, options.port)
    except OSError as error:
        raise UsageError(f"cannot listen on {options.host}:{options.port}: {error.strerror}. Take another.") from error


def _finished(report: Document, options: Options, display: Display, clean: Callable[[str], str]) -> int:
    """Write the report and the last words; returns the exit code."""
    code = int(report["exit_code"])
    if options.report:
        try:
            text = json.dumps(report, ensure_ascii=False, indent=2)
            options.report.write_text(clean(text) + "\n", encoding="utf-8")
        except OSError as error:
            code = code or int(Exit.INCOMPLETE)
            display.say(f"error: the report could not be written to {options.report}: {error.strerror}.")
    for one in report["sessions"]:
        if not one["complete"]:
            display.say(f"session {one['session']} is not complete: {one['lacks']}")
    counts = ", ".join(f"{number} {name}" for name, number in report["counts"].items())
    display.summary(f"{len(report['sessions'])} sessions: {counts}")
    return code
