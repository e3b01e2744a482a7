"""Through real sockets: what a client sees of faults, garbage and several clients at once."""

import base64
import gc
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from customhouse_fakes.core.answers import Answer
from customhouse_fakes.core.call import Call
from customhouse_fakes.core.clock import monotonic
from customhouse_fakes.core.errors import FaultPlanError, ServingError
from customhouse_fakes.core.journal import KEPT_BYTES
from customhouse_fakes.core.ratelimit import Quota
from customhouse_fakes.core.request import Request
from customhouse_fakes.core.serving import Harness
from customhouse_fakes.core.serving.protocol import Protocol

from .conftest import Toy
from .toy import ToyDialect, ToyProvider

#: Connections that this test has open beside those it has left.
KEPT_ALIVE = 5


def raw(toy: Toy, data: bytes, deadline: float = 10) -> bytes:
    """Send bytes, read until the peer closes."""
    address = toy.harness.addresses["toy"]
    with socket.create_connection((address.host, address.port), deadline) as sock:
        sock.sendall(data)
        sock.shutdown(socket.SHUT_WR)
        received = b""
        while chunk := sock.recv(65536):
            received += chunk
    return received


def test_a_connection_that_is_over_is_let_go_of_without_the_collector(toy: Toy) -> None:
    """`customhouse serve` collects so seldom that thousands of connections would lie about."""
    address = toy.harness.addresses["toy"]
    gc.collect()
    most = _protocols() + KEPT_ALIVE
    gc.disable()
    try:
        for _ in range(20):
            socket.create_connection((address.host, address.port), 10).close()
            with socket.create_connection((address.host, address.port), 10) as sock:
                sock.sendall(b"GET /notes HT")
        deadline = monotonic() + 10
        while (left := _protocols()) > most and monotonic() < deadline:
            toy.call("GET", "/notes")
        assert left <= most
    finally:
        gc.enable()


def _protocols() -> int:
    return len([one for one in gc.get_objects() if isinstance(one, Protocol)])


def test_state_survives_from_call_to_call(toy: Toy) -> None:
    assert toy.call("POST", "/notes", json={"title": "a", "text": "b"}).status_code == 201
    assert toy.call("GET", "/notes/a").json() == {"title": "a", "text": "b"}
    refused = toy.call("POST", "/notes", json={"title": "a", "text": "c"})
    assert (refused.status_code, refused.headers["X-Why"]) == (409, "it")
    row = toy.rows()[-1]
    assert (row["refused_by"], row["why"], row["operation"]) == ("rule:title.taken", "a is there", "notes.create")


def test_unknown_and_missing_credentials_are_strays(toy: Toy) -> None:
    before = toy.harness.registry.strays_total
    assert toy.call("GET", "/notes", headers={"Authorization": "Bearer nonsense"}).json() == {
        "error": "you are not known"
    }
    assert toy.call("GET", "/notes", headers={}).json() == {"error": "who are you"}
    strays = toy.control("GET", "/strays").json()
    assert strays["total"] == before + 2
    assert [row["auth"] for row in strays["strays"][-2:]] == ["unknown", "missing"]
    assert toy.rows() == []


def test_unknown_routes_are_answered_and_journaled(toy: Toy) -> None:
    assert toy.call("GET", "/nowhere").status_code == 404
    assert toy.call("DELETE", "/notes").status_code == 405
    assert [row["refused_by"] for row in toy.rows()] == ["route", "route"]


def test_a_bug_of_ours_is_a_500_a_row_and_a_diagnostic(toy: Toy) -> None:
    assert toy.call("GET", "/crash").status_code == 500
    assert toy.rows()[-1]["refused_by"] == "harness"
    listed = toy.control("GET", f"/sandboxes/{toy.sandbox.id}/diagnostics").json()["diagnostics"]
    assert listed[0]["kind"] == "crash"
    assert "a bug of ours" in listed[0]["detail"]


def test_an_own_answer_that_breaks_its_schema_is_listed(toy: Toy) -> None:
    toy.call("POST", "/notes", json={"title": "a", "text": "colour"})
    assert toy.call("GET", "/notes/a").status_code == 200
    assert [line["kind"] for line in toy.sandbox.diagnostics] == ["schema", "schema"]


@pytest.mark.parametrize(
    ("fault", "error", "delivery", "committed"),
    [
        ({"reset": True}, requests.ConnectionError, "reset", False),
        ({"reset": True, "where": "after"}, requests.ConnectionError, "reset", True),
        ({"truncate": 3}, requests.exceptions.ChunkedEncodingError, "truncated", True),
        ({"truncate": 100_000}, requests.exceptions.ChunkedEncodingError, "truncated", True),
        ({"hang": True}, requests.ReadTimeout, "held", False),
        ({"hang": True, "where": "after"}, requests.ReadTimeout, "held", True),
    ],
)
def test_faults_of_the_connection(
    toy: Toy, fault: dict[str, Any], error: type[Exception], delivery: str, committed: bool
) -> None:
    toy.fault(**fault)
    with pytest.raises(error):
        toy.call("POST", "/notes", json={"title": "a", "text": "b"}, timeout=0.3)
    row = toy.rows()[-1]
    assert (row["delivery"], row["committed"], row["faults"]) == (delivery, committed, ["F1"])
    assert ("a" in toy.sandbox.state.notes) == committed


