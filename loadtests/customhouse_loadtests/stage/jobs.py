"""Jobs that a provider accepts now and does later (Rally): when accepted, when done, when known to be done. Pure."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from customhouse_loadtests.facts import Fact, new_fact, new_slice

from .tally import Tally

DONE = "COMPLETED"
#: As what rows are counted that landed without a call of their own.
LANDED = "jobs done"


def job_facts(jobs: Iterable[Mapping[str, Any]], asked_at: str, tally: Tally) -> Iterator[Fact]:
    """A `job` fact for each import of the control plane's list, and a slice that says when its rows landed.

    `asked_at` is the path with `{id}` under which the importer asks for a job. It is known to be done from the last
    time on that it was asked for: whoever sees the end asks no more.
    """
    for job in jobs:
        path = asked_at.replace("{id}", job["importId"])
        known, polls = tally.reads.get(zlib.crc32(f"GET {path}?\n".encode()), (None, 0))
        accepted, updated = (_epoch(job[name]) for name in ("submittedAt", "updatedAt"))
        done = job["status"] == DONE
        rows = job["count"] - len(job["failures"]) if done else 0
        yield new_fact(
            "job", accepted, rows=rows, done=updated if done else None, known=known if done else None, polls=polls
        )
        if done:
            yield {**new_slice(int(updated), LANDED), "rows": rows}


def _epoch(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
