"""One pull session at work: what the moves of `moves.toml` do, over one keep-alive conversation with the app."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from customhouse_fakes.core.journal import Exchange
from customhouse_fakes.core.outcome import Outcome, new_caller
from customhouse_fakes.core.sandbox import Sandbox
from customhouse_fakes.intandem.profile import IntandemProfile
from customhouse_fakes.intandem.state.session import Session

from . import asking, outcomes
from .holding import stand
from .machine import machine
from .reading import PageReading, read_done, read_page

PAGE, DONE, PROBE = "export.page", "export.done", "export.probe"
LAST = -1
# An answer that waits for the first page waits no longer than this: an app that cannot do both must not hang for ever.
HOLD_S = 5.0


class Pull:
    """Drives a session of a sandbox from queued to its end. State is touched on the loop only."""

    def __init__(self, sandbox: Sandbox, session: Session) -> None:
        self._sandbox = sandbox
        self._profile: IntandemProfile = sandbox.profile
        self._session = session
        self._plan = session.order.plan
        self._import = sandbox.state.importer(session)
        self._caller = new_caller(sandbox.surroundings.targets)
        self._page = PageReading("no_address", [], "the app has no api_uri, so no page was asked for")
        self._drop = self._plan.drop_after_page
        self._answered_once = asyncio.Event()

    async def run(self) -> None:
        """Take move after move until the session has ended."""
        try:
            await self._sandbox.clock.sleep(self._profile.start_delay_s)
            event = "begin" if self._session.order.api_uri else "no_address"
            while not self._session.ended:
                event = await self.happen(event)
        except Exception:
            self._session.state = "aborted"
            self._end("the fake itself failed; see the diagnostics at the control plane")
            raise
        finally:
            self._answered_once.set()
            self._caller.close()

    async def happen(self, event: str) -> str:
        """Make the move that an event makes; what happens next, or the same event when the session has ended."""
        move = machine().move(self._session.state, event, self._facts())
        self._session.state = move.to
        for act in move.acts:
            following = await ACTS[act](self)
            if following is not None:
                return following
        return event

    async def first_page(self) -> None:
        """Wait until the app has answered its first page, or `HOLD_S`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(HOLD_S):
                await self._answered_once.wait()

    def _facts(self) -> dict[str, Any]:
        profile, session = self._profile, self._session
        patient = session.bad_in_a_row < profile.give_up_after
        return {
            "overflow": profile.overflow,
            "overfull_page": profile.overfull_page,
            "missing_clients": profile.missing_clients,
            "final_call": profile.final_call,
            "past_cap": session.received + len(self._page.clients) > profile.cap,
            "may_retry": patient and (session.tries <= profile.retries or profile.on_error == "retry"),
            "may_skip": patient and profile.on_error == "skip",
        }

    # ---- the acts ----

    async def _open(self) -> None:
        for page in self._plan.first:
            await self._send(DONE, self._query(page), read_done)
        await self._ask_probes(self._plan.order)
        if self._plan.probes_when == "before":
            await self._ask_odd_ones()

    async def _ask(self) -> str:
        session = self._session
        if self._plan.delay_between_s and session.pages_asked:
            await self._sandbox.clock.sleep(self._plan.delay_between_s)
        if self._plan.hold:
            await stand(self._sandbox, session, self._plan.hold)
        session.pages_asked += 1
        if self._drop == session.page:
            self._drop = None
            await self._send(PAGE, self._query(session.page), lambda _: FORGOTTEN)
            return await self._ask()
        self._page = await self._read(session.page)
        good = self._page.event not in ("bad_answer", "no_address")
        session.tries = 0 if good else session.tries + 1
        session.bad_in_a_row = 0 if good else session.bad_in_a_row + 1
        self._answered_once.set()
        return self._page.event

    async def _take(self) -> str | None:
        return await self._take_page(last=False)

    async def _take_last(self) -> str | None:
        return await self._take_page(last=True)

    async def _take_page(self, *, last: bool) -> str | None:
        bulk = self._import.take(self._page.clients, now=self._sandbox.clock.now(), last=last)
        outcomes.announce(self._sandbox, self._session, bulk)
        if self._session.page in self._plan.replay:
            await self._ask_probes([self._session.page])
        return "vanish" if self._session.page == self._plan.vanish_after_page else None

    async def _note_cap(self) -> None:
        self._session.ended_because = f"the cap of {self._profile.cap} clients per session was reached"

    async def _turn(self) -> None:
        self._session.page += 1
        self._session.tries = 0

    async def _cut(self) -> None:
        per_page = asking.per_page(self._session, self._profile, self._session.page)
        self._page = PageReading(self._page.event, self._page.clients[:per_page], self._page.why)

    async def _flag(self) -> None:
        if self._page.why:
            self._session.flag(f"page {self._session.page}: {self._page.why}")

    async def _note(self) -> None:
        self._session.last_error = f"page {self._session.page}: {self._page.why}"

    async def _wait(self) -> str:
        await self._sandbox.clock.sleep(self._profile.backoff_s)
        return "wait_over"

    async def _say_done(self) -> str:
        if self._plan.probes_when == "end":
            await self._ask_odd_ones()
        for _ in range(self._done_times()):
            outcome = await self._send(DONE, self._query(LAST), read_done)
            if (odd := read_done(outcome)) is not None:
                self._session.flag(odd)
        await self._ask_probes(self._plan.again_after_end)
        return "done_over"

    async def _summarise(self) -> None:
        self._explain()
        outcomes.send_summary(self._sandbox, self._session)

    async def _conclude(self) -> None:
        self._explain()
        self._end(self._session.ended_because or "complete")

    # ---- beneath them ----

    def _explain(self) -> None:
        session = self._session
        reasons = {
            "completed": "complete",
            "vanished": "the pull plan let the puller vanish",
            "aborted": session.last_error,
        }
        session.ended_because = session.ended_because or reasons[session.state]

    def _end(self, because: str) -> None:
        self._session.ended_because = because
        self._session.ended_at = self._sandbox.clock.now()

    def _done_times(self) -> int:
        if self._plan.done_times is not None:
            return self._plan.done_times
        return {"never": 0, "twice": 2}.get(self._profile.final_call, 1)

    def _query(self, page: int) -> dict[str, str]:
        return asking.parameters(self._session, self._profile, page)

    async def _ask_probes(self, pages: Iterable[int]) -> None:
        for page in pages:
            await self._send(PROBE, self._query(page), _unjudged)

    async def _ask_odd_ones(self) -> None:
        for probe in self._plan.probes:
            await self._send(PROBE, asking.probed(self._query(1), probe), _unjudged)

    async def _read(self, page: int) -> PageReading:
        per_page = asking.per_page(self._session, self._profile, page)
        outcome = await self._send(PAGE, self._query(page), lambda outcome: read_page(outcome, per_page).why)
        return read_page(outcome, per_page)

    async def _send(self, operation: str, query: Mapping[str, str], judge: Callable[[Outcome], str | None]) -> Outcome:
        """Ask, and journal what came of it, with what `judge` finds odd about it."""
        at = self._sandbox.clock.now()
        outcome = await self._caller.send(
            "GET",
            f"{asking.address(self._session, self._profile)}?{urlencode(query)}",
            headers=asking.headers(self._session, self._profile, query, at),
            timeout_s=self._profile.timeout_s,
            follow_redirects=self._profile.redirects == "follow",
        )
        row = Exchange.outgoing(at, operation, outcome, group=self._session.id)
        row.why = row.why or judge(outcome)
        self._sandbox.journal.add(row)
        return outcome


def _unjudged(_outcome: Outcome) -> str | None:
    """What a probe is answered is nothing to the session."""
    return None


FORGOTTEN = "the puller forgot this answer and asked again (pull plan)"

# The acts of `moves.toml`.
ACTS: dict[str, Callable[[Pull], Awaitable[str | None]]] = {
    "open": Pull._open,
    "ask": Pull._ask,
    "take": Pull._take,
    "take_last": Pull._take_last,
    "note_cap": Pull._note_cap,
    "turn": Pull._turn,
    "cut": Pull._cut,
    "flag": Pull._flag,
    "note": Pull._note,
    "wait": Pull._wait,
    "say_done": Pull._say_done,
    "summarise": Pull._summarise,
    "conclude": Pull._conclude,
}
