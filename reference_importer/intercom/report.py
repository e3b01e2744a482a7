"""What an import into Intercom reports beyond what every importer does.

::

    "counts": {"created", "updated", "unarchived", "missing" (done, but no longer there)},
    "attributes": {"used": {"plan": "string"}, "created": ["plan"]},
    "missing_rows": ["line 3 u-1 a@example.com"] (the first 1,000)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from reference_importer.common.report import SKIPPED, Report


@dataclass(slots=True)
class ContactReport(Report):
    """The report of an import of contacts."""

    outcomes: ClassVar[tuple[str, ...]] = ("created", "updated", "unarchived", SKIPPED)
    losses: ClassVar[tuple[str, ...]] = ("rejected", "missing")

    attributes: dict[str, Any] = field(default_factory=lambda: {"used": {}, "created": []})
    missing_rows: list[str] = field(default_factory=list)
