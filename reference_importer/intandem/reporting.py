"""How it stands: the report when the app stops, the status while it runs, and what the exit code promises.

Schema 1::

    {"schema": 1, "provider": "intandem", "exit_code": 1,
     "counts": {"read", "clients", "handed_out", "left_out", "created", "updated", "skipped", "failed"},
     "sessions": [{"session", "business_uid", "staff_uid", "state", "message", "intandem_session_id", "last_page",
                   "read", "clients", "left_out": {code: rows}, "ignored_columns", "handed_out",
                   "complete": true | false, "lacks": null | "why it is not",
                   "told": null | {"import_done", "created", "updated", "skipped", "failed"},
                   "failures": [external_id]}],
     "unmatched_webhooks": 0}

Counts are sums over the sessions: a source that was started twice is counted twice. ``told`` is null, and the counts
of outcomes lack the session, when inTandem sent no webhook for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from reference_importer.common.exits import Exit
from reference_importer.intandem.hooks import OUTCOMES, Hooks, Told
from reference_importer.intandem.ledger import Ledger, Session

Document = dict[str, Any]


class ExitPolicy:
    """When is everything complete?"""

    def lacks(self, session: Session, told: Told | None) -> str | None:
        """What keeps a session from being complete: inTandem must have said done when every client was handed out,
        every row must be sent or stand behind another one that is, and what inTandem told must add up.
        """
        contents = session.contents
        if session.state != "complete" or contents is None:
            return session.message or f"it is {session.state}"
        if contents.lost:
            return f"{contents.lost} rows were left out"
        if told is not None and told.counts["failed"]:
            return f"inTandem failed {told.counts['failed']} clients"
        if told is not None and told.clients != contents.clients:
            return f"inTandem told what became of {told.clients} clients, {contents.clients} were handed out"
        return None

    def decide(self, sessions: Iterable[Document]) -> Exit:
        """COMPLETE only if every session is."""
        return Exit.COMPLETE if all(one["complete"] for one in sessions) else Exit.INCOMPLETE


class Reporter:
    """Writes documents from the ledger and the webhooks; keeps nothing itself."""

    def __init__(self, ledger: Ledger, hooks: Hooks, exits: ExitPolicy) -> None:
        self.ledger, self.hooks, self.exits = ledger, hooks, exits

    def report(self) -> Document:
        """The whole report."""
        sessions = [self.describe(session) for session in self.ledger.sessions()]
        code = self.exits.decide(sessions)
        return {
            "schema": 1,
            "provider": "intandem",
            "exit_code": int(code),
            "counts": totals(sessions),
            "sessions": sessions,
            "unmatched_webhooks": self.hooks.unknown(),
        }

    def status(self) -> Document:
        """The same for whoever asks."""
        report = self.report()
        return {**report, "sessions": [public(one) for one in report["sessions"]]}

    def describe(self, session: Session) -> Document:
        """One session."""
        contents, told = session.contents, self.hooks.told(session.remote_id)
        lacks = self.exits.lacks(session, told)
        return {
            "session": session.number,
            "business_uid": session.business,
            "staff_uid": session.staff,
            "state": session.state,
            "message": session.message,
            "intandem_session_id": session.remote_id,
            "last_page": session.last_page,
            "read": contents.read if contents else 0,
            "clients": contents.clients if contents else 0,
            "left_out": contents.left_out if contents else {},
            "ignored_columns": contents.ignored_columns if contents else [],
            "handed_out": self.ledger.handed_out(session.snapshot),
            "complete": lacks is None,
            "lacks": lacks,
            "told": None if told is None else {"import_done": told.import_done, **told.counts},
            "failures": [] if told is None else told.failures,
        }


def totals(sessions: Iterable[Document]) -> dict[str, int]:
    """Sums over the sessions."""
    sums = dict.fromkeys(("read", "clients", "handed_out", "left_out", *OUTCOMES), 0)
    for session in sessions:
        for name in ("read", "clients", "handed_out"):
            sums[name] += session[name]
        sums["left_out"] += sum(session["left_out"].values())
        for name in OUTCOMES if session["told"] else ():
            sums[name] += session["told"][name]
    return sums


def public(session: Document) -> Document:
    """A session's document for whoever asks: a business's uid would open its pages while it runs, so it is cut."""
    return {**session, **{name: shortened(session[name]) for name in ("business_uid", "staff_uid")}}


def shortened(uid: str) -> str:
    """Enough to recognise it, too little to use it."""
    return f"{uid[:3]}…" if uid else ""
