"""What a pull session does next: the table `moves.toml`."""

from __future__ import annotations

from customhouse_fakes.core.machine import Machine, load


def machine() -> Machine:
    """The table."""
    return load(__package__, "a session")
