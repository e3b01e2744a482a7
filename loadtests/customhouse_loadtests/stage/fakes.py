"""The fakes of a stage, started as `customhouse serve` or running already, and their control plane."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from customhouse_loadtests.errors import LoadError, LoadUsageError
from customhouse_loadtests.programs import FAKES, python

ANSWER_S = 60.0
#: Rows that the journal keeps of each load sandbox: what may come between two looks at it.
JOURNAL = 5_000


class Fakes:
    """Running fakes. `pid` is None for those that somebody else started."""

    def __init__(self, ready: Mapping[str, Any], pid: int | None) -> None:
        self._ready = ready
        self.pid = pid

    def url(self, provider: str) -> str:
        """Where a provider is; `LoadUsageError` if these fakes have none such."""
        if provider not in self._ready:
            raise LoadUsageError(f"these fakes have no {provider}", f"their ready line has: {', '.join(self._ready)}")
        url: str = self._ready[provider]["url"]
        return url

    def control(self, provider: str) -> Control:
        return Control(self.url(provider), self._ready["control_token"])


class Control:
    """The control plane on a provider's port. One of these belongs to one thread."""

    def __init__(self, url: str, token: str) -> None:
        self._url = f"{url}/_customhouse"
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["Authorization"] = f"Bearer {token}"

    def ask(self, method: str, path: str, document: object = None) -> Any:
        """Its JSON answer, None if there is none; `LoadError` when it refuses or is away."""
        try:
            answer = self._session.request(method, self._url + path, json=document, timeout=ANSWER_S)
        except requests.RequestException as error:
            raise LoadError(f"the fakes did not answer {method} {path}: {error}", "do they still run?") from None
        if not answer.ok:
            raise LoadError(f"the fakes refused {method} {path}: {answer.status_code} {answer.text[:300]}")
        return answer.json() if answer.content else None

    def sandbox(self, provider: str, limits: Mapping[str, Any], **more: Any) -> dict[str, Any]:
        """A new sandbox with a journal that is large enough to be read while it is written."""
        document = {"provider": provider, "limits": {**limits, "journal": JOURNAL}, **more}
        made: dict[str, Any] = self.ask("POST", "/sandboxes", document)
        return made

    def close(self) -> None:
        self._session.close()


@contextmanager
def fakes_of(ready_file: Path | None, processes: int) -> Iterator[Fakes]:
    """Those that the file tells of, or new ones, which are ended with the stage."""
    if ready_file is None:
        several = ("--processes", str(processes)) if processes > 1 else ()
        with python([*FAKES, *several]) as program:
            yield Fakes(program.ready(), program.pid)
        return
    try:
        ready = json.loads(ready_file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise LoadUsageError(
            f"{ready_file} is no ready line: {error}", "see `customhouse serve --ready-file`"
        ) from None
    yield Fakes(ready, None)
