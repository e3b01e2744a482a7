"""Accounts at the fakes as tests use them: one sandbox each, with its state, journal, faults and clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Any, ClassVar, Generic, Self, TypeVar

import requests

from customhouse.pytest_plugin import unexpected
from customhouse.pytest_plugin.clock import Clock
from customhouse.pytest_plugin.faults import Faults
from customhouse.pytest_plugin.journal import Journal, rows_of
from customhouse.pytest_plugin.settings import texts
from customhouse.pytest_plugin.state import CallingState, IntandemState, IntercomState, RallyState, Record, Rows, State
from customhouse.pytest_plugin.unexpected import Unexpected, UnexpectedError
from customhouse.pytest_plugin.waiting import DeadlineError, wait_until
from customhouse_fakes.core.journal import Exchange
from customhouse_fakes.core.serving import Harness
from customhouse_fakes.rally import hooks

S = TypeVar("S", bound=State)
C = TypeVar("C", bound=CallingState)

#: Seconds that a wait lasts at most, unless the test says otherwise.
TIMEOUT_S = 10.0
#: Turns of the fake's loop after which what is in its sockets has been read.
SETTLING_TURNS = 10
#: Of each refusal so many are kept: a client that tries for ever must not fill the memory.
NOTED = 100
#: What the fake maps of an app's clients when a test names nothing.
FIELDS = {
    "first_name": "First name",
    "last_name": "Last name",
    "email": "Email",
    "phone": "Phone",
    "address": "Address",
}


class Account(Generic[S]):
    """One account at one fake. `url` and `token` are what the program under test is given.

    In a `with` statement it is verified and closed at the end; the fixtures do that by themselves.
    """

    provider: ClassVar[str]
    _state: type[S]

    def __init__(
        self,
        harness: Harness,
        *,
        profile: Mapping[str, Any] | None = None,
        limits: Mapping[str, Any] | None = None,
        seed: int | str = 0,
        app: Mapping[str, Any] | None = None,
    ) -> None:
        self._harness = harness
        self._strays_before = harness.registry.strays_total
        self._sandbox = harness.sandbox(
            self.provider, profile=dict(profile or {}), limits=dict(limits or {}), seed=seed, app=dict(app or {})
        )
        self._allowed: list[str] = []
        self._refused: list[Unexpected] = []
        self._noted: Counter[str] = Counter()
        self._closed = False
        harness.run(self._sandbox.journal.subscribe, self._on_exchange)
        self.url = harness.url(self.provider)
        self.credentials: dict[str, Any] = dict(self._sandbox.credentials)
        self.token: str = self.credentials["token"]
        self.state: S = self._state(harness, self._sandbox)
        self.journal = Journal(harness, self._sandbox)
        self.faults = Faults(harness, self._sandbox)
        self.clock = Clock(harness, self._sandbox)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self.verify()
        finally:
            self.close()

    def allow(self, *names: str) -> None:
        """Expect refusals of these names (globs): `allow("rule:bad.timestamp")`, `allow("route")`, `allow("auth")`."""
        self._allowed += [pattern for name in names for pattern in texts(name)]

    def verify(self, *, faults: bool = True) -> None:
        """Raise `UnexpectedError` if something happened that the test does not expect; a refusal is told once.

        The fixtures call this at the end of a test. `faults`: whether faults that never struck count.
        """
        __tracebackhide__ = True
        for _ in range(SETTLING_TURNS):
            self._harness.run(int)
        found = unexpected.not_allowed(self._harness.run(self._take_unexpected, faults), self._allowed)
        if found:
            raise UnexpectedError(unexpected.message(self.provider, found))

    def close(self) -> None:
        """Forget the account: its token opens nothing any more."""
        if not self._closed:
            self._closed = True
            self._harness.run(self._harness.registry.delete, self._sandbox.id)

    # ---- what nobody expected ----

    def _on_exchange(self, row: Exchange) -> None:
        """Noted as it happens, so that a journal that forgets forgets no refusal."""
        name = row.refused_by
        if name is None or name == "harness" or unexpected.is_ordinary(name, row.status):
            return
        self._noted[name] += 1
        if self._noted[name] <= NOTED:
            self._refused.append(unexpected.of_exchange(*rows_of([row], self._sandbox)))

    def _take_unexpected(self, faults: bool) -> list[Unexpected]:
        """All of it, once. On the fake's own thread."""
        found, self._refused = [*self._refused, *self._strays()], []
        found += map(unexpected.of_diagnostic, self._sandbox.diagnostics)
        self._sandbox.diagnostics.clear()
        return found + ([unexpected.of_idle_fault(line) for line in self.faults.idle()] if faults else [])

    def _strays(self) -> list[Unexpected]:
        """Requests that opened no account, while this one was there."""
        registry = self._harness.registry
        new, self._strays_before = registry.strays_total - self._strays_before, registry.strays_total
        strays = list(registry.strays)[-new:] if new else []
        return [unexpected.of_exchange(*rows_of([row], self._sandbox)) for _, row in strays]

    # ---- waiting ----

    def _until(self, there: Callable[[], bool], what: str, timeout: float) -> None:
        __tracebackhide__ = True
        if not wait_until(self._harness, self._sandbox, there, timeout):
            frozen = "; the clock is frozen: advance it" if self.clock.frozen else ""
            raise DeadlineError(f"{what} within {timeout:g} s{frozen}\n{self.journal}")


