"""Files for the rows that are not sent: which and why, and the rest of a source that is too long."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from reference_importer.common.rejects import write_rejects
from reference_importer.intandem.snapshots import BEYOND_CAP, Contents, LeftOut, Snapshots


class LeftOutFiles:
    """Two files per business, renewed with each snapshot.

    ``BUSINESS.rejects.csv`` has a line for each row that is left out, with the reason; ``BUSINESS.rest.ndjson`` has
    the rows beyond the cap as the source has them, to be imported as the next source. A file without rows is removed.
    """

    def __init__(self, folder: Path, snapshots: Snapshots) -> None:
        self._folder, self._snapshots = folder, snapshots

    def write(self, business: str, number: int, contents: Contents) -> list[Path]:
        """Renew both for a new snapshot; returns those that have rows. Raises OSError."""
        rejects, rest = (self._folder / f"{business}.{suffix}" for suffix in ("rejects.csv", "rest.ndjson"))
        for path in (rejects, rest):
            path.unlink(missing_ok=True)
        if contents.left_out.keys() - {BEYOND_CAP}:
            rows = self._snapshots.left_out(number)
            write_rejects(rejects, (_reason(row) for row in rows if row.code != BEYOND_CAP))
        if BEYOND_CAP in contents.left_out:
            with rest.open("w", encoding="utf-8") as file:
                rows = self._snapshots.left_out(number)
                file.writelines(
                    json.dumps(row.record, ensure_ascii=False) + "\n" for row in rows if row.code == BEYOND_CAP
                )
        return [path for path in (rejects, rest) if path.exists()]


def _reason(row: LeftOut) -> dict[str, Any]:
    named = {name: _writable(row.record.get(name)) for name in ("external_id", "email")}
    return {"line": row.line, **named, "code": row.code, "message": row.message}


def _writable(value: Any) -> str:
    """Half characters, for which a row may have been left out, cannot be written either."""
    return "" if value is None else str(value).encode("utf-8", "replace").decode()
