"""What can go wrong in a benchmark."""


class BenchError(Exception):
    """Nothing can be said about speed: a server did not start, or answered something else than it was asked for."""
