"""OAuth authorization codes (contract section 4.1): good for 30 seconds, once, and for one app."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from customhouse_fakes.core.randomness import secret_token

from .apps import App

LIFE_S = 30


@dataclass(frozen=True, slots=True)
class Code:
    client_id: str
    business_uid: str
    good_until: float


class Codes:
    """The codes that are out."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._out: dict[str, Code] = {}

    def issue(self, app: App, business_uid: str) -> str:
        code = secret_token()
        self._out[code] = Code(app.client_id, business_uid, self._now() + LIFE_S)
        return code

    def redeem(self, app: App, code: object) -> str | None:
        """The business that a code stands for, or None when it is not good (any more)."""
        found = self._out.pop(str(code), None)
        if found is None or found.client_id != app.client_id or found.good_until < self._now():
            return None
        return found.business_uid

    def copy(self) -> Codes:
        twin = Codes(self._now)
        twin._out = self._out.copy()
        return twin
