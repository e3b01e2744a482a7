"""What is rare, and must still end well: races, lost answers, files that cannot be written, a terminal."""

from __future__ import annotations

import dataclasses
import io
import sys

import pytest

from reference_importer.cli import main as front_door
from reference_importer.common.progress import Display
from reference_importer.intercom.mapping import Mapper
from reference_importer.intercom.parts import Parts

from .listening import Seen
from .peer import TOKEN, Fault, Peer
from .running import Importer
from .test_import import ANN, BOB, LEA
from .virtual import VirtualClock

PLAN = {"custom_attributes": {"plan": "pro"}}
ARCHIVED = b'{"data": [{"name": "plan", "archived": true, "custom": true}]}'
ALREADY = b'{"errors": [{"code": "parameter_invalid", "message": "You already have \'plan\' in your company data"}]}'


def defining(seen: Seen) -> bool:
    return (seen.method, seen.path) == ("POST", "/data_attributes")


def reading_attributes(seen: Seen) -> bool:
    return (seen.method, seen.path) == ("GET", "/data_attributes")


def test_an_attribute_defined_by_somebody_else_meanwhile(peer: Peer, importer: Importer) -> None:
    peer.attributes["plan"] = "string"
    peer.faults.append(Fault(reading_attributes, status=200, body=b'{"data": []}'))
    assert importer.rows({**ANN, **PLAN}).code == 0
    assert len(peer.calls("POST", "/data_attributes")) == 1


@pytest.mark.parametrize(
    ("faults", "words"),
    [
        ([Fault(defining, status=400, body=ALREADY)], "attribute of companies"),
        ([Fault(defining, status=503, times=99)], "503"),
        ([Fault(reading_attributes, status=503, times=99)], "could not be read"),
        ([Fault(reading_attributes, status=404)], "could not be read: 404"),
        (
            [
                Fault(reading_attributes, first=2, status=200, body=ARCHIVED),
                Fault(defining, status=400, body=ALREADY),
            ],
            "it is archived",
        ),
    ],
    ids=["company's", "never defined", "unreadable", "refused", "archived"],
)  # fmt: skip
def test_attributes_that_cannot_be_had_stop_the_run(
    peer: Peer, importer: Importer, faults: list[Fault], words: str
) -> None:
    peer.faults += [dataclasses.replace(fault) for fault in faults]
    ran = importer.rows({**ANN, **PLAN}, more=("--max-attempts", "2"))
    assert ran.code == 3
    assert words in ran.err
    assert peer.contacts == {}


def test_an_attribute_defined_although_the_answer_was_lost(peer: Peer, importer: Importer) -> None:
    peer.faults.append(Fault(defining, status=503, commit=True))
    assert importer.rows({**ANN, **PLAN}, more=("--max-attempts", "1")).code == 0


def test_a_contact_restored_although_the_answer_was_lost(peer: Peer, importer: Importer) -> None:
    there = peer.add(external_id="u1", email="ann@x.org")
    peer.archived.add(there["id"])
    peer.faults.append(Fault(lambda seen: seen.path.endswith("/unarchive"), cut=True, commit=True))
    ran = importer.rows(ANN, more=("--max-attempts", "1"))
    assert (ran.code, ran.report["counts"]["unarchived"]) == (0, 1)


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_a_contact_that_vanishes_while_it_is_looked_at(peer: Peer, importer: Importer, method: str) -> None:
    there = peer.add(external_id="u1", email="ann@x.org")
    peer.faults.append(Fault(lambda seen: seen.method == method and there["id"] in seen.path, status=404))
    ran = importer.rows(ANN)
    assert ran.code == 1
    assert "no longer there" in ran.err


def test_leads_are_not_made_when_the_list_cannot_be_read(peer: Peer, importer: Importer) -> None:
    peer.faults.append(Fault(lambda seen: (seen.method, seen.path) == ("GET", "/contacts"), status=400))
    ran = importer.rows(LEA)
    assert ran.code == 3
    assert peer.contacts == {}


def test_a_run_that_cannot_be_verified_is_not_complete(peer: Peer, importer: Importer) -> None:
    peer.faults.append(Fault(lambda seen: (seen.method, seen.path) == ("GET", "/contacts"), status=400))
    ran = importer.rows(ANN)
    assert ran.code == 1
    assert "could not be verified" in ran.err


def test_a_list_that_goes_in_circles_is_left(peer: Peer, importer: Importer) -> None:
    page = b'{"data": [], "total_count": 0, "pages": {"next": {"starting_after": "again"}}}'
    peer.faults.append(
        Fault(lambda seen: (seen.method, seen.path) == ("GET", "/contacts"), status=200, body=page, times=99)
    )
    ran = importer.rows(ANN)
    assert ran.code == 1
    assert "repeats itself" in ran.err


def test_a_report_that_cannot_be_written(peer: Peer, importer: Importer) -> None:
    ran = importer.rows(ANN, more=("--report", str(importer.folder / "no" / "report.json")))
    assert ran.code == 1
    assert "report could not be written" in ran.err


def test_a_state_file_that_cannot_be_written(peer: Peer, importer: Importer) -> None:
    ran = importer.rows(ANN, more=("--state", str(importer.folder / "no" / "state.sqlite")))
    assert (ran.code, peer.seen) == (2, [])
    assert "Check the path" in ran.err


def test_a_fault_of_our_own_is_reported_without_the_token(peer: Peer, importer: Importer) -> None:
    class Broken(Mapper):
        def finish(self) -> None:
            raise ZeroDivisionError(TOKEN)

    ran = importer.rows(ANN, BOB, parts=dataclasses.replace(Parts(), mapper=Broken))
    assert ran.code == 3
    assert "ZeroDivisionError: <redacted>" in ran.err
    assert ran.report["exit_code"] == 3


def test_a_terminal_gets_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Terminal()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", screen)
    with Display(str, VirtualClock(), "rejects.csv") as display:
        display.begin(4)
        display.advance(4)
    assert "4/4" in screen.getvalue()


def test_elsewhere_there_are_lines_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    clock = VirtualClock()
    with Display(str, clock, "rejects.csv") as display:
        display.begin(4)
        display.advance(1)
        clock.at += 6
        display.advance(2)
        display.advance(1)
    assert capsys.readouterr().err == "3 of 4 rows\n"


def test_the_provider_comes_first(capsys: pytest.CaptureFixture[str], importer: Importer) -> None:
    assert front_door([]) == 2
    assert front_door(["--help"]) == 0
    assert "intercom" in capsys.readouterr().out
    assert front_door(["intercom", "--source", str(importer.source([ANN])), "--dry-run"]) == 0
