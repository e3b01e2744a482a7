"""A session that stands before a page: what comes in the midst of an import then comes there, however slow the app."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from customhouse_fakes.core.sandbox import Sandbox
from customhouse_fakes.intandem.state.plan import Hold
from customhouse_fakes.intandem.state.session import Session


async def stand(sandbox: Sandbox, session: Session, hold: Hold) -> None:
    """Wait before the page of a hold until there are as many sessions as it says, or for its longest time."""
    sessions: Mapping[str, Session] = sandbox.state.sessions

    def enough() -> bool:
        return len(sessions) >= hold.until_sessions

    if session.page != hold.before_page or enough():
        return
    opened = asyncio.Event()
    leave = sandbox.journal.subscribe(lambda _: opened.set() if enough() else None)
    # Not `wait_for`, which can lose a cancellation that meets the end of what it waits for (Python 3.11).
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(hold.at_most_s):
                await opened.wait()
    finally:
        leave()
