"""A run around its work: whatever goes wrong becomes an exit code, a report and words, never a traceback."""

from __future__ import annotations

import sqlite3
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from reference_importer.common.clock import Clock
from reference_importer.common.errors import ImporterError
from reference_importer.common.exits import Exit
from reference_importer.common.progress import Display
from reference_importer.common.report import Report


@dataclass(frozen=True, slots=True)
class Run:
    """What a run ends with. `target` is where the report goes, if anywhere."""

    report: Report
    display: Display
    clock: Clock
    clean: Callable[[str], str]
    state: Path
    rejects: Path
    target: Path | None

    def conduct(self, work: Callable[[], None], decide: Callable[[], Exit]) -> int:
        """Work, report, and return the exit code: the failure's, or the one that `decide` finds at the end."""
        report, display = self.report, self.display
        started = self.clock.monotonic()
        with display:
            error, code = self._ended(work)
        report.error = report.error or (self.clean(error) if error else None)
        report.exit_code = code if code is not None else decide()
        report.duration_s = self.clock.monotonic() - started
        if error:
            display.say(f"error: {error}")
        if self.target:
            self._write(self.target)
        display.summary(self._summary())
        return int(report.exit_code)

    def _ended(self, work: Callable[[], None]) -> tuple[str | None, Exit | None]:
        """(what went wrong, exit code), or nothing of both when the report is to decide."""
        try:
            work()
        except ImporterError as error:
            return str(error), error.exit_code
        except KeyboardInterrupt:
            return "interrupted; the checkpoint is kept, start again to go on", Exit.INTERRUPTED
        except OSError as error:
            return f"{error.filename}: {error.strerror}. Check the path and its permissions.", Exit.UNUSABLE
        except sqlite3.Error as error:
            words = f"the state file {self.state.name} cannot be used ({error}). Is it one, is the disk full?"
            return words, Exit.UNUSABLE
        except Exception:  # whatever it is, the report is written and no secret leaks through a traceback
            return f"unexpected, please report it: {traceback.format_exc()}", Exit.REFUSED
        return None, None

    def _write(self, path: Path) -> None:
        try:
            self.report.write(path, self.clean)
        except OSError as error:
            self.report.exit_code = self.report.exit_code or Exit.INCOMPLETE
            self.display.say(f"error: the report could not be written to {path}: {error.strerror}. Check the path.")

    def _summary(self) -> str:
        report, counts = self.report, self.report.counts
        words = ", ".join(
            f"{number} {name}" for name, number in counts.items() if number or name in ("read", "rejected")
        )
        prefix = "dry run: " if report.dry_run else ""
        lines = [f"{prefix}{words} in {report.duration_s:.1f} s ({report.rows_per_s:.0f} rows/s)"]
        if counts["rejected"] and not report.dry_run:
            lines.append(f"the rejected rows are in {self.rejects}")
        return "\n".join(lines)
