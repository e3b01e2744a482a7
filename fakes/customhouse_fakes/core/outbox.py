"""Mail: everything that a fake would send stays readable here, and leaves by SMTP when a server is configured."""

from __future__ import annotations

import asyncio
import smtplib
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any, Literal

from .errors import HarnessError
from .tasks import in_thread

TIMEOUT_S = 10.0

MailState = Literal["kept", "sending", "sent", "failed"]


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mail is handed over; plain SMTP without login."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> SmtpServer:
        """`host:port`; raises `HarnessError`."""
        host, _, port = text.rpartition(":")
        if not host or not port.isdecimal() or not 0 < int(port) < 65536:
            raise HarnessError(f"{text!r} is no SMTP server; write it as host:port, for example 127.0.0.1:1025")
        return cls(host.strip("[]"), int(port))


@dataclass(frozen=True, slots=True)
class Mail:
    """One message. `at` is the sandbox's time; `kept` mail had no server to go to."""

    id: str
    at: float
    sender: str
    to: str
    subject: str
    text: str
    group: str
    state: MailState = "kept"
    why: str | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


class Outbox:
    """The mail of one sandbox. Every method belongs on the event loop."""

    def __init__(
        self,
        now: Callable[[], float],
        server: SmtpServer | None,
        spawn: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]],
    ) -> None:
        self._now = now
        self._server = server
        self._spawn = spawn
        self._mails: dict[str, Mail] = {}

    def __iter__(self) -> Iterator[Mail]:
        return iter(self._mails.values())

    def send(self, *, sender: str, to: str, subject: str, text: str, group: str) -> Mail:
        """Keep a mail, and hand it to the server in the background when there is one."""
        state: MailState = "kept" if self._server is None else "sending"
        mail = Mail(f"mail-{len(self._mails) + 1}", self._now(), sender, to, subject, text, group, state)
        self._mails[mail.id] = mail
        if self._server is not None:
            self._spawn(self._hand_over(mail, self._server))
        return mail

    def clear(self) -> None:
        self._mails.clear()

    async def _hand_over(self, mail: Mail, server: SmtpServer) -> None:
        try:
            await in_thread(_submit, mail, server)
        except (OSError, smtplib.SMTPException) as error:
            why = f"{server.host}:{server.port} did not take it: {error}"
            self._mails[mail.id] = replace(mail, state="failed", why=why)
        else:
            self._mails[mail.id] = replace(mail, state="sent")


def _submit(mail: Mail, server: SmtpServer) -> None:
    message = EmailMessage()
    message["From"] = mail.sender
    message["To"] = mail.to
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(datetime.fromtimestamp(mail.at, UTC))
    message["Message-ID"] = f"<{mail.id}.{mail.group}@customhouse.invalid>"
    message.set_content(mail.text)
    with smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_S) as connection:
        connection.send_message(message)
