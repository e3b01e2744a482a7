"""How a run of the importer ended, in words."""

import re
import signal
from collections.abc import Sequence
from itertools import pairwise

from customhouse_conformance.controls import printable
from customhouse_conformance.facts import SHOWING, Process

#: So much of a line or a page is quoted.
LAST_WORDS = 160

#: Node's last line about an error that nobody caught, and its mark under the place in the source.
NODE_VERSION = re.compile(r"Node\.js v\d+(\.\d+)*$")
NODE_MARK = re.compile(r"\^+$")

#: The system's limit on one file; a shell says it of its child by adding 128 (see `adapters.group`).
TOO_BIG = (-signal.SIGXFSZ, 128 + signal.SIGXFSZ)


def how_it_ended(process: Process) -> str:
    """The exit code or what stopped it, how long it took, and what it said last."""
    if process.start_error:
        return process.start_error
    return f"{process.label} run: {end(process)} after {process.duration_s:.1f} s, {last_words(process)}"


def end(process: Process) -> str:
    """The exit code, or what stopped it."""
    code = process.exit_code
    if process.ended_by_itself:
        ended = f"ended by signal {_signal(-code)}" if code is not None and code < 0 else f"exit code {code}"
        return f"{ended}: its output, or one of its files, grew beyond 64 MB" if code in TOO_BIG else ended
    if process.ended_by != "stopped":
        return f"stopped ({process.ended_by})"
    return f"stopped by {_signal(-code)}" if code is not None and code < 0 else f"stopped, exit code {code}"


def last_lines(process: Process, most: int) -> list[str]:
    """The last lines of its error output, or of its output if there was no other; without Node's version."""
    lines = _lines(process)
    return _shown(lines[:-1] if _is_node(lines) else lines)[-most:]


def last_line(process: Process) -> str | None:
    """The one that says what went wrong: the last, or of what Node says of an error that ended it, the error."""
    lines = _lines(process)
    return next(iter(_shown([_error_of_node(lines)] if _is_node(lines) else lines[-1:])), None)


def last_words(process: Process) -> str:
    """What it said last, as the end of a sentence."""
    if said := last_line(process):
        return f"last said: {said}"
    pages = [visit for visit in process.visits if visit.what in SHOWING and visit.body.strip()]
    if not pages:
        return "said nothing"
    said = " ".join(pages[-1].body.split())[:LAST_WORDS]
    return f"printed nothing; its {pages[-1].what} page ({pages[-1].status}) said: {said}"


def _lines(process: Process) -> list[str]:
    return [line.strip() for line in (process.stderr.strip() or process.stdout).splitlines() if line.strip()]


def _shown(lines: Sequence[str]) -> list[str]:
    return [printable(line[:LAST_WORDS]) for line in lines]


def _is_node(lines: Sequence[str]) -> bool:
    return len(lines) > 1 and NODE_VERSION.match(lines[-1]) is not None


def _error_of_node(lines: Sequence[str]) -> str:
    """What stands below the mark under the line of the source; the line before the version if there is no mark."""
    below = [after for line, after in pairwise(lines[:-1]) if NODE_MARK.match(line)]
    return below[-1] if below else lines[-2]


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name.removeprefix("SIG")
    except ValueError:
        return f"signal {number}"
