"""The wire: takes a request through the gate and carries out what the fault plan asks of the bytes.

ASGI on the outside, plain calls on the inside, everything on one event loop: handlers run one after another, so
every change of state is atomic; only this module waits, and it waits on the sandbox's clock.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

from customhouse_fakes.core.asgi import (
    GARBLED,
    TRANSPORT,
    Application,
    BodyTooLargeError,
    ClientGoneError,
    Receive,
    Scope,
    Send,
    head_of,
    read_request,
    send_answer,
)
from customhouse_fakes.core.gate import Gate, Passage

from .protocol import reset, send_whole

CONTROL_PREFIX = "/_customhouse/"


class Wire:
    """An ASGI application for one provider: its vendor routes, and the control plane under its prefix."""

    def __init__(self, gate: Gate, control: Application, body_limit: int) -> None:
        self._gate = gate
        self._control = control
        self._body_limit = body_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._serve(scope, receive, send)
        except asyncio.CancelledError:
            # Only the end of the harness cancels a call, when its connection is gone; uvicorn would print a traceback.
            return

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].startswith(CONTROL_PREFIX):
            await self._control(scope, receive, send)
            return
        try:
            passage = self._gate.admit(await read_request(scope, receive, self._body_limit))
        except BodyTooLargeError:
            passage = self._gate.admit(head_of(scope), oversized=True)
        except ClientGoneError:
            if GARBLED not in scope:
                self._gate.note_abandoned(head_of(scope))
            return
        if passage.faults:
            await _hold(passage, "before")
        self._gate.answer(passage)
        if passage.call is not None and passage.call.hold is not None:
            await passage.call.hold()
        if passage.faults:
            await _hold(passage, "after")
        await _deliver(passage, scope[TRANSPORT], receive, send)


async def _hold(passage: Passage, where: str) -> None:
    seconds = passage.delay(where)
    if seconds and passage.call is not None:
        await passage.call.sandbox.clock.sleep(seconds)


async def _deliver(passage: Passage, transport: asyncio.Transport, receive: Receive, send: Send) -> None:
    row = passage.row
    if passage.struck_anywhere("reset"):
        row.delivery = "reset"
        reset(transport)
        await asyncio.sleep(0)  # lets uvicorn notice, so that it does not answer 500 on the dead connection
    elif passage.struck_anywhere("hang"):
        row.delivery = "held"
        await _until_gone(receive)
    elif transport.is_closing() or passage.answer is None:
        row.delivery = "abandoned"
    elif fault := passage.struck("answer", "truncate"):
        row.delivery = "truncated"
        await send_answer(send, passage.answer, keep=min(fault.value, len(passage.answer.body) - 1))
        transport.close()
        await _until_gone(receive)
    elif passage.struck("answer", "malformed"):
        row.delivery = "malformed"
        half = passage.answer.body[: len(passage.answer.body) // 2]
        await send_answer(send, replace(passage.answer, body=half + b"\x00"))
    elif passage.oversized or not send_whole(send, passage.answer):
        await send_answer(send, passage.answer, close=passage.oversized)


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
