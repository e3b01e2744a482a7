"""The rejects file: one line per row that is not in, with the reason, as CSV or (by its suffix) NDJSON."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

COLUMNS = ("line", "external_id", "email", "role", "status", "code", "message")


def write_rejects(path: Path, rows: Iterable[dict[str, Any]], columns: Iterable[str] = COLUMNS) -> None:
    """Write `rows` (keys: `columns`), replacing an older file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        if path.suffix.lower() in (".ndjson", ".jsonl"):
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
            return
        table = csv.DictWriter(file, list(columns))
        table.writeheader()
        table.writerows(rows)
