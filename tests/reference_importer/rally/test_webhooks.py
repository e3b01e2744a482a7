"""The webhook receiver: signed, once, whenever it comes; and polling when it does not."""

from __future__ import annotations

import base64
import json
import threading
from pathlib import Path

import pytest
import requests
import svix
from standardwebhooks import Webhook

from reference_importer.common.errors import UsageError
from reference_importer.rally.ledger import Ledger
from reference_importer.rally.receiving import Inbox, Receiver
from reference_importer.rally.signatures import SignatureError, Signatures
from tests.reference_importer.running import Importer
from tests.reference_importer.virtual import VirtualClock

from .hooks import SECRET, deliver, finished, signed
from .peer import POLL, Import, Peer

NOW = 1_790_000_000.0
BODY = b'{"_eventType": "person_import.api.finished", "importId": "i", "status": "COMPLETED", "failedRecords": null}'
ROWS = [{"email": f"p{number}@x.io"} for number in range(6)]


def listening(port: int) -> tuple[str, ...]:
    return ("--webhook-port", str(port), "--webhook-path", "/hooks")


def url(port: int) -> str:
    return f"http://127.0.0.1:{port}/hooks"


def test_the_vendors_own_vector() -> None:
    clock = VirtualClock(1_614_265_330.0)
    headers = {"svix-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "svix-timestamp": "1614265330",
               "svix-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}  # fmt: skip
    signatures = Signatures("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", clock)
    assert signatures.check(headers, b'{"test": 2432232314}') == "msg_p5jXN8AQM9LWM0D4loKWxJek"


def test_what_the_tests_sign_is_what_the_vendors_packages_take() -> None:
    svix.webhooks.Webhook(SECRET).verify(BODY, signed(BODY))
    Webhook(SECRET).verify(BODY.decode(), signed(BODY, prefix="webhook"))


@pytest.mark.parametrize("prefix", ["svix", "webhook"])
@pytest.mark.parametrize("age", [-299, 0, 299])
def test_good_signatures(prefix: str, age: int) -> None:
    assert Signatures(SECRET, VirtualClock(NOW)).check(signed(BODY, at=NOW - age, prefix=prefix), BODY) == "msg_1"


@pytest.mark.parametrize(
    ("change", "body"),
    [({"svix-signature": "garbage"}, BODY), ({"svix-signature": "v1,%%%"}, BODY),
     ({"svix-signature": "v1a,AAAA"}, BODY),
     ({"svix-signature": ""}, BODY), ({"svix-timestamp": "soon"}, BODY), ({"svix-timestamp": "²"}, BODY),
     ({"svix-timestamp": str(int(NOW) - 301)}, BODY), ({"svix-id": "msg_2"}, BODY), ({"svix-signature": "v1,é"}, BODY),
     ({}, json.dumps(json.loads(BODY), separators=(",", ":")).encode()), ({}, b"\xff\xfe")],
)  # fmt: skip
def test_bad_signatures(change: dict[str, str], body: bytes) -> None:
    with pytest.raises(SignatureError):
        Signatures(SECRET, VirtualClock(NOW)).check(signed(BODY, at=NOW) | change, body)


def test_stale_ones_are_refused_even_if_they_are_signed() -> None:
    for age in (301, -301):
        with pytest.raises(SignatureError, match="five minutes"):
            Signatures(SECRET, VirtualClock(NOW)).check(signed(BODY, at=NOW - age), BODY)


def test_a_secret_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match="whsec_"):
        Signatures("whsec_%%%", VirtualClock(NOW))


