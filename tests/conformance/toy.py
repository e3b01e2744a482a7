"""A provider and a register small enough to hold in one's head, to test the test with."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from flask import Flask

from customhouse_conformance.adapters import CallableAdapter, CommandAdapter
from customhouse_conformance.findings import Evidence, Finding, evidence, failed, passed
from customhouse_conformance.manifest.spec import ImporterSpec, SourceSpec
from customhouse_conformance.record import Record
from customhouse_conformance.register import Register
from customhouse_conformance.register_tables import build_register
from customhouse_conformance.registry import Vocabulary
from customhouse_conformance.scenarios import read_scenarios
from customhouse_fakes.core import call as calls
from customhouse_fakes.core.answers import Answer
from customhouse_fakes.core.call import Call
from customhouse_fakes.core.clock import Clock
from customhouse_fakes.core.model import CoreLimits
from customhouse_fakes.core.provider import Plain, no_app
from customhouse_fakes.core.randomness import SeededRandom, secret_token
from customhouse_fakes.core.ratelimit import Quota, RateLimiter
from customhouse_fakes.core.request import Request

from . import importers

HERE = Path(__file__).parent


@dataclass(frozen=True)
class ToyProfile:
    """Has one switch, so that a wrong one can be refused."""

    shout: bool = False


class ToyState:
    def __init__(self, contacts: list[dict[str, Any]] | None = None) -> None:
        self.contacts = contacts or []

    def copy(self) -> "ToyState":
        return ToyState(list(self.contacts))


class ToyDialect:
    def credential(self, request: Request) -> str | None:
        return request.headers.get("authorization", "").removeprefix("Bearer ") or None

    def unauthorized(self, request: Request, profile: Any, *, missing: bool) -> Answer:
        return _error(401)

    def throttled(self, call: Call, quota: Quota) -> Answer:
        return _error(429)

    def no_route(self, call: Call, *, wrong_method: bool) -> Answer:
        return _error(404)

    def status(self, call: Call, status: int) -> Answer:
        return _error(status)

    def finish(self, call: Call, answer: Answer, quota: Quota | None) -> None:
        answer.headers["X-Toy"] = "1"


def _error(status: int) -> Answer:
    return Answer(status, b'{"error": "no"}', {"Content-Type": "application/json"})


class ToyProvider(Plain):
    """Contacts by POST and GET; a name of `schema-bug` makes the fake break its own schema."""

    name = "intercom"
    profile_type = ToyProfile
    limits_type = CoreLimits
    operations = frozenset({"contacts.create", "contacts.list"})
    dialect = ToyDialect()

    def new_state(self, profile: Any, random: SeededRandom, clock: Clock) -> ToyState:
        return ToyState()

    def new_limiter(self, limits: CoreLimits, clock: Clock) -> RateLimiter:
        return RateLimiter(clock, app=100_000, workspace=100_000, window_s=10.0)

    def new_credentials(self, random: SeededRandom, app: Mapping[str, Any]) -> dict[str, Any]:
        no_app(self.name, app)
        return {"token": secret_token()}

    def seed(self, state: ToyState, document: dict[str, Any]) -> dict[str, int]:
        state.contacts += document.get("contacts", [])
        return {"contacts": len(state.contacts)}

    def export(self, state: ToyState) -> Iterator[dict[str, Any]]:
        return ({"type": "contact", **contact} for contact in state.contacts)

    def answer_problems(self, call: Call, answer: Answer) -> list[str]:
        return ["a bug of the fake"] if b"schema-bug" in call.request.body else []

    def provenance(self) -> list[dict[str, Any]]:
        return []

    def app(self, base: type[Flask]) -> Flask:
        app = base("toy")
        app.add_url_rule("/contacts", "contacts.create", create, methods=["POST"])
        app.add_url_rule("/contacts", "contacts.list", lambda: list(calls.current().state.contacts), methods=["GET"])
        return app


def create() -> tuple[dict[str, Any], int]:
    call = calls.current()
    contact = orjson.loads(call.body)
    call.state.contacts.append(contact)
    return contact, 200


WORDS = Vocabulary()


@WORDS.witness
def saw_requests(record: Record) -> Evidence | None:
    return evidence(record.exchanges) if record.exchanges else None


@WORDS.witness
def saw_fault(record: Record, id: str) -> Evidence | None:
    return evidence(record.with_fault(id)) if record.served.faults.get(id) else None


@WORDS.judge
def rows_arrive(record: Record, fields: tuple[str, ...] = ()) -> Finding:
    stored = {contact["external_id"]: contact for contact in record.objects("contact")}
    lost = [
        n
        for n, row in enumerate(record.rows)
        if any(row[name] != stored.get(row["external_id"], {}).get(name) for name in ("external_id", *fields))
    ]
    if lost:
        return failed("lost-rows", f"{len(lost)} of {len(record.rows)} rows are not there", rows=lost)
    return passed("all rows are there")


@WORDS.judge
def says_how_many(record: Record) -> Finding:
    if f"{len(record.rows)} rows" in record.text():
        return passed("it said so")
    return failed("silent", "no output names the number of rows \x00", record.exchanges[:1])


@WORDS.judge
def raises(record: Record) -> Finding:
    raise ValueError("a bug of the judge")


for _function in (importers.gives_up, importers.silent, importers.never_ends):
    WORDS.mutant("intercom")(_function)
WORDS.mutant("rally")(importers.misdirected)
for _function in (importers.do_nothing, importers.crash_at_once):
    WORDS.mutant("intercom", permanent=True)(_function)

SCENARIOS = """
[[scenario]]
id = "plain"
text = "Nothing goes wrong."
dataset = {name = "people", count = 3, attributes = false}
ceilings = {requests = 50, seconds = 60}

