"""P21, P22, P24, and what stands around people: populations, opt-outs, studies, activities."""

from __future__ import annotations

from typing import Any

import pytest

from customhouse_fakes.core.answers import VendorError
from customhouse_fakes.rally.state.around import OptedOut

from .stage import Stage, given, row


def stage(**profile: Any) -> Stage:
    return Stage(**profile).seed(
        populations=[{"name": "VIP", "isExclusive": True}, {"name": "Beta"}, {"name": "Gamma"}],
        people=[
            {"email": "vip@x.io", "populations": ["VIP"]},
            {"email": "beta@x.io", "populations": ["Beta"]},
            {"email": "out@x.io", "isOptedOut": True},
        ],
    )


def population(here: Stage, name: str) -> str:
    (id,) = [line["populationId"] for line in here.lines("population") if line["name"] == name]
    return str(id)


def held(here: Stage, email: str) -> list[str]:
    names = {line["populationId"]: line["name"] for line in here.lines("population")}
    return [names[id] for id in here.person(email)["populationIds"]]


def opt_outs(here: Stage) -> list[tuple[str | None, bool]]:
    events = here.workspace.drain_events()
    return [(one.person.email, one.person.is_opted_out) for one in events if isinstance(one, OptedOut)]


@pytest.mark.parametrize(
    ("rule", "email", "target", "after"),
    [
        ("fails", "new@x.io", "VIP", ["VIP"]),
        ("fails", "new@x.io", "Beta", ["Beta"]),
        ("fails", "beta@x.io", "Gamma", ["Beta", "Gamma"]),
        ("fails", "vip@x.io", "VIP", ["VIP"]),
        ("fails", "vip@x.io", "Beta", None),
        ("fails", "beta@x.io", "VIP", None),
        ("moves", "vip@x.io", "Beta", ["Beta"]),
        ("moves", "beta@x.io", "VIP", ["VIP"]),
    ],
)
def test_p21_populations_and_exclusive_ones(rule: str, email: str, target: str, after: list[str] | None) -> None:
    here = stage(exclusive_population=rule)
    done = here.post(row(email, firstName="Ann"), row("else@x.io"), populationId=population(here, target))
    assert here.reasons(done) == ([] if after else [(0, "the population VIP is exclusive")])
    if after:
        assert held(here, email) == after
    else:
        assert here.person(email)["firstName"] is None
    assert held(here, "else@x.io") == [target]


def test_p21_without_population_nobody_moves() -> None:
    here = stage()
    here.post(row("vip@x.io"), row("new@x.io"))
    assert (held(here, "vip@x.io"), held(here, "new@x.io")) == (["VIP"], [])


@pytest.mark.parametrize("status", [404, 400])
def test_p22_an_unknown_population(status: int) -> None:
    here = stage(unknown_population=status)
    with pytest.raises(VendorError) as caught:
        here.post(row("new@x.io", {"Color": "Blue"}), populationId="cm0")
    assert (caught.value.status, caught.value.body["errors"][0]["path"]) == (status, ["populationId"])
    assert (here.lines("property"), here.lines("import"), len(here.lines("person"))) == ([], [], 3)


@pytest.mark.parametrize(("rule", "after", "told"), [("applied", False, [("out@x.io", False)]), ("ignored", True, [])])
def test_p24_an_import_that_opts_back_in(rule: str, after: bool, told: list[Any]) -> None:
    here = stage(opt_in_by_import=rule)
    here.post(row("out@x.io", isOptedOut=False))
    assert here.person("out@x.io")["isOptedOut"] is after
    assert opt_outs(here) == told


@pytest.mark.parametrize(("events", "told"), [(True, [("vip@x.io", True)]), (False, [])])
def test_an_import_tells_of_flags_that_change(events: bool, told: list[Any]) -> None:
    here = stage(opt_out_events=events)
    here.post(row("vip@x.io", isOptedOut=True), row("out@x.io", isOptedOut=True), row("new@x.io", isOptedOut=True))
    assert all(here.person(email)["isOptedOut"] for email in ("vip@x.io", "out@x.io", "new@x.io"))
    assert opt_outs(here) == told


def test_opting_out_and_in_by_hand_is_told_of_when_it_changes() -> None:
    here = stage()
    for flag in (True, True, False):
        assert here.workspace.set_opted_out("VIP@x.io", flag).is_opted_out is flag
    assert opt_outs(here) == [("vip@x.io", True), ("vip@x.io", False)]
    assert here.person("vip@x.io")["updatedBy"] == "api"
    with pytest.raises(VendorError, match="404"):
        here.workspace.set_opted_out("nobody@x.io", True)


def test_people_are_deleted_by_id_or_by_email() -> None:
    here = stage()
    people = here.workspace
    id = here.person("vip@x.io")["personId"]
    assert people.delete_person(id).deleted
    for unknown in (id, "beta@x.io"):
        with pytest.raises(VendorError, match="404"):
            people.delete_person(unknown)
    assert people.delete_people_by_email(["beta@x.io", "BETA@x.io", "nobody@x.io"]) == 1
    assert [line["email"] for line in here.lines("person")] == ["out@x.io"]
    assert people.people.total == 1


def test_participants_are_people_in_a_study_once() -> None:
    here = Stage().seed(studies=[{"name": "Checkout", "studyId": "st1"}])
    for _ in range(2):
        here.workspace.accept({"people": [row("a@x.io"), row("b@x.io", properties=[given("N", "x", "NUMBER")])]}, "st1")
    (line,) = here.lines("participant")
    assert (line["studyId"], line["personId"]) == ("st1", here.person("a@x.io")["personId"])
    with pytest.raises(VendorError, match="404"):
        here.workspace.accept({"people": []}, "st2")


def activity(person: str, count: int = 1) -> dict[str, Any]:
    done = {"type": "SCREENER_COMPLETED", "activityAt": "2024-01-01T00:00:00Z"}
    return {"personId": person, "activities": [done] * count}


def test_activities_of_known_people_are_imported_and_others_are_told() -> None:
    here = stage()
    id = here.person("vip@x.io")["personId"]
    done, errors = here.workspace.accept_activities({"peopleActivities": [activity("cm0"), activity(id, 2)]})
    assert (done.type, done.status, done.count, done.given_id) == ("ACTIVITIES", "COMPLETED", 2, done.id)
    assert [error["path"] for error in errors] == [["peopleActivities", "0", "personId"]]
    assert [line["personId"] for line in here.lines("activity")] == [id, id]
    assert here.workspace.drain_events() == []


def test_activities_are_limited_over_all_people() -> None:
    here = stage(max_activities=3)
    id = here.person("vip@x.io")["personId"]
    with pytest.raises(VendorError, match=r"400 import\.too_many_activities"):
        here.workspace.accept_activities({"peopleActivities": [activity(id, 2), activity("cm0", 2)]})
    assert here.lines("import") == []
