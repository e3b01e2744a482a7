"""Leads are exempt from every uniqueness rule, so nothing but care keeps an importer from doubling them.

* A lead that this state file knows is updated by its contact id.
* Any other one is first looked for, by e-mail, among the leads that the workspace has.
* A create whose answer was lost is not repeated: the list of contacts tells whether it worked. A lead that was not
  there before, looks like the row, and belongs to no other row, is the row's.

The list is used and not the search, which may not show a lead for minutes after it was made (contracts, section 3).
"""

from __future__ import annotations

from typing import Any

from reference_importer.common.checkpoint import Checkpoint, Row
from reference_importer.common.errors import CallError, RefusedError
from reference_importer.common.values import folded
from reference_importer.intercom.client import Client

SCHEMA = """
CREATE TABLE IF NOT EXISTS known_leads (id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TEMP TABLE IF NOT EXISTS leads (id TEXT PRIMARY KEY, email TEXT, name TEXT, phone TEXT) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS temp.leads_by_email ON leads (email);
"""

OWNED = "SELECT remote_id FROM rows WHERE present AND remote_id NOTNULL"

ADOPT = f"""
SELECT id FROM leads WHERE email IS ? AND name IS ? AND phone IS ?
AND id NOT IN (SELECT id FROM known_leads) AND id NOT IN ({OWNED}) LIMIT 1
"""  # noqa: S608 - fixed text

#: One lead to one row, in order, where the e-mails are the same.
MATCH = f"""
WITH free AS (
    SELECT id, email, row_number() OVER (PARTITION BY email ORDER BY id) AS n FROM leads
    WHERE email NOTNULL AND id NOT IN ({OWNED})
), wanting AS (
    SELECT key, email_key AS email, row_number() OVER (PARTITION BY email_key ORDER BY seq) AS n FROM rows
    WHERE present AND state = 'staged' AND role = 'lead' AND remote_id IS NULL AND email_key NOTNULL
)
UPDATE rows SET remote_id = pairs.id
FROM (SELECT wanting.key, free.id FROM wanting JOIN free USING (email, n)) AS pairs WHERE rows.key = pairs.key
"""  # noqa: S608 - fixed text


class LeadRegister:
    """Knows which leads are there, and to which rows they belong."""

    def __init__(self, client: Client, checkpoint: Checkpoint) -> None:
        self.client, self.checkpoint = client, checkpoint
        self.db = checkpoint.db
        self.db.executescript(SCHEMA)

    def prepare(self) -> None:
        """Before leads are sent: clear up the doubtful ones and match the rest. No call when no lead is to be made.

        Raises RefusedError when the list cannot be read: without it leads could be doubled.
        """
        if not self.pending():
            return
        try:
            self.refresh()
        except CallError as error:
            raise RefusedError(f"the workspace's leads could not be listed ({error}). Start again later.") from error
        for row in self.checkpoint.rows("uncertain"):
            self.settle(row)
        self.db.execute("BEGIN")
        self.db.execute("DELETE FROM known_leads")
        self.db.execute("INSERT INTO known_leads SELECT id FROM leads")
        self.match()
        self.db.execute("COMMIT")

    def pending(self) -> int:
        """Leads that are not known to be there."""
        found = self.db.execute(
            "SELECT count(*) FROM rows WHERE present AND role = 'lead' AND remote_id IS NULL"
            " AND state IN ('staged', 'uncertain')"
        )
        return int(found.fetchone()[0])

    def refresh(self) -> None:
        """Read the list of contacts into a table."""
        self.db.execute("DELETE FROM leads")
        listed = (_facts(one) for one in self.client.contacts() if one.get("role") == "lead")
        self.db.executemany("INSERT OR REPLACE INTO leads VALUES (?, ?, ?, ?)", listed)

    def settle(self, row: Row) -> None:
        """Decide about a create whose answer was lost: adopt what it made, or let it be made again."""
        sent = row.sent or row.payload
        found = self.db.execute(ADOPT, _facts({**sent, "id": ""})[1:]).fetchone()
        self.db.execute(
            "UPDATE rows SET state = 'staged', sent = NULL, remote_id = ? WHERE key = ?",
            [found[0] if found else None, row.key],
        )

    def match(self) -> None:
        """Give rows the leads with their e-mail; a lead without one matches nothing."""
        self.db.execute(MATCH)


def _facts(contact: dict[str, Any]) -> tuple[str, str | None, str | None, str | None]:
    return (
        str(contact.get("id")),
        folded(contact.get("email")),
        contact.get("name") or None,
        contact.get("phone") or None,
    )
