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
#: So many records are imported at a time.
SLICE = 100
# An answer that waits for webhooks to be tried waits no longer than this: who cannot do both must not hang for ever.
HOLD_S = 5.0


def keep_working(sandbox: Sandbox) -> None:
    """Work at the open imports when they are due, until none is left or the sandbox is reset, restored or deleted.

    Whoever works already begins anew: what was accepted last may be due first.
    """
    for task in sandbox.tasks.running():
        if task.get_name() == NAME:
            task.cancel()
    if next(sandbox.state.imports.open(), None) is not None:
        sandbox.tasks.spawn(_work(sandbox), name=NAME)


def catch_up(sandbox: Sandbox) -> None:
    """Do what is due by now, before somebody looks."""
    sandbox.state.step()
    hooks.tell(sandbox)


def follow_up(call: Call) -> None:
    """Tell of what a call brought about, before it is answered if the profile says so."""
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
    """In slices: who calls in the meantime is not kept waiting."""
    while (due := sandbox.state.step(SLICE)) is not None:
        hooks.tell(sandbox)
        await asyncio.sleep(0)
        await sandbox.clock.sleep(due - sandbox.clock.now())
    hooks.tell(sandbox)
