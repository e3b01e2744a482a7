"""Run plans as data: groups of steps. Steps of a group run at the same time, groups one after another.

    plan = "once"
    plan = "twice"
    plan = {name = "changed", turn = {change = [{row = 1, name = "…"}]}}  # the same, and the source turns in between
    plan = "two-at-once"                                            # each in a work folder of its own
    plan = {name = "killed", operation = "contacts.create", nth = 10}   # SIGKILL at that exchange, then again
    plan = {name = "control-then", then = "empty"}                  # a good run, then elsewhere one with another source
    plan = {name = "control-then", then = "broken"}
    plan = {name = "control-then", then = {csv = "…", json = "…", ndjson = "…"}}   # exactly these bytes

An app that is asked for its pages (inTandem) runs for the whole plan; there plans are sequences of acts (`ACTS`):

    plan = "once"                                                   # one session
    plan = "rounds"                                                 # one session per entry of `pull`, one after another
    plan = "turned"                                                 # a session, the source turns, another session
    plan = {name = "killed", operation = "export.page", nth = 2}    # SIGKILL at that page, and again on the same port
    plan = {name = "turning", operation = "export.page", nth = 2}   # the source turns at that page
    plan = {name = "overtaken", operation = "export.page", nth = 1} # a second launch while the first session runs
    plan = {name = "overtaken-turned", operation = "export.page", nth = 1}  # the same, and the source turns before it
    plan = "businesses"                                             # all businesses at once
    plan = "knocking"                                               # somebody else asks, before and after the session
    plan = "hooked"                                                 # a webhook about an unknown session comes last

A kill of an importer is that of its machine: the request at which it comes is carried out and never answered, and
whatever else was on its way is lost (a reset connection in the journal). A process that dies alone leaves what it has
sent to be carried out, all or some of it as time would have it: killed in the middle one day, at its end on another.

`broken` is, in each format, a file that no reader can make sense of from its first byte on, so that even an
importer that streams has no excuse for a write.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from customhouse_conformance.scenarios.dataset import Turn, read_turn
from customhouse_conformance.tables import Table

PLANS = ("once", "twice", "changed", "killed", "two-at-once", "control-then")

#: What an app goes through, one act after the other (`engine.acts` carries them out). It is stopped at the end.
ACTS: Mapping[str, tuple[str, ...]] = {
    "once": ("start", "launch", "wait"),
    "rounds": ("start", "rounds"),
    "turned": ("start", "launch", "wait", "mark", "turn", "launch", "wait"),
    "killed": ("arm-kill", "start", "launch", "wait-for-death", "start", "wait"),
    "turning": ("arm-turn", "start", "launch", "wait"),
    "overtaken": ("arm", "start", "launch", "reach", "launch", "wait"),
    "overtaken-turned": ("arm", "start", "launch", "reach", "turn", "launch", "wait"),
    "businesses": ("start", "launch-all", "wait"),
    "knocking": ("start", "knock", "launch", "wait", "knock"),
    "hooked": ("start", "launch", "wait", "webhook"),
}
#: The plans that have a moment: an operation and its nth time.
TIMED = ("killed", "turning", "overtaken", "overtaken-turned")

BROKEN: Mapping[str, bytes] = {
    "csv": b'"external_id,na\xc3(me\x00\n"never closed, \xff\xfe\n',
    "json": b'[{"external_id": "1", "na\xc3(',
    "ndjson": b'{"external_id": "1", "na\xc3(\n{"external_id": \n',
}


@dataclass(frozen=True, slots=True)
class Kill:
    """A moment: the nth exchange of an operation (a glob), before its answer is sent. There comes SIGKILL."""

    operation: str
    nth: int


@dataclass(frozen=True, slots=True)
class OtherSource:
    """A source in place of the dataset: no rows at all, raw bytes by format, or what becomes of the dataset."""

    empty: bool = False
    raw: Mapping[str, bytes] | None = None
    turn: Turn | None = None


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
    groups: tuple[tuple[Step, ...], ...] = ()
    acts: tuple[str, ...] = ()
    moment: Kill | None = None

    @property
    def otherwise(self) -> Step | None:
        """The step that is given another source than the dataset, if there is one."""
        return next((step for group in self.groups for step in group if step.source is not None), None)


FIRST, SECOND = Step("first"), Step("second")


def read_plan(table: Table, key: str = "plan", *, pull: bool = False) -> Plan:
    """Read the plan of a scenario table: a bare name or a table with one. `pull`: for an app that is asked."""
    value = "once" if table.raw(key) is None else table.raw(key)
    inner = Table(
        {"name": value} if isinstance(value, str) else table.mapping(key), f"{table.where}.{key}", table.error
    )
    if pull:
        name = inner.choice("name", tuple(ACTS))
        plan = Plan(name, acts=ACTS[name], moment=_moment(inner) if name in TIMED else None)
    else:
        name = inner.choice("name", PLANS)
        plan = Plan(name, _groups(name, inner))
    inner.finish()
    return plan


def _groups(name: str, table: Table) -> tuple[tuple[Step, ...], ...]:
    match name:
        case "twice":
            return ((FIRST,), (SECOND,))
        case "changed":
            return ((FIRST,), (replace(SECOND, source=OtherSource(turn=read_turn(table.table("turn")))),))
        case "two-at-once":
            return ((replace(FIRST, workdir="work-1"), replace(SECOND, workdir="work-2")),)
        case "killed":
            return ((replace(FIRST, kill=_moment(table)),), (SECOND,))
        case "control-then":
            then = Step("then", source=_other_source(table), workdir="work-then")
            return ((Step("control"),), (then,))
        case _:
            return ((FIRST,),)


def _moment(table: Table) -> Kill:
    moment = Kill(table.text("operation"), table.integer("nth"))
    if moment.nth < 1:
        table.refuse(f"'nth' is {moment.nth}", "count from 1")
    return moment


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
