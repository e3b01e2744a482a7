"""`python -m customhouse_loadtests.stage SETTINGS [READY_FILE]`: the stage, until its input closes, or SIGTERM.

SETTINGS is the JSON of `Settings`. READY_FILE holds the ready line of fakes that run already, here or elsewhere;
without it they are started. One JSON line says where the stage is: `{"url", "token"}`, or why not: `{"error", "mend"}`.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from pathlib import Path

from customhouse_conformance.errors import ConformanceError
from customhouse_loadtests.settings import Settings

from .server import Stage


def main() -> int:
    """Serve until told to stop; 0, or 3 when it cannot."""
    settings = Settings.of(json.loads(sys.argv[1]))
    fakes = Path(sys.argv[2]) if len(sys.argv) > 2 else None
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    threading.Thread(target=_wait_for_parent, args=(over,), daemon=True).start()
    try:
        with Stage(settings, fakes) as stage:
            _say(stage.ready)
            while not over.wait(0.5):
                pass
    except ConformanceError as error:
        _say({"error": error.what, "mend": error.mend})
        return 3
    return 0


def _wait_for_parent(over: threading.Event) -> None:
    """Whoever started us holds the other end, and cannot die without letting go of it."""
    while os.read(0, 1024):
        pass
    over.set()


def _say(line: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
