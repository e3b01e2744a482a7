"""Input by hand that no well-meaning client sends: the vendor's 4xx or a clean close, and always on record."""

import re
from typing import Any

import pytest

from customhouse_fakes.core.serving import Harness
from customhouse_fakes.intercom.http.routes import ROUTES, Route
from customhouse_fakes.intercom.provider import IntercomProvider

from .furnished import PREVIEW, begin_job, furnish
from .shapes import ARGUMENT, sample
from .visitor import Visitor

BAD_BODY = (400, "parameter_invalid")
NO_ROUTE = (404, "not_found")
DEEP = 100_000
BIG = 3_000_000
WRITES = [route for route in ROUTES if route.method != "GET"]
METHODS = {"GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"}


# ---- bodies ----


@pytest.mark.parametrize(
    "body",
    [
        b"{", b"}", b"null", b"[]", b'"text"', b"1", b"{'email': 'a'}", b'{"email": "a",}', b'{"email": "a"} {}',
        b"email=a", b'{"email": NaN}', b'{"email": 1e400}', b'{"email": "\xff"}', b'{"email": "\xed\xa0\x80"}',
        b'{"email": "\\ud800"}', b'{"email": "a\nb"}', b"\xef\xbb\xbf{}", b"\xff\xfe{\0}\0", b"\0", b"\x1f\x8b\x08\0",
        b"[" * DEEP, b'{"a":' * DEEP, b'{"a":' * DEEP + b"1" + b"}" * DEEP, b'{"email":"' + b"a" * BIG,
    ],
    ids=lambda body: repr(body[:20]),
)  # fmt: skip
def test_what_is_no_json_object(visitor: Visitor, body: bytes) -> None:
    with visitor.recording(2):
        assert visitor.call("POST", "/contacts", body).refusal == BAD_BODY
        assert visitor.call("POST", "/contacts/search", body).refusal == BAD_BODY


@pytest.mark.parametrize(
    "extra",
    [
        {"email": {}}, {"email": ["a"]}, {"name": 5}, {"phone": True}, {"role": []}, {"custom_attributes": []},
        {"custom_attributes": {"undefined": "x"}}, {"signed_up_at": "2024-01-01"}, {"signed_up_at": 1.7e12},
        {"owner_id": {}}, {"unsubscribed_from_emails": "no"}, {"external_id": ["1"]},
    ],
    ids=str,
)  # fmt: skip
def test_wrong_types(visitor: Visitor, extra: dict[str, Any]) -> None:
    with visitor.recording(1):
        assert visitor.call("POST", "/contacts", {"email": "a@example.com", **extra}).refusal == BAD_BODY
    assert visitor.call("GET", "/contacts").json["total_count"] == 0


def test_deep_and_big_but_good(visitor: Visitor) -> None:
    """No size limit is documented (contract section 10, item 14), and unknown keys are ignored (item 13)."""
    deep = b'{"email": "deep@example.com", "unknown": ' + b"[" * 900 + b"]" * 900 + b"}"
    big = b'{"email": "big@example.com", "name": "' + b"a" * BIG + b'"}'
    many = {"email": "many@example.com", **{f"key-{n}": n for n in range(20_000)}}
    for body in (deep, big, many):
        assert visitor.call("POST", "/contacts", body).status == 200
    assert visitor.call("GET", "/contacts").json["total_count"] == 3


def test_a_search_as_deep_as_json_goes(visitor: Visitor) -> None:
    nested = b'{"operator": "AND", "value": [' * 400 + b"]}" * 400
    assert visitor.call("POST", "/contacts/search", b'{"query": ' + nested + b"}").refusal == BAD_BODY


