"""One import session: what was asked for, how far it is, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal

from .mapping import Mapping
from .plan import PullPlan

SessionIdForm = Literal["uuid", "integer", "string"]


@dataclass(frozen=True, slots=True)
class Failure:
    """A record that was not imported: where it stood, and why."""

    page: int
    index: int
    external_id: Any
    reason: str


@dataclass(frozen=True, slots=True)
class Order:
    """What the initiating POST asked for, and on whose behalf. `staff_uid` None means that the pull carries none."""

    business_uid: str
    staff_uid: str | None
    staff_email: str
    app_code_name: str
    app_name: str
    api_uri: str | None
    client_secret: str
    mapping: Mapping
    should_override: bool
    multi: bool
    notify: bool
    plan: PullPlan


@dataclass(slots=True)
class Session:
    """The progress of one import. `given` is the session_id that the app was told; `flags` lists what was odd."""

    id: str
    order: Order
    given: Any
    form: SessionIdForm | None
    tag: str
    created_at: float
    state: str = "queued"
    page: int = 1
    pages_asked: int = 0
    received: int = 0
    created: int = 0
    updated: int = 0
    skipped: int = 0
    failed: int = 0
    left_out: int = 0
    tries: int = 0
    bad_in_a_row: int = 0
    failures: list[Failure] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)
    last_error: str | None = None
    ended_because: str | None = None
    ended_at: float | None = None
    restarted_from: str | None = None

    @property
    def ended(self) -> bool:
        return self.ended_at is not None

    def flag(self, what: str) -> None:
        """List something odd once."""
        if what not in self.flags:
            self.flags.append(what)

    def copy(self) -> Session:
        return replace(self, failures=self.failures.copy(), flags=self.flags.copy(), touched=self.touched.copy())
