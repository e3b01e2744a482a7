"""Writes the folder: JSON, CSV, HTML."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from customhouse_loadtests.fold import Calls, Import
from customhouse_loadtests.measures import MEASURES, bound_by, measured, percentile
from customhouse_loadtests.thresholds import Outcome, Threshold

from .html import page
from .run import SCHEMA, Run

PERCENTILES = {"p50_ms": 0.5, "p95_ms": 0.95, "p99_ms": 0.99}
ACCOUNT = (
    "took_s", "rows", "calls", "refused", "broken", "retried", "needless", "pages", "launch_s", "cpu_s", "peak_mb",
    "ended_by", "exit_code", "complaint",
)  # fmt: skip


def write_all(run: Run, before: Run | None, thresholds: Sequence[Threshold], out: Path) -> list[Outcome]:
    """Every file; how each threshold came out."""
    values = measured(run.fold)
    outcomes = [threshold.judge(values) for threshold in thresholds]
    run.meta.write(out)
    judged = list(zip(thresholds, outcomes, strict=True))
    (out / "results.json").write_text(json.dumps(document(run, before, judged), indent=2) + "\n", "utf-8")
    fold, zero = run.fold, int(run.fold.first or 0)
    _csv(out / "imports.csv", [import_row(one, run) for one in fold.imports.values()])
    _csv(out / "timeline.csv", [{"second": at - zero, **calls_row(one)} for at, one in sorted(fold.seconds.items())])
    _csv(
        out / "operations.csv", [{"operation": name, **calls_row(one)} for name, one in sorted(fold.operations.items())]
    )
    if fold.pages:
        _csv(out / "pages.csv", [{"page": number, **calls_row(one)} for number, one in sorted(fold.pages.items())])
    (out / "report.html").write_text(page(run, before, judged), "utf-8")
    return outcomes


def document(run: Run, before: Run | None, judged: Sequence[tuple[Threshold, Outcome]]) -> dict[str, Any]:
    """`results.json`."""
    fold, values = run.fold, measured(run.fold)
    return {
        "schema": SCHEMA,
        "run": run.meta.to_json(),
        "measures": values,
        "units": {name: measure.unit for name, measure in MEASURES.items()},
        "bound_by": bound_by(values),
        "thresholds": [{"fail_if": str(threshold), "outcome": outcome} for threshold, outcome in judged],
        "imports": [import_row(one, run) for one in fold.imports.values()],
        "operations": {name: calls_row(one) for name, one in sorted(fold.operations.items())},
        "pages": {str(number): calls_row(one) for number, one in sorted(fold.pages.items())},
        "workers": {worker: story[-1][1] for worker, story in fold.workers.items()},
        "troubles": fold.troubles,
        "compared": measured(before.fold) if before else None,
    }


def import_row(one: Import, run: Run) -> dict[str, Any]:
    """An import as a row; what it did not come to is empty."""
    lost = one.end is None and one.worker in run.fold.lost_workers
    head = {"id": one.id, "worker": one.worker, "outcome": "lost" if lost else one.outcome, "asked": one.asked}
    began = {"began_s": round(one.began - (run.fold.first or one.began), 3)}
    return head | began | {name: (one.end or {}).get(name) for name in ACCOUNT}


def calls_row(calls: Calls) -> dict[str, Any]:
    """Calls as a row."""
    counts = {"calls": calls.n, "rows": calls.rows, "refused": calls.refused, "broken": calls.broken}
    return counts | {name: percentile(calls.ms, share) for name, share in PERCENTILES.items()}


def _csv(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    listed = list(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(listed[0]) if listed else [])
        writer.writeheader()
        writer.writerows(listed)
