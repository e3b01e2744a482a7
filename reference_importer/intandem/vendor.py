"""The calls to inTandem. None is repeated: a start that was repeated might start two imports."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from reference_importer.common.transport import Answer, Request, Transport
from reference_importer.intandem.errors import Refusal
from reference_importer.intandem.mapping import LABELS

WEBHOOK = "bulk_import/done"


class Vendor:
    """inTandem as one business's staff member sees it, for each business."""

    def __init__(self, token: Callable[[str], str | None], transport: Callable[[str], Transport]) -> None:
        self._token, self._transport = token, transport
        self._transports: dict[str, Transport] = {}
        self._lock = threading.Lock()

    def check(self, business: str) -> None:
        """Raises Refusal (404) for a business that is not ours."""
        if not self._token(business):
            raise Refusal(404, "no token for this business. Is its uid right?")

    def start(self, business: str, app: str, fields: list[str], params: dict[str, Any]) -> Answer:
        """Start an import. Raises CallError when there was no answer."""
        mapping = {name: LABELS.get(name, name) for name in fields}
        body = {"fields_mapping": mapping, "import_params": params}
        path = f"/business/clients/v1/apps/{app}/import"
        return self._of(business).send(Request("POST", path, body, repeatable=False))

    def subscribe(self, business: str, target: str) -> Answer:
        """Ask for the webhook that tells what became of each page. Raises CallError."""
        body = {"event": WEBHOOK, "target_url": target}
        return self._of(business).send(Request("POST", "/platform/v1/webhook/subscribe", body, repeatable=False))

    def _of(self, business: str) -> Transport:
        token = self._token(business) or ""
        with self._lock:
            return self._transports.setdefault(token, self._transport(token))
