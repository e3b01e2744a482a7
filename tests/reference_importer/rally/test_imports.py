"""Accepted is not done: ends, failures, refusals, trouble."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.reference_importer.running import Importer

from .peer import IMPORT, POLL, Fault, Peer, by_person, path_is

ROWS: list[dict[str, Any]] = [{"email": f"p{number}@x.io", "first_name": "Ann"} for number in range(6)]


def test_an_import_is_asked_for_until_it_ends(importer: Importer, peer: Peer) -> None:
    peer.polls = 4
    assert importer.rows(*ROWS).code == 0
    assert (len(peer.calls(IMPORT)), len(peer.calls(POLL))) == (1, 5)


def test_an_import_that_is_not_visible_yet_is_not_sent_again(importer: Importer, peer: Peer) -> None:
    peer.invisible_polls = 3
    assert importer.rows(*ROWS).code == 0
    assert len(peer.calls(IMPORT)) == 1


def test_an_import_that_errs_is_no_success(importer: Importer, peer: Peer) -> None:
    peer.end = "ERROR"
    ran = importer.rows(*ROWS)
    assert ran.code == 1
    assert set(ran.codes.values()) == {"import_error"}
    assert len(peer.calls(IMPORT)) == 1


def test_an_import_without_an_end_is_given_up_and_looked_for_by_the_next_run(importer: Importer, peer: Peer) -> None:
    peer.end = None
    ran = importer.rows(*ROWS, more=("--deadline", "0.3", "--batch-size", "2", "--in-flight", "1"))
    assert ran.code == 3
    assert "has not ended within 0.3 s" in ran.err
    assert (ran.report["counts"]["rejected"], ran.report["counts"]["pending"]) == (2, 4)
    begun = next(iter(peer.imports.values()))
    peer.carry_out(begun, "email")
    peer.end, begun.status = "COMPLETED", "COMPLETED"
    assert importer.rows(*ROWS).code == 0
    assert [len(people) for people in peer.sent()] == [2, 4]


def test_no_import_id_is_never_asked_for(importer: Importer, peer: Peer) -> None:
    peer.gives_id = False
    ran = importer.rows(*ROWS)
    assert ran.code == 1
    assert set(ran.codes.values()) == {"no_import_id"}
    assert not peer.calls(POLL)


def test_who_failed_is_named_although_the_import_is_completed(importer: Importer, peer: Peer) -> None:
    peer.fails = lambda record: "ails" in record["email"]
    ran = importer.rows(*ROWS, {"email": "Fails@x.io"}, {"email": "fails2@x.io"})
    assert ran.code == 1
    assert ran.codes == dict.fromkeys(("Fails@x.io", "fails2@x.io"), "failed_record")
    assert "line 7 Fails@x.io" in ran.err
    assert ran.rejects.count("failed_record") == 2


def test_who_failed_is_found_by_the_person_id(importer: Importer, peer: Peer) -> None:
    peer.shape = by_person
    peer.add("fails@x.io")
    peer.add("failsnot@y.io")
    ran = importer.rows(*ROWS, {"email": "fails@x.io"})
    assert ran.codes == {"fails@x.io": "failed_record"}
    assert ran.report["counts"]["imported"] == 6


def test_who_failed_is_found_by_the_identifying_property(importer: Importer, peer: Peer) -> None:
    peer.shape = by_person
    number = peer.add_property("Customer ID", is_unique=True)
    peer.add("someone@x.io", {number: "c3"})
    peer.fails = lambda record: record["properties"][0]["value"] == "c3"
    rows = [{"email": f"p{n}@x.io", "properties": {"Customer ID": f"c{n}"}} for n in range(6)]
    ran = importer.rows(*rows, more=("--identifier", "Customer ID"))
    assert ran.codes == {"p3@x.io": "failed_record"}


@pytest.mark.parametrize("item", [{}, {"email": None}, {"email": ""}])
def test_who_failed_without_a_name_is_found_by_halving(importer: Importer, peer: Peer, item: dict[str, Any]) -> None:
    phones = [f"+1415777000{number}" for number in range(8)]
    peer.shape = lambda *_: item
    peer.fails = lambda record: record["phone"] in (phones[2], phones[5])
    ran = importer.rows(*({"phone": phone} for phone in phones), more=("--identifier", "phone"))
    assert ran.code == 1
    assert ran.codes == dict.fromkeys((phones[2], phones[5]), "failed_record")
    assert ran.report["counts"]["imported"] == 6
    assert len(peer.people) == 6


@pytest.mark.parametrize("says_where", [True, False])
def test_a_bad_record_does_not_sink_the_others(importer: Importer, peer: Peer, says_where: bool) -> None:
    peer.says_where = says_where
    ran = importer.rows(*ROWS[:3], {"email": "bad1@x.io"}, *ROWS[3:], {"email": "bad2@x.io"})
    assert ran.code == 1
    assert ran.codes == {"bad1@x.io": "refused", "bad2@x.io": "refused"}
    assert len(peer.people) == 6
    bodies = [str(people) for people in peer.sent()]
    assert len(bodies) == len(set(bodies))


def test_an_unknown_population_stops_the_run(importer: Importer, peer: Peer) -> None:
    ran = importer.rows(*ROWS, more=("--population", "nope", "--batch-size", "2"))
    assert ran.code == 3
    assert "population 'nope'" in ran.err
    assert (len(peer.calls(IMPORT)), len(peer.people)) == (1, 0)
    assert importer.rows(*ROWS, more=("--population", "pop1")).code == 0
    assert peer.calls(IMPORT)[-1].body["populationId"] == "pop1"


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_token_stops_the_run(importer: Importer, peer: Peer, status: int) -> None:
    peer.faults.append(Fault(IMPORT, status=status, times=100))
    ran = importer.rows(*ROWS, more=("--batch-size", "2"))
    assert ran.code == 3
    assert len(peer.calls(IMPORT)) == 1


def test_a_refusal_for_pace_is_waited_out(importer: Importer, peer: Peer) -> None:
    peer.faults.append(Fault(IMPORT, status=429, headers={"Retry-After": "0.2"}, times=2))
    ran = importer.rows(*ROWS)
    assert (ran.code, ran.report["refused_calls"]) == (0, 2)
    assert ran.report["duration_s"] > 0.4


@pytest.mark.parametrize("fault", [
    Fault(IMPORT, status=503, times=2), Fault(IMPORT, cut=True, commit=True), Fault(IMPORT, cut=True),
    Fault(POLL, status=500, times=3), Fault(POLL, cut=True), Fault(path_is("POST", "/people/search"), status=502),
    Fault(path_is("GET", "/properties"), cut=True),
])  # fmt: skip
def test_trouble_on_the_way_changes_nothing(importer: Importer, peer: Peer, fault: Fault) -> None:
    peer.faults.append(replace(fault))
    assert importer.rows(*ROWS).code == 0
    assert sorted(person["email"] for person in peer.people.values()) == [row["email"] for row in ROWS]


def test_a_peer_that_is_down_leaves_rows_to_the_next_run(importer: Importer, peer: Peer) -> None:
    peer.faults.append(Fault(IMPORT, status=500, times=4))
    ran = importer.rows(*ROWS, more=("--max-attempts", "2", "--batch-size", "3"))
    assert (ran.code, ran.report["counts"]["pending"]) == (3, 6)
    peer.faults.clear()
    ran = importer.rows(*ROWS)
    assert (ran.code, ran.report["counts"]["imported"]) == (0, 6)


def test_a_second_run_sends_nothing_and_one_without_memory_changes_nothing(importer: Importer, peer: Peer) -> None:
    assert importer.rows(*ROWS).code == 0
    before, calls = str(peer.people), len(peer.seen)
    ran = importer.rows(*ROWS)
    assert (ran.code, ran.report["counts"]["skipped"], len(peer.seen)) == (0, 6, calls)
    importer.forget()
    assert importer.rows(*ROWS).code == 0
    assert str(peer.people) == before


def test_a_changed_row_is_sent_again(importer: Importer, peer: Peer) -> None:
    assert importer.rows(*ROWS).code == 0
    assert importer.rows({**ROWS[0], "first_name": "Bea"}, *ROWS[1:]).code == 0
    assert [record["firstName"] for record in peer.sent()[-1]] == ["Bea"]


def test_the_token_is_nowhere_in_what_is_written(importer: Importer, peer: Peer) -> None:
    peer.bad = bool
    ran = importer.rows(ROWS[0])
    words = ran.out + ran.err + ran.rejects + str(ran.report)
    assert peer.seen[0].headers["Authorization"].removeprefix("Bearer ") not in words
