"""Begins, cancels and restarts sessions: what the import route and the control plane ask of the puller."""

from __future__ import annotations

from dataclasses import replace

from customhouse_fakes.core.errors import HarnessError
from customhouse_fakes.core.sandbox import Sandbox
from customhouse_fakes.intandem.state.session import Session

from .machine import machine
from .pull import Pull


class SessionRunningError(HarnessError):
    code = "session-running"
    status = 409


class SessionOverError(HarnessError):
    code = "session-over"
    status = 409


def begin(sandbox: Sandbox, session: Session) -> Pull:
    """Pull a session in the background, until it ends or the sandbox does."""
    pull = Pull(sandbox, session)
    sandbox.tasks.spawn(pull.run(), name=session.id)
    return pull


def cancel(sandbox: Sandbox, session: Session) -> None:
    """End a session that runs; raises `SessionOverError`."""
    if session.ended:
        raise SessionOverError(f"session {session.id} has ended: {session.ended_because}")
    session.state = machine().move(session.state, "cancel", {}).to
    session.ended_because = "it was cancelled"
    session.ended_at = sandbox.clock.now()
    if (task := sandbox.tasks.named(session.id)) is not None:
        task.cancel()


def restart(sandbox: Sandbox, session: Session) -> Session:
    """Begin what has ended again, as a new session under the pull plan of now; raises `SessionRunningError`."""
    if not session.ended:
        raise SessionRunningError(f"session {session.id} still runs; cancel it first")
    order = replace(session.order, plan=sandbox.state.plan)
    again: Session = sandbox.state.open_session(order, restarted_from=session.id)
    begin(sandbox, again)
    return again
