"""From the launch URL to a running session: snapshot first, then the POST."""

from __future__ import annotations

import sqlite3
import threading
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from reference_importer.common.clock import Clock
from reference_importer.common.errors import CallError, ImporterError, StoppedError
from reference_importer.common.pacing import RateFacts
from reference_importer.common.transport import Answer
from reference_importer.intandem.errors import Refusal
from reference_importer.intandem.leaving import LeftOutFiles
from reference_importer.intandem.ledger import DONE, Ledger, Session
from reference_importer.intandem.options import Options
from reference_importer.intandem.snapshots import Snapshots
from reference_importer.intandem.vendor import Vendor

TAKEN = "Webhook already exists"
CUT_SHORT = "inTandem said that it was done before the last page"


class Starter:
    """Starts imports. Any number of threads may ask it to."""

    def __init__(
        self,
        options: Options,
        ledger: Ledger,
        snapshots: Snapshots,
        files: LeftOutFiles,
        vendor: Vendor,
        clock: Clock,
        say: Callable[[str], None],
    ) -> None:
        self.options, self.ledger, self.snapshots, self.files, self.vendor = options, ledger, snapshots, files, vendor
        self._clock, self._say = clock, say
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._subscribed: set[str] = set()

    def start(self, business: str, staff: str) -> Session:
        """A session that inTandem was told about. Raises Refusal when there is none, with the reason."""
        self.vendor.check(business)
        with self._locks[business]:
            session = self.prepare(business, staff)
        if self.options.webhook_url:
            self.subscribe(business, self.options.webhook_url)
        return self.announce(session)

    # -- the snapshot

    def prepare(self, business: str, staff: str) -> Session:
        """A session whose pages can be asked for: on the snapshot of the running one if there is one."""
        self.ledger.expire(self._clock.now() - self.options.session_timeout)
        running = self.running(business)
        snapshot = running.snapshot if running else None
        if snapshot is None:
            snapshot = self.take(business, staff)
        session = self.ledger.open(business, staff, snapshot, self._clock.now())
        for number in self.ledger.idle_snapshots(business):
            self.snapshots.drop(number)
        return session

    def running(self, business: str) -> Session | None:
        """The session that runs, if any. One that was last told -1 is taken at its word: inTandem cut it short."""
        serving = self.ledger.serving(business)
        if len(serving) == 1 and serving[0].last_page == DONE:
            self.ledger.finish(serving[0].number, "abandoned", CUT_SHORT)
            return None
        return serving[0] if serving else None

    def take(self, business: str, staff: str) -> int:
        """The number of a new snapshot. Raises Refusal when the source cannot be read whole."""
        number = self.ledger.new_snapshot()
        try:
            contents = self.snapshots.take(business, number)
            self.ledger.fill_snapshot(number, contents)
            files = self.files.write(business, number, contents)
        except (ImporterError, OSError, sqlite3.Error, StoppedError) as error:
            message = f"the import was not started: {str(error) or 'the app is being stopped'}"
            self.ledger.note_failure(business, staff, message, self._clock.now())
            self._say(message)
            raise Refusal(503 if isinstance(error, StoppedError) else 502, message) from error
        left_out = ", ".join(f"{count} {code}" for code, count in contents.left_out.items())
        self._say(
            f"{contents.clients} of {contents.read} rows are ready" + (f"; left out: {left_out}" * bool(left_out))
        )
        for path in files:
            self._say(f"the rows that are left out are in {path}")
        return number

    # -- the POST

    def announce(self, session: Session) -> Session:
        """Tell inTandem, once. Raises Refusal when it says no, or nothing."""
        params = {
            "should_override": self.options.override,
            "upload_type": "single",
            "send_notifications_when_done": self.options.mail,
        }
        fields = session.contents.fields if session.contents else []
        try:
            answer = self.vendor.start(session.business, self.options.app_code_name, fields, params)
        except CallError as error:
            raise self.unanswered(session, error) from error
        if not answer.ok or answer.body.get("success") is False:
            raise self.refused(session, answer)
        data = answer.body.get("data")
        self.ledger.settle(session.number, "open", data.get("session_id") if isinstance(data, dict) else None)
        self._say(f"session {session.number}: inTandem accepted the import")
        return self.ledger.session(session.number)

    def refused(self, session: Session, answer: Answer) -> Refusal:
        message = f"inTandem refused the import ({answer.status}): {words(answer)}. {ADVICE.get(answer.status, RETRY)}"
        self.ledger.settle(session.number, "refused", message=message)
        self._say(f"session {session.number}: {message}")
        throttled = answer.status == 429
        return Refusal(503 if throttled else 502, message, RateFacts.of(answer.headers).retry_after)

    def unanswered(self, session: Session, error: CallError) -> Refusal:
        """Not sent: not started. Sent: inTandem may have started it, so its pages are served if it asks."""
        message = f"inTandem did not answer the start ({error})"
        if error.sent:
            message += ". It may have begun all the same; if it has, its pages are served. Look before you start again."
        self.ledger.settle(session.number, "unconfirmed" if error.sent else "refused", message=message)
        self._say(f"session {session.number}: {message}")
        return Refusal(504 if error.sent else 502, message)

    def subscribe(self, business: str, target: str) -> None:
        """Once per business and process. An import without webhooks is one whose outcome is not told, no worse."""
        if business in self._subscribed:
            return
        try:
            answer = self.vendor.subscribe(business, target)
            why = None if answer.ok or TAKEN in answer.text else f"{answer.status} {answer.text[:120]}"
        except CallError as error:
            why = str(error)
        if why is None:
            self._subscribed.add(business)
        else:
            self._say(f"no webhooks will come, inTandem did not subscribe us: {why}")


RETRY = "Start again later."
ADVICE = {
    401: "Is the token whole, of this business, and still valid?",
    403: "May the token do this?",
    404: "Is --base-url right?",
    422: "Install the app for this business, with the type import_clients.",
}


def words(answer: Answer) -> str:
    """What inTandem says is wrong, in whichever of its envelopes (contracts, section 1.3)."""
    errors: Any = answer.body.get("errors")
    messages = [str(one.get("message")) for one in errors if isinstance(one, dict)] if isinstance(errors, list) else []
    other = answer.body.get("error") or answer.body.get("message") or answer.text[:120]
    return "; ".join(messages) or str(other)
