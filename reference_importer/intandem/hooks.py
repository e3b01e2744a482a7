"""``bulk_import/done``: inTandem tells, page by page, what became of the clients (contracts, section 2.6).

The same page told twice is told once; pages may come in any order, and before the POST's answer said which session is
which. So what is told is kept by inTandem's own session_id and joined when somebody looks.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from reference_importer.intandem.errors import Refusal
from reference_importer.intandem.ledger import Ledger

OUTCOMES = ("created", "updated", "skipped", "failed")
#: Anybody can send webhooks; so many rows of sessions that nobody here knows are kept, and no more.
MOST_UNKNOWN = 1_000

SCHEMA = """
CREATE TABLE IF NOT EXISTS told (
    session TEXT NOT NULL, page TEXT NOT NULL, import_done INTEGER NOT NULL, counts TEXT NOT NULL,
    failed_ids TEXT NOT NULL, PRIMARY KEY (session, page)
) WITHOUT ROWID;
"""


@dataclass(slots=True)
class Told:
    """What inTandem told about one session."""

    import_done: bool = False
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(OUTCOMES, 0))
    failures: list[Any] = field(default_factory=list)

    @property
    def clients(self) -> int:
        return sum(self.counts.values())


class Hooks:
    """Takes webhooks in and sums them up."""

    def __init__(self, ledger: Ledger, say: Callable[[str], None]) -> None:
        self.ledger, self._say = ledger, say
        ledger.db.executescript(SCHEMA)

    def take(self, document: Any) -> int:
        """Take in a delivery, one object or an array of them; returns how many were about imports.

        Raises Refusal (400) when it is neither.
        """
        events = document if isinstance(document, list) else [document]
        if not all(isinstance(event, dict) for event in events):
            raise Refusal(400, "expected a webhook object, or an array of them.")
        about = [event["data"] for event in events if _is_about_import(event)]
        for data in about:
            self.keep(data)
        return len(about)

    def keep(self, data: dict[str, Any]) -> None:
        """Remember one page's outcome."""
        session, page = str(data["session_id"]), json.dumps(data.get("page"))
        statuses = data.get("clients_import_status")
        statuses = statuses if isinstance(statuses, dict) else {}
        counts = {name: _count(statuses.get(name)) for name in OUTCOMES}
        failed_ids = _ids(statuses.get("failed"))
        row = (session, page, data.get("import_done") is True, json.dumps(counts), json.dumps(failed_ids))
        with self.ledger.change() as db:
            if session not in self.sessions() and self.unknown() >= MOST_UNKNOWN:
                return
            new = db.execute("INSERT OR IGNORE INTO told VALUES (?, ?, ?, ?, ?)", row).rowcount
            db.execute("UPDATE told SET import_done = max(import_done, ?) WHERE session = ? AND page = ?",
                       [row[2], session, page])  # fmt: skip
        if new and counts["failed"]:
            self._say(f"inTandem failed {counts['failed']} clients on page {page}: external_id {failed_ids}")

    def sessions(self) -> set[str]:
        """inTandem's ids of the sessions that are ours."""
        return {str(one.remote_id) for one in self.ledger.sessions() if one.remote_id is not None}

    def unknown(self) -> int:
        """How many pages were told about sessions that are not ours, or not yet."""
        ours = self.sessions()
        return sum(session not in ours for (session,) in self.ledger.read("SELECT session FROM told"))

    def told(self, remote_id: Any) -> Told | None:
        """What was told about the session with inTandem's id; None when nothing was."""
        sql = "SELECT import_done, counts, failed_ids FROM told WHERE session = ?"
        rows = [] if remote_id is None else self.ledger.read(sql, str(remote_id))
        if not rows:
            return None
        told = Told()
        for import_done, counts, failed_ids in rows:
            told.import_done = told.import_done or bool(import_done)
            for name, count in json.loads(counts).items():
                told.counts[name] += count
            told.failures += json.loads(failed_ids)
        return told


def _is_about_import(event: dict[str, Any]) -> bool:
    data = event.get("data")
    named = (event.get("entity_name"), event.get("event_type")) == ("bulk_import", "done")
    return named and isinstance(data, dict) and data.get("session_id") is not None


def _count(status: Any) -> int:
    found = status.get("count") if isinstance(status, dict) else None
    return found if isinstance(found, int) and found >= 0 else len(_ids(status))


def _ids(status: Any) -> list[Any]:
    found = status.get("external_ids") if isinstance(status, dict) else None
    return found if isinstance(found, list) else []
