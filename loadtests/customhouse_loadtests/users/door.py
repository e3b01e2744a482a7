"""The stage, as Locust's users see it; and how one is started when a Locust file runs on its own."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from customhouse_loadtests.errors import LoadError
from customhouse_loadtests.facts import Fact
from customhouse_loadtests.settings import Settings

#: How `customhouse load` tells of the stage that it has started, and where facts go.
STAGE, FACTS = "CUSTOMHOUSE_STAGE", "CUSTOMHOUSE_FACTS"


class Door:
    """Calls to the stage; each over a connection of its own."""

    def __init__(self, ready: dict[str, Any]) -> None:
        self._address = urlsplit(ready["url"]).netloc
        self._headers = {"Authorization": f"Bearer {ready['token']}"}

    def lines(self, method: str, path: str, document: object = None) -> Iterator[Fact]:
        """The answer's facts as they come; whoever stops listening ends what was going on."""
        connection = http.client.HTTPConnection(self._address)
        try:
            connection.request(method, path, None if document is None else json.dumps(document), self._headers)
            answer = connection.getresponse()
            if answer.status != http.HTTPStatus.OK:
                raise LoadError(f"the stage answered {method} {path} with {answer.status}")
            while line := answer.readline():
                yield json.loads(line)
        finally:
            connection.close()

    def ask(self, method: str, path: str, document: object = None) -> Fact:
        """One line; `LoadError` if it tells of trouble."""
        fact = next(iter([*self.lines(method, path, document)]), {})
        if fact.get("kind") == "trouble":
            raise LoadError(fact["what"])
        return fact


class OwnStage:
    """A stage for a Locust file that runs on its own."""

    def __init__(self, settings: Settings) -> None:
        command = [sys.executable, "-m", "customhouse_loadtests.stage", json.dumps(settings.to_json())]
        self._process = subprocess.Popen(  # noqa: S603 - ourselves
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        )
        assert self._process.stdout is not None  # noqa: S101 - a pipe was asked for
        self.ready = ready_of(self._process.stdout.readline())

    def close(self) -> None:
        """Let go of it; it ends what it has started."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait(30)


def ready_of(line: bytes) -> dict[str, Any]:
    """What a stage says first; `LoadError` if that is why it cannot."""
    ready: dict[str, Any] = json.loads(line or b'{"error": "the stage ended without a word", "mend": ""}')
    if "error" in ready:
        raise LoadError(ready["error"], ready["mend"])
    return ready


def given_stage() -> dict[str, Any] | None:
    """The stage that we were told of."""
    text = os.environ.get(STAGE)
    return json.loads(text) if text else None
