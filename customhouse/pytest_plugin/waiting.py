"""Waits for what goes on in a fake: woken by exchanges and by work that ends, with a deadline, never by sleeping."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from customhouse_fakes.core.sandbox import Sandbox
from customhouse_fakes.core.serving import Harness


class DeadlineError(AssertionError):
    """What was waited for did not come."""


def wait_until(harness: Harness, sandbox: Sandbox, there: Callable[[], bool], timeout: float) -> bool:
    """Whether `there`, called on the fake's own thread whenever something has happened, was true in time (seconds)."""
    return harness.complete(_wait(sandbox, there, timeout))


async def _wait(sandbox: Sandbox, there: Callable[[], bool], timeout: float) -> bool:
    happened = asyncio.Event()
    stop = sandbox.journal.subscribe(lambda _row: happened.set())
    try:
        async with asyncio.timeout(timeout):
            while not there():
                await _something(sandbox, happened)
    except TimeoutError:
        return there()
    finally:
        stop()
    return True


async def _something(sandbox: Sandbox, happened: asyncio.Event) -> None:
    """Until an exchange is journaled, or work in the background ends."""
    exchange = asyncio.ensure_future(happened.wait())
    try:
        await asyncio.wait({exchange, *sandbox.tasks.running()}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        exchange.cancel()
    happened.clear()
