"""What can go wrong in a load run, by type. Exit codes as in `customhouse check`."""

from customhouse_conformance.errors import ConformanceError, UsageError


class LoadUsageError(UsageError):
    """A run was asked for that has no meaning."""


class LoadError(ConformanceError):
    """Nothing was measured: the fakes, the app or Locust did not start."""

    exit_code = 3
