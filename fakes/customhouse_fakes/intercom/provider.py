"""The fake Intercom as the core sees it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flask import Flask

from customhouse_fakes.core.answers import Answer
from customhouse_fakes.core.call import Call
from customhouse_fakes.core.clock import Clock
from customhouse_fakes.core.errors import ProfileError
from customhouse_fakes.core.provider import Plain, no_app
from customhouse_fakes.core.randomness import SeededRandom, secret_token

from . import provenance, versions
from .http import routes
from .http.dialect import IntercomDialect
from .profile import IntercomLimits, IntercomProfile
from .schemas import answer_problems
from .state import exporting, seeding
from .state.workspace import Workspace


class IntercomProvider(Plain):
    """Constant: everything that changes hangs on a sandbox."""

    name = "intercom"
    profile_type = IntercomProfile
    limits_type = IntercomLimits
    operations = frozenset(routes.BY_OPERATION)

    def __init__(self) -> None:
        self.dialect = IntercomDialect()

    def new_state(self, profile: IntercomProfile, random: SeededRandom, clock: Clock) -> Workspace:
        """An empty workspace; raises `ProfileError` for a version or a timezone that does not exist."""
        if profile.app_version not in versions.names():
            known = ", ".join(versions.names())
            raise ProfileError(f"app_version {profile.app_version!r} does not exist; there are: {known}")
        return Workspace(profile, random, clock.now)

    def new_credentials(
        self,
        random: SeededRandom,  # noqa: ARG002 - the core's protocol
        app: Mapping[str, Any],
    ) -> dict[str, Any]:
        no_app(self.name, app)
        return {"token": secret_token()}

    def app(self, base: type[Flask]) -> Flask:
        return routes.build(base)

    def seed(self, state: Workspace, document: dict[str, Any]) -> dict[str, int]:
        return seeding.seed(state, document)

    def export(self, state: Workspace) -> Iterator[dict[str, Any]]:
        return exporting.export(state)

    def answer_problems(self, call: Call, answer: Answer) -> list[str]:
        return answer_problems(routes.BY_OPERATION[call.operation or ""].answer, answer)

    def provenance(self) -> list[dict[str, Any]]:
        return provenance.provenance()
