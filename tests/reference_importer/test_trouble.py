"""A network and a vendor that misbehave, through the front door. Every wait here ends by an event or a time-out."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from .listening import Seen
from .peer import TOKEN, Fault, Peer, statuses
from .running import Importer
from .test_import import ANN, BOB, LEA, people

RATE = {"X-RateLimit-Limit": "5", "X-RateLimit-Remaining": "0"}


def creating(email: str = "") -> Callable[[Seen], bool]:
    return lambda seen: (seen.method, seen.path) == ("POST", "/contacts") and email in seen.body.get("email", "")


@pytest.mark.parametrize(
    "fault",
    [
        Fault(creating(), status=503, times=2),
        Fault(creating(), status=502, body=b"<html>Bad Gateway</html>", times=2),
        Fault(creating(), status=200, body=b'{"type": "contact", "id": "12', times=2),
        Fault(creating(), status=200, body=b"<html>hello</html>"),
        Fault(creating(), status=200, body=b"", commit=True),
        Fault(creating(), cut=True, times=2),
        Fault(creating(), cut=True, commit=True),
        Fault(creating(), status=503, commit=True),
        Fault(creating(), status=429, headers={**RATE, "Retry-After": "0"}, times=3),
    ],
    ids=["503", "html", "cut JSON", "html 200", "empty 200", "reset", "reset after", "503 after", "429"],
)
@pytest.mark.parametrize("row", [ANN, LEA], ids=["user", "lead"])
def test_passing_trouble_leaves_exactly_one_contact(
    peer: Peer, importer: Importer, fault: Fault, row: dict[str, str]
) -> None:
    fault.met = 0
    peer.faults.append(fault)
    ran = importer.rows(row, BOB)
    assert ran.code == 0, ran.err
    assert sorted(one["email"] for one in peer.active()) == sorted([row["email"], "bob@x.org"])
    assert len(peer.contacts) == 2


def test_leads_that_look_alike_are_not_taken_for_each_other(peer: Peer, importer: Importer) -> None:
    peer.add(role="lead", name="Lea")
    rows = [{"external_id": f"l{n}", "role": "lead", "name": "Lea"} for n in range(4)]
    peer.faults += [Fault(creating(), cut=True, commit=True), Fault(creating(), cut=True, first=2)]
    assert importer.rows(*rows).code == 0
    assert len(peer.contacts) == 5


@pytest.mark.parametrize("row", [ANN, LEA], ids=["user", "lead"])
def test_lasting_trouble_with_one_row_is_bounded_and_reported(
    peer: Peer, importer: Importer, row: dict[str, str]
) -> None:
    peer.faults.append(Fault(creating(row["email"]), status=503, times=10_000))
    ran = importer.rows(row, BOB, more=("--max-attempts", "4"))
    assert ran.code == 1
    assert [one["email"] for one in peer.active()] == ["bob@x.org"]
    assert sum(creating(row["email"])(one) for one in peer.seen) == 4
    assert row["email"] in ran.err
    assert importer.rows(row, BOB, more=("--max-attempts", "1")).code == 1


def test_a_lead_in_doubt_at_the_end_is_cleared_up_by_the_next_run(peer: Peer, importer: Importer) -> None:
    peer.faults.append(Fault(creating(), cut=True, commit=True))
    assert importer.rows(LEA, more=("--max-attempts", "1")).code == 1
    assert importer.rows(LEA).code == 0
    assert len(peer.contacts) == 1


@pytest.mark.parametrize("status", [400, 404, 422])
def test_refusals_are_not_repeated(peer: Peer, importer: Importer, status: int) -> None:
    peer.faults.append(
        Fault(creating("ann"), status=status, body=b'{"errors": [{"code": "c", "message": "no"}]}', times=9)
    )
    assert importer.rows(ANN, BOB).code == 1
    assert sum(creating("ann")(one) for one in peer.seen) == 1


def test_a_refused_token_stops_the_run(peer: Peer, importer: Importer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTERCOM_TOKEN", "tok-revoked")
    ran = importer.rows(*people(200))
    assert ran.code == 3
    assert len(peer.seen) == 1
    assert "the token was refused" in ran.err
    assert ran.report["counts"]["pending"] == 200


def test_a_token_refused_halfway_stops_the_run(peer: Peer, importer: Importer) -> None:
    peer.faults.append(Fault(creating(), status=401, first=30, times=10_000))
    ran = importer.rows(*people(200))
    assert ran.code == 3
    assert 30 <= len(peer.calls("POST")) <= 30 + 8
    peer.faults.clear()
    ran = importer.rows(*people(200))
    assert (ran.code, len(peer.active())) == (0, 200)


def test_a_vendor_that_is_down_stops_the_run(peer: Peer, importer: Importer) -> None:
    peer.faults.append(Fault(creating(), status=503, first=20, times=10_000))
    ran = importer.rows(*people(200), more=("--max-attempts", "2"))
    assert ran.code == 3
    assert len(peer.calls("POST")) < 120
    assert "no answer for 10 rows in a row" in ran.err


def test_nobody_there(importer: Importer) -> None:
    ran = importer.rows(ANN, more=("--base-url", "http://127.0.0.1:9", "--max-attempts", "2"))
    assert ran.code == 1
    assert "cannot connect" in ran.err


@pytest.mark.parametrize("drip", [False, True], ids=["silence", "drips"])
def test_an_answer_that_does_not_come_ends_by_the_time_out(peer: Peer, importer: Importer, drip: bool) -> None:
    peer.faults.append(Fault(creating(), hang=None if drip else threading.Event(), drip=drip))
    ran = importer.rows(ANN, more=("--timeout", "0.3"))
    assert ran.code == 0
    assert ran.report["retries"] == 1


def test_a_redirect_is_not_followed(peer: Peer, importer: Importer) -> None:
    with Peer() as trap:
        away = {"Location": f"{trap.url}/contacts"}
        peer.faults.append(Fault(creating("ann"), status=307, headers=away, times=99))
        ran = importer.rows(ANN, BOB)
        assert trap.seen == []
    assert ran.code == 1
    assert "redirected to" in ran.err


def test_the_token_is_nowhere(peer: Peer, importer: Importer) -> None:
    echo = f'{{"errors": [{{"code": "bad", "message": "no {TOKEN} here"}}]}}'.encode()
    peer.faults += [
        Fault(creating("ann"), status=400, body=echo),
        Fault(creating("bob"), status=500, body=echo, times=99),
    ]
    ran = importer.rows(ANN, BOB, LEA, more=("--max-attempts", "2"))
    assert ran.code == 1
    assert TOKEN not in ran.out + ran.err
    assert "<redacted>" in ran.rejects
    for path in importer.folder.iterdir():
        assert TOKEN.encode() not in path.read_bytes(), path


def test_a_one_off_failure_to_define_an_attribute_loses_nothing(peer: Peer, importer: Importer) -> None:
    peer.faults.append(Fault(lambda seen: seen.path == "/data_attributes", status=500, first=2, commit=True))
    assert importer.rows({**ANN, "custom_attributes": {"plan": "pro"}}).code == 0
    assert peer.active()[0]["custom_attributes"] == {"plan": "pro"}


def test_an_attribute_that_cannot_be_defined_stops_the_run(peer: Peer, importer: Importer) -> None:
    body = b'{"errors": [{"code": "parameter_invalid", "message": "Your name for this attribute"}]}'
    peer.faults.append(
        Fault(lambda seen: (seen.method, seen.path) == ("POST", "/data_attributes"), status=400, body=body)
    )
    ran = importer.rows(ANN, {**BOB, "custom_attributes": {"pl*n": "pro"}})
    assert ran.code == 3
    assert peer.contacts == {}
    assert "'pl*n' (first used in line 2)" in ran.err


def test_it_keeps_to_a_small_window(peer: Peer, importer: Importer) -> None:
    """Five calls a second, eight workers: the peer refuses nothing, and is asked nothing in vain."""
    vendor = FixedWindow(limit=5)
    peer.gate = vendor.admit
    ran = importer.rows(*people(12))
    assert ran.code == 0
    assert ran.report["refused_calls"] == 0
    assert statuses(peer.seen)[429] == 0


class FixedWindow:
    """A one-second window on the wall clock."""

    def __init__(self, limit: int) -> None:
        self.limit, self._window, self._used = limit, 0, 0

    def admit(self) -> tuple[bool, dict[str, str]]:
        window = int(time.time())
        if window != self._window:
            self._window, self._used = window, 0
        remaining = max(self.limit - self._used, 0)
        self._used += 1
        told = {"Limit": self.limit, "Remaining": remaining, "Reset": window + 1}
        return remaining > 0, {f"X-RateLimit-{name}": str(value) for name, value in told.items()}
