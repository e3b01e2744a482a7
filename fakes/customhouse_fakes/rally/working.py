"""Lets imports progress while nobody asks: one task of a sandbox that sleeps on its clock until a job is due."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress

from customhouse_fakes.core.call import Call
from customhouse_fakes.core.deliveries import Delivery
from customhouse_fakes.core.sandbox import Sandbox

from . import hooks

NAME = "imports"
# An answer that waits for webhooks to be tried waits no longer than this: who cannot do both must not hang for ever.
HOLD_S = 5.0


def keep_working(sandbox: Sandbox) -> None:
    """See to it that due jobs are done, until none is left or the sandbox is reset, restored or deleted."""
    task = sandbox.tasks.named(NAME)
    if (task is None or task.cancelling()) and sandbox.state.next_due() is not None:
        sandbox.tasks.spawn(_work(sandbox), name=NAME)


def catch_up(sandbox: Sandbox) -> None:
    """Do what is due by now, before somebody looks."""
    sandbox.state.step(sandbox.clock.now())
    hooks.tell(sandbox)


def follow_up(call: Call) -> None:
    """What a call brought about: jobs to be done, and events to be told, before the answer if the profile says so."""
    keep_working(call.sandbox)
    told = hooks.tell(call.sandbox)
    if told and call.profile.webhook_moment == "before_answer":
        call.hold = lambda: _until_tried(call.sandbox, told)


async def _until_tried(sandbox: Sandbox, deliveries: Iterable[Delivery]) -> None:
    happened = asyncio.Event()
    stop = sandbox.journal.subscribe(lambda _row: happened.set())
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(HOLD_S):
                while any(one.state == "pending" and not one.attempts for one in deliveries):
                    happened.clear()
                    await happened.wait()
    finally:
        stop()


async def _work(sandbox: Sandbox) -> None:
    state = sandbox.state
    while (due := state.next_due()) is not None:
        await sandbox.clock.sleep(max(0.0, due - sandbox.clock.now()))
        catch_up(sandbox)
        await asyncio.sleep(0)  # who calls in the meantime is not kept waiting
