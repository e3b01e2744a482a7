"""The clients of a session, frozen before it starts: one SQLite file each.

Only what will be sent is in ``rows``, numbered without gaps, so a page is a range of the primary key: page 500 costs
what page 1 costs, and nothing that happens to the source moves a client from one page to another. The file is made
under another name and gets its own when it is whole.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from reference_importer.common.errors import RowError, StoppedError
from reference_importer.common.sources import Reader, Record
from reference_importer.intandem.mapping import Client, Mapper

SCHEMA = """
PRAGMA journal_mode = OFF;
CREATE TABLE rows (n INTEGER PRIMARY KEY, external_id TEXT, email_key TEXT, payload TEXT NOT NULL);
CREATE UNIQUE INDEX rows_by_external_id ON rows (external_id) WHERE external_id NOTNULL;
CREATE UNIQUE INDEX rows_by_email ON rows (email_key) WHERE email_key NOTNULL;
CREATE TABLE left_out (line INTEGER NOT NULL, code TEXT NOT NULL, message TEXT NOT NULL, record TEXT NOT NULL);
"""

#: Codes of rows that are left out because another row says the same.
HARMLESS = ("duplicate", "duplicate_email")
BEYOND_CAP = "beyond_cap"


class DamagedError(Exception):
    """A snapshot does not have the rows that it was made with."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a snapshot has. `left_out` counts by code; `clients` and these add up to `read`."""

    read: int
    clients: int
    left_out: dict[str, int]
    fields: list[str]
    ignored_columns: list[str]

    @property
    def lost(self) -> int:
        """Rows that are not sent and that no other row stands for."""
        return sum(number for code, number in self.left_out.items() if code not in HARMLESS)

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, document: str) -> Contents:
        return cls(**json.loads(document))


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that is not sent, and why."""

    line: int
    code: str
    message: str
    record: dict[str, Any]


class Snapshots:
    """A folder of snapshots, each known by its number."""

    def __init__(
        self,
        folder: Path,
        source: Callable[[str], Reader],
        mapper: Callable[[], Mapper],
        cap: int,
        stop: threading.Event,
    ) -> None:
        self.folder, self.source, self.mapper, self.cap = folder, source, mapper, cap
        self._stop = stop
        folder.mkdir(mode=0o700, exist_ok=True)

    # -- making

    def take(self, business: str, number: int) -> Contents:
        """Freeze the business's source. Raises an ImporterError, and leaves nothing, when it cannot be read whole."""
        part = self._path(number).with_suffix(".part")
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)
        try:
            with closing(sqlite3.connect(part, isolation_level=None)) as db:
                db.executescript(SCHEMA)
                db.execute("BEGIN")
                contents = self._fill(db, self.source(business), self.mapper())
                db.execute("COMMIT")
            part.replace(self._path(number))
        finally:
            part.unlink(missing_ok=True)
        return contents

    def _fill(self, db: sqlite3.Connection, reader: Reader, mapper: Mapper) -> Contents:
        mapper.check(reader.columns())
        for record in reader.records():
            if self._stop.is_set():
                raise StoppedError
            self._place(db, mapper, record)
        mapper.finish()
        if len(mapper.external_id_types) > 1:
            db.execute(
                "UPDATE rows SET payload = json_set(payload, '$.external_id', external_id) WHERE external_id NOTNULL"
            )
        clients = int(db.execute("SELECT count(*) FROM rows").fetchone()[0])
        left_out = dict(db.execute("SELECT code, count(*) FROM left_out GROUP BY code"))
        return Contents(clients + sum(left_out.values()), clients, left_out, mapper.fields, mapper.ignored)

    def _place(self, db: sqlite3.Connection, mapper: Mapper, record: Record) -> None:
        try:
            client = mapper.map(record)
            self.refuse_known(db, client)
            values = (client.external_id, client.email_key, client.payload)
            db.execute("INSERT INTO rows (external_id, email_key, payload) VALUES (?, ?, ?)", values)
        except RowError as error:
            row = (record.line, error.code, error.message, json.dumps(record.values))
            db.execute("INSERT INTO left_out VALUES (?, ?, ?, ?)", row)

    def refuse_known(self, db: sqlite3.Connection, client: Client) -> None:
        """Raise RowError when an earlier row is this client, or when the session is full."""
        same = db.execute("SELECT payload FROM rows WHERE external_id = ?", [client.external_id]).fetchone()
        if same:
            if same[0] == client.payload:
                raise RowError("the same client as an earlier row.", "duplicate")
            raise RowError("an earlier row has this external_id. Give each its own.", "external_id_taken")
        if db.execute("SELECT 1 FROM rows WHERE email_key = ?", [client.email_key]).fetchone():
            raise RowError("an earlier row has this e-mail; inTandem keeps one client per e-mail.", "duplicate_email")
        if (db.execute("SELECT max(n) FROM rows").fetchone()[0] or 0) >= self.cap:
            raise RowError(f"a session carries {self.cap} clients. Import the rest in another one.", BEYOND_CAP)

    # -- reading

    def rows(self, number: int, first: int, count: int) -> list[str]:
        """The payloads of at most `count` clients from number `first` (1 is the first) on.

        Raises DamagedError or sqlite3.Error when the snapshot cannot be read.
        """
        with closing(self._open(number)) as db:
            found = db.execute("SELECT payload FROM rows WHERE n >= ? ORDER BY n LIMIT ?", [first, count])
            return [payload for (payload,) in found]

    def left_out(self, number: int) -> Iterator[LeftOut]:
        """The rows that are not sent, in the order of the source."""
        with closing(self._open(number)) as db:
            for line, code, message, record in db.execute("SELECT * FROM left_out ORDER BY line"):
                yield LeftOut(line, code, message, json.loads(record))

    def _open(self, number: int) -> sqlite3.Connection:
        path = self._path(number)
        if not path.exists():
            raise DamagedError(f"the snapshot {path.name} is gone")
        return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)

    # -- forgetting

    def keep_only(self, numbers: set[int]) -> None:
        """Delete all snapshots but these, and what an earlier process left unfinished."""
        kept = {self._path(number) for number in numbers}
        for path in self.folder.iterdir():
            if path not in kept:
                path.unlink(missing_ok=True)

    def drop(self, number: int) -> None:
        """Delete one; it may be gone already."""
        self._path(number).unlink(missing_ok=True)

    def _path(self, number: int) -> Path:
        return self.folder / f"{number}.sqlite"