def test_a_body_over_the_limit_is_refused_unread() -> None:
    with Harness([IntercomProvider()], strict=True, body_limit=10_000) as harness:
        visitor = Visitor(harness, harness.sandbox("intercom"))
        with visitor.recording(2):
            assert visitor.call("POST", "/contacts", b"x" * 10_001).status == 413
            chunks = b"".join(b"3e8\r\n" + b"x" * 1000 + b"\r\n" for _ in range(20)) + b"0\r\n\r\n"
            (reply,) = visitor.raw(visitor.head("POST", "/contacts", "Transfer-Encoding: chunked") + chunks)
            assert reply.status == 413
        visitor.close()
        assert list(visitor.sandbox.diagnostics) == []


@pytest.mark.parametrize("route", WRITES, ids=lambda route: route.operation)
@pytest.mark.parametrize("length", ["Content-Length: 0", "X-No-Length: 1"], ids=["length-0", "no-length"])
def test_writes_without_a_body(visitor: Visitor, route: Route, length: str) -> None:
    ids = furnish(visitor)
    ids["@job"] = begin_job(visitor)
    target = sample(route.operation).filled(ids).target
    with visitor.recording(1):
        (reply,) = visitor.raw(visitor.head(route.method, target, length, "Intercom-Version: Preview"))
    assert reply.status < 500
    assert visitor.last_row().operation == route.operation


def test_chunked_bodies(visitor: Visitor) -> None:
    head = visitor.head("POST", "/contacts", "Transfer-Encoding: chunked", "Content-Type: application/json")
    good = b'b;ext="1"\r\n{"email": "\r\n' + b'8\r\na@x.org"\r\n' + b"1\r\n}\r\n0\r\nX-Trailer: 1\r\n\r\n"
    with visitor.recording(1):
        (reply,) = visitor.raw(head + good)
    assert (reply.status, reply.json["email"]) == (200, "a@x.org")
    with visitor.recording(11):  # each of them once: not as garbage and, a moment later, as abandoned too
        for _ in range(10):
            assert visitor.leave_after(head + b"xyz\r\n{}\r\n0\r\n\r\n").startswith(b"HTTP/1.1 400")
        assert visitor.is_well()


# ---- heads ----


@pytest.mark.parametrize(
    ("header", "refusal"),
    [
        ("Accept: text/html", (406, "media_type_not_acceptable")),
        ("Accept: application/json;q=0", (406, "media_type_not_acceptable")),
        ("Intercom-Version: 99", (400, "intercom_version_invalid")),
        ("Intercom-Version: \xff\xfe", (400, "intercom_version_invalid")),
        ("Intercom-Version: " + "9" * 60_000, (400, "intercom_version_invalid")),
        ("Authorization: Bearer " + "a" * 60_000, (401, "unauthorized")),
        ("Authorization: Basic \xe9\xe9", (401, "unauthorized")),
        ("Authorization: Digest username=x", (401, "unauthorized")),
    ],
    ids=lambda value: str(value)[:40],
)
def test_headers_that_are_refused(visitor: Visitor, header: str, refusal: tuple[int, str]) -> None:
    with visitor.recording(1):
        (reply,) = visitor.raw(visitor.head("GET", "/me", header))
    assert reply.refusal == refusal


@pytest.mark.parametrize(
    "header",
    [
        "Accept: ,;q==,*/*", "Accept: ", "Content-Type: multipart/form-data", "Content-Encoding: gzip",
        "Cookie: " + "a=b; " * 5000, "X-Odd: \x80\xff", "Expect: 100-continue",
        "Connection: Upgrade\r\nUpgrade: websocket",
        "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__",
        "X-Forwarded-For: ::::, <script>", "Range: bytes=0-1", "If-None-Match: *", "Content-Length: 0",
        "\r\n".join(f"X-{n}: y" for n in range(2000)),
    ],
    ids=lambda header: repr(header[:40]),
)  # fmt: skip
def test_headers_that_do_not_matter(visitor: Visitor, header: str) -> None:
    with visitor.recording(1):
        (reply,) = visitor.raw(visitor.head("GET", "/me", header))
    assert (reply.status, reply.json["type"]) == (200, "admin")


