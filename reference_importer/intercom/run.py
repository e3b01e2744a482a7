"""The composition root: options in, exit code out."""

from __future__ import annotations

import sqlite3
import threading
import traceback
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from reference_importer.common.errors import ImporterError
from reference_importer.common.exits import Exit
from reference_importer.common.progress import Display
from reference_importer.common.redaction import Redactor
from reference_importer.common.report import Report
from reference_importer.intercom.importing import Import
from reference_importer.intercom.options import Options, invoke, token
from reference_importer.intercom.parts import Parts

PROVIDER = "intercom"


def main(argv: Sequence[str] | None = None, parts: Parts | None = None) -> int:
    """Import as the arguments (those after the word ``intercom``; the process's own by default) say.

    Returns the exit code; raises nothing.
    """
    return invoke(partial(run, parts or Parts()), argv)


def run(parts: Parts, options: Options) -> int:
    """One import with checked options. Raises UsageError when there is no token."""
    secret = "" if options.dry_run else token()
    clock, redactor = parts.clock(), parts.redactor([secret])
    report = Report(PROVIDER, options.source.path.name, options.dry_run)
    display = parts.display(redactor.clean, clock, options.rejects.name)
    started = clock.monotonic()
    with display:
        work = Import(parts, options, secret, clock, redactor, display, report, threading.Event())
        error, code = _ended(work)
    report.error = report.error or (redactor.clean(error) if error else None)
    report.exit_code = code if code is not None else parts.exits().decide(report)
    report.duration_s = clock.monotonic() - started
    if error:
        display.say(f"error: {error}")
    if options.report:
        _write(report, options.report, redactor, display)
    display.summary(_summary(report, options))
    return int(report.exit_code)


def _write(report: Report, path: Path, redactor: Redactor, display: Display) -> None:
    try:
        report.write(path, redactor.clean)
    except OSError as error:
        report.exit_code = report.exit_code or Exit.INCOMPLETE
        display.say(f"error: the report could not be written to {path}: {error.strerror}. Check the path.")


def _ended(work: Import) -> tuple[str | None, Exit | None]:
    """Run it; (what went wrong, exit code), or nothing of both when the report is to decide."""
    try:
        work.run()
    except ImporterError as error:
        return str(error), error.exit_code
    except KeyboardInterrupt:
        return "interrupted; the checkpoint is kept, start again to go on", Exit.INTERRUPTED
    except OSError as error:
        return f"{error.filename}: {error.strerror}. Check the path and its permissions.", Exit.UNUSABLE
    except sqlite3.Error as error:
        words = f"the state file {work.options.state.name} cannot be used ({error}). Is it one, is the disk full?"
        return words, Exit.UNUSABLE
    except Exception:  # whatever it is, the report is written and no secret leaks through a traceback
        return f"unexpected, please report it: {traceback.format_exc()}", Exit.REFUSED
    return None, None


def _summary(report: Report, options: Options) -> str:
    counts = report.counts
    words = ", ".join(f"{number} {name}" for name, number in counts.items() if number or name in ("read", "rejected"))
    prefix = "dry run: " if report.dry_run else ""
    lines = [f"{prefix}{words} in {report.duration_s:.1f} s ({report.rows_per_s:.0f} rows/s)"]
    if counts["rejected"] and not report.dry_run:
        lines.append(f"the rejected rows are in {options.rejects}")
    return "\n".join(lines)
