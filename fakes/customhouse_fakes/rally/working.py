"""Lets imports progress while nobody asks: one task of a sandbox that sleeps on its clock until a job is due."""

from __future__ import annotations

import asyncio

from customhouse_fakes.core.sandbox import Sandbox

from . import hooks

NAME = "imports"


def keep_working(sandbox: Sandbox) -> None:
    """See to it that due jobs are done, until none is left or the sandbox is reset, restored or deleted."""
    task = sandbox.tasks.named(NAME)
    if (task is None or task.cancelling()) and sandbox.state.next_due() is not None:
        sandbox.tasks.spawn(_work(sandbox), name=NAME)


def catch_up(sandbox: Sandbox) -> None:
    """Do what is due by now, before somebody looks."""
    sandbox.state.step(sandbox.clock.now())
    hooks.tell(sandbox)


async def _work(sandbox: Sandbox) -> None:
    state = sandbox.state
    while (due := state.next_due()) is not None:
        await sandbox.clock.sleep(max(0.0, due - sandbox.clock.now()))
        catch_up(sandbox)
        await asyncio.sleep(0)  # who calls in the meantime is not kept waiting
