"""From failedRecords back to the rows of the source.

An item holds a personId or an e-mail, or, for somebody new who has no e-mail, neither; never a reason, a row number, a
phone or a custom identifier (contract, section 4).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from reference_importer.common.errors import CallError
from reference_importer.common.values import folded
from reference_importer.rally.client import Client, found_people
from reference_importer.rally.ledger import Placed
from reference_importer.rally.mapping import Identifier
from reference_importer.rally.properties import Plan
from reference_importer.rally.stored import held_by


@dataclass(slots=True)
class Traced:
    """The rows that failed, and how many more did of which nothing is known but that they are among `suspects`."""

    failed: dict[str, Placed] = field(default_factory=dict)
    unnamed: int = 0
    suspects: list[Placed] = field(default_factory=list)


class FailureTracer:
    """Finds the rows of failed records."""

    def __init__(self, client: Client, identifier: Identifier, plan: Plan) -> None:
        self._client, self._identifier, self._plan = client, identifier, plan

    def trace(self, people: list[Placed], failed: list[dict[str, Any]]) -> Traced:
        """Which of an import's rows its failedRecords mean."""
        traced = Traced()
        by_email = {folded(str(one.record["email"])): one for one in people if one.record.get("email")}
        found = self.people([str(item["personId"]) for item in failed if item.get("personId")])
        for item in failed:
            one = by_email.get(folded(str(item["email"]))) if item.get("email") else None
            if one is None and item.get("personId"):
                one = self.by_person(people, found.get(str(item["personId"]), {}), by_email)
            if one is None:
                traced.unnamed += 1
            else:
                traced.failed[one.row.key] = one
        if traced.unnamed:
            traced.suspects = self.suspects([one for one in people if one.row.key not in traced.failed], traced.unnamed)
        return traced

    def people(self, ids: list[str]) -> dict[str, dict[str, Any]]:
        """The people with these ids, by a search; who cannot be found is left out."""
        attach = [self._plan.identifier] if self._identifier.is_property else []
        found: dict[str, dict[str, Any]] = {}
        for start in range(0, len(ids), 100):
            try:
                for answer in self._client.people(attach, ids[start : start + 100]):
                    found |= {str(person.get("personId")): person for person in found_people(answer)}
            except CallError:
                continue
        return found

    def by_person(
        self, people: list[Placed], person: dict[str, Any], by_email: dict[str | None, Placed]
    ) -> Placed | None:
        """The row that means a person: by the identifying property, else by e-mail."""
        identity = held_by(person).get(self._plan.identifier)
        if identity is not None:
            same = [one for one in people if (one.row.external_id or "").strip() == str(identity).strip()]
            return same[0] if same else None
        return by_email.get(folded(person.get("email")))

    def suspects(self, people: list[Placed], unnamed: int) -> list[Placed]:
        """Whom items without a name may mean: rows without an e-mail, if there are enough of them; else any."""
        without = [one for one in people if not one.record.get("email")]
        return without if len(without) >= unnamed else people
