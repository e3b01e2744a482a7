"""Instants in Rally's spelling."""

from __future__ import annotations

from datetime import UTC, datetime


def iso(at: float) -> str:
    """Epoch seconds as `2024-09-01T00:00:00.000Z` (contract section 1: ISO-8601 UTC)."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
