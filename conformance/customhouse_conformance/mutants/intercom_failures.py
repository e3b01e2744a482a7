"""Rate limits, retries and time-outs, handled badly."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from customhouse_conformance.adapters import Job
from customhouse_conformance.mutants.broken_parts import one_try
from customhouse_conformance.mutants.intercom_base import reference
from customhouse_conformance.registry import mutant
from reference_importer.common.calls import CallPolicy
from reference_importer.common.clock import Clock
from reference_importer.common.errors import CallError, StoppedError
from reference_importer.common.pacing import Pacer
from reference_importer.common.transport import Answer, Request, Transport
from reference_importer.intercom.client import Client

NORMAL = CallPolicy()


@mutant("intercom")
def drops_rows_on_429(job: Job) -> int:
    """Takes "too many requests" for a refusal of the row."""
    return reference(job, policy=partial(CallPolicy, throttled=frozenset()))


class _Impatient(Pacer):
    until = 0.0

    def acquire(self) -> float:
        while (left := self.until - self._clock.now()) > 0 and not self._stop.is_set():
            self._clock.wait(self._stop, left)
        if self._stop.is_set():
            raise StoppedError
        return self._clock.now()

    def settle(self, sent: float, headers: Mapping[str, str] | None, *, refused: bool = False) -> None:
        """Learns nothing."""


@mutant("intercom")
def hammers(job: Job) -> int:
    """Sends again at once, as long as it takes."""
    return reference(job, pacer=_Impatient)


class _AfterTheFact(_Impatient):
    def settle(self, sent: float, headers: Mapping[str, str] | None, *, refused: bool = False) -> None:
        if refused and headers:
            self.until = float(headers["X-RateLimit-Reset"])


@mutant("intercom")
def ignores_what_remains(job: Job) -> int:
    """Waits when it is refused, but does not look how many calls are left before."""
    return reference(job, pacer=_AfterTheFact)


class _OwnPause(Pacer):
    def settle(self, sent: float, headers: Mapping[str, str] | None, *, refused: bool = False) -> None:
        super().settle(sent, {} if refused else headers, refused=refused)


@mutant("intercom")
def reads_no_reset(job: Job) -> int:
    """Waits a second when it is refused, whatever the reset that the 429 names."""
    return reference(job, pacer=_OwnPause)


@mutant("intercom")
def loses_patience(job: Job) -> int:
    """Tries again every second, and gives up after four: no window of Intercom's is that short."""
    return reference(job, pacer=_OwnPause, policy=_soon_over)


def _soon_over(**given: Any) -> CallPolicy:
    return CallPolicy(**{**given, "max_wait": 4.0})


@mutant("intercom")
def never_tries_twice(job: Job) -> int:
    """One try for every call."""
    return reference(job, policy=one_try)


@mutant("intercom")
def takes_5xx_for_final(job: Job) -> int:
    """Takes a server's trouble for a refusal of the row."""
    return reference(job, policy=partial(CallPolicy, transient=frozenset()))


@mutant("intercom")
def tries_for_ever(job: Job) -> int:
    """Repeats a call until it works."""
    return reference(job, policy=lambda **given: CallPolicy(**{**given, "attempts": 10**9, "longest": 0.02}))


class _NoRepeatAfterReset(Transport):
    def send(self, request: Request) -> Answer:
        try:
            return super().send(request)
        except CallError as error:
            if "broke" in str(error):
                return Answer(400, {}, {}, "the connection broke")
            raise


@mutant("intercom")
def takes_a_reset_for_final(job: Job) -> int:
    """Takes a broken connection for a refusal of the row."""
    return reference(job, transport=_NoRepeatAfterReset)


class _Blind(Client):
    def create(self, body: dict[str, Any], *, repeatable: bool) -> Answer:
        return super().create(body, repeatable=True)


@mutant("intercom")
def repeats_leads_blindly(job: Job) -> int:
    """Sends a lead again when no answer came."""
    return reference(job, client=_Blind)


class _Patient(Transport):
    def __init__(self, base_url: str, token: str, headers: dict[str, str], timeout: float, clock: Clock) -> None:
        super().__init__(base_url, token, headers, 3600.0, clock)


@mutant("intercom")
def waits_for_ever(job: Job) -> int:
    """Has no time-out to speak of."""
    return reference(job, transport=_Patient)


class _Trusting(Transport):
    def send(self, request: Request) -> Answer:
        try:
            return super().send(request)
        except CallError as error:
            if "no JSON" in str(error):
                raise ValueError("expecting value: line 1 column 1 (char 0)") from error
            raise


@mutant("intercom")
def trips_over_garbage(job: Job) -> int:
    """Parses every body as JSON and sees what happens."""
    return reference(job, transport=_Trusting)


@mutant("intercom")
def repeats_refusals(job: Job) -> int:
    """Believes that a 400 may pass."""
    return reference(job, policy=partial(CallPolicy, transient=NORMAL.transient | {400, 404, 422}))
