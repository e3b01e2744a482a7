"""Instants in Rally's spelling."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache


@lru_cache(maxsize=1024)  # an import is polled again and again, and its people bear the same instants
def iso(at: float) -> str:
    """Epoch seconds as `2024-09-01T00:00:00.000Z` (contract section 1: ISO-8601 UTC)."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
