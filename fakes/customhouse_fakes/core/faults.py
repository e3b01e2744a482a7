"""Fault plans: which calls misbehave, where, and how. Written down and counted, never a probability.

Where a fault strikes decides what the client can know: `before` the handler nothing happened, `after` it the
change is committed but the answer is lost, in the `answer` the client sees that something came.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Literal

from .errors import FaultPlanError
from .request import Request
from .schemas import load

Place = Literal["before", "after", "answer"]
Kind = Literal[
    "status",
    "html",
    "redirect",
    "use_up",
    "delay_s",
    "hang",
    "reset",
    "truncate",
    "malformed",
    "drop",
    "duplicate",
    "tamper",
]

# Where each kind may strike; the first place is the default.
PLACES: dict[Kind, tuple[Place, ...]] = {
    "status": ("before", "after"),
    "html": ("before", "after"),
    "redirect": ("before",),
    "use_up": ("before",),
    "delay_s": ("before", "after"),
    "hang": ("before", "after"),
    "reset": ("before", "after"),
    "truncate": ("answer",),
    "malformed": ("answer",),
    "drop": ("before",),
    "duplicate": ("before",),
    "tamper": ("before",),
}

# Operations in which the fake calls others, and what can go wrong on that way; the rest strikes calls to the fake.
OUTGOING = frozenset({"webhook.deliver"})
OUTGOING_KINDS = frozenset({"drop", "duplicate", "delay_s", "tamper"})
OUTGOING_ONLY = OUTGOING_KINDS - {"delay_s"}

_SELECTORS: dict[str, Callable[[int, Any], bool]] = {
    "all": lambda _call, _value: True,
    "first": lambda call, value: call <= value,
    "from": lambda call, value: call >= value,
    "every": lambda call, value: call % value == 0,
    "nth": lambda call, value: call in value,
}

_schema = load(__package__ + ".schemas", "faults")


@dataclass(slots=True)
class Fault:
    """One line of a plan with its counters: `seen` matching calls, `served` of them struck."""

    id: str
    operation: str
    kind: Kind
    value: Any
    where: Place
    path: str = "*"
    body_contains: bytes = b""
    selector: str = "all"
    calls: Any = None
    retry_after_s: int | None = None
    redirect_status: int = 307
    beside: bool = False
    seen: int = 0
    served: int = 0

    def reaches(self, operation: str) -> bool:
        """Whether the fault is meant for an operation: by its name, and by who calls whom in it."""
        kinds = OUTGOING_KINDS if operation in OUTGOING else PLACES.keys() - OUTGOING_ONLY
        return self.kind in kinds and fnmatchcase(operation, self.operation)

    def strikes(self, operation: str, request: Request) -> bool:
        """Count a call, and say whether this one is to misbehave."""
        if not (
            self.reaches(operation) and fnmatchcase(request.path, self.path) and self.body_contains in request.body
        ):
            return False
        self.seen += 1
        struck = _SELECTORS[self.selector](self.seen, self.calls)
        self.served += struck
        return struck


class FaultPlan:
    """The faults of one sandbox. `put` replaces the whole document or refuses it whole.

    `tampers` names the ways in which the provider's webhooks can be tampered with.
    """

    def __init__(self, operations: Iterable[str], tampers: Iterable[str] = ()) -> None:
        self._operations = frozenset(operations)
        self._tampers = frozenset(tampers)
        self._faults: list[Fault] = []
        self.document: dict[str, Any] = {"faults": []}

    def put(self, document: dict[str, Any]) -> None:
        """Replace the plan; raises `FaultPlanError` (schema, unknown operation, wrong place) and keeps the old one."""
        self._faults = self._read(document)
        self.document = document

    def add(self, line: dict[str, Any]) -> str:
        """Add a line; the others go on counting. Returns its id; raises `FaultPlanError` and keeps the old plan."""
        document = {"faults": [*self.document["faults"], line]}
        added = self._read(document)[-1]
        self._faults = [*self._faults, added]
        self.document = document
        return added.id

    def remove(self, id: str) -> None:
        """Take a line out, with its counters; the others go on counting. One that is not there is out already."""
        lines = zip(self.document["faults"], self._faults, strict=True)
        kept = [(line, fault) for line, fault in lines if fault.id != id]
        self.document = {"faults": [line for line, _ in kept]}
        self._faults = [fault for _, fault in kept]

    def strike(self, operation: str | None, request: Request) -> list[Fault]:
        """The faults that strike this call, in the order of the plan."""
        if not self._faults:
            return []
        return [fault for fault in self._faults if fault.strikes(operation or "", request)]

    @property
    def served(self) -> dict[str, int]:
        return {fault.id: fault.served for fault in self._faults}

    def status(self) -> list[dict[str, Any]]:
        """Every fault with its counters, for the control plane."""
        return [
            {**line, "id": fault.id, "where": fault.where, "seen": fault.seen, "served": fault.served}
            for line, fault in zip(self.document["faults"], self._faults, strict=True)
        ]

    def clear(self) -> None:
        self.put({"faults": []})

    def _read(self, document: dict[str, Any]) -> list[Fault]:
        """The faults of a document, as new."""
        problems = [str(problem) for problem in _schema.problems(document)] or _ambiguities(document)
        if problems:
            raise FaultPlanError("the fault plan was refused; the old one is still in force", problems=problems)
        faults = [_fault(index, line) for index, line in enumerate(document["faults"])]
        problems = [problem for fault in faults for problem in self._objections(fault)]
        if len({fault.id for fault in faults}) < len(faults):
            problems.append("two faults bear the same id")
        if problems:
            raise FaultPlanError("the fault plan was refused; the old one is still in force", problems=problems)
        return faults

    def _objections(self, fault: Fault) -> list[str]:
        found = []
        if not any(fault.reaches(name) for name in self._operations):
            found.append(
                f"fault {fault.id!r}: no operation matches {fault.operation!r} that {fault.kind} can strike; "
                f"there are: {', '.join(sorted(self._operations))}"
            )
        if fault.where not in PLACES[fault.kind]:
            allowed = " or ".join(PLACES[fault.kind])
            found.append(f"fault {fault.id!r}: {fault.kind} strikes {allowed}, not {fault.where}")
        if fault.kind == "tamper" and fault.value not in self._tampers:
            known = ", ".join(sorted(self._tampers)) or "none, they are not signed"
            found.append(f"fault {fault.id!r}: webhooks cannot be tampered with by {fault.value!r}; there are: {known}")
        return found


def _ambiguities(document: dict[str, Any]) -> list[str]:
    named = [(index, [kind for kind in PLACES if kind in line]) for index, line in enumerate(document["faults"])]
    return [
        f"faults/{index}: say exactly one of {', '.join(PLACES)}; got {' and '.join(kinds) or 'none'}"
        for index, kinds in named
        if len(kinds) != 1
    ]


def _fault(index: int, line: dict[str, Any]) -> Fault:
    kind = next(kind for kind in PLACES if kind in line)
    match = line.get("match", {})
    selector, calls = next(iter(line.get("calls", {"all": None}).items()))
    return Fault(
        id=line.get("id", f"F{index + 1}"),
        operation=line["operation"],
        kind=kind,
        value=line[kind],
        where=line.get("where", PLACES[kind][0]),
        path=match.get("path", "*"),
        body_contains=match.get("body_contains", "").encode(),
        selector=selector,
        calls=calls,
        retry_after_s=line.get("retry_after_s"),
        redirect_status=line.get("redirect_status", 307),
        beside=line.get("beside", False),
    )