class Calling(Account[C]):
    """An account that calls others: it sends webhooks."""

    def wait_for_webhooks(self, count: int = 1, *, timeout: float = TIMEOUT_S) -> Rows:
        """Wait until so many webhooks were sent and each was tried as often as is due by the clock; all of them.

        A retry is due only when the clock says so: advance it. `DeadlineError` when they do not come.
        """
        __tracebackhide__ = True

        def tried() -> bool:
            sent = list(self._sandbox.deliveries)
            now = self._sandbox.clock.now()
            waiting = (one.state == "pending" and (one.next_at is None or one.next_at <= now) for one in sent)
            return len(sent) >= count and not any(waiting)

        self._until(tried, f"{count} webhooks were not sent and tried", timeout)
        return self.state.webhooks


class Intercom(Account[IntercomState]):
    """A workspace at the fake Intercom."""

    provider = "intercom"
    _state = IntercomState


class Intandem(Calling[IntandemState]):
    """A business at the fake inTandem, and the app that it asks for pages."""

    provider = "intandem"
    _state = IntandemState

    def __init__(self, harness: Harness, **settings: Any) -> None:
        super().__init__(harness, **settings)
        self.business_uid: str = self.credentials["business_uid"]
        self.staff_uid: str = self.credentials["staff_uid"]
        self.app_code_name: str = self.credentials["app_code_name"]

    def connect(self, url: str) -> None:
        """Say where the app is: sessions that begin from now on ask `{url}/app/clients/export`, on loopback only."""
        self._sandbox.surroundings.targets.check(url)
        self._sandbox.app["api_uri"] = url  # for whoever resets it
        apps = self._sandbox.state.apps
        self._harness.run(lambda: apps.put(replace(apps.by_code_name[self.app_code_name], api_uri=url)))

    def plan(self, **document: Any) -> None:
        """How sessions that begin from now on ask: `plan(per_page=2, replay=[1])`, as in `PUT …/pull-plan`."""
        self._harness.run(lambda: setattr(self._sandbox.state, "pull_plan", document))

    def pull(
        self,
        fields_mapping: Mapping[str, str] | None = None,
        *,
        should_override: bool = False,
        upload_type: str = "single",
        timeout: float = TIMEOUT_S,
    ) -> Record:
        """Begin an import, as the app would, and wait for its end: the session, with its counts and why it ended."""
        __tracebackhide__ = True
        before = self._sessions()
        answer = requests.post(
            f"{self.url}/business/clients/v1/apps/{self.app_code_name}/import",
            json={
                "fields_mapping": dict(FIELDS if fields_mapping is None else fields_mapping),
                "import_params": {"should_override": should_override, "upload_type": upload_type},
            },
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=timeout,
        )
        if answer.status_code >= 400:
            raise AssertionError(f"the import was not begun: {answer.status_code} {answer.text}\n{self.journal}")
        return self.wait_for_sessions(before + 1, timeout=timeout)[-1]

    def wait_for_sessions(self, count: int = 1, *, timeout: float = TIMEOUT_S) -> Rows:
        """Wait until so many sessions were begun and all have ended; all of them. `DeadlineError` when they do not."""
        __tracebackhide__ = True
        sessions = self._sandbox.state.sessions
        self._until(
            lambda: len(sessions) >= count and all(one.ended for one in sessions.values()),
            f"{count} sessions did not begin and end",
            timeout,
        )
        return self.state.sessions

    def _sessions(self) -> int:
        return self._harness.run(lambda: len(self._sandbox.state.sessions))


class Rally(Calling[RallyState]):
    """A workspace at the fake Rally."""

    provider = "rally"
    _state = RallyState

    def __init__(self, harness: Harness, **settings: Any) -> None:
        super().__init__(harness, **settings)
        self.webhook_secret: str = self.credentials["webhook_secret"]

    def send_webhooks_to(self, url: str, events: Sequence[str] = ()) -> None:
        """Where webhooks go, from now on, and nowhere else; all events if none is named. On loopback only."""
        endpoint = {"url": url} | ({"events": list(events)} if events else {})
        self._harness.run(hooks.install, self._sandbox, [endpoint])

    def finish_imports(self) -> Rows:
        """Bring every import that is under way to its end, at once, and send its webhook; all imports."""

        def finish() -> None:
            self._sandbox.state.settle()
            hooks.tell(self._sandbox)

        self._harness.run(finish)
        return self.state.imports
