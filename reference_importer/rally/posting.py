"""One request: post it, and understand a refusal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reference_importer.common.errors import RefusedError
from reference_importer.common.transport import Answer
from reference_importer.rally.client import Client, Problem
from reference_importer.rally.ledger import Batch, Placed
from reference_importer.rally.records import Batcher

MOST_ALONE = 8
"""As many records named by a refusal are tried alone at once; more are halved."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """Rally has taken the request; `import_id` is None when it gave none."""

    import_id: str | None


@dataclass(frozen=True, slots=True)
class Refused:
    """Rally has refused the request as a whole because of some of its records."""

    problem: Problem


class Poster:
    """Posts batches."""

    def __init__(self, client: Client, batcher: Batcher, identifier: str, population: str | None) -> None:
        self.client, self.batcher = client, batcher
        self._identifier, self._population = identifier, population

    def post(self, batch: Batch) -> Accepted | Refused:
        """Send the batch. Raises RefusedError when every further one would be refused as well, and CallError."""
        answer = self.client.import_people(self.body(batch.people))
        if answer.ok:
            return Accepted(self.import_id(answer))
        problem = Problem.of(answer)
        if self.concerns_records(problem):
            return Refused(problem)
        raise RefusedError(
            f"Rally does not take the import: {problem.status} {problem.message}. {self._advice(problem)}"
        )

    def body(self, people: list[Placed]) -> dict[str, Any]:
        """The request. The identifier is always said, e-mail too, so that it does not hang on a default."""
        body: dict[str, Any] = {"people": self.batcher.uniform(people), "identifierPropertyId": self._identifier}
        return body | ({"populationId": self._population} if self._population else {})

    def import_id(self, answer: Answer) -> str | None:
        """The answer's importId, which may be null (contract, section 3.4)."""
        found = answer.body.get("importId")
        return found if isinstance(found, str) and found else None

    def concerns_records(self, problem: Problem) -> bool:
        """Is it about some people, so that the others may be taken? Else it is about the request: stop."""
        if problem.status in (404, 405) or 300 <= problem.status < 400:
            return False
        places = {path[0] for path in problem.paths if path}
        return not places or "people" in places

    def _advice(self, problem: Problem) -> str:
        if problem.status == 404 and self._population:
            return f"Is there a population {self._population!r}? Nobody was imported outside of it."
        return "Check --base-url, --identifier and --population."


class Isolator:
    """Takes a refused batch apart, so that bad records do not sink the good ones. No body is ever sent twice."""

    def pieces(self, people: list[Placed], problem: Problem) -> list[list[Placed]]:
        """What to send instead: the records that the refusal names alone, the rest together; else halves."""
        named = self.named(people, problem)
        rest = [one for index, one in enumerate(people) if index not in named]
        if not named or not rest:
            middle = len(people) // 2
            return [people[:middle], people[middle:]]
        chosen = [people[index] for index in sorted(named)]
        return [rest, *([one] for one in chosen)] if len(chosen) <= MOST_ALONE else [rest, chosen]

    def named(self, people: list[Placed], problem: Problem) -> set[int]:
        """The indices of the records that the paths name, as in ["people", "0", "email"]."""
        found = {path[1] for path in problem.paths if len(path) > 1 and path[0] == "people"}
        return {int(one) for one in found if one.isdecimal() and int(one) < len(people)}
