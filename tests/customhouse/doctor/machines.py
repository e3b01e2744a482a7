"""A machine on which nothing is wrong."""

from collections.abc import Callable
from typing import Any

from customhouse.doctor.machine import GB
from customhouse.doctor.probes import Probes


def always(value: Any) -> Callable[..., Any]:
    """The same answer to every question."""
    return lambda *_: value


REQUIREMENTS = ["Flask<3.2,>=3.1", "jsonschema-rs>=0.29", 'locust>=2.32; extra == "load"']

FINE = Probes(
    python=always("3.11.7"),
    system=always("Linux"),
    requirements=always(REQUIREMENTS),
    installed=always("1.0"),
    which=always("/bin/it"),
    taken=always(False),
    listener=always(None),
    loopback=always(None),
    free_memory=always(8 * GB),
    temp_folder=always(("/x", 8 * GB)),
    open_files=always((1024, 4096)),
    clocks=always((1_800_000_000.0, 0.0)),
)
