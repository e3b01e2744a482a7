"""What an import into Rally reports beyond what every importer does.

::

    "counts": {"imported"}, "properties": {"used": {"Visits": "NUMBER"}, "created": ["Visits"]},
    "imports": 51 (begun by this run),
    "webhooks": {"received": 0, "duplicates": 0, "refused": 0}
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from reference_importer.common.report import SKIPPED, Report
from reference_importer.rally.settling import IMPORTED


@dataclass(slots=True)
class PeopleReport(Report):
    """The report of an import of people."""

    outcomes: ClassVar[tuple[str, ...]] = (IMPORTED, SKIPPED)

    properties: dict[str, Any] = field(default_factory=lambda: {"used": {}, "created": []})
    imports: int = 0
    webhooks: dict[str, int] = field(default_factory=dict)
