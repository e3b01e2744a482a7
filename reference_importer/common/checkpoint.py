"""Staging and checkpoint in one SQLite file: what the source has, and how far each row has come.

States of a row::

    staged ──claim──▶ sending ──▶ done | rejected
                         │
                         └─(outcome unknown, kind cannot be repeated)──▶ uncertain

A row is marked ``sending`` before its first call, so a killed run leaves no doubt about which rows are in doubt.
Memory does not grow with the rows: SQLite holds them.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reference_importer.common.rejects import COLUMNS

SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT);
CREATE TABLE IF NOT EXISTS rows (
    key TEXT PRIMARY KEY, seq INTEGER NOT NULL, line INTEGER NOT NULL, role TEXT NOT NULL,
    external_id TEXT, email TEXT, email_key TEXT, payload TEXT NOT NULL, digest BLOB NOT NULL,
    present INTEGER NOT NULL DEFAULT 1, state TEXT NOT NULL DEFAULT 'staged', sent TEXT, remote_id TEXT,
    outcome TEXT, status INTEGER, code TEXT, message TEXT
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS rows_by_state ON rows (present, state, seq);
CREATE INDEX IF NOT EXISTS rows_by_remote ON rows (remote_id);
CREATE TABLE IF NOT EXISTS incoming (
    key TEXT PRIMARY KEY, seq INTEGER, line INTEGER, role TEXT, external_id TEXT, email TEXT, email_key TEXT,
    payload TEXT, digest BLOB, state TEXT, status INTEGER, code TEXT, message TEXT
) WITHOUT ROWID;
"""

#: Rows are found by key, which is all over the file: a cache of SQLite's own size would read it again and again.
CACHE_KIB = 65_536

STAGE = "INSERT OR REPLACE INTO incoming VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)"

#: A done row is done as long as its content is; a row in doubt stays in doubt; everything else is tried again.
MERGE = """
INSERT INTO rows (key, seq, line, role, external_id, email, email_key, payload, digest, state, status, code, message)
SELECT * FROM incoming WHERE true
ON CONFLICT (key) DO UPDATE SET
    present = 1, seq = excluded.seq, line = excluded.line, role = excluded.role, external_id = excluded.external_id,
    email = excluded.email, email_key = excluded.email_key, payload = excluded.payload, digest = excluded.digest,
    status = excluded.status, code = excluded.code, message = excluded.message,
    outcome = CASE WHEN state = 'done' AND digest = excluded.digest THEN 'skipped' ELSE NULL END,
    state = CASE
        WHEN excluded.state = 'rejected' THEN 'rejected'
        WHEN state IN ('sending', 'uncertain') AND sent IS NOT NULL AND remote_id IS NULL THEN 'uncertain'
        WHEN state = 'done' AND digest = excluded.digest THEN 'done'
        ELSE 'staged' END
"""

ROW = "seq, line, key, role, external_id, email, payload, sent, remote_id"


@dataclass(frozen=True, slots=True)
class Staged:
    """A row on its way into staging; `rejected` is (code, message) when the source itself makes it unusable."""

    line: int
    key: str
    role: str
    external_id: str | None
    email: str | None
    email_key: str | None
    payload: dict[str, Any]
    rejected: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A row on its way to the vendor. `remote_id` is set when it has been there before."""

    seq: int
    line: int
    key: str
    role: str
    external_id: str | None
    email: str | None
    payload: dict[str, Any]
    sent: dict[str, Any] | None
    remote_id: str | None

    @property
    def name(self) -> str:
        """How the row is called in every message."""
        return " ".join(filter(None, [f"line {self.line}", self.external_id, self.email]))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a row: its new state, what was done, and the vendor's words when it was refused."""

    row: Row
    state: str
    what: str | None = None
    remote_id: str | None = None
    status: int | None = None
    code: str | None = None
    message: str | None = None


