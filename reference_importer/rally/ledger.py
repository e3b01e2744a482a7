"""The checkpoint of an import into Rally: rows, what is sent for them, the imports they went into, what came back.

A row is *placed* once its record is built: into a group of rows that may share a request (see records.py), and into a
piece of it when a request had to be taken apart. An import is written down before it is posted, and again when Rally
has given it an id, so a killed run leaves no doubt about what may be under way.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reference_importer.common.checkpoint import ROW, Checkpoint, Row, canonical, row_of

SCHEMA = """
CREATE TABLE IF NOT EXISTS placed (
    seq INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, grp INTEGER NOT NULL, piece INTEGER NOT NULL DEFAULT 0,
    digest BLOB NOT NULL, waiting INTEGER NOT NULL DEFAULT 1, import_no INTEGER
);
CREATE INDEX IF NOT EXISTS placed_waiting ON placed (seq) WHERE waiting = 1;
CREATE INDEX IF NOT EXISTS placed_together ON placed (grp, piece, seq) WHERE waiting = 1;
CREATE INDEX IF NOT EXISTS placed_sent ON placed (import_no);
CREATE TABLE IF NOT EXISTS imports (
    no INTEGER PRIMARY KEY, import_id TEXT, state TEXT NOT NULL, rows INTEGER NOT NULL, failed INTEGER
);
CREATE TABLE IF NOT EXISTS events (
    id TEXT PRIMARY KEY, import_id TEXT, document TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS events_by_import ON events (import_id);
"""

#: The records, and who is there: made anew by every run, so not worth waiting for the disk.
PASSING = """
CREATE TEMP TABLE IF NOT EXISTS records (seq INTEGER PRIMARY KEY, record TEXT NOT NULL);
DELETE FROM temp.records;
DROP TABLE IF EXISTS temp.stored;
CREATE TEMP TABLE stored (
    person_id TEXT PRIMARY KEY, email TEXT, email_key TEXT, identity TEXT, held TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX temp.stored_by_email ON stored (email_key);
CREATE INDEX temp.stored_by_identity ON stored (identity);
"""

#: Pages that may wait in the log until they are moved into the file: fewer moves, fewer waits for the disk.
LOG_PAGES = 10_000

#: States of an import: about to be posted, accepted (and not known to have ended), ended.
POSTING, ACCEPTED, ENDED = "posting", "accepted", "ended"


@dataclass(frozen=True, slots=True)
class Placed:
    """A row and the record that is sent for it."""

    row: Row
    record: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Batch:
    """The rows of one request. `no` is our number for the import that it begins."""

    no: int
    people: list[Placed]


class Ledger(Checkpoint):
    """Used by one thread only."""

    unrepeatable_roles = ()  # an import of a person can be repeated: it is an upsert
    rejected_columns: Mapping[str, str] = {
        "line": "line", "email": "email", "phone": "json_extract(payload, '$.phone')", "identifier": "external_id",
        "status": "status", "code": "code", "message": "message",
    }  # fmt: skip

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.db.execute(f"PRAGMA wal_autocheckpoint={LOG_PAGES}")
        self.db.executescript(SCHEMA + PASSING)

    # -- placing

    def unplaced(self, after: int, limit: int) -> list[Row]:
        """The next rows to be sent whose place in the source is later than `after`."""
        found = self.db.execute(
            f"SELECT {ROW} FROM rows WHERE present AND state = 'staged' AND seq > ? ORDER BY seq LIMIT ?",  # noqa: S608 - fixed names
            [after, limit],
        )
        return [row_of(values) for values in found.fetchall()]

    def place_anew(self) -> None:
        """Forget the places of an earlier run, of which nothing is under way any more, and who was there."""
        self.db.execute("DELETE FROM placed")
        self.db.executescript(PASSING)

    def place(self, rows: Sequence[tuple[Row, int, dict[str, Any]]]) -> None:
        """Take in groups and records of rows."""
        with self.transaction():
            self.db.executemany(
                "INSERT INTO placed (seq, key, grp, digest) SELECT ?1, ?2, ?3, digest FROM rows WHERE key = ?2",
                [(row.seq, row.key, group) for row, group, _ in rows],
            )
            self.db.executemany(
                "INSERT INTO temp.records VALUES (?, ?)", [(row.seq, canonical(record)) for row, _, record in rows]
            )

    # -- sending

    def next_batch(self, limit: int) -> Batch | None:
        """The next rows that may share a request, marked as being sent before they are returned."""
        sql = "SELECT grp, piece FROM placed WHERE waiting = 1 ORDER BY seq LIMIT 1"
        first = self.db.execute(sql).fetchone()
        if first is None:
            return None
        with self.transaction():
            count = "SELECT count(*) FROM placed WHERE waiting = 1 AND grp = ? AND piece = ?"
            rows = min(limit, int(self.db.execute(count, first).fetchone()[0]))
            no = self.db.execute("INSERT INTO imports (state, rows) VALUES (?, ?)", [POSTING, rows]).lastrowid or 0
            self.db.execute(
                "UPDATE placed SET waiting = 0, import_no = ? WHERE seq IN (SELECT seq FROM placed WHERE waiting = 1"
                " AND grp = ? AND piece = ? ORDER BY seq LIMIT ?)",
                [no, *first, limit],
            )
            self._mark(no, "sending")
        return Batch(no, self.people(no))

    def people(self, no: int) -> list[Placed]:
        """The rows that went, or are to go, into an import and are not settled."""
        columns = ", ".join(f"rows.{name}" for name in ROW.split(", "))
        found = self.db.execute(
            f"SELECT {columns}, record FROM placed JOIN rows USING (key)"  # noqa: S608 - fixed names
            " LEFT JOIN temp.records AS records ON records.seq = placed.seq"
            " WHERE import_no = ? AND rows.state = 'sending' ORDER BY placed.seq",
            [no],
        )
        return [Placed(row := row_of(values[:-1]), _record(values[-1], row)) for values in found.fetchall()]

    def accepted(self, no: int, import_id: str | None) -> None:
        self.db.execute("UPDATE imports SET import_id = ?, state = ? WHERE no = ?", [import_id, ACCEPTED, no])

    def ended(self, no: int, failed: int | None = None) -> None:
        self.db.execute("UPDATE imports SET state = ?, failed = ? WHERE no = ?", [ENDED, failed, no])

    def send_again(self, pieces: Iterable[list[Row]]) -> None:
        """Put rows back, each list of them into a piece of its own, which shares a request with nobody else."""
        with self.transaction():
            for rows in pieces:
                piece = "(SELECT coalesce(max(piece), 0) + 1 FROM placed)"
                number = int(self.db.execute(f"SELECT {piece}").fetchone()[0])
                keys = [(number, row.key) for row in rows]
                self.db.executemany("UPDATE placed SET waiting = 1, import_no = NULL, piece = ? WHERE key = ?", keys)
                self.db.executemany("UPDATE rows SET state = 'staged' WHERE key = ?", [(row.key,) for row in rows])

    def resume(self) -> list[tuple[int, str]]:
        """(number, id) of the imports that an earlier run left under way, with the rows that still say the same."""
        found = self.db.execute(
            "SELECT no, import_id FROM imports WHERE state = ? AND import_id NOTNULL ORDER BY no", [ACCEPTED]
        ).fetchall()
        with self.transaction():
            for no, _ in found:
                self.db.execute(
                    "UPDATE rows SET state = 'sending' WHERE state = 'staged' AND key IN (SELECT key FROM placed"
                    " WHERE import_no = ? AND placed.digest = rows.digest)",
                    [no],
                )
        return [(no, import_id) for no, import_id in found]

    def imports(self) -> int:
        """How many imports were begun, by all runs."""
        return int(self.db.execute("SELECT count(*) FROM imports").fetchone()[0])

    def _mark(self, no: int, state: str) -> None:
        self.db.execute(
            "UPDATE rows SET state = ? WHERE key IN (SELECT key FROM placed WHERE import_no = ?)", [state, no]
        )

    # -- webhooks

    def keep_event(self, id: str, import_id: str | None, document: dict[str, Any]) -> bool:
        """Remember a delivery; False for one that is known."""
        sql = "INSERT OR IGNORE INTO events VALUES (?, ?, ?)"
        return self.db.execute(sql, [id, import_id, json.dumps(document)]).rowcount == 1

    def event_of(self, import_id: str) -> dict[str, Any] | None:
        """What was told about an import, whenever it came."""
        sql = "SELECT document FROM events WHERE import_id = ? LIMIT 1"
        found = self.db.execute(sql, [import_id]).fetchone()
        return json.loads(found[0]) if found else None

    # -- people who are there

    def keep_stored(self, people: Iterable[tuple[str, str | None, str | None, str | None, dict[str, Any]]]) -> None:
        """(person id, e-mail, e-mail folded, identifier's value, what is held) of people who are there."""
        rows = ((*facts, json.dumps(held)) for *facts, held in people)
        with self.transaction():
            self.db.executemany("INSERT OR REPLACE INTO stored VALUES (?, ?, ?, ?, ?)", rows)

    def stored_by(self, column: str, value: str, email: str | None) -> tuple[str | None, dict[str, Any]] | None:
        """(e-mail, what is held) of whoever has that ``email_key`` or ``identity``; the same spelling first."""
        sql = f"SELECT email, held FROM stored WHERE {column} = ? ORDER BY email = ? DESC, person_id LIMIT 1"  # noqa: S608
        found = self.db.execute(sql, [value, email]).fetchone()
        return (found[0], json.loads(found[1])) if found else None


def _record(text: str | None, row: Row) -> dict[str, Any]:
    """What was sent; of an import of an earlier run what the source says, which is enough to trace its failures."""
    record: dict[str, Any] = json.loads(text) if text else row.payload
    return record
