"""Imports through the front door, against the peer: what arrives, and what is said about it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reference_importer.intercom.options import TOKEN as TOKEN_VARIABLE

from .peer import TOKEN, Peer
from .running import Importer

ANN = {"external_id": "u1", "email": "ann@x.org", "name": "Ann"}
BOB = {"external_id": "u2", "email": "bob@x.org", "name": "Bob", "role": "user"}
LEA = {"email": "lea@x.org", "name": "Lea", "role": "lead"}


def people(count: int, **more: Any) -> list[dict[str, Any]]:
    return [{"external_id": f"u{n}", "email": f"p{n}@x.org", **more} for n in range(count)]


def test_the_tutorials_file(peer: Peer, importer: Importer) -> None:
    path = importer.folder / "contacts.json"
    contact = {"id": 14637613035933, "name": "Sarah M", "email": "sarahm@example.com", "company_id": "15257600000029"}
    contact |= {"custom_attributes": {"pronouns": "She/Her"}, "role": "user"}
    path.write_text(json.dumps({"contacts": [contact]}))
    ran = importer.run(path, "--root", "contacts", "--map", "id=external_id")
    assert ran.code == 0
    [there] = peer.active()
    assert (there["external_id"], there["custom_attributes"]) == ("14637613035933", {"pronouns": "She/Her"})
    assert peer.attributes == {"pronouns": "string"}
    assert ran.report["ignored_columns"] == ["company_id"]
    assert ran.report["attributes"] == {"used": {"pronouns": "string"}, "created": ["pronouns"]}


def test_every_call_carries_credential_and_version(peer: Peer, importer: Importer) -> None:
    importer.rows(ANN, {**LEA, "custom_attributes": {"a": 1}}, more=("--intercom-version", "2.11"))
    assert {one.headers["authorization"] for one in peer.seen} == {f"Bearer {TOKEN}"}
    assert {one.headers["intercom-version"] for one in peer.seen} == {"2.11"}


def test_users_and_leads(peer: Peer, importer: Importer) -> None:
    assert importer.rows(ANN, BOB, LEA).code == 0
    assert sorted((one["role"], one["email"]) for one in peer.active()) == [
        ("lead", "lea@x.org"),
        ("user", "ann@x.org"),
        ("user", "bob@x.org"),
    ]


def test_a_second_run_writes_nothing(peer: Peer, importer: Importer) -> None:
    rows = [ANN, BOB, LEA, ANN, {**LEA, "name": "another Lea"}]
    importer.rows(*rows)
    peer.seen.clear()
    ran = importer.rows(*rows)
    assert ran.code == 0
    assert [(one.method, one.path) for one in peer.seen] == [("GET", "/contacts")]
    assert (ran.report["counts"]["skipped"], ran.report["counts"]["duplicates"]) == (4, 1)


def test_a_second_run_without_the_state_file_duplicates_nothing(peer: Peer, importer: Importer) -> None:
    rows = [ANN, LEA, {**LEA, "name": "another Lea"}]
    importer.rows(*rows)
    ran = importer.rows(*rows, more=("--state", str(importer.folder / "fresh.sqlite")))
    assert ran.code == 0
    assert len(peer.active()) == 3
    assert ran.report["counts"]["updated"] == 3


def test_a_changed_row_is_updated(peer: Peer, importer: Importer) -> None:
    importer.rows(ANN, {**LEA, "external_id": "l1"})
    peer.seen.clear()
    assert importer.rows({**ANN, "name": "Anna"}, {**LEA, "external_id": "l1", "name": "Leah"}).code == 0
    assert sorted(one["name"] for one in peer.active()) == ["Anna", "Leah"]
    assert {one.method for one in peer.writes()} == {"PUT"}


def test_many_rows_need_several_pages_to_be_verified(peer: Peer, importer: Importer) -> None:
    ran = importer.rows(*people(200), LEA)
    assert ran.code == 0
    assert len(peer.active()) == 201
    peer.archived.add(peer.active()[7]["id"])
    ran = importer.rows(*people(200), LEA)
    assert (ran.code, ran.report["counts"]["missing"]) == (1, 1)
    assert importer.rows(*people(200), LEA).report["counts"]["unarchived"] == 1


def test_attributes_are_defined_once_and_first(peer: Peer, importer: Importer) -> None:
    peer.attributes["plan"] = "string"
    rows = people(20, custom_attributes={"plan": "pro", "seats": 3, "vip": True, "rate": 1.5})
    assert importer.rows(*rows).code == 0
    defined = peer.calls("POST", "/data_attributes")
    assert sorted((one.body["name"], one.body["data_type"]) for one in defined) == [
        ("rate", "float"),
        ("seats", "integer"),
        ("vip", "boolean"),
    ]
    assert peer.seen.index(defined[-1]) < peer.seen.index(peer.calls("POST", "/contacts")[0])


def test_cells_take_the_type_that_the_workspace_has(peer: Peer, importer: Importer) -> None:
    peer.attributes |= {"seats": "integer", "note": "string"}
    path = importer.folder / "rows.csv"
    path.write_text("email,custom_attributes.seats,custom_attributes.note\na@x.org,12,007\n")
    assert importer.run(path).code == 0
    assert peer.active()[0]["custom_attributes"] == {"seats": 12, "note": "007"}


def test_a_type_that_does_not_fit_stops_the_run(peer: Peer, importer: Importer) -> None:
    peer.attributes["vip"] = "integer"
    ran = importer.rows({**ANN, "custom_attributes": {"vip": True}})
    assert ran.code == 3
    assert peer.writes() == []
    assert "'vip'" in ran.err


def test_nulls(peer: Peer, importer: Importer) -> None:
    there = peer.add(external_id="u1", email="ann@x.org", name="Old", phone="1")
    ran = importer.rows({**ANN, "name": None, "email": None}, {**BOB, "phone": None, "custom_attributes": {"a": None}})
    assert ran.code == 0
    assert (there["name"], there["email"], there["phone"]) == (None, "ann@x.org", "1")
    assert "phone" not in peer.calls("POST", "/contacts")[1].body
    assert peer.attributes == {}


BROKEN = {
    "cut": 'external_id,name\nu1,a\nu2,"b\n',
    "no identifying column": "name,plan\na,b\n",
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_a_broken_source_writes_nothing(peer: Peer, importer: Importer, content: str) -> None:
    path = importer.folder / "rows.csv"
    path.write_text(content)
    ran = importer.run(path)
    assert ran.code == 2
    assert peer.seen == []
    assert ran.err.startswith("error: ")


@pytest.mark.parametrize(("name", "content"), [("e.csv", "email\n"), ("e.csv", ""), ("e.json", "[]"), ("e.ndjson", "")])
def test_an_empty_source_calls_nobody(peer: Peer, importer: Importer, name: str, content: str) -> None:
    path = importer.folder / name
    path.write_text(content)
    assert importer.run(path).code == 0
    assert peer.seen == []


def test_a_dry_run_calls_nobody_and_needs_no_token(
    peer: Peer, importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(TOKEN_VARIABLE)
    ran = importer.rows(ANN, ANN, more=("--dry-run",))
    assert (ran.code, peer.seen) == (0, [])
    assert (ran.report["counts"]["read"], ran.report["counts"]["duplicates"]) == (2, 1)
    assert sorted(one.name for one in importer.folder.iterdir()) == ["report.json", "rows.ndjson"]


def test_a_bad_row_is_named_and_the_others_arrive(peer: Peer, importer: Importer) -> None:
    ran = importer.rows(ANN, {**BOB, "signed_up_at": "yesterday"}, {"name": "nobody"}, LEA)
    assert ran.code == 1
    assert len(peer.active()) == 2
    assert "rejected: line 2 u2 bob@x.org: 400 parameter_invalid: 'signed_up_at' must be" in ran.err
    assert "rejected: line 3: a user needs an external_id or an email" in ran.err
    assert [row["line"] for row in ran.report["rejected_rows"]] == [2, 3]
    assert ran.rejects.splitlines()[0] == "line,external_id,email,role,status,code,message"
    assert "2,u2,bob@x.org,user,400,parameter_invalid," in ran.rejects


def test_rejects_as_json_lines_and_only_so_many_names(peer: Peer, importer: Importer) -> None:
    rejects = importer.folder / "bad.ndjson"
    ran = importer.rows(*[{"name": f"{n}"} for n in range(30)], ANN, more=("--rejects", str(rejects)))
    assert len(rejects.read_text().splitlines()) == 30
    assert ran.err.count("rejected: ") == 20
    assert "bad.ndjson" in ran.err


def test_a_healed_row_leaves_the_rejects_file(peer: Peer, importer: Importer) -> None:
    importer.rows({**BOB, "signed_up_at": "yesterday"})
    ran = importer.rows(BOB)
    assert ran.code == 0
    assert len(ran.rejects.splitlines()) == 1


def test_a_development_workspace_that_eats_contacts_is_noticed(peer: Peer, importer: Importer) -> None:
    peer.keep_newest = 20
    ran = importer.rows(*people(23), more=("--workers", "1"))
    assert ran.code == 1
    assert ran.report["missing_rows"] == ["line 1 u0 p0@x.org", "line 2 u1 p1@x.org", "line 3 u2 p2@x.org"]
    assert "3 of 23 contacts are no longer there" in ran.err


@pytest.mark.parametrize("token", ["", "  ", "”abc”", "a b"])
def test_a_token_that_cannot_be_one(
    peer: Peer, importer: Importer, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    monkeypatch.setenv(TOKEN_VARIABLE, token)
    ran = importer.rows(ANN)
    assert (ran.code, peer.seen) == (2, [])
    assert "abc" not in ran.err


@pytest.mark.parametrize(
    "more", [["--base-url", "localhost"], ["--base-url", "http://u:p@x"], ["--workers", "0"], ["--nonsense"]]
)
def test_usage_errors(peer: Peer, importer: Importer, more: list[str]) -> None:
    assert importer.rows(ANN, more=tuple(more)).code == 2
    assert peer.seen == []


def test_another_token_has_a_state_file_of_its_own(
    peer: Peer, importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    importer.rows(ANN)
    with monkeypatch.context() as mistaken:
        mistaken.setenv(TOKEN_VARIABLE, "tok-mistaken")
        ran = importer.rows(ANN)
    assert ran.code == 3
    assert "another token" in ran.err
    assert importer.rows(ANN).report["counts"]["skipped"] == 1


def test_a_state_file_that_is_none(peer: Peer, importer: Importer) -> None:
    other = importer.folder / "notes.txt"
    other.write_text("shopping list, quite long enough to be no database at all" * 20)
    ran = importer.rows(ANN, more=("--state", str(other)))
    assert (ran.code, peer.seen) == (2, [])
    assert "notes.txt" in ran.err
