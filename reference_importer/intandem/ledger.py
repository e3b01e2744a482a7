"""The sessions and what was handed out in them: one SQLite file that survives the process.

States of a session; pages are served in the first three::

    starting ──▶ open ─────────▶ complete | gapped      page -1, after a short page
        │   └──▶ unconfirmed ─┘                         the POST had no answer: inTandem may ask or not
        │   open, unconfirmed ─▶ expired | abandoned    silence; page -1 before the last page and then a new start
        └──────▶ refused                                inTandem said no
    not_started                                         the source could not be read, inTandem was not told
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reference_importer.intandem.snapshots import Contents

DONE = -1
"""The page that ends a session."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS snapshots (number INTEGER PRIMARY KEY AUTOINCREMENT, contents TEXT);
CREATE TABLE IF NOT EXISTS sessions (
    number INTEGER PRIMARY KEY AUTOINCREMENT, business TEXT NOT NULL, staff TEXT NOT NULL,
    snapshot INTEGER REFERENCES snapshots, state TEXT NOT NULL, message TEXT, remote_id TEXT,
    opened_at REAL NOT NULL, asked_at REAL NOT NULL, last_page INTEGER NOT NULL DEFAULT 0,
    last_served INTEGER NOT NULL DEFAULT 0, reported INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS sessions_by_business ON sessions (business, state);
CREATE TABLE IF NOT EXISTS pages (
    snapshot INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, PRIMARY KEY (snapshot, first, last)
) WITHOUT ROWID;
CREATE TEMP VIEW serving AS SELECT * FROM sessions WHERE state IN ('starting', 'open', 'unconfirmed');
CREATE TEMP VIEW facts AS
    SELECT sessions.number, business, staff, snapshot, state, message, remote_id, opened_at, asked_at, last_page,
    contents FROM sessions LEFT JOIN snapshots ON snapshots.number = snapshot;
"""

# Requests do not say which session they belong to. Of several sessions of a business the newest is taken to have had
# the last page and to be done: an older one may have been forgotten by inTandem.
ASKED = """UPDATE sessions SET asked_at = ?, last_page = ?
    WHERE number IN (SELECT number FROM serving WHERE business = ?)"""
LAST_SERVED = """UPDATE sessions SET last_served = 1
    WHERE number = (SELECT max(number) FROM serving WHERE business = ? AND NOT last_served)"""
KILLED = "the app was stopped before inTandem had answered the start"
SILENCE = "inTandem went silent before it said that it was done"


@dataclass(frozen=True, slots=True)
class Session:
    """One start of an import. `remote_id` is inTandem's session_id as it came: text, number or null."""

    number: int
    business: str
    staff: str
    snapshot: int | None
    state: str
    message: str | None
    remote_id: Any
    opened_at: float
    asked_at: float
    last_page: int
    contents: Contents | None


class Ledger:
    """Thread-safe; every change is on disk when its method returns."""

    def __init__(self, path: Path) -> None:
        path.touch(mode=0o600)
        self._lock = threading.RLock()
        self.db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("PRAGMA synchronous = NORMAL")
        self.db.executescript(SCHEMA)

    def close(self) -> None:
        self.db.close()

    @contextmanager
    def change(self) -> Iterator[sqlite3.Connection]:
        """All of it or nothing, and nobody else meanwhile."""
        with self._lock:
            self.db.execute("BEGIN")
            try:
                yield self.db
            except BaseException:
                self.db.execute("ROLLBACK")
                raise
            self.db.execute("COMMIT")

    def read(self, sql: str, *values: Any) -> list[Any]:
        with self._lock:
            return self.db.execute(sql, values).fetchall()

    # -- the process begins and ends

    def recover(self) -> None:
        """Forget what an earlier process reported; say what became of a start that it did not see through."""
        with self.change() as db:
            db.execute("DELETE FROM sessions WHERE reported")
            db.execute(
                "DELETE FROM snapshots WHERE number NOT IN (SELECT snapshot FROM sessions WHERE snapshot NOTNULL)"
            )
            db.execute("DELETE FROM pages WHERE snapshot NOT IN (SELECT number FROM snapshots)")
            db.execute("UPDATE sessions SET state = 'unconfirmed', message = ? WHERE state = 'starting'", [KILLED])

    def mark_reported(self) -> None:
        """A report was written: the next one leaves out what is over now."""
        with self.change() as db:
            db.execute("UPDATE sessions SET reported = 1 WHERE number NOT IN (SELECT number FROM serving)")

    # -- sessions

    def sessions(self) -> list[Session]:
        """All, oldest first."""
        return [_session(row) for row in self.read("SELECT * FROM facts ORDER BY number")]

    def session(self, number: int) -> Session:
        return _session(self.read("SELECT * FROM facts WHERE number = ?", number)[0])

    def serving(self, business: str) -> list[Session]:
        """The sessions of a business in which pages are served, oldest first. All of them share one snapshot."""
        sql = "SELECT * FROM facts WHERE business = ? AND number IN (SELECT number FROM serving) ORDER BY number"
        return [_session(row) for row in self.read(sql, business)]

    def needed_snapshots(self) -> set[int]:
        """Those that a page may still be asked of."""
        return {row[0] for row in self.read("SELECT DISTINCT snapshot FROM serving")}

    def idle_snapshots(self, business: str) -> set[int]:
        """Those of a business that no page can be asked of any more."""
        sql = (
            "SELECT snapshot FROM sessions WHERE business = ? AND snapshot NOTNULL EXCEPT SELECT snapshot FROM serving"
        )
        return {row[0] for row in self.read(sql, business)}

    def new_snapshot(self) -> int:
        """A number for a snapshot that is about to be taken."""
        with self.change() as db:
            return int(db.execute("INSERT INTO snapshots DEFAULT VALUES").lastrowid or 0)

    def fill_snapshot(self, number: int, contents: Contents) -> None:
        with self.change() as db:
            db.execute("UPDATE snapshots SET contents = ? WHERE number = ?", [contents.to_json(), number])

    def open(self, business: str, staff: str, snapshot: int, now: float) -> Session:
        """A new session on a snapshot: from now on its pages are served."""
        return self.session(self._insert(business, staff, snapshot, "starting", None, now))

    def note_failure(self, business: str, staff: str, message: str, now: float) -> Session:
        """A session that did not start."""
        return self.session(self._insert(business, staff, None, "not_started", message, now))

    def _insert(
        self, business: str, staff: str, snapshot: int | None, state: str, message: str | None, now: float
    ) -> int:  # fmt: skip
        sql = """INSERT INTO sessions (business, staff, snapshot, state, message, opened_at, asked_at)
            VALUES (?, ?, ?, ?, ?, ?, ?)"""
        with self.change() as db:
            return int(db.execute(sql, [business, staff, snapshot, state, message, now, now]).lastrowid or 0)

    def settle(self, number: int, state: str, remote_id: Any = None, message: str | None = None) -> None:
        """The start had an outcome; a session that is over by then stays over."""
        sql = """UPDATE sessions SET remote_id = ?, message = coalesce(message, ?),
            state = CASE state WHEN 'starting' THEN ? ELSE state END WHERE number = ?"""
        with self.change() as db:
            db.execute(sql, [None if remote_id is None else json.dumps(remote_id), message, state, number])

    def finish(self, number: int, state: str, message: str | None = None) -> None:
        """The session is over."""
        with self.change() as db:
            db.execute("UPDATE sessions SET state = ?, message = ? WHERE number = ?", [state, message, number])

    def expire(self, before: float) -> None:
        """Give up sessions that were last heard of before that time."""
        if self.read("SELECT 1 FROM serving WHERE asked_at < ? LIMIT 1", before):
            sql = """UPDATE sessions SET state = 'expired', message = ?
                WHERE number IN (SELECT number FROM serving WHERE asked_at < ?)"""
            with self.change() as db:
                db.execute(sql, [SILENCE, before])

    # -- pages

    def hand_out(self, session: Session, page: int, first: int, count: int, *, last: bool, now: float) -> None:
        """A page of a session's snapshot is about to be answered; `last` when it is short."""
        with self.change() as db:
            if count:
                row = (session.snapshot, first, first + count - 1)
                db.execute("INSERT OR IGNORE INTO pages VALUES (?, ?, ?)", row)
            db.execute(ASKED, [now, page, session.business])
            if last:
                db.execute(LAST_SERVED, [session.business])

    def done(self, business: str, now: float) -> Session | None:
        """inTandem says done: the session that this ends, if the last page of one was served before."""
        with self.change() as db:
            db.execute(ASKED, [now, DONE, business])
            sql = "SELECT max(number) FROM serving WHERE business = ? AND last_served"
            number = db.execute(sql, [business]).fetchone()[0]
            return None if number is None else self.session(number)

    def handed_out(self, snapshot: int | None) -> int:
        """How many clients of a snapshot were in an answered page, each counted once."""
        covered = reach = 0
        for first, last in self.read("SELECT first, last FROM pages WHERE snapshot = ? ORDER BY first, last", snapshot):
            covered += max(0, last - max(first - 1, reach))
            reach = max(reach, last)
        return covered


def _session(row: tuple[Any, ...]) -> Session:
    number, business, staff, snapshot, state, message, remote_id, opened_at, asked_at, last_page, contents = row
    return Session(
        number,
        business,
        staff,
        snapshot,
        state,
        message,
        None if remote_id is None else json.loads(remote_id),
        opened_at,
        asked_at,
        last_page,
        None if contents is None else Contents.from_json(contents),
    )
