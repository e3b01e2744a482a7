"""The fault plan of an account, from a test's thread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from customhouse_fakes.core.sandbox import Sandbox
from customhouse_fakes.core.serving import Harness


class Faults:
    """Which calls misbehave, and how. A fault that strikes nothing fails the test at its end: it tested nothing."""

    def __init__(self, harness: Harness, sandbox: Sandbox) -> None:
        self._run = harness.run
        self._plan = sandbox.faults
        self._optional: set[str] = set()

    def add(
        self,
        operation: str = "*",
        *,
        first: int | None = None,
        nth: Sequence[int] | None = None,
        every: int | None = None,
        from_: int | None = None,
        optional: bool = False,
        **fault: Any,
    ) -> str:
        """Add a line to the fault plan and return its id.

        `first`, `nth`, `every` and `from_` choose among the matching calls (all without one). The other words are those
        of a fault document: `status=429`, `retry_after_s=1`, `html=502`, `delay_s=2`, `hang=True`, `reset=True`,
        `truncate=20`, `malformed=True`, `redirect="http://…"`, `use_up=True` (the rate limit's window, as if by another
        app), `where="after"`, `match={"body_contains": "ada@"}`. An `optional` fault need not strike. Raises
        `FaultPlanError` for a word or an operation that does not exist.
        """
        given = {"first": first, "nth": nth and list(nth), "every": every, "from": from_}
        calls = {name: value for name, value in given.items() if value is not None}
        line = {"operation": operation, **fault} | ({"calls": calls} if calls else {})
        id = self._run(self._plan.add, line)
        if optional:
            self._optional.add(id)
        return id

    def clear(self) -> None:
        """No more faults."""
        self._run(self._plan.clear)

    @property
    def served(self) -> dict[str, int]:
        """How often each fault struck, by id."""
        return self._run(lambda: self._plan.served)

    def idle(self) -> list[dict[str, Any]]:
        """The lines that have struck nothing, and should have."""
        lines = self._run(self._plan.status)
        return [line for line in lines if not line["served"] and line["id"] not in self._optional]
