"""The JSON report of a run.

Schema 1::

    {"schema": 1, "provider": "intercom", "source": "contacts.csv", "dry_run": false,
     "exit_code": 1, "error": null | "why the run was stopped",
     "counts": {"read", "duplicates", "created", "updated", "unarchived", "skipped" (done by an earlier run),
                "rejected", "missing" (done, but no longer there), "pending" (not tried, start again)},
     "calls", "retries", "refused_calls", "duration_s", "rows_per_s",
     "attributes": {"used": {"plan": "string"}, "created": ["plan"]},
     "ignored_columns": ["company_id"], "warnings": ["…"],
     "rejected_rows": [{"line", "external_id", "email", "role", "status", "code", "message"}] (the first 1,000),
     "missing_rows": ["line 3 u-1 a@example.com"] (the first 1,000)}
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

NAMED = 1000
OUTCOMES = ("created", "updated", "unarchived", "skipped")


@dataclass(slots=True)
class Report:
    """Filled in while the run goes on; written however it ends."""

    provider: str
    source: str
    dry_run: bool = False
    exit_code: int = 0
    error: str | None = None
    counts: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("read", "duplicates", *OUTCOMES, "rejected", "missing", "pending"), 0)
    )
    calls: int = 0
    retries: int = 0
    refused_calls: int = 0
    duration_s: float = 0.0
    attributes: dict[str, Any] = field(default_factory=lambda: {"used": {}, "created": []})
    ignored_columns: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    rejected_rows: list[dict[str, Any]] = field(default_factory=list)
    missing_rows: list[str] = field(default_factory=list)

    @property
    def rows_per_s(self) -> float:
        sent = sum(self.counts[name] for name in ("created", "updated", "unarchived"))
        return sent / self.duration_s if self.duration_s else 0.0

    def take(self, outcomes: Mapping[str, int]) -> None:
        """Take over the checkpoint's counts of this run's outcomes."""
        for name in OUTCOMES:
            self.counts[name] = outcomes.get(name, 0)

    def document(self) -> dict[str, Any]:
        """The report as JSON objects, schema above."""
        facts = {name: getattr(self, name) for name in self.__slots__}
        facts["duration_s"], facts["rows_per_s"] = round(self.duration_s, 3), round(self.rows_per_s, 1)
        return {"schema": 1, **facts}

    def write(self, path: Path, clean: Callable[[str], str]) -> None:
        """Write the document to `path`, redacted by `clean`."""
        path.write_text(clean(json.dumps(self.document(), ensure_ascii=False, indent=2)) + "\n", encoding="utf-8")