[[scenario]]
id = "refused"
text = "The first two calls are refused."
dataset = {name = "people", count = 3, attributes = false}
faults = {faults = [{id = "F1", operation = "contacts.create", status = 503, calls = {first = 2}}]}
ceilings = {requests = 50, seconds = 60}

[[scenario]]
id = "unserved"
text = "A fault that nothing ever meets."
dataset = {name = "people", count = 3, attributes = false}
faults = {faults = [{id = "F1", operation = "contacts.list", status = 503}]}
ceilings = {requests = 50, seconds = 60}
"""

REQUIREMENTS = """
retired = ["INTERCOM-TOY-09"]

[[requirement]]
id = "INTERCOM-TOY-01"
level = "MUST"
class = "contract"
text = "Every row arrives."
source = "https://example.com/toy"
provenance = "documented"
scenarios = ["plain"]
witness = "saw_requests"
judge = {name = "rows_arrive", fields = ["name", "email"]}
mutants.never-ended = ["never_ends"]

[[requirement]]
id = "INTERCOM-TOY-02"
level = "MUST"
class = "robustness"
text = "A refusal loses no row."
source = "ours"
provenance = "inferred"
capability = "leads"
scenarios = ["refused"]
witness = {name = "saw_fault", id = "F1"}
judge = "rows_arrive"
mutants.lost-rows = ["gives_up"]
mutants.never-ended = ["never_ends"]

[[requirement]]
id = "INTERCOM-TOY-03"
level = "SHOULD"
class = "robustness"
text = "It says how many rows it read."
source = "ours"
provenance = "invented"
scenarios = ["plain", "refused"]
witness = "saw_requests"
judge = "says_how_many"
mutants.silent = ["silent", "never_ends"]
mutants.never-ended = ["never_ends"]
"""

UNSERVED = """
[[requirement]]
id = "INTERCOM-TOY-04"
level = "MUST"
class = "robustness"
text = "A refused list is asked for again."
source = "ours"
provenance = "inferred"
scenarios = ["unserved"]
witness = {name = "saw_fault", id = "F1"}
judge = "rows_arrive"
mutants.lost-rows = ["gives_up"]
"""


def register(text: str = REQUIREMENTS, scenarios: str = SCENARIOS) -> Register:
    """The toy register, or one of another text."""
    return build_register("intercom", tomllib.loads(text), read_scenarios("intercom", tomllib.loads(scenarios)), WORDS)


def as_callable(name: str, **options: Any) -> ImporterSpec:
    """A miniature, as a Python importer."""
    return ImporterSpec(name, "intercom", CallableAdapter(f"importers:{name}", HERE), SourceSpec("in.csv"), **options)


def as_command(name: str, **options: Any) -> ImporterSpec:
    """A miniature, as a program."""
    words = ("{python}", "{here}/importers.py", name, "{source}", "{workdir}")
    env = {"API": "{base_url}", "API_TOKEN": "{token}"}
    return ImporterSpec(name, "intercom", CommandAdapter(words, HERE), SourceSpec("in.csv"), env=env, **options)
