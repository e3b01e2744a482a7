"""The fakes of one test process."""

from __future__ import annotations

from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self

from customhouse.pytest_plugin.accounts import Intandem, Intercom, Rally
from customhouse_conformance.engine.providers import available
from customhouse_fakes.core.randomness import secret_token
from customhouse_fakes.core.serving import Harness


class Customhouse:
    """Serves each fake from the moment that it is first wanted, in this process, on a free loopback port.

    `intercom()`, `intandem()` and `rally()` open accounts of their own, for fixtures of another scope: use them in a
    `with` statement. `profile`, `limits`, `seed` and `app` are as in `POST /_customhouse/sandboxes`.
    """

    def __init__(self) -> None:
        self.control_token = secret_token()
        self._serving = ExitStack()
        self._harnesses: dict[str, Harness] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._serving.close()

    def url(self, provider: str) -> str:
        """Where the fake of a provider is; its control plane lies under `/_customhouse/`."""
        return self._harness(provider).url(provider)

    def intercom(self, **settings: Any) -> Intercom:
        """A new account at the fake Intercom."""
        return Intercom(self._harness("intercom"), **settings)

    def intandem(self, **settings: Any) -> Intandem:
        """A new account at the fake inTandem."""
        return Intandem(self._harness("intandem"), **settings)

    def rally(self, **settings: Any) -> Rally:
        """A new account at the fake Rally."""
        return Rally(self._harness("rally"), **settings)

    def _harness(self, provider: str) -> Harness:
        if provider not in self._harnesses:
            harness = Harness(available([provider]), strict=True, control_token=self.control_token)
            self._harnesses[provider] = self._serving.enter_context(harness)
        return self._harnesses[provider]
