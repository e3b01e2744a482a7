"""Does chores in worlds: several at once, each worker in a world of its own."""

import queue
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from typing import TypeVar

from customhouse_conformance.engine.live import LiveRuns
from customhouse_conformance.engine.world import World
from customhouse_fakes.core.provider import Provider

T = TypeVar("T")

#: Something to be done in a world that nobody else uses meanwhile.
Chore = Callable[[World], T]

WAKE_S = 0.5


def work_off(
    chores: Sequence[Chore[T]], jobs: int, providers: Callable[[], Iterable[Provider]], live: LiveRuns
) -> list[T]:
    """What all chores come to, in their order. The first that raises, or an interrupt, ends the importers in `live`."""
    with ExitStack() as stack:
        worlds: queue.SimpleQueue[World] = queue.SimpleQueue()
        for _ in range(jobs):
            worlds.put(stack.enter_context(World(providers())))

        def one(chore: Chore[T]) -> T:
            world = worlds.get()
            try:
                return chore(world)
            finally:
                worlds.put(world)

        pool = stack.enter_context(ThreadPoolExecutor(jobs))
        try:
            futures = [pool.submit(one, chore) for chore in chores]
            _raise_first(futures)
            return [future.result() for future in futures]
        except BaseException:
            # Interrupted: leave no importer behind, and start no further one.
            pool.shutdown(wait=False, cancel_futures=True)
            live.kill_all()
            raise


def _raise_first(futures: Iterable[Future[T]]) -> None:
    """Wait for all, or for the first that raises, and raise that at once.

    In short waits: a signal that comes just before the main thread blocks is only looked at when it wakes up.
    """
    waiting = set(futures)
    while waiting:
        done, waiting = wait(waiting, timeout=WAKE_S, return_when=FIRST_EXCEPTION)
        for future in done:
            future.result()
