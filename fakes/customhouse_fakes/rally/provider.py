"""The fake Rally as the core sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from flask import Flask

from customhouse_fakes.core.answers import Answer
from customhouse_fakes.core.call import Call
from customhouse_fakes.core.clock import Clock
from customhouse_fakes.core.deliveries import OPERATION as WEBHOOK
from customhouse_fakes.core.provider import Plain
from customhouse_fakes.core.randomness import SeededRandom
from customhouse_fakes.core.sandbox import Sandbox

from . import control, founding, provenance
from .http import routes
from .http.dialect import UNPUBLISHED, RallyDialect
from .profile import RallyLimits, RallyProfile
from .schemas import answer_problems
from .state import exporting, seeding
from .state.workspace import Workspace
from .svix import TAMPERS


class RallyProvider(Plain):
    """Constant: everything that changes hangs on a sandbox."""

    name = "rally"
    profile_type = RallyProfile
    limits_type = RallyLimits
    operations = frozenset({*routes.BY_OPERATION, WEBHOOK})
    tampers = frozenset(TAMPERS)

    def __init__(self) -> None:
        self.dialect = RallyDialect()

    def new_state(self, profile: RallyProfile, random: SeededRandom, clock: Clock) -> Workspace:
        return Workspace(profile, random, clock.now)

    def new_credentials(self, random: SeededRandom, app: Mapping[str, Any]) -> dict[str, Any]:
        return founding.new_credentials(random, app)

    def furnish(self, sandbox: Sandbox) -> None:
        founding.furnish(sandbox)

    def app(self, base: type[Flask]) -> Flask:
        return routes.build(base)

    def seed(self, state: Workspace, document: dict[str, Any]) -> dict[str, int]:
        return seeding.seed(state, document)

    def export(self, state: Workspace) -> Iterator[dict[str, Any]]:
        """As things stand by the sandbox's clock: what is due is done first."""
        state.step()
        return exporting.export(state)

    def answer_problems(self, call: Call, answer: Answer) -> list[str]:
        """None where no page says what an error looks like, and the profile has it otherwise than the schema."""
        if answer.status in UNPUBLISHED and call.profile.error_body != "json":
            return []
        return answer_problems(routes.BY_OPERATION[call.operation or ""].answer, answer)

    def provenance(self) -> list[dict[str, Any]]:
        return provenance.provenance()

    def control_views(self) -> Sequence[tuple[str, str, Callable[..., Any]]]:
        return control.VIEWS