def test_whatever_comes_in_is_answered_at_once_and_never_with_a_5xx(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "state.sqlite")
    inbox = Inbox(ledger)
    with Receiver(0, "/hooks", Signatures(SECRET, VirtualClock(NOW)), inbox) as receiver:
        place, good = url(receiver.port), signed(BODY, at=NOW)

        def status(method: str = "POST", to: str = place, body: bytes | None = BODY, **headers: str) -> int:
            given = good | {name.replace("_", "-"): value for name, value in headers.items()}
            return requests.request(method, to, data=body, headers=given, timeout=5).status_code

        assert [status(), status()] == [202, 202]
        assert [status(svix_signature="x"), status(svix_timestamp="1"), status(body=b"\xff")] == [401, 401, 401]
        assert status(to=place + "/elsewhere") == 404
        assert status("GET") == 405
        assert status("BREW") == 405
        assert requests.post(place, data=iter([BODY]), headers=good, timeout=5).status_code == 411
        not_json = b"no json"
        assert requests.post(place, data=not_json, headers=signed(not_json, at=NOW), timeout=5).status_code == 400
        assert requests.post(place, data=b"[]", headers=signed(b"[]", at=NOW), timeout=5).status_code == 400
    assert inbox.of("i") == json.loads(BODY)
    assert (inbox.counts.received, inbox.counts.duplicates) == (2, 1)
    ledger.close()


def test_the_webhook_spares_the_polls(importer: Importer, peer: Peer, port: int) -> None:
    peer.webhook = lambda begun: threading.Thread(target=deliver, args=[url(port), finished(begun), begun.id]).start()
    ran = importer.rows(*ROWS, {"email": "fails@x.io"}, more=(*listening(port), "--poll", "60", "--deadline", "900"))
    assert ran.code == 1
    assert ran.codes == {"fails@x.io": "failed_record"}
    assert not peer.calls(POLL)
    assert ran.report["webhooks"]["received"] == 1


def test_an_event_that_comes_before_the_answer_is_kept(importer: Importer, peer: Peer, port: int) -> None:
    statuses: list[int] = []

    def at_once(begun: Import) -> None:
        event = finished(begun)
        statuses.extend(deliver(url(port), event, id=f"msg_{begun.id}") for _ in range(2))

    peer.webhook = at_once
    more = (*listening(port), "--poll", "60", "--deadline", "900", "--batch-size", "2")
    ran = importer.rows(*ROWS, more=more)
    assert (ran.code, set(statuses), len(peer.calls(POLL))) == (0, {202}, 0)
    assert ran.report["webhooks"] == {"received": 6, "duplicates": 3, "refused": 0}


def test_an_older_event_without_failures_is_a_reason_to_ask(importer: Importer, peer: Peer, port: int) -> None:
    def older(begun: Import) -> None:
        event = finished(begun)
        del event["failedRecords"]
        deliver(url(port), event)

    peer.webhook, peer.polls = older, 0
    ran = importer.rows(*ROWS, {"email": "fails@x.io"}, more=(*listening(port), "--poll", "60", "--deadline", "900"))
    assert set(ran.codes) == {"fails@x.io"}
    assert len(peer.calls(POLL)) == 1


def test_an_import_that_errs_says_so_by_webhook_too(importer: Importer, peer: Peer, port: int) -> None:
    peer.end = "ERROR"
    peer.webhook = lambda begun: (deliver(url(port), finished(begun)), None)[1]
    ran = importer.rows(*ROWS, more=(*listening(port), "--poll", "60", "--deadline", "900"))
    assert (ran.code, set(ran.codes.values())) == (1, {"import_error"})


def test_forgeries_change_nothing(importer: Importer, peer: Peer, port: int) -> None:
    statuses: list[int] = []

    def forge(begun: Import) -> None:
        body = json.dumps(finished(begun) | {"status": "ERROR"}).encode()
        other = {**signed(body), "svix-signature": "v1," + base64.b64encode(b"x" * 32).decode()}
        statuses.append(requests.post(url(port), data=body, headers=other, timeout=5).status_code)

    peer.webhook = forge
    ran = importer.rows(*ROWS, more=listening(port))
    assert (ran.code, statuses) == (0, [401])
    assert ran.report["webhooks"] == {"received": 0, "duplicates": 0, "refused": 1}


def test_without_webhooks_imports_are_asked_for(importer: Importer, peer: Peer, port: int) -> None:
    assert importer.rows(*ROWS, more=listening(port)).code == 0
    assert len(peer.calls(POLL)) == 2


def test_a_taken_port_is_no_reason_not_to_import(importer: Importer, peer: Peer) -> None:
    port = int(peer.url.rpartition(":")[2])
    ran = importer.rows(*ROWS, more=listening(port))
    assert ran.code == 0
    assert "polled for instead" in ran.err