class Checkpoint:
    """The rows of one source on their way into one target. Used by one thread only."""

    #: Rows of these roles are not protected by a uniqueness rule of the vendor: never repeat one blindly.
    unrepeatable_roles: tuple[str, ...] = ("lead",)
    #: What is told of a row that is not in: its name in reports and files, and the expression that finds it.
    rejected_columns: Mapping[str, str] = {name: name for name in COLUMNS}

    def __init__(self, path: Path) -> None:
        path.touch(mode=0o600)
        self.db = sqlite3.connect(path, isolation_level=None)
        self.db.execute("PRAGMA journal_mode=WAL")
        self.db.execute("PRAGMA synchronous=NORMAL")
        self.db.execute(f"PRAGMA cache_size=-{CACHE_KIB}")
        self.db.executescript(SCHEMA)

    def close(self) -> None:
        self.db.close()

    def belongs_to(self, target: str) -> bool:
        """Is the file about this target (vendor and account)? A new file is, from now on."""
        if self.meta("target") is None:
            self.set_meta("target", target)
        return self.meta("target") == target

    def meta(self, key: str) -> str | None:
        found = self.db.execute("SELECT value FROM meta WHERE key = ?", [key]).fetchone()
        return found[0] if found else None

    def set_meta(self, key: str, value: str) -> None:
        self.db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", [key, value])

    # -- staging

    def stage(self, rows: Iterable[Staged], accept: Callable[[], None]) -> int:
        """Take in the whole source, or nothing of it when reading it or `accept` (called at its end) raises.

        Returns how many rows were read. Of rows with the same key the last one counts.
        """
        self.db.execute("BEGIN")
        try:
            self.db.execute("DELETE FROM incoming")
            cursor = self.db.executemany(STAGE, (_values(seq, row) for seq, row in enumerate(rows, 1)))
            accept()
            self.db.execute("UPDATE rows SET present = 0")
            self.db.execute(MERGE)
            self.db.execute("DELETE FROM incoming")
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")
        return max(cursor.rowcount, 0)

    # -- sending

    def claim(self, limit: int) -> list[Row]:
        """The next rows to send, marked ``sending`` before they are returned."""
        rows = self.rows("staged", limit)
        marks = [(row.role in self.unrepeatable_roles, row.key) for row in rows]
        with self.transaction():
            self.db.executemany(
                "UPDATE rows SET state = 'sending', sent = CASE WHEN ? THEN payload END WHERE key = ?", marks
            )
        return rows

    def record(self, outcomes: Iterable[Outcome]) -> None:
        """Write down what became of rows."""
        with self.transaction():
            self.db.executemany(
                "UPDATE rows SET state = ?, outcome = ?, remote_id = coalesce(?, remote_id), status = ?, code = ?,"
                " message = ? WHERE key = ?",
                [(o.state, o.what, o.remote_id, o.status, o.code, o.message, o.row.key) for o in outcomes],
            )

    # -- questions

    def rows(self, state: str, limit: int = -1) -> list[Row]:
        """Rows of this source in `state`, in the source's order."""
        found = self.db.execute(
            f"SELECT {ROW} FROM rows WHERE present AND state = ? ORDER BY seq LIMIT ?",  # noqa: S608 - fixed names
            [state, limit],
        )
        return [row_of(values) for values in found.fetchall()]

    def count(self, state: str) -> int:
        found = self.db.execute("SELECT count(*) FROM rows WHERE present AND state = ?", [state]).fetchone()
        return int(found[0])

    def has_external_ids(self, role: str) -> bool:
        """Does any row of this role have an external id?"""
        found = self.db.execute("SELECT 1 FROM rows WHERE present AND role = ? AND external_id NOTNULL LIMIT 1", [role])
        return found.fetchone() is not None

    def count_done_objects(self) -> int:
        """How many different remote objects the done rows are."""
        found = self.db.execute("SELECT count(DISTINCT remote_id) FROM rows WHERE present AND state = 'done'")
        return int(found.fetchone()[0])

    def total(self) -> int:
        """Rows of this source, duplicates taken out."""
        return int(self.db.execute("SELECT count(*) FROM rows WHERE present").fetchone()[0])

    def outcomes(self) -> dict[str, int]:
        """How many rows had which outcome in this run."""
        found = self.db.execute("SELECT outcome, count(*) FROM rows WHERE present AND outcome NOTNULL GROUP BY outcome")
        return dict(found.fetchall())

    def rejected(self) -> Iterator[dict[str, Any]]:
        """Rows that are not in, or not known to be, in the source's order, streamed."""
        found = self.db.execute(
            f"SELECT {', '.join(self.rejected_columns.values())} FROM rows"  # noqa: S608 - fixed names
            " WHERE present AND state IN ('rejected', 'uncertain') ORDER BY seq"
        )
        return (dict(zip(self.rejected_columns, values, strict=True)) for values in found)

    def done_elsewhere(self, remote_ids: Iterable[str]) -> list[Row]:
        """Done rows whose remote object is not among `remote_ids`."""
        self.db.execute("CREATE TEMP TABLE IF NOT EXISTS listed (id TEXT PRIMARY KEY) WITHOUT ROWID")
        self.db.execute("DELETE FROM listed")
        self.db.executemany("INSERT OR IGNORE INTO listed VALUES (?)", ([one] for one in remote_ids))
        found = self.db.execute(
            f"SELECT {ROW} FROM rows WHERE present AND state = 'done'"  # noqa: S608 - fixed names
            " AND remote_id NOT IN (SELECT id FROM listed) ORDER BY seq"
        )
        return [row_of(values) for values in found.fetchall()]

    def transaction(self) -> _Transaction:
        return _Transaction(self.db)


class _Transaction:
    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def __enter__(self) -> None:
        self._db.execute("BEGIN")

    def __exit__(self, kind: object, *_: object) -> None:
        self._db.execute("ROLLBACK" if kind else "COMMIT")


def canonical(payload: dict[str, Any]) -> str:
    """A payload as text: the same for the same content, whatever the order of its keys."""
    return json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _values(seq: int, row: Staged) -> tuple[Any, ...]:
    payload = canonical(row.payload)
    digest = hashlib.blake2b(f"{row.role}\n{payload}".encode(), digest_size=16).digest()
    code, message = row.rejected or (None, None)
    state = "rejected" if row.rejected else "staged"
    identity = (row.key, seq, row.line, row.role, row.external_id, row.email, row.email_key)
    return (*identity, payload, digest, state, None, code, message)


def row_of(values: tuple[Any, ...]) -> Row:
    seq, line, key, role, external_id, email, payload, sent, remote_id = values
    parsed = json.loads(sent) if sent else None
    return Row(seq, line, key, role, external_id, email, json.loads(payload), parsed, remote_id)