@pytest.mark.parametrize(
    "lines",
    [
        ("Content-Length: 5", "Content-Length: 6"),
        ("Content-Length: -1",),
        ("Content-Length: 99999999999999999999999",),
        ("Content-Length: 2", "Transfer-Encoding: chunked"),
        ("X Bad: 1",),
        (": nameless",),
        ("X-Nul: a\0b",),
        ("X-Control: a\x01b",),
    ],
    ids=str,
)
def test_heads_that_cannot_be_read(visitor: Visitor, lines: tuple[str, ...]) -> None:
    with visitor.recording(1):
        assert visitor.leave_after(visitor.head("POST", "/contacts", *lines) + b"{}").startswith(b"HTTP/1.1 400")
    assert visitor.is_well()


@pytest.mark.parametrize(
    "line",
    [
        b"GET /\xff\xfe HTTP/1.1", b"GET /me", b"GET  /me HTTP/1.1", b"G\0T /me HTTP/1.1", b"BREW /me HTTP/1.1",
        b"GET /me HTTP/3", b"GET /me\x01 HTTP/1.1", b"CONNECT api.intercom.io:443 HTTP/1.1",
    ],
)  # fmt: skip
def test_request_lines_that_cannot_be_read(visitor: Visitor, line: bytes) -> None:
    with visitor.recording(1):
        assert visitor.leave_after(line + b"\r\nHost: x\r\n\r\n").startswith(b"HTTP/1.1 4")
    assert visitor.is_well()


def test_a_head_without_end_is_cut_off(visitor: Visitor) -> None:
    endless = visitor.head("GET", "/me", *("X-Filler: " + "y" * 1000 for _ in range(100)))
    with visitor.recording(1):
        assert visitor.leave_after(endless[:-4]).startswith(b"HTTP/1.1 431")


# ---- methods, paths, queries ----


def escaped(text: str) -> str:
    """Every byte percent-encoded, so that no client normalises anything."""
    return "".join(f"%{byte:02X}" for byte in text.encode())


@pytest.mark.parametrize("path", sorted({route.path for route in ROUTES}))
def test_wrong_methods(visitor: Visitor, path: str) -> None:
    """404 as documented, and no 405 (contract section 1)."""
    target = ARGUMENT.sub("1", path)
    right = {route.method for route in ROUTES if re.fullmatch(ARGUMENT.sub("[^/]+", route.path), target)}
    for method in sorted(METHODS - right):
        with visitor.recording(1):
            (reply,) = visitor.raw(visitor.head(method, target))
        assert reply.refusal == NO_ROUTE


def test_head_is_a_get_without_the_body(visitor: Visitor) -> None:
    with visitor.recording(1):
        (reply,) = visitor.raw(visitor.head("HEAD", "/me"), method="HEAD")
    assert (reply.status, reply.body, visitor.last_row().operation) == (200, b"", "admins.me")


@pytest.mark.parametrize(
    "target",
    [
        "/", "//", "/Contacts", "/contacts/../me", "/%2e%2e/me", "/contacts%00", "/contacts;a=b", "/%", "/%ff",
        "/me%20", "/_customhouse", "/a" * 5000, "/../../../../etc/passwd", "/me%0d%0aX-Injected:%201", "*",
    ],
    ids=lambda target: target[:40],
)  # fmt: skip
def test_paths_that_lead_nowhere(visitor: Visitor, target: str) -> None:
    with visitor.recording(1):
        (reply,) = visitor.raw(visitor.head("GET", target))
    assert reply.refusal == NO_ROUTE
    assert "x-injected" not in reply.headers


