"""Importing through the front door. Every answer is checked against its schema (the harness is strict)."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.fakes.rally.conftest import MakeDoor
from tests.fakes.rally.door import BASE, DEADLINE_S, Door

#: The request as it stands on the vendor's page (S1).
PUBLISHED = """\
curl --request POST \\
  --url https://api.rallyuxr.com/api/public/v1/people/import \\
  --header 'Authorization: Bearer <token>' \\
  --header 'Content-Type: application/json' \\
  --data '{
  "people": [
    {
      "email": "dev@rallyuxr.com",
      "phone": "+1 415 777-7777",
      "firstName": "Dev",
      "lastName": "Rally",
      "isOptedOut": false,
      "lastContactDate": "2025-01-01",
      "additionalEmails": [
        "dev+1@rallyuxr.com"
      ],
      "additionalPhones": [
        "+1-555-123-4568"
      ],
      "properties": [
        {
          "propertyId": "cm0b4eokq000vbbsimwelll3u",
          "value": "2025-01-01"
        },
        {
          "name": "Favorite Color",
          "propertyType": "STRING",
          "value": "Blue"
        }
      ]
    }
  ]
}'"""


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
def test_the_published_request_works_as_it_is(door: Door) -> None:
    command = PUBLISHED.replace("\\\n", " ").replace("https://api.rallyuxr.com", door.harness.url("rally"))
    words = shlex.split(command.replace("<token>", door.credentials["token"]))
    said = subprocess.run(
        [*words, "--silent", "--noproxy", "*"], capture_output=True, check=True, timeout=DEADLINE_S
    ).stdout
    begun = json.loads(said)
    assert begun["count"] == 1
    assert door.ended(begun["importId"])["status"] == "COMPLETED"
    (person,) = door.export("person")
    assert person["properties"] == {"Customer since": "2025-01-01", "Favorite Color": "Blue"}
    assert (person["email"], person["additionalEmails"]) == ("dev@rallyuxr.com", ["dev+1@rallyuxr.com"])
    assert person["createdBy"] == f"import:{begun['importId']}"


def test_an_import_goes_its_way_on_the_sandbox_s_clock(door: Door) -> None:
    door.harness.run(door.sandbox.clock.freeze)
    id = door.begin({"email": "a@x.io"})
    seen = []
    for _ in range(3):
        seen.append(door.send("GET", f"/imports/{id}").json())
        door.harness.run(door.sandbox.clock.advance, 0.15)
    assert [one["status"] for one in seen] == ["NOT_STARTED", "UPLOADING", "COMPLETED"]
    assert seen[-1] | {"updatedAt": ""} == {
        "importId": id, "type": "API", "status": "COMPLETED", "personCount": 1, "failedRecords": None, "updatedAt": "",
    }  # fmt: skip


def test_nobody_need_ask_for_an_import_to_end(door: Door) -> None:
    done = threading.Event()
    put = door.sandbox.state.people.put

    def watched(person: object) -> object:
        done.set()
        return put(person)

    door.sandbox.state.people.put = watched
    door.begin({"email": "a@x.io"})
    assert done.wait(DEADLINE_S)


def test_what_failed_is_named_and_why_it_did_is_told_at_the_control_plane(door: Door) -> None:
    door.control("POST", "/seed", {"people": [{"email": "a@x.io"}]})
    bad = {"email": "A@x.io", "lastContactDate": "yesterday"}
    ended = door.take(bad, {"email": "b@x.io"})
    (known,) = [person for person in door.export("person") if person["email"] == "a@x.io"]
    assert (ended["status"], ended["personCount"]) == ("COMPLETED", 1)
    assert ended["failedRecords"] == [{"personId": known["personId"]}]
    (line,) = door.control("GET", "/imports").json()["imports"]
    assert line["failures"][0]["index"] == 0
    assert "yesterday" in line["failures"][0]["reason"]


@pytest.mark.parametrize(
    ("profile", "statuses"),
    [
        ({"visible_after_polls": 2, "processing": "at_once"}, [404, 404, 200]),
        ({"processing": "polls", "processing_polls": 2}, [200, 200, 200]),
    ],
)
def test_polls_can_make_it_visible_and_move_it_on(make_door: MakeDoor, profile: object, statuses: list[int]) -> None:
    door = make_door(profile=profile)
    id = door.begin({"email": "a@x.io"})
    answers = [door.send("GET", f"/imports/{id}") for _ in statuses]
    assert [answer.status_code for answer in answers] == statuses
    assert answers[-1].json()["status"] == "COMPLETED"


def test_a_request_that_leaves_nobody_gets_no_id(door: Door) -> None:
    answer = door.send("POST", "/people/import", {"people": []})
    assert (answer.status_code, answer.json()["count"], answer.json()["importId"]) == (202, 0, None)


