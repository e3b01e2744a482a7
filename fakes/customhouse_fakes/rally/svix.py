"""Svix's way of signing a webhook (contract section 8.1), and the ways in which a signed webhook can be spoilt."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal

import orjson

from customhouse_fakes.core.deliveries import Tamper
from customhouse_fakes.core.errors import HarnessError

Prefix = Literal["svix", "webhook"]
Sealed = tuple[Mapping[str, str], bytes]

MARK = "whsec_"
SECRET_BYTES = 24
#: Verifiers refuse what is older than five minutes.
STALE_S = 600.0


class SecretError(HarnessError):
    """A signing secret that is none."""

    code = "webhook-secret"


def new_secret() -> str:
    """A signing secret: never repeatable."""
    return MARK + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def key_of(secret: str) -> bytes:
    """The bytes that a secret stands for; raises `SecretError`."""
    try:
        return base64.b64decode(secret.removeprefix(MARK), validate=True)
    except binascii.Error as error:
        raise SecretError(f"a webhook secret is {MARK} and base64 after it; got something else") from error


def signature(key: bytes, id: str, timestamp: int, body: bytes) -> str:
    """`v1,<base64>` over `{id}.{timestamp}.{body}`."""
    mac = hmac.new(key, b"%b.%d.%b" % (id.encode(), timestamp, body), hashlib.sha256)
    return "v1," + base64.b64encode(mac.digest()).decode()


@dataclass(frozen=True, slots=True)
class Seal:
    """How one message is signed, afresh at each attempt: the id stays, the timestamp is the attempt's."""

    key: bytes
    id: str
    prefix: Prefix

    def __call__(self, body: bytes, at: float) -> dict[str, str]:
        return self.headers(at, signature(self.key, self.id, int(at), body))

    def headers(self, at: float, signed: str) -> dict[str, str]:
        return {
            f"{self.prefix}-id": self.id,
            f"{self.prefix}-timestamp": str(int(at)),
            f"{self.prefix}-signature": signed,
        }

    def tampers(self) -> dict[str, Tamper]:
        """What a fault can make of the message instead, by name."""
        return {name: partial(tamper, self) for name, tamper in TAMPERS.items()}


def _foreign(seal: Seal, body: bytes, at: float) -> str:
    """A signature by somebody who does not know the secret."""
    return signature(hashlib.sha256(seal.key).digest(), seal.id, int(at), body)


def _forged(seal: Seal, body: bytes, at: float) -> Sealed:
    return seal.headers(at, _foreign(seal, body, at)), body


def _unsigned(_seal: Seal, body: bytes, _at: float) -> Sealed:
    return {}, body


def _stale(seal: Seal, body: bytes, at: float) -> Sealed:
    return seal(body, at - STALE_S), body


def _garbage(seal: Seal, body: bytes, at: float) -> Sealed:
    return seal.headers(at, "garbage"), body


def _bad_base64(seal: Seal, body: bytes, at: float) -> Sealed:
    return seal.headers(at, "v1,a"), body


def _reserialised(seal: Seal, body: bytes, at: float) -> Sealed:
    """Signed, and then written anew by something on the way: the same JSON in other bytes."""
    return seal(body, at), orjson.dumps(orjson.loads(body), option=orjson.OPT_INDENT_2)


def _not_utf8(seal: Seal, body: bytes, at: float) -> Sealed:
    return seal(body, at), b"\xff" + body


def _two_signatures(seal: Seal, body: bytes, at: float) -> Sealed:
    """What is sent while a secret rotates: one signature by the other secret, one by this one."""
    return seal.headers(at, f"{_foreign(seal, body, at)} {seal(body, at)[f'{seal.prefix}-signature']}"), body


#: By the names that a fault plan uses. All but `two_signatures` must be refused.
TAMPERS: dict[str, Callable[[Seal, bytes, float], Sealed]] = {
    "forged": _forged,
    "unsigned": _unsigned,
    "stale": _stale,
    "garbage": _garbage,
    "bad_base64": _bad_base64,
    "reserialised": _reserialised,
    "not_utf8": _not_utf8,
    "two_signatures": _two_signatures,
}