@pytest.mark.parametrize(
    "id",
    [
        "%00", "..", "%2e%2e", "a" * 50_000, "%F0%9F%98%80", "%ff%fe", "%20", "null", "-1", "%27%20OR%201=1",
        "%0d%0aX-Injected:%201", "%25s%25n",
    ],
    ids=lambda id: id[:20],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_ids_of_nobody(visitor: Visitor, method: str, id: str) -> None:
    with visitor.recording(1):
        (reply,) = visitor.raw(visitor.head(method, f"/contacts/{id}", "Content-Length: 2") + b"{}")
    assert reply.refusal == (404, "not_found")
    assert "x-injected" not in reply.headers


@pytest.mark.parametrize("external_id", ["a/b", "..", "a//b", "ü 1", "100%", "a?b#c", "%2F", "\u202e", "'; --"])
def test_any_external_id_is_found_again(visitor: Visitor, external_id: str) -> None:
    made = visitor.call("POST", "/contacts", {"external_id": external_id}).json
    found = visitor.call("GET", f"/contacts/find_by_external_id/{escaped(external_id)}", headers=PREVIEW)
    assert (found.status, found.json["id"]) == (200, made["id"])


def test_repeated_and_unknown_query_keys(visitor: Visitor) -> None:
    """Of a repeated key the last counts; unknown keys, `email` among them, filter nothing (contract section 2.2)."""
    for n in range(3):
        visitor.call("POST", "/contacts", {"email": f"{n}@example.com"})
    listed = visitor.call("GET", "/contacts?per_page=1&per_page=2&email=0%40example.com&email=x&per_page[]=9")
    assert (len(listed.json["data"]), listed.json["total_count"]) == (2, 3)
    long = "&".join(f"key{n}=value" for n in range(4000))
    with visitor.recording(1):
        assert visitor.call("GET", f"/contacts?{long}").json["total_count"] == 3


@pytest.mark.parametrize("per_page", ["0", "-1", "x", "1.5", "%00", "9" * 5000, "٣", "1e1", "0x10", " "])
def test_page_sizes_that_are_none(visitor: Visitor, per_page: str) -> None:
    with visitor.recording(1):
        (reply,) = visitor.raw(visitor.head("GET", f"/contacts?per_page={escaped(per_page)}"))
    assert reply.status == 400


# ---- connections ----


def test_requests_that_come_in_one_piece_are_answered_in_order(visitor: Visitor) -> None:
    one = visitor.head("GET", "/me") + visitor.head("GET", "/nowhere") + visitor.head("GET", "/tags")
    with visitor.recording(3):
        replies = visitor.raw(one, answers=3)
    assert [reply.status for reply in replies] == [200, 404, 200]


def test_a_request_that_comes_byte_by_byte(visitor: Visitor) -> None:
    body = b'{"email": "slow@example.com"}'
    head = visitor.head("POST", "/contacts", f"Content-Length: {len(body)}", "Content-Type: application/json")
    with visitor.recording(1):
        assert visitor.dribble(head + body).json["email"] == "slow@example.com"


def test_old_and_absolute_requests(visitor: Visitor) -> None:
    head = visitor.head("GET", "/me").replace(b"HTTP/1.1", b"HTTP/1.0").replace(b"Host: x\r\n", b"")
    with visitor.recording(2):
        assert visitor.leave_after(head).startswith(b"HTTP/1.1 200")
        (reply,) = visitor.raw(visitor.head("GET", "http://api.intercom.io/me"))
    assert reply.status == 200


@pytest.mark.parametrize("sent", [b"", b"GE", b"POST /contacts HTTP/1.1\r\nHost: x\r\n"])
def test_who_leaves_before_his_head_ends_sent_no_request(visitor: Visitor, sent: bytes) -> None:
    with visitor.recording(0):
        assert visitor.leave_after(sent) == b""
    assert visitor.is_well()


def test_who_leaves_in_the_middle_of_a_body_changes_nothing(visitor: Visitor) -> None:
    head = visitor.head("POST", "/contacts", "Content-Length: 100")
    assert visitor.leave_after(head + b'{"email": "half@example.com"') == b""
    assert visitor.call("GET", "/contacts").json["total_count"] == 0
