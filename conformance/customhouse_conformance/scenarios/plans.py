"""Run plans as data: groups of steps. Steps of a group run at the same time, groups one after another.

    plan = "once"
    plan = "twice"
    plan = "two-at-once"                                            # each in a work folder of its own
    plan = {name = "killed", operation = "contacts.create", nth = 10}   # SIGKILL at that exchange, then again
    plan = {name = "control-then", then = "empty"}                  # a good run, then elsewhere one with another source
    plan = {name = "control-then", then = "broken"}
    plan = {name = "control-then", then = {csv = "…", json = "…", ndjson = "…"}}   # exactly these bytes

`broken` is, in each format, a file that no reader can make sense of from its first byte on, so that even an
importer that streams has no excuse for a write.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from customhouse_conformance.tables import Table

PLANS = ("once", "twice", "killed", "two-at-once", "control-then")

BROKEN: Mapping[str, bytes] = {
    "csv": b'"external_id,na\xc3(me\x00\n"never closed, \xff\xfe\n',
    "json": b'[{"external_id": "1", "na\xc3(',
    "ndjson": b'{"external_id": "1", "na\xc3(\n{"external_id": \n',
}


@dataclass(frozen=True, slots=True)
class Kill:
    """SIGKILL at the nth exchange of an operation (a glob), before its answer is sent."""

    operation: str
    nth: int


@dataclass(frozen=True, slots=True)
class OtherSource:
    """A source in place of the dataset: no rows at all, or raw bytes by format."""

    empty: bool = False
    raw: Mapping[str, bytes] | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One start of the importer."""

    label: str
    kill: Kill | None = None
    source: OtherSource | None = None
    workdir: str = "work"


@dataclass(frozen=True, slots=True)
class Plan:
    """A name for the record and the steps."""

    name: str
    groups: tuple[tuple[Step, ...], ...]


FIRST, SECOND = Step("first"), Step("second")


def read_plan(table: Table, key: str = "plan") -> Plan:
    """Read the plan of a scenario table: a bare name or a table with one."""
    value = table.raw(key)
    if value is None:
        return Plan("once", ((FIRST,),))
    inner = Table(
        {"name": value} if isinstance(value, str) else table.mapping(key), f"{table.where}.{key}", table.error
    )
    plan = Plan(name := inner.choice("name", PLANS), _groups(name, inner))
    inner.finish()
    return plan


def _groups(name: str, table: Table) -> tuple[tuple[Step, ...], ...]:
    match name:
        case "twice":
            return ((FIRST,), (SECOND,))
        case "two-at-once":
            return ((replace(FIRST, workdir="work-1"), replace(SECOND, workdir="work-2")),)
        case "killed":
            return ((replace(FIRST, kill=_kill(table)),), (SECOND,))
        case "control-then":
            then = Step("then", source=_other_source(table), workdir="work-then")
            return ((Step("control"),), (then,))
        case _:
            return ((FIRST,),)


def _kill(table: Table) -> Kill:
    kill = Kill(table.text("operation"), table.integer("nth"))
    if kill.nth < 1:
        table.refuse(f"'nth' is {kill.nth}", "count from 1")
    return kill


def _other_source(table: Table) -> OtherSource:
    then = table.raw("then")
    if then == "empty":
        return OtherSource(empty=True)
    if then == "broken":
        return OtherSource(raw=BROKEN)
    inner = table.table("then") if isinstance(then, dict) else table
    if inner is table:
        table.refuse(f"'then' is {then!r}", 'write "empty", "broken" or {csv = "…", json = "…", ndjson = "…"}')
    raw = {format: inner.text(format).encode() for format in ("csv", "json", "ndjson")}
    inner.finish()
    return OtherSource(raw=raw)
