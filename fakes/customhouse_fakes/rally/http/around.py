"""What stands around people: populations, users, and who the token is (contract sections 1, 6 and 9)."""

from __future__ import annotations

from typing import Any

from customhouse_fakes.core.call import Call
from customhouse_fakes.rally import render

from .paging import asked, page

Json = dict[str, Any]


def populations(call: Call) -> Json:
    return page(list(call.state.populations.values()), asked(call.query), render.population)


def users(call: Call) -> Json:
    return page(list(call.state.users.values()), asked(call.query), render.user)


def me(call: Call) -> Json:
    """The user whose token it is."""
    state = call.state
    return render.user(state.me) | {"workspaceId": state.id, "teams": [{"teamId": state.team_id, "name": "Everybody"}]}
