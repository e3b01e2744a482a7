"""Days that become moments on their way, and other days by that."""

from datetime import UTC, datetime
from typing import Any

from customhouse_conformance.adapters import Job
from customhouse_conformance.mutants.rally_base import reference
from customhouse_conformance.registry import mutant
from reference_importer.rally.values import Dates


class _LocalMidnight(Dates):
    def day(self, value: Any) -> str:
        return datetime.fromisoformat(super().day(value)).astimezone(UTC).date().isoformat()


@mutant("rally")
def midnight_utc(job: Job) -> int:
    """Takes a day for the midnight of where it runs, and sends the day that this is in UTC."""
    return reference(job, dates=_LocalMidnight)


class _UtcMidnight(Dates):
    def day(self, value: Any) -> str:
        return datetime.fromisoformat(super().day(value)).replace(tzinfo=UTC).astimezone().date().isoformat()


@mutant("rally")
def shows_days_where_it_runs(job: Job) -> int:
    """Takes a day for midnight UTC, and sends the day that this is where it runs."""
    return reference(job, dates=_UtcMidnight)
