"""The JSON report of a run, as every importer has it.

Schema 1::

    {"schema": 1, "provider": "intercom", "source": "contacts.csv", "dry_run": false,
     "exit_code": 1, "error": null | "why the run was stopped",
     "counts": {"read", "duplicates", the importer's own outcomes, "skipped" (done by an earlier run),
                "rejected", "pending" (not tried, start again)},
     "calls", "retries", "refused_calls", "duration_s", "rows_per_s",
     "ignored_columns": ["company_id"], "warnings": ["…"],
     "rejected_rows": [{"line", …, "status", "code", "message"}] (the first 1,000)}

What else an importer tells stands with its own report.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, ClassVar

NAMED = 1000
SKIPPED = "skipped"


@dataclass(slots=True)
class Report:
    """Filled in while the run goes on; written however it ends."""

    #: What may become of a row that is in, and of one that is not.
    outcomes: ClassVar[tuple[str, ...]] = (SKIPPED,)
    losses: ClassVar[tuple[str, ...]] = ("rejected",)

    provider: str
    source: str
    dry_run: bool = False
    exit_code: int = 0
    error: str | None = None
    counts: dict[str, int] = field(default_factory=dict)
    calls: int = 0
    retries: int = 0
    refused_calls: int = 0
    duration_s: float = 0.0
    ignored_columns: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    rejected_rows: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.counts = dict.fromkeys(("read", "duplicates", *self.outcomes, *self.losses, "pending"), 0)

    @property
    def rows_per_s(self) -> float:
        sent = sum(self.counts[name] for name in self.outcomes if name != SKIPPED)
        return sent / self.duration_s if self.duration_s else 0.0

    def take(self, outcomes: Mapping[str, int]) -> None:
        """Take over the checkpoint's counts of this run's outcomes."""
        for name in self.outcomes:
            self.counts[name] = outcomes.get(name, 0)

    def document(self) -> dict[str, Any]:
        """The report as JSON objects, schema above."""
        facts = {one.name: getattr(self, one.name) for one in fields(self)}
        facts["duration_s"], facts["rows_per_s"] = round(self.duration_s, 3), round(self.rows_per_s, 1)
        return {"schema": 1, **facts}

    def write(self, path: Path, clean: Callable[[str], str]) -> None:
        """Write the document to `path`, redacted by `clean`."""
        path.write_text(clean(json.dumps(self.document(), ensure_ascii=False, indent=2)) + "\n", encoding="utf-8")
