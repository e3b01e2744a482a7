"""A secret is found in every form, and nothing of it is kept."""

import base64
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customhouse_fakes.core.redaction import REDACTED, forms, holds, redact, redact_headers

TOKEN = "dG9r+ZW4/6c2VjcmV0==>>>???"
Encoder = Callable[[bytes], bytes]
ENCODERS: tuple[Encoder, ...] = (base64.b64encode, base64.urlsafe_b64encode)


@pytest.mark.parametrize("encode", ENCODERS)
@given(before=st.binary(max_size=7), after=st.binary(max_size=7))
def test_base64_is_found_and_blotted_out_at_every_alignment(encode: Encoder, before: bytes, after: bytes) -> None:
    text = encode(before + TOKEN.encode() + after)
    assert holds(text, forms(TOKEN)) == "base64 token"
    assert REDACTED in redact(text.decode(), [TOKEN])


def test_plain_and_percent_encoded_are_told_apart() -> None:
    assert holds(f"?t={quote(TOKEN, safe='')}".encode(), forms(TOKEN)) == "percent-encoded token"
    assert holds(f"Bearer {TOKEN}".encode(), forms(TOKEN)) == "token"
    assert holds(b"Bearer something else", forms(TOKEN)) is None


def test_redaction_reaches_every_string() -> None:
    value = {TOKEN: [f"a {TOKEN}", (1, None, {"deep": quote(TOKEN, safe="")})]}
    assert redact(value, [TOKEN]) == {REDACTED: [f"a {REDACTED}", [1, None, {"deep": REDACTED}]]}


def test_a_short_secret_is_looked_for_as_it_is_only() -> None:
    assert list(forms("ab")) == ["token"]


def test_headers_that_carry_secrets_keep_their_scheme() -> None:
    headers = {"authorization": "Bearer anything", "cookie": "a=b", "accept": "*/*", "x-mine": f"<{TOKEN}>"}
    assert redact_headers(headers, [TOKEN]) == {
        "authorization": f"Bearer {REDACTED}",
        "cookie": REDACTED,
        "accept": "*/*",
        "x-mine": f"<{REDACTED}>",
    }
