"""Properties: made once, before anybody is sent; other types, near names and unknown options are noticed."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from reference_importer.rally.parts import Parts
from reference_importer.rally.properties import Property, PropertyPlanner
from tests.reference_importer.running import Importer

from .peer import IMPORT, Fault, Peer, path_is

CREATE = path_is("POST", "/properties/import")


def test_what_is_missing_is_made_once_and_first(importer: Importer, peer: Peer) -> None:
    types = importer.folder / "types.json"
    types.write_text(json.dumps({"Joined": "DATETIME", "Plan": "SINGLE_SELECT"}))
    rows: list[dict[str, Any]] = [
        {"email": "a@x.io", "properties": {"Joined": "2025-01-01", "Visits": 3, "Ok": True, "Tags": ["x", "y"]}},
        {"email": "b@x.io", "properties": {"Plan": "Free", "Visits": 1.5, "Tags": ["z"], "Note": "n"}},
    ]
    ran = importer.rows(*rows, more=("--batch-size", "1", "--property-types", str(types)))
    assert ran.code == 0
    made = {one["name"]: one for one in peer.properties}
    assert {name: one["propertyType"] for name, one in made.items()} == {
        "Joined": "DATETIME", "Visits": "NUMBER", "Ok": "BOOLEAN", "Tags": "MULTI_SELECT", "Plan": "SINGLE_SELECT",
        "Note": "STRING",
    }  # fmt: skip
    assert [one["name"] for one in made["Tags"]["propertyOptions"]] == ["x", "y", "z"]
    assert len(peer.calls(CREATE)) == 1
    assert peer.seen.index(peer.calls(CREATE)[0]) < peer.seen.index(peer.calls(IMPORT)[0])
    assert ran.report["properties"]["created"] == ["Joined", "Visits", "Ok", "Tags", "Plan", "Note"]


def test_a_near_name_is_the_same_property(importer: Importer, peer: Peer) -> None:
    there = peer.add_property("Favorite  color ")
    rows: list[dict[str, Any]] = [
        {"email": "a@x.io", "properties": {"Favorite Color": "Red"}},
        {"email": "b@x.io", "properties": {" favorite color": "Blue"}},
        {"email": "c@x.io", "properties": {"Favorite Color": "Red", "favorite color": "Blue"}},
    ]
    ran = importer.rows(*rows)
    assert (ran.code, ran.codes) == (1, {"c@x.io": "twin_columns"})
    assert [one["propertyId"] for one in peer.properties] == [there]
    assert [person["properties"] for person in peer.people.values()] == [{there: "Red"}, {there: "Blue"}]


def test_values_that_do_not_fit_reject_their_row_before_it_is_sent(importer: Importer, peer: Peer) -> None:
    peer.add_property("Code", "NUMBER")
    peer.add_property("Plan", "SINGLE_SELECT", "Free", "Team")
    rows: list[dict[str, Any]] = [
        {"email": "zero@x.io", "properties": {"Code": "012"}},
        {"email": "long@x.io", "properties": {"Code": 12345678901234567}},
        {"email": "fine@x.io", "properties": {"Code": "12", "Plan": "free"}},
        {"email": "plan@x.io", "properties": {"Plan": "Gold"}},
        {"email": "day@x.io", "last_contact_date": "soon"},
    ]
    ran = importer.rows(*rows)
    assert ran.code == 1
    assert ran.codes == {
        "zero@x.io": "type_conflict", "long@x.io": "type_conflict", "plan@x.io": "unknown_option",
        "day@x.io": "wrong_type",
    }  # fmt: skip
    assert [[item["value"] for item in record["properties"]] for record in peer.sent()[0]] == [[12, "Free"]]
    assert "Gold" in ran.rejects


class Blind(PropertyPlanner):
    """Sees nothing at first, as if another run made the properties just now."""

    looks = 0

    def known(self) -> list[Property]:
        self.looks += 1
        return [] if self.looks == 1 else super().known()


def test_a_property_that_another_run_made_just_now_is_used(importer: Importer, peer: Peer) -> None:
    there = peer.add_property("Color")
    row = {"email": "a@x.io", "properties": {"Color": "Red", "Size": "L"}}
    assert importer.rows(row, parts=replace(Parts(), properties=Blind)).code == 0
    assert peer.by_email("a@x.io")["properties"] == {"Color": "Red", "Size": "L"}
    assert [one["propertyId"] for one in peer.properties if one["name"] == "Color"] == [there]


def test_without_its_properties_nobody_is_sent(importer: Importer, peer: Peer) -> None:
    peer.faults.append(Fault(CREATE, status=422))
    ran = importer.rows({"email": "a@x.io", "properties": {"Color": "Red"}})
    assert ran.code == 3
    assert "No person was sent" in ran.err
    assert not peer.sent()
