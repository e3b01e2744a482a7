"""Our signatures against the vendor's example, and against both packages that receivers use."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from standardwebhooks import Webhook as StandardWebhook
from svix.webhooks import Webhook as SvixWebhook

from customhouse_fakes.rally.svix import TAMPERS, Prefix, Seal, SecretError, key_of, new_secret, signature

BODY = json.dumps({"_eventType": "person.opted_out", "email": "zoë@example.com"}).encode()
Verify = Callable[[str, bytes, dict[str, str]], Any]


def by_svix(secret: str, body: bytes, headers: dict[str, str]) -> None:
    SvixWebhook(secret).verify(body, headers)


def by_standard(secret: str, body: bytes, headers: dict[str, str]) -> None:
    """It knows the prefix `webhook-` only (contract section 8.2)."""
    StandardWebhook(secret).verify(body, {name.replace("svix-", "webhook-"): value for name, value in headers.items()})


each_verifier = pytest.mark.parametrize("verify", [by_svix, by_standard])


def test_the_published_example() -> None:
    key = key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signed = signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@each_verifier
@pytest.mark.parametrize("prefix", ["svix", "webhook"])
def test_both_packages_accept_what_is_signed(verify: Verify, prefix: Prefix) -> None:
    secret = new_secret()
    verify(secret, BODY, Seal(key_of(secret), "msg_1", prefix)(BODY, time.time()))


@each_verifier
@pytest.mark.parametrize("tamper", sorted(TAMPERS))
def test_both_packages_refuse_what_was_tampered_with(verify: Verify, tamper: str) -> None:
    secret = new_secret()
    headers, body = Seal(key_of(secret), "msg_1", "svix").tampers()[tamper](BODY, time.time())
    if tamper == "two_signatures":
        verify(secret, body, dict(headers))
        return
    with pytest.raises(Exception, match=r".") as refusal:
        verify(secret, body, dict(headers))
    careless = not type(refusal.value).__name__.startswith("WebhookVerification")
    assert careless == (tamper in {"garbage", "bad_base64", "not_utf8"}), repr(refusal.value)


def test_a_secret_is_new_every_time_and_a_broken_one_is_refused_in_words() -> None:
    assert new_secret() != new_secret()
    with pytest.raises(SecretError, match="whsec_ and base64"):
        key_of("whsec_!")
