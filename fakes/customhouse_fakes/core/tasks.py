"""Background work of a sandbox: begun on the event loop, ended with the sandbox."""

from __future__ import annotations

import asyncio
import threading
import traceback
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Tasks:
    """The tasks of one sandbox. A crash in one of them is told to `on_crash` and touches no other."""

    def __init__(self, on_crash: Callable[[str], None]) -> None:
        self._on_crash = on_crash
        self._running: set[asyncio.Task[None]] = set()

    def spawn(self, work: Coroutine[Any, Any, None], name: str | None = None) -> asyncio.Task[None]:
        """Begin work at the loop's next turn; call it on the loop only."""
        task = asyncio.get_running_loop().create_task(self._guarded(work), name=name)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        task.add_done_callback(lambda _: work.close())  # a task that is cancelled before it began has not touched it
        return task

    def named(self, name: str) -> asyncio.Task[None] | None:
        """The work of that name that still runs, if any."""
        return next((task for task in self._running if task.get_name() == name), None)

    def running(self) -> list[asyncio.Task[None]]:
        """The work that has not ended."""
        return list(self._running)

    def cancel(self) -> list[asyncio.Task[None]]:
        """Cancel everything that runs; the tasks, for whoever wants to see them end."""
        ending = self.running()
        for task in ending:
            task.cancel()
        return ending

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception:
            self._on_crash(traceback.format_exc())


async def in_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a blocking call in a thread of its own and wait for it without holding the loop.

    A thread each, no pool: calls that hang can never use up the threads of others.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if future.done():
            return
        if error is None:
            future.set_result(result)  # type: ignore[arg-type]  # without an error there is a result
        else:
            future.set_exception(error)

    def run() -> None:
        result, failure = None, None
        try:
            result = function(*args, **kwargs)
        except BaseException as error:
            failure = error
        with suppress(RuntimeError):  # the loop is closed by now: nobody waits any more
            loop.call_soon_threadsafe(settle, result, failure)

    threading.Thread(target=run, name="customhouse-outside", daemon=True).start()
    return await future