def test_a_reset_and_a_restored_snapshot_end_the_imports_that_run(door: Door) -> None:
    door.harness.run(door.sandbox.clock.freeze)
    door.harness.run(door.sandbox.save, "before")
    door.begin({"email": "a@x.io"})
    door.harness.run(door.sandbox.save, "during")
    assert len(door.harness.run(door.sandbox.tasks.running)) == 1
    door.harness.run(door.sandbox.restore, "before")
    door.control("POST", "/clock", {"action": "advance", "seconds": 10})
    assert (door.export("import"), door.export("person")) == ([], [])
    door.harness.run(door.sandbox.restore, "during")
    door.control("POST", "/clock", {"action": "advance", "seconds": 10})
    assert door.control("GET", "/imports").json()["imports"][0]["status"] == "COMPLETED"
    door.begin({"email": "b@x.io"})
    door.control("POST", "/reset")
    assert (door.export("import"), door.export("person")) == ([], [])


def test_people_become_participants_of_a_study(door: Door) -> None:
    door.control("POST", "/seed", {"studies": [{"studyId": "study-1", "name": "Interviews"}]})
    answer = door.send("POST", "/studies/study-1/participants/import", {"people": [{"email": "a@x.io"}]})
    assert answer.status_code == 202
    door.ended(answer.json()["importId"])
    assert [one["studyId"] for one in door.export("participant")] == ["study-1"]
    found = door.send("POST", "/people/search", {"studyIds": ["study-1"]}).json()
    assert [one["email"] for one in found["results"]] == ["a@x.io"]
    assert door.send("POST", "/studies/none/participants/import", {"people": []}).status_code == 404


def test_activities_of_people_who_exist_are_imported_and_the_rest_listed(door: Door) -> None:
    door.control("POST", "/seed", {"people": [{"personId": "p-1", "email": "a@x.io"}]})
    activity = {"type": "SCREENER_COMPLETED", "activityAt": "2025-01-01T00:00:00Z", "participantId": "q-1"}
    rows = [{"personId": "p-1", "activities": [activity]}, {"personId": "none", "activities": [activity]}]
    answer = door.send("POST", "/activities/import", {"peopleActivities": rows})
    begun = answer.json()
    assert (answer.status_code, begun["peopleCount"], begun["activitiesCount"]) == (202, 1, 1)
    assert begun["errors"][0]["path"] == ["peopleActivities", "1", "personId"]
    assert door.ended(begun["importId"])["type"] == "ACTIVITIES"
    assert [one["personId"] for one in door.export("activity")] == ["p-1"]


# ---- what is refused whole ----

BAD = [
    ({"people": [{"email": "a@x.io"}, {"email": 5}]}, ["people", "1", "email"]),
    ({}, []),
    ({"people": [{"properties": [{"value": 1}]}]}, ["people", "0", "properties", "0"]),
    ({"people": [{"email": "a@x.io", "properties": [{"propertyId": "cmx", "value": 1}]}]},
     ["people", "0", "properties", "0", "propertyId"]),
    ({"people": [{"email": f"{n}@x.io"} for n in range(1001)]}, ["people"]),
    ({"people": [{"email": "a@x.io"}], "identifierPropertyId": "cmx"}, ["identifierPropertyId"]),
]  # fmt: skip


@pytest.mark.parametrize(("body", "path"), BAD)
def test_a_bad_request_is_refused_whole_with_the_path(door: Door, body: object, path: list[str]) -> None:
    answer = door.send("POST", "/people/import", body)
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (400, path)
    assert (door.export("import"), door.export("person")) == ([], [])


@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b"[1]"])
def test_a_body_that_is_no_object_is_a_400(door: Door, data: bytes) -> None:
    assert door.send("POST", "/people/import", data=data).status_code == 400


@pytest.mark.parametrize(("status", "profile"), [(404, {}), (400, {"unknown_population": 400})])
def test_an_unknown_population_refuses_the_request(make_door: MakeDoor, status: int, profile: object) -> None:
    door = make_door(profile=profile)
    answer = door.send("POST", "/people/import", {"people": [{"email": "a@x.io"}], "populationId": "none"})
    assert answer.status_code == status
    assert door.export("person") == []


def test_many_imports_at_once_lose_nobody(door: Door) -> None:
    def send(n: int) -> int:
        people = [{"email": f"{n}-{i}@x.io", "firstName": str(n)} for i in range(20)]
        url, token = door.harness.url("rally"), door.credentials["token"]
        return door.http.post(
            f"{url}{BASE}/people/import", json={"people": people}, headers={"Authorization": f"Bearer {token}"},
            timeout=DEADLINE_S,
        ).status_code  # fmt: skip

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(send, range(16))) == {202}
    door.control("POST", "/clock", {"action": "advance", "seconds": 60})
    assert {line["status"] for line in door.control("GET", "/imports").json()["imports"]} == {"COMPLETED"}
    assert len({person["email"] for person in door.export("person")}) == 16 * 20