def test_malformed_json_is_whole_http(toy: Toy) -> None:
    toy.fault(malformed=True)
    answer = toy.call("GET", "/notes")
    assert answer.status_code == 200
    with pytest.raises(requests.JSONDecodeError):
        answer.json()


@pytest.mark.parametrize("where", ["before", "after"])
def test_status_and_html_before_and_after_the_commit(toy: Toy, where: str) -> None:
    toy.fault(status=503, where=where, retry_after_s=7)
    answer = toy.call("POST", "/notes", json={"title": "a", "text": "b"})
    assert (answer.status_code, answer.json(), answer.headers["Retry-After"]) == (503, {"error": "out of order"}, "7")
    assert ("a" in toy.sandbox.state.notes) == (where == "after")
    toy.fault(html=502, where=where)
    answer = toy.call("POST", "/notes", json={"title": "c", "text": "b"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (502, "text/html")
    assert b"502 Bad Gateway" in answer.content


def test_a_429_of_the_plan_tells_an_empty_window(toy: Toy) -> None:
    toy.fault(status=429)
    assert toy.call("GET", "/notes").headers["X-Remaining"] == "0"


def test_redirects_lead_where_the_plan_says(toy: Toy) -> None:
    toy.fault(redirect="http://127.0.0.1:9/elsewhere", redirect_status=308)
    answer = toy.call("GET", "/notes", allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (308, "http://127.0.0.1:9/elsewhere")


def test_an_injected_delay_follows_the_sandbox_clock(toy: Toy) -> None:
    toy.harness.run(toy.sandbox.clock.freeze)
    toy.fault(delay_s=3600, where="after")
    committed = threading.Event()
    toy.sandbox.journal.subscribe(lambda _row: committed.set())
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(toy.call, "POST", "/notes", json={"title": "a", "text": "b"})
        assert committed.wait(10)
        assert not waiting.done()
        toy.harness.run(toy.sandbox.clock.advance, 3600)
        assert waiting.result(10).status_code == 201


def test_the_limit_counts_calls_and_refuses_the_rest(toy: Toy) -> None:
    sandbox = toy.harness.sandbox("toy", limits={"app": 2})
    toy.sandbox = sandbox
    toy.harness.run(sandbox.clock.freeze)
    answers = [toy.call("GET", "/nowhere"), toy.call("GET", "/notes"), toy.call("GET", "/notes")]
    assert [(a.status_code, a.headers["X-Remaining"]) for a in answers] == [(404, "2"), (200, "1"), (429, "0")]
    row = toy.rows()[-1]
    assert (row["refused_by"], row["committed"], row["limit"]["remaining"]) == ("rate-limit:app", False, 0)


def test_thirty_two_clients_at_once_get_one_yes(toy: Toy) -> None:
    def create(_n: int) -> int:
        url = f"{toy.url}/notes"
        headers = {"Authorization": f"Bearer {toy.sandbox.credentials['token']}"}
        return requests.post(url, json={"title": "same", "text": ""}, headers=headers, timeout=10).status_code

    with ThreadPoolExecutor(32) as pool:
        assert sorted(pool.map(create, range(32))) == [201] + [409] * 31


@pytest.mark.parametrize(
    "data",
    [
        b"GARBAGE\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /notes HTTP/1.1\r\nBad Header\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 50,
    ],
)
def test_bytes_that_are_no_http_get_400_and_a_stray_row(toy: Toy, data: bytes) -> None:
    before = toy.harness.registry.strays_total
    assert raw(toy, data).startswith(b"HTTP/1.1 400")
    assert toy.harness.registry.strays_total == before + 1
    assert toy.control("GET", "/strays").json()["strays"][-1]["refused_by"] == "http"


def test_an_endless_head_is_cut_off(toy: Toy) -> None:
    head = b"GET /notes HTTP/1.1\r\nHost: x\r\n" + b"".join(b"X-%d: %s\r\n" % (n, b"y" * 1000) for n in range(100))
    assert raw(toy, head).startswith(b"HTTP/1.1 431")


def test_a_body_over_the_limit_gets_413_and_a_row() -> None:
    with Harness([ToyProvider()], body_limit=1000) as harness, requests.Session() as session:
        toy = Toy(harness, harness.sandbox("toy"), session)
        assert toy.call("POST", "/notes", data=b"x" * 2000).status_code == 413
        assert toy.rows()[-1]["refused_by"] == "body-limit"


def test_starting_twice_on_one_port_is_a_typed_error(toy: Toy) -> None:
    port = toy.harness.addresses["toy"].port
    with pytest.raises(ServingError, match=f"{port} for toy.*choose another port"):
        Harness([ToyProvider()], ports={"toy": port}).start()


@pytest.mark.parametrize("fault", [{"hang": True}, {"delay_s": 600, "where": "after"}])
def test_stop_ends_held_calls_without_a_word_and_can_be_called_twice(
    fault: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    with Harness([ToyProvider()]) as harness, requests.Session() as session, ThreadPoolExecutor(1) as pool:
        toy = Toy(harness, harness.sandbox("toy"), session)
        toy.fault(**fault)
        arrived = threading.Event()
        toy.sandbox.journal.subscribe(lambda _row: arrived.set())
        held = pool.submit(toy.call, "GET", "/notes")
        assert arrived.wait(10)
        harness.stop()
        assert isinstance(held.exception(10), requests.ConnectionError)
        harness.stop()
    assert caplog.records == []


def test_a_long_answer_is_sent_whole_and_kept_in_part(toy: Toy) -> None:
    text = "x" * (2 * KEPT_BYTES)
    assert toy.call("POST", "/notes", json={"title": "a", "text": text}).json()["text"] == text
    row = toy.rows()[-1]
    assert row["response"]["body_cut"]
    assert row["request"]["body_cut"]
    assert row["response"]["body_bytes"] > len(text)


def test_a_page_for_a_status_without_a_name(toy: Toy) -> None:
    toy.fault(html=599)
    answer = toy.call("GET", "/notes")
    assert (answer.status_code, b"599 Unknown" in answer.content) == (599, True)
    assert toy.rows()[-1]["refused_by"] == "fault:F1"


@pytest.mark.parametrize("address", ["http://x/\r\nSet-Cookie: a=b", "http://x/\n", "http://x/\x00", "http://\u0161"])
def test_a_redirect_that_no_header_can_hold_is_refused(toy: Toy, address: str) -> None:
    with pytest.raises(FaultPlanError, match="redirect"):
        toy.fault(redirect=address)


@pytest.mark.parametrize("part", ["limiter", "faults"])
def test_a_bug_on_the_way_in_costs_no_row(toy: Toy, monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    class Broken:
        def hit(self, credential: str) -> None:
            raise RuntimeError("a bug on the way in")

        def strike(self, operation: str | None, request: Request) -> None:
            raise RuntimeError("a bug on the way in")

    monkeypatch.setattr(toy.sandbox, part, Broken())
    answer = toy.call("GET", "/notes")
    assert (answer.status_code, answer.json()) == (500, {"error": "out of order"})
    (row,) = toy.rows()
    assert (row["refused_by"], row["operation"], row["committed"]) == ("harness", "notes.list", False)
    assert "a bug on the way in" in toy.sandbox.diagnostics[0]["detail"]


def test_an_answer_of_ours_is_finished_like_any_other(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    assert toy.call("GET", "/crash").headers["X-Remaining"] == "1000"

    def broken(self: ToyDialect, call: Call, answer: Answer, quota: Quota | None) -> None:
        raise RuntimeError("finishing breaks")

    monkeypatch.setattr(ToyDialect, "finish", broken)
    assert toy.call("GET", "/notes").status_code == 500
    assert [row["refused_by"] for row in toy.rows()] == ["harness", "harness"]


@pytest.mark.parametrize("known", [True, False])
def test_a_client_that_leaves_within_its_body_is_on_record(toy: Toy, known: bool) -> None:
    token = toy.sandbox.credentials["token"] if known else "nobody"
    head = f"POST /notes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Length: 100\r\n\r\n"
    before = toy.harness.registry.strays_total
    raw(toy, head.encode() + b"half")
    if known:
        (row,) = toy.rows()
        assert (row["operation"], row["status"], row["limit"]) == ("notes.create", None, None)
    else:
        row = toy.control("GET", "/strays").json()["strays"][-1]
        assert row["auth"] == "unknown"
    assert toy.harness.registry.strays_total == before + (not known)
    assert (row["delivery"], row["refused_by"], row["committed"]) == ("abandoned", "client", False)
    assert "abandoned while sending" in row["why"]


def test_strays_show_no_sandbox_s_token(toy: Toy) -> None:
    token = toy.sandbox.credentials["token"]
    basic = base64.b64encode(f"x{token}".encode()).decode()
    toy.call("POST", f"/notes/{token}?t={token}", headers={"X-Other": token}, data=f"{token} {basic}")
    listed = toy.control("GET", "/strays").text
    assert token not in listed
    assert base64.b64encode(f"x{token}".encode()).decode()[4:-4] not in listed
