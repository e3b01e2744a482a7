"""What every Locust process here has beside its users: a door to the stage, a carrier of facts, and a sense of the end.

In a process that Locust has patched, a thread is a greenlet and waiting lets others run.
"""

from __future__ import annotations

import os
import resource
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

import locust.runners
from locust import LoadTestShape
from locust.env import Environment
from locust.runners import LocalRunner, MasterRunner, WorkerRunner

from customhouse_fakes.core.clock import Clock, monotonic
from customhouse_loadtests.errors import LoadError
from customhouse_loadtests.facts import new_fact
from customhouse_loadtests.settings import Settings

from .carrying import Carrier
from .door import FACTS, Door, OwnStage, given_stage

FLUSH_S, TURN_S, NOTE_S = 0.5, 0.25, 1.0
#: Imports that are told to end have this long to say what came of them.
PARTING_S = 10.0
MOST_SPAWNED_PER_S = 100

# Lost workers stay lost: Locust would spread their users over the others after a minute, and totals would hold twice
# what was asked for.
locust.runners.HEARTBEAT_DEAD_INTERNAL = -(10**9)


class Conductor:
    """Of one Locust process. A master has no users, and so no door."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self.clock = Clock()
        self.own: OwnStage | None = None
        self.carrier = Carrier(environment, Path(os.environ[FACTS]) if FACTS in os.environ else None)
        self._lost: set[str] = set()
        self._told: set[str] = set()
        if not isinstance(environment.runner, MasterRunner):
            self.door = Door(self._stage())
            _go(self._listen)
        _go(self._flush)
        if not isinstance(environment.runner, WorkerRunner):
            signal.signal(signal.SIGTERM, lambda *_: _go(self.end))
            _go(self._lead)

    @property
    def settings(self) -> Settings:
        """As the options say now: a worker hears the master's when the run begins."""
        return settings_of(self.environment.parsed_options)

    def part(self) -> None:
        """Tell the stage to end this process's imports; their users hear what came of them."""
        if not isinstance(self.environment.runner, MasterRunner):
            with suppress(LoadError, OSError):
                self.door.ask("POST", "/stop", {"worker": self.carrier.worker})

    def end(self) -> None:
        """Stop the users, hear their last facts, and quit."""
        runner = self.environment.runner
        if isinstance(runner, MasterRunner) and runner.state == "ready":
            os._exit(0)  # it waits for workers that have not come, and nothing has begun
        if isinstance(runner, LocalRunner | MasterRunner):
            runner.stop()
            runner.quit()

    def close(self) -> None:
        """The last facts, and our own stage's end."""
        self.carrier.flush()
        if self.own:
            self.own.close()

    def _stage(self) -> dict[str, Any]:
        """The stage that we were told of, or one of our own."""
        given = given_stage()
        if given is None:
            self.own = OwnStage(self.settings)
            given = self.own.ready
        return given

    def _listen(self) -> None:
        """Carry the stage's samples. It lives longer than we do, unless whoever started us both was killed."""
        with suppress(LoadError, OSError):
            for fact in self.door.lines("GET", "/samples"):
                self.carrier.put(fact)
        if self.environment.runner is not None:
            self.environment.runner.quit()

    def _flush(self) -> NoReturn:
        while True:
            used = resource.getrusage(resource.RUSAGE_SELF)
            self.carrier.put(new_fact("locust", self.clock.now(), cpu_s=round(used.ru_utime + used.ru_stime, 3)))
            self.carrier.flush()
            _wait(FLUSH_S)

    def _lead(self) -> None:
        """Note users and workers, and end the run when it is over."""
        noted = 0.0
        while True:
            _wait(TURN_S)
            self._note_workers()
            runner = self.environment.runner
            if runner is None or runner.state not in ("spawning", "running"):
                continue
            if monotonic() - noted >= NOTE_S:
                noted = monotonic()
                self.carrier.put(new_fact("users", self.clock.now(), count=runner.user_count))
            if self._is_over():
                self.end()
                return

    def _note_workers(self) -> None:
        """Put facts about workers that came or were lost since the last turn."""
        runner = self.environment.runner
        if not isinstance(runner, MasterRunner):
            return
        self._lost |= {client.id for client in runner.clients.missing}
        for id in [one.id for one in runner.clients.all]:
            state = "lost" if id in self._lost else "ready"
            if f"{id} {state}" not in self._told:
                self._told.add(f"{id} {state}")
                self.carrier.put(new_fact("worker", self.clock.now(), id=id, state=state))

    def _is_over(self) -> bool:
        settings, carrier = self.settings, self.carrier
        if settings.once:
            everybody = carrier.begun >= settings.most_users or bool(self._lost)
            return everybody and carrier.begun > 0 and carrier.pending(self._lost) == 0
        shape = self.environment.shape_class
        return isinstance(shape, Shape) and settings.seconds is not None and shape.elapsed_s >= settings.seconds


class Shape(LoadTestShape):
    """Asks the table for users; the end is the conductor's to decide."""

    use_common_options = True

    def __init__(self) -> None:
        self._began = monotonic()

    def reset_time(self) -> None:
        """Locust says that the run begins."""
        self._began = monotonic()

    @property
    def elapsed_s(self) -> float:
        return monotonic() - self._began

    def tick(self) -> tuple[int, float]:
        """Users now, and how many to start a second."""
        assert self.runner is not None  # noqa: S101 - Locust asks with a runner only
        settings = settings_of(self.runner.environment.parsed_options)
        share = min(1.0, self.elapsed_s / settings.seconds) if settings.seconds else 0.0
        users = settings.the_shape.users_at(share, settings.users)
        return users, float(min(users, MOST_SPAWNED_PER_S))


def settings_of(options: Any) -> Settings:
    """From Locust's options: the number of users is Locust's own."""
    return Settings.of({**vars(options), "users": options.num_users or 1})


def _go(work: Callable[[], None]) -> None:
    threading.Thread(target=work, daemon=True).start()


def _wait(seconds: float) -> None:
    threading.Event().wait(seconds)
