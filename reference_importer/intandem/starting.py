"""From the launch URL to a running session: first the snapshot, then the POST."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reference_importer.common.errors import CallError
from reference_importer.common.pacing import RateFacts
from reference_importer.common.transport import Answer
from reference_importer.intandem.errors import Refusal
from reference_importer.intandem.ledger import Ledger, Session
from reference_importer.intandem.options import Options
from reference_importer.intandem.preparing import Preparer
from reference_importer.intandem.vendor import Vendor

TAKEN = "Webhook already exists"


class Starter:
    """Starts imports. Any number of threads may ask it to."""

    def __init__(
        self,
        options: Options,
        ledger: Ledger,
        preparer: Preparer,
        vendor: Vendor,
        say: Callable[[str], None],
        clean: Callable[[str], str],
    ) -> None:
        self.options, self.ledger, self.preparer, self.vendor = options, ledger, preparer, vendor
        self._say, self._clean = say, clean
        self._subscribed: set[str] = set()

    def start(self, business: str, staff: str) -> Session:
        """A session that inTandem was told about. Raises Refusal when there is none, with the reason."""
        self.vendor.check(business)
        session = self.preparer.prepare(business, staff)
        if self.options.webhook_url:
            self.subscribe(business, self.options.webhook_url)
        return self.announce(session)

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
        message = self._clean(message)
        self.ledger.settle(session.number, "refused", message=message)
        self._say(f"session {session.number}: {message}")
        throttled = answer.status == 429
        return Refusal(503 if throttled else 502, message, RateFacts.of(answer.headers).retry_after)

    def unanswered(self, session: Session, error: CallError) -> Refusal:
        """Not sent: not started. Sent: inTandem may have started it, so its pages are served if it asks."""
        message = self._clean(f"inTandem did not answer the start ({error})")
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
