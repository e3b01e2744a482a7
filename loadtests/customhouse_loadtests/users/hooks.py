"""Makes a Locust process one of ours: `conduct` in the Locust file, `conducted` in its users."""

from __future__ import annotations

import threading
from typing import Any

import locust
from locust.argument_parser import LocustArgumentParser
from locust.env import Environment

from .conducting import PARTING_S, Conductor

events: Any = locust.events  # its hooks have no types
_conductors: dict[int, Conductor] = {}
_begun = threading.Event()


def conducted(environment: Environment) -> Conductor:
    """The conductor of this process. A worker may be told to begin while its stage is still being built."""
    _begun.wait()
    return _conductors[id(environment)]


def conduct(scenario: str, provider: str) -> None:
    """Called once, by the Locust file, when Locust imports it."""

    def add_options(parser: LocustArgumentParser, **_more: Any) -> None:
        group = parser.add_argument_group("customhouse")
        group.add_argument("--importer", default="reference", help="a name in customhouse.toml")
        group.add_argument("--provider", default=provider)
        group.add_argument("--records", type=int, default=1000, help="rows of one import")
        group.add_argument("--shape", default="tenants", help="a name in shapes.toml")
        group.add_argument("--seconds", dest="duration_s", type=float, default=None, help="go on for so long")
        group.add_argument("--per-page", type=int, default=100, help="clients per page that pull users ask for")
        group.add_argument("--limit", default="vendor", help="vendor, none, or calls/seconds")
        group.add_argument("--faults", default="none", help="a name in faults.toml")
        group.add_argument("--seed", type=int, default=0)
        group.add_argument("--processing", dest="processing_s", type=float, default=None, help="seconds of a job")
        group.add_argument("--manifest", default=None)
        group.add_argument("--scenario", default=scenario, help="said by the Locust file; leave it")

    def begin(environment: Environment, **_more: Any) -> None:
        environment.stop_timeout = PARTING_S
        try:
            _conductors[id(environment)] = Conductor(environment)
        finally:
            _begun.set()

    def part(environment: Environment, **_more: Any) -> None:
        conducted(environment).part()

    def stopped(environment: Environment, **_more: Any) -> None:
        conducted(environment).carrier.flush()
        environment.stop_timeout = 0.0  # Locust's worker would sleep that long before it hears that it may go

    def leave(environment: Environment, **_more: Any) -> None:
        conducted(environment).end()
        conducted(environment).close()

    events.init_command_line_parser.add_listener(add_options)
    events.init.add_listener(begin)
    events.test_stopping.add_listener(part)
    events.test_stop.add_listener(stopped)
    events.quitting.add_listener(leave)
