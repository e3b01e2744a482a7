"""What can go wrong in a benchmark."""

from customhouse_loadtests.errors import LoadError


class BenchError(LoadError):
    """Nothing can be said about speed: a server answered something else than it was asked for."""
