"""What a record is made of: one fact for each thing that was seen in a run.

Facts are frozen. The shapes are those of the stored JSON lines (see `record_io`): an `Exchange` is a row of the
fake's journal, a state is the fake's export. Times are epoch seconds on the sandbox's clock, durations real seconds.
"""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

SCHEMA = 1

Json = Any
Row = dict[str, Any]

#: Pages of an app that show people what came of an import.
SHOWING = ("launch", "report")

#: How a process came to its end; only the first is the importer's own doing. An app is `stopped` by its signal,
#: or killed after it has ignored that (`stop-ignored`).
ENDINGS = ("itself", "stopped", "stop-ignored", "killed-by-plan", "request-ceiling", "time-ceiling", "disk-ceiling")


@dataclass(frozen=True, slots=True)
class Source:
    """What the importer was given: file format, root key, field names, and the canonical rows in file order."""

    format: str
    root: str | None
    fields: dict[str, str]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Header:
    """What was run, against what.

    Where the provider pulls: `businesses` are the source rows by business_uid, if there are several (the first one's
    are those of `source` too); `turned` is what the first one's source became; `pulls` are the fake's pull plans.

    `told` is what else the importer was told of the account: identifier, population, types of properties by name.
    """

    suite: str
    importer: str
    provider: str
    scenario: str
    seed: int
    capabilities: tuple[str, ...] | None
    source: Source
    command: str
    plan: str = "once"
    profile: dict[str, Any] = field(default_factory=dict)
    limits: dict[str, Any] = field(default_factory=dict)
    faults: dict[str, Any] = field(default_factory=dict)
    businesses: dict[str, Any] = field(default_factory=dict)
    turned: tuple[Row, ...] | None = None
    pulls: tuple[Row, ...] = ()
    told: dict[str, Any] = field(default_factory=dict)
    schema: int = SCHEMA


@dataclass(frozen=True, slots=True)
class Secret:
    """The token, found where it must not be: `where` is stdout, stderr or file:NAME, `what` the form it had."""

    where: str
    what: str


@dataclass(frozen=True, slots=True)
class Visit:
    """A page of an app that the harness opened: `what` is launch, report, knock or webhook.

    `after` is the number of the last exchange before it. `status` is None when no answer came; `why` says why.
    """

    what: str
    url: str
    after: int
    status: int | None
    body: str
    took_ms: float
    why: str | None = None

    def json(self) -> Json:
        """The parsed body, None when it is no JSON."""
        return _parsed(self.body)


@dataclass(frozen=True, slots=True)
class UpstreamCall:
    """A call that the importer made to the API of its source: how many rows it was given, and the fault it met."""

    n: int
    path: str
    query: str
    status: int
    given: int
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Process:
    """One start of the importer. Exchange numbers are None when it made no request.

    `unread`: places that were too much to be looked through for the token, or could not be read.
    """

    n: int
    label: str
    exit_code: int | None
    ended_by: str
    duration_s: float
    stdout: str
    stderr: str
    files: dict[str, str]
    secrets: tuple[Secret, ...]
    first_exchange: int | None
    last_exchange: int | None
    start_error: str | None = None
    unread: tuple[str, ...] = ()
    visits: tuple[Visit, ...] = ()

    @property
    def ended_by_itself(self) -> bool:
        """False when the plan or a ceiling ended it."""
        return self.ended_by == "itself"

    def text(self) -> str:
        """Everything it said: output, error output, every text file it wrote, and the pages that it showed people."""
        shown = [visit.body for visit in self.visits if visit.what in SHOWING]
        return "\n".join([self.stdout, self.stderr, *self.files.values(), *shown])


@dataclass(frozen=True, slots=True)
class Request:
    """What the importer sent: headers by lower-case name (credential redacted), body as text.

    `body_cut`: the journal kept only the beginning of `body_bytes` bytes.
    """

    headers: dict[str, str]
    body: str
    body_bytes: int
    body_cut: bool = False

    def json(self) -> Json:
        """The parsed body, None when it is no JSON."""
        return _parsed(self.body)


@dataclass(frozen=True, slots=True)
class Response:
    """What the fake meant to answer; `Exchange.delivery` says what became of it. `body_cut` as in a request."""

    headers: dict[str, str]
    body: str
    body_bytes: int = 0
    body_cut: bool = False

    def json(self) -> Json:
        """The parsed body, None when it is no JSON."""
        return _parsed(self.body)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer, as the fake journaled it.

    `direction` is in for a request of the importer's, out for one that the fake sent to it; then `delivery` is
    abandoned and `status` None when no answer came, and `why` says why. `group` is the session or webhook it is of.
    """

    n: int
    at: float
    took_ms: float
    method: str
    path: str
    query: str
    operation: str | None
    request: Request
    auth: str
    credential: str | None
    status: int | None
    response: Response
    delivery: str
    committed: bool
    refused_by: str | None = None
    why: str | None = None
    faults: tuple[str, ...] = ()
    limit: dict[str, Any] | None = None
    direction: str = "in"
    group: str | None = None

    @property
    def arguments(self) -> dict[str, str]:
        """The query string, last value per name."""
        return {name: values[-1] for name, values in parse_qs(self.query, keep_blank_values=True).items()}

    @property
    def is_write(self) -> bool:
        """Whether the method may change something (a POST search is told apart by its operation)."""
        return self.method not in ("GET", "HEAD", "OPTIONS") and not (self.operation or "").endswith(".search")


@dataclass(frozen=True, slots=True)
class State:
    """The store at one moment (before, between, after): export lines in the fake's order."""

    moment: str
    objects: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Served:
    """What the fake did on purpose: fault id → times served, refusals by rate limit.

    `journal_complete` is false when exchanges were evicted; `diagnostics` are faults of the fake itself.
    """

    faults: dict[str, int]
    throttled: int
    journal_complete: bool
    diagnostics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stray:
    """A request that belongs to no sandbox (unknown or no credential) or reached the trap origin of a redirect.

    `where` is api or trap; `auth` is missing or unknown at the api, None at the trap.
    """

    where: str
    method: str
    path: str
    carried_token: bool
    status: int | None = None
    auth: str | None = None


def _parsed(body: str) -> Json:
    try:
        return json.loads(body)
    except ValueError:
        return None
