"""The webhook of an import that has ended, signed and delivered as Rally does it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import requests

from .peer import Document, Import

SECRET = "whsec_" + base64.b64encode(b"a secret of twenty-four b").decode()


def finished(begun: Import, **more: Any) -> Document:
    """The webhook's body."""
    return {"_eventType": "person_import.api.finished", "importId": begun.id, "status": begun.status,
            "updatedAt": "2026-01-01T00:00:00Z", "failedRecords": begun.failed or None, **more}  # fmt: skip


def signed(body: bytes, id: str = "msg_1", at: float | None = None, prefix: str = "svix") -> dict[str, str]:
    """The headers of a delivery."""
    stamp = str(int(time.time() if at is None else at))
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    mac = base64.b64encode(hmac.new(key, f"{id}.{stamp}.".encode() + body, hashlib.sha256).digest()).decode()
    return {f"{prefix}-id": id, f"{prefix}-timestamp": stamp, f"{prefix}-signature": f"v1,AAAA v1,{mac}"}


def deliver(url: str, document: Document, id: str = "msg_1") -> int:
    body = json.dumps(document).encode()
    return requests.post(url, data=body, headers=signed(body, id), timeout=5).status_code
