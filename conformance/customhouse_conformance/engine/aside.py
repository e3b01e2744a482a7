"""Chores that nobody waits for, on a thread of their own."""

import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Self

Work = Callable[[], object]


class Aside:
    """Does chores one after another. Whoever leaves its block does not wait: what has not begun is dropped.

    Not an executor of the standard library: the interpreter would wait for its threads at the end, and so would
    whoever pressed Ctrl-C.
    """

    def __init__(self) -> None:
        self._chores: SimpleQueue[Work] = SimpleQueue()
        self._over = threading.Event()

    def __enter__(self) -> Self:
        threading.Thread(target=self._work, name="aside", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._chores.put(lambda: None)  # wakes it up

    def do(self, chore: Work) -> None:
        """Later; returns at once."""
        self._chores.put(chore)

    def _work(self) -> None:
        while not self._over.is_set():
            chore = self._chores.get()
            if not self._over.is_set():
                chore()
