"""What only a scenario of a provider that pulls (inTandem) has: sessions, a source that turns, the API it comes from.

    pull = {per_page = 4, replay = [2]}                 # the fake's pull plan; a list of them: one per session
    turn = {drop = [0], front = [{…}]}                  # see `dataset`; goes with plans in which it turns
    businesses = 2                                      # accounts in the sandbox, each with rows of its own
    upstream = {pages = [5, 3, 1], delay_s = 0.1, faults = [
        {id = "down", status = 503, nth = [2]},         # statuses: with retry_after_s if wanted
        {id = "silence", stall_s = 3, nth = [3]},       # an answer that comes late
        {id = "revoked", status = 401, from = 4},
    ]}

`pages` are the most rows that the source's API gives per call, however many are asked for: the first call, the
second, …, the last for all that follow.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from customhouse_conformance.scenarios.dataset import Turn, read_turn
from customhouse_conformance.scenarios.plans import Plan
from customhouse_conformance.tables import Table

#: What the source's API gives per call if a scenario says nothing.
USUAL_PAGE = 1000


@dataclass(frozen=True, slots=True)
class UpstreamFault:
    """A call, counted from 1, that goes wrong: by a status, or by an answer that comes `stall_s` seconds late."""

    id: str
    status: int | None
    stall_s: float
    nth: tuple[int, ...]
    beginning: int | None
    retry_after_s: int | None

    def strikes(self, call: int) -> bool:
        """Whether it is this call's."""
        return call in self.nth or (self.beginning is not None and call >= self.beginning)


@dataclass(frozen=True, slots=True)
class Script:
    """How the source's API behaves."""

    pages: tuple[int, ...] = (USUAL_PAGE,)
    delay_s: float = 0.0
    faults: tuple[UpstreamFault, ...] = ()

    def page(self, call: int) -> int:
        """The most rows that this call, counted from 1, is given."""
        return self.pages[min(call, len(self.pages)) - 1]

    def fault(self, call: int) -> UpstreamFault | None:
        """What goes wrong with this call, if anything."""
        return next((fault for fault in self.faults if fault.strikes(call)), None)


@dataclass(frozen=True, slots=True)
class Pull:
    """The tables above, read."""

    plans: tuple[dict[str, Any], ...] = ({},)
    turn: Turn | None = None
    upstream: Script = Script()
    businesses: int = 1

    def plan(self, session: int) -> dict[str, Any]:
        """The fake's pull plan for a session, counted from 0."""
        return self.plans[min(session, len(self.plans) - 1)]


def read_pull(table: Table, plan: Plan) -> Pull:
    """Read and check; raises the table's error."""
    single = isinstance(table.raw("pull"), dict)
    pull = Pull(
        plans=(table.mapping("pull"),) if single else tuple(table.rows("pull")) or ({},),
        turn=read_turn(table.table("turn")) if table.has("turn") else None,
        upstream=_script(table.table("upstream")),
        businesses=table.integer("businesses", 1),
    )
    if (pull.turn is None) == any(act in ("turn", "arm-turn") for act in plan.acts):
        table.refuse(
            "'turn' and the plan do not go together",
            "give both, or neither: turn = {…} and a plan in which it turns",
        )
    if not 1 <= pull.businesses <= 9:
        table.refuse(f"'businesses' is {pull.businesses}", "give a number from 1 to 9")
    return pull


def _script(table: Table) -> Script:
    pages = _numbers(table, "pages") or (USUAL_PAGE,)
    if min(pages) < 1:
        table.refuse("'pages' holds a page without rows", "count from 1")
    faults = tuple(_fault(Table(row, f"{table.where}.faults", table.error)) for row in table.rows("faults"))
    script = Script(pages, table.number("delay_s", 0.0), faults)
    table.finish()
    return script


def _fault(table: Table) -> UpstreamFault:
    fault = UpstreamFault(
        id=table.text("id"),
        status=table.integer("status") if table.has("status") else None,
        stall_s=table.number("stall_s", 0.0),
        nth=_numbers(table, "nth"),
        beginning=table.integer("from") if table.has("from") else None,
        retry_after_s=table.integer("retry_after_s") if table.has("retry_after_s") else None,
    )
    if (fault.status is None) == (fault.stall_s == 0):
        table.refuse("a fault is either a status or a stall", "write status = 503 or stall_s = 2")
    if not fault.nth and fault.beginning is None:
        table.refuse("a fault strikes no call", "write nth = [2] or from = 2")
    table.finish()
    return fault


def _numbers(table: Table, key: str) -> tuple[int, ...]:
    value = table.raw(key) or []
    if not isinstance(value, Sequence) or not all(isinstance(item, int) for item in value):
        table.refuse(f"'{key}' is no list of whole numbers", f"write {key} = [2, 5]")
    return tuple(value)
