"""`customhouse serve --processes N`: the fakes in several processes that look like one."""

import gc
import http.client
import json
import resource
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from customhouse_fakes.core.control.app import PREFIX
from customhouse_fakes.core.errors import ServingError
from customhouse_fakes.core.listening import Address
from customhouse_fakes.core.registry import DEVELOPMENT
from customhouse_fakes.core.serving import Harness
from customhouse_fakes.core.shards.shard import Shard
from customhouse_fakes.core.shards.supervisor import Supervisor

Settings = Mapping[str, Mapping[str, Any]]
ASKING_S = 30.0

#: What the ready line says of a provider's credentials; the rest is at the control plane.
SAID = ("token", "business_uid", "staff_uid", "app_code_name", "webhook_secret")


def said(credentials: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a sandbox's credentials that stands in the ready line."""
    return {key: credentials[key] for key in SAID if key in credentials}


def collect_seldom() -> None:
    """Records and journal rows live long and form no cycles: looking through them all costs 20 ms each time."""
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def lift_file_limit() -> None:
    """As many connections as the system lets this process have: the usual limit of 1,024 is for other programs."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):  # some systems promise more than they let anybody have
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


class Several:
    """Several processes; `harness` makes what each of them runs, given its `shard`; it knows the `control_token`."""

    def __init__(self, harness: partial[Harness], host: str, ports: Mapping[str, int], processes: int) -> None:
        self._control_token: str = harness.keywords["control_token"]
        self._harness = harness
        names = [provider.name for provider in harness.args[0]]
        self._supervisor = Supervisor(self._launch, names, processes=processes, host=host, ports=ports)

    def serve(self, settings: Settings, announce: Callable[[str], None]) -> None:
        """Announce the ready line, then serve until SIGINT or SIGTERM."""
        with self._supervisor as supervisor:
            announce(json.dumps(self._ready(settings)))
            supervisor.tend()

    def _launch(self, shard: Shard) -> Harness:
        harness = self._harness(shard=shard).start()
        collect_seldom()
        return harness

    def _ready(self, settings: Settings) -> dict[str, Any]:
        """As `serve.ready` has it, through the control plane: the development sandboxes are where their ids belong."""
        line: dict[str, Any] = {}
        for name, address in self._supervisor.addresses.items():
            wanted = {"provider": name, "id": f"{name}-{DEVELOPMENT}", **settings.get(name, {})}
            line[name] = {"url": address.url, **said(self._made(address, wanted)["credentials"])}
        return {**line, "control_token": self._control_token}

    def _made(self, address: Address, wanted: Mapping[str, Any]) -> dict[str, Any]:
        connection = http.client.HTTPConnection(address.host, address.port, timeout=ASKING_S)
        try:
            headers = {"Authorization": f"Bearer {self._control_token}"}
            connection.request("POST", f"{PREFIX}/sandboxes", json.dumps(wanted), headers)
            answer = connection.getresponse()
            document: dict[str, Any] = json.loads(answer.read())
        finally:
            connection.close()
        if answer.status != 201:
            problems = "".join(f"\n  - {problem}" for problem in document.get("problems", ()))
            raise ServingError(f"{document['detail']}{problems}")
        return document
