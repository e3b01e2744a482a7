"""409 and what follows: whose contact is it, and what may be done with it?"""

from __future__ import annotations

import pytest

from .peer import Fault, Peer, error
from .running import Importer
from .test_import import ANN, BOB, LEA


def test_an_active_contact_gets_the_rows_fields(peer: Peer, importer: Importer) -> None:
    there = peer.add(external_id="u1", email="old@x.org", name="Old", phone="+1 2")
    ran = importer.rows(ANN)
    assert (ran.code, ran.report["counts"]["updated"]) == (0, 1)
    assert [there[name] for name in ("email", "name", "phone")] == ["ann@x.org", "Ann", "+1 2"]
    assert len(peer.contacts) == 1


def test_a_contact_known_only_by_email_becomes_the_rows(peer: Peer, importer: Importer) -> None:
    there = peer.add(email=" Ann@X.org")
    assert importer.rows(ANN).code == 0
    assert there["external_id"] == "u1"


def test_of_two_rows_with_its_email_only_one_gets_it(peer: Peer, importer: Importer) -> None:
    peer.add(email="ann@x.org")
    ran = importer.rows(ANN, {**BOB, "email": "ANN@x.org"})
    assert (ran.code, ran.report["counts"]["updated"], ran.report["counts"]["rejected"]) == (1, 1, 1)


def test_somebody_elses_contact_is_left_alone(peer: Peer, importer: Importer) -> None:
    there = peer.add(external_id="somebody", email="ann@x.org", name="Somebody")
    before = dict(there)
    ran = importer.rows(ANN, BOB)
    assert ran.code == 1
    assert there == before
    assert {one.method for one in peer.seen if there["id"] in one.path} == {"GET"}
    assert "'somebody'" in ran.err
    assert "'u1'" in ran.err
    assert ran.report["counts"]["created"] == 1


def test_an_archived_contact_is_restored_and_updated(peer: Peer, importer: Importer) -> None:
    there = peer.add(external_id="u1", email="ann@x.org", name="Old")
    peer.archived.add(there["id"])
    ran = importer.rows(ANN)
    assert (ran.code, ran.report["counts"]["unarchived"]) == (0, 1)
    assert [one["name"] for one in peer.active()] == ["Ann"]


def test_somebody_elses_archived_contact_is_put_back(peer: Peer, importer: Importer) -> None:
    there = peer.add(external_id="somebody", email="ann@x.org", name="Somebody")
    peer.archived.add(there["id"])
    ran = importer.rows(ANN)
    assert ran.code == 1
    assert there["id"] in peer.archived
    assert there["name"] == "Somebody"
    assert peer.calls("PUT") == []


@pytest.mark.parametrize("status", [400, 500])
def test_what_cannot_be_restored_is_reported_once(peer: Peer, importer: Importer, status: int) -> None:
    there = peer.add(external_id="u1", email="ann@x.org")
    peer.archived.add(there["id"])
    peer.unrestorable.add(there["id"])
    if status == 500:
        peer.faults.append(Fault(lambda seen: seen.path.endswith("/unarchive"), status=500, times=99))
    ran = importer.rows(ANN, BOB, more=("--max-attempts", "3"))
    assert ran.code == 1
    assert "cannot be restored" in ran.err
    assert [one["external_id"] for one in peer.active()] == ["u2"]
    assert len(peer.calls("POST", ".*/unarchive")) == (1 if status == 400 else 3)


def test_a_conflict_without_an_id_is_reported(peer: Peer, importer: Importer) -> None:
    _, body = error(409, "conflict", "no")
    peer.faults.append(Fault(lambda seen: seen.method == "POST", status=409, body=str(body).encode()))
    assert importer.rows(ANN).code == 1


def test_a_contact_archived_since_the_last_run_is_restored(peer: Peer, importer: Importer) -> None:
    importer.rows(ANN, LEA)
    peer.archived |= set(peer.contacts)
    ran = importer.rows({**ANN, "name": "Anna"}, LEA)
    assert ran.code == 1
    assert ran.report["missing_rows"] == ["line 2 lea@x.org"]
    assert importer.rows({**ANN, "name": "Anna"}, LEA).code == 0
    assert sorted(one["name"] for one in peer.active()) == ["Anna", "Lea"]
    assert len(peer.contacts) == 2


def test_a_contact_purged_since_the_last_run_is_made_anew(peer: Peer, importer: Importer) -> None:
    importer.rows(ANN)
    peer.contacts.clear()
    ran = importer.rows({**ANN, "name": "Anna"})
    assert (ran.code, ran.report["counts"]["created"]) == (0, 1)


def test_a_merged_contact_is_followed_if_it_is_the_rows(peer: Peer, importer: Importer) -> None:
    importer.rows(ANN, BOB)
    ann, bob = sorted(peer.active(), key=lambda one: str(one["email"]))  # several workers make them, in any order
    canonical = peer.add(external_id="u1", email="ann@x.org")
    stranger = peer.add(external_id="u9", email="nine@x.org")
    for old, new in ((ann, canonical), (bob, stranger)):
        link = {"Link": f'</contacts/{new["id"]}>; rel="canonical"'}
        peer.faults.append(
            Fault(lambda seen, old=old: seen.method == "PUT" and old["id"] in seen.path, status=410, headers=link)  # type: ignore[misc]  # a default argument binds the loop's value
        )
    ran = importer.rows({**ANN, "name": "Anna"}, {**BOB, "name": "Bobby"})
    assert ran.code == 1
    assert canonical["name"] == "Anna"
    assert stranger["name"] is None


def test_what_intercom_changed_is_reported(peer: Peer, importer: Importer) -> None:
    shown = {"type": "contact", "id": "abc", **ANN, "name": "An", "email": "ANN@X.org"}
    body = str(shown).replace("'", '"').encode()
    peer.faults.append(Fault(lambda seen: seen.method == "POST", status=200, body=body))
    ran = importer.rows(ANN)
    assert ran.code == 1
    assert "Intercom changed name." in ran.err
