"""Compact JWS with HS256, which is all that the fake signs."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

import orjson


def compact_jws(payload: Mapping[str, Any], secret: str) -> str:
    """`header.payload.signature`, signed with a shared secret (RFC 7515)."""
    signed = b".".join((_encode(orjson.dumps({"alg": "HS256", "typ": "JWT"})), _encode(orjson.dumps(dict(payload)))))
    mac = hmac.new(secret.encode(), signed, hashlib.sha256).digest()
    return (signed + b"." + _encode(mac)).decode()


def _encode(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")
