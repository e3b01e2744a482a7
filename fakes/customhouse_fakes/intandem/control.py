"""What the control plane can do to a sandbox of the fake inTandem: see, cancel and restart sessions; plan the pull."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from customhouse_fakes.core.control.views import body
from customhouse_fakes.core.sandbox import Sandbox
from customhouse_fakes.intandem.puller import office
from customhouse_fakes.intandem.state.exporting import session_line

Json = dict[str, Any]


def sessions(sandbox: Sandbox) -> Json:
    """All sessions, live: state, page, counts, last error."""
    return {"sessions": [session_line(session) for session in sandbox.state.sessions.values()]}


def read_session(sandbox: Sandbox, session: str) -> Json:
    return session_line(sandbox.state.session(session))


def cancel_session(sandbox: Sandbox, session: str) -> Json:
    found = sandbox.state.session(session)
    office.cancel(sandbox, found)
    return session_line(found)


def restart_session(sandbox: Sandbox, session: str) -> tuple[Json, int]:
    return session_line(office.restart(sandbox, sandbox.state.session(session))), 201


def pull_plan(sandbox: Sandbox) -> Json:
    plan: Json = sandbox.state.pull_plan
    return plan


def put_pull_plan(sandbox: Sandbox) -> Json:
    """Replace the plan whole, for sessions that begin from now on."""
    sandbox.state.pull_plan = body()
    return pull_plan(sandbox)


def clear_pull_plan(sandbox: Sandbox) -> Json:
    sandbox.state.pull_plan = {}
    return pull_plan(sandbox)


VIEWS: tuple[tuple[str, str, Callable[..., Any]], ...] = (
    ("GET", "/sessions", sessions),
    ("GET", "/sessions/<session>", read_session),
    ("POST", "/sessions/<session>/cancel", cancel_session),
    ("POST", "/sessions/<session>/restart", restart_session),
    ("GET", "/pull-plan", pull_plan),
    ("PUT", "/pull-plan", put_pull_plan),
    ("DELETE", "/pull-plan", clear_pull_plan),
)
