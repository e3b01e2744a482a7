"""For any requests and switches: the workspace is what a model of a few lines says, in whatever slices it got there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from .stage import START, Json, Stage, text

EMAILS = ["a@x.io", "A@x.io", "b@x.io", "c@x.io", "d@x.io"]
NAMES = ["Color", "Size", "Mood"]
SETTINGS = settings(max_examples=200, deadline=None)

records = st.fixed_dictionaries(
    {"email": st.sampled_from(EMAILS)},
    optional={
        "firstName": st.sampled_from([None, "Ann", "Bob"]),
        "lastName": st.sampled_from([None, "Ash"]),
        "isOptedOut": st.booleans(),
        "values": st.dictionaries(st.sampled_from(NAMES), st.sampled_from([None, "", "1", "2", 5]), max_size=3),
    },
)
requests = st.lists(st.lists(records, max_size=6), min_size=1, max_size=5)
switches = st.fixed_dictionaries(
    {
        "put_scope": st.sampled_from(["request_union", "person"]),
        "absent_name": st.sampled_from(["blank_if_column", "unchanged", "null"]),
        "blank_value": st.sampled_from(["removal", "kept"]),
        "duplicates": st.sampled_from(["first_wins", "last_wins"]),
        "opt_in_by_import": st.sampled_from(["applied", "ignored"]),
    }
)


# ---- the model: people by e-mail without case ----


def model(sent: list[list[Json]], profile: Mapping[str, str]) -> dict[str, Json]:
    people: dict[str, Json] = {}
    for request in sent:
        columns = {name for record in request for name in record.get("values", {})}
        keys = {key for record in request for key in record}
        seen: set[str] = set()
        for record in request:
            id = record["email"].lower()
            twice = id in seen and profile["duplicates"] == "first_wins"
            seen.add(id)
            if not twice and 5 not in record.get("values", {}).values():  # 5 is no text
                people[id] = put(people.get(id), record, columns, keys, profile)
    return people


def put(old: Json | None, record: Json, columns: set[str], keys: set[str], profile: Mapping[str, str]) -> Json:
    before = old or {"firstName": None, "lastName": None, "isOptedOut": False, "values": {}}
    person = before | {key: record[key] for key in record if key != "values"}
    for key in ("firstName", "lastName"):
        blanked = {"blank_if_column": key in keys, "unchanged": False, "null": True}[profile["absent_name"]]
        if key not in record and blanked:
            person[key] = None
    if old and old["isOptedOut"] and profile["opt_in_by_import"] == "ignored":
        person["isOptedOut"] = True
    gone = columns if profile["put_scope"] == "request_union" else set(NAMES)
    values = {name: value for name, value in before["values"].items() if name not in gone}
    for name, value in record.get("values", {}).items():
        if value:
            values[name] = value
        elif profile["blank_value"] == "kept" and name in before["values"]:
            values[name] = before["values"][name]
    return person | {"values": values}


# ---- the workspace, seen in the same way ----


def as_sent(record: Json) -> Json:
    plain = {key: value for key, value in record.items() if key != "values"}
    items = [
        {"name": name, "propertyType": "STRING", "value": value} for name, value in record.get("values", {}).items()
    ]
    return plain | ({"properties": items} if items else {})


def people_of(here: Stage) -> dict[str, Json]:
    keys = ("email", "firstName", "lastName", "isOptedOut")
    lines = here.lines("person")
    people = {
        line["email"].lower(): {key: line[key] for key in keys} | {"values": line["properties"]} for line in lines
    }
    assert len(people) == len(lines) == here.workspace.people.total
    return people


def run(sent: list[list[Json]], drive: Callable[[Stage], None], **profile: Any) -> Stage:
    here = Stage(**profile).seed(properties=text(*NAMES))
    for request in sent:
        here.post(*(as_sent(record) for record in request))
    drive(here)
    return here


@SETTINGS
@given(sent=requests, profile=switches)
def test_the_workspace_is_what_the_model_says(sent: list[list[Json]], profile: dict[str, str]) -> None:
    here = run(sent, lambda _: None, **profile)
    expected = model(sent, profile)
    assert people_of(here) == expected
    for email in expected:
        found = here.workspace.people.with_email(email.upper())
        assert found is not None
        assert found.email == expected[email]["email"]
    for line in here.lines("import"):
        assert line["status"] == "COMPLETED"
        assert line["personCount"] + len(line["failures"]) == line["records"]


@SETTINGS
@given(
    sent=requests,
    profile=switches,
    most=st.integers(1, 4) | st.none(),
    moments=st.lists(st.floats(0, 3, allow_nan=False), max_size=6),
    lengths=st.tuples(st.sampled_from([0.0, 0.3, 1.0]), st.sampled_from([0.0, 0.7, 1.0])),
)
def test_slices_and_moments_do_not_change_the_end(
    sent: list[list[Json]],
    profile: dict[str, str],
    most: int | None,
    moments: list[float],
    lengths: tuple[float, float],
) -> None:
    """Whoever sleeps until what is due, on a clock that stands still between, comes to the end."""

    def drive(here: Stage) -> None:
        for moment in sorted(moments):
            here.time = START + moment
            here.workspace.step(most)
        for _ in range(30 * len(sent)):
            due = here.workspace.step(most)
            if due is None:
                return
            here.time = max(here.time, due)
        raise AssertionError("the imports come to no end")

    delay, length = lengths
    here = run(sent, drive, processing="clock", start_delay_s=delay, processing_s=length, **profile)
    assert people_of(here) == model(sent, profile)


@SETTINGS
@given(sent=requests, later=requests, profile=switches)
def test_a_copy_does_not_hear_of_what_comes_later(
    sent: list[list[Json]], later: list[list[Json]], profile: dict[str, str]
) -> None:
    here = run(sent, lambda _: None, **profile)
    kept = here.workspace.copy()
    for request in later:
        here.post(*(as_sent(record) for record in request))
    assert people_of(here) == model(sent + later, profile)
    here.workspace.take_over(kept)
    assert people_of(here) == model(sent, profile)
    here.post({"email": "d@x.io", "firstName": "Dan"})
    assert people_of(here) == model([*sent, [{"email": "d@x.io", "firstName": "Dan"}]], profile)
