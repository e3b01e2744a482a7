"""A row counts as reported only where what is said of it is not said of those that went well."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customhouse_conformance.naming import Names, Subject, told_apart

PEOPLE = [
    Subject((f"person-7-{n}", f"{name}.7.{n}@example.com"), (name.title(), f"+1555010{n}"))
    for n, name in enumerate(["ann", "bob", "carl", "dora"])
]
IDS = [subject.names[0] for subject in PEOPLE]
EMAILS = [subject.names[1] for subject in PEOPLE]
BOB = 1


def lines(form: str, **of_bob: str) -> str:
    """A line for everybody; bob's with other words, if given."""
    usual = dict.fromkeys(of_bob, "ok")
    return "\n".join(
        form.format(n=n + 1, id=IDS[n], email=EMAILS[n], name=PEOPLE[n].values[0], **(of_bob if n == BOB else usual))
        for n in range(len(PEOPLE))
    )


def document(**bob: object) -> str:
    rows = [{"email": email, "status": "ok"} | (bob if email == EMAILS[BOB] else {}) for email in EMAILS]
    return json.dumps({"counts": {"rows": 4}, "rows": rows}, indent=2)


REPORTED = {
    "one line": ("stderr", f"row 2: {EMAILS[BOB]} was refused"),
    "by id": ("stdout", f"failed: {IDS[BOB]}."),
    "a file of bad rows only": ("file:rejects.csv", f"line,id,email\r\n2,{IDS[BOB]},{EMAILS[BOB]}\r\n"),
    "a csv of all with an outcome": ("file:log.csv", lines("{n},{email},{said}", said="error")),
    "a log with an outcome": ("stdout", lines("03:17:1{n}.00{n} [{n}/4] {email} {said}", said="failed")),
    "a status": ("stdout", lines("{email} -> {status}", status="400")),
    "an indented line below": ("stdout", lines("{email}{said}", said="\n    400 Bad Request")),
    "a document with an outcome": ("file:report.json", document(status="failed")),
    "a list of rejects": ("file:report.json", json.dumps({"rejected": [EMAILS[BOB]], "imported": [EMAILS[0]]})),
    "a record of rejects": (
        "file:r.json",
        json.dumps({"ok": IDS[:1], "bad": [{"row": {"id": IDS[BOB]}, "why": "400"}]}),
    ),
    "a document by id": ("file:r.json", json.dumps({id: "bad" if id == IDS[BOB] else "ok" for id in IDS})),
    "a document amid lines": ("stdout", f"done\n{document(status='failed')}\nbye"),
    "an ndjson": ("file:r.ndjson", "\n".join(json.dumps({"id": id, "bad": id == IDS[BOB]}) for id in IDS)),
    "a file of its own": (f"file:errors/{IDS[BOB]}.txt", "400 Bad Request"),
    "in the address of a request": ("stderr", f"404 for /find?email={EMAILS[BOB].replace('@', '%40')}"),
}
NOT_REPORTED = {
    "nothing": ("stdout", "4 rows, 1 failed"),
    "every row": ("stdout", lines("row {n} {id} {email} {name}")),
    "every row with times and counters": (
        "stderr",
        lines("2026-11-22T03:17:0{n}.1{n}2Z [{n}/4] sent {email} in {n}7 ms"),
    ),
    "every row with the ids that it got": ("stdout", lines("{email} 6b025eb33dc15ece5800ab5{n}")),
    "a copy of the source": ("file:backup.csv", lines("{id},{email},{name}")),
    "a line of all": ("stdout", "rows: " + ", ".join(EMAILS)),
    "a list of all": ("file:report.json", json.dumps({"processed": EMAILS})),
    "a document of all": ("file:report.json", document()),
    "another whose name begins alike": ("stdout", f"failed: {IDS[BOB]}0 and {EMAILS[BOB]}.au"),
}


@pytest.mark.parametrize(("place", "text"), REPORTED.values(), ids=REPORTED)
def test_what_counts_as_a_report(place: str, text: str) -> None:
    assert told_apart(PEOPLE, [BOB], [(place, text)]) == {BOB}


@pytest.mark.parametrize(("place", "text"), NOT_REPORTED.values(), ids=NOT_REPORTED)
def test_what_does_not(place: str, text: str) -> None:
    assert told_apart(PEOPLE, [BOB], [(place, text)]) == set()


def test_the_same_words_in_another_place_are_something_else() -> None:
    assert told_apart(PEOPLE, [BOB], [("stdout", EMAILS[0]), ("stderr", EMAILS[BOB])]) == {BOB}
    assert told_apart(PEOPLE, [BOB], [("stdout", EMAILS[0]), ("stdout", EMAILS[BOB])]) == set()


def test_two_that_failed_alike_are_both_reported() -> None:
    text = f"imported {EMAILS[0]}\nfailed {EMAILS[1]}\nfailed {EMAILS[2]}\nimported {EMAILS[3]}"
    assert told_apart(PEOPLE, [1, 2], [("stdout", text)]) == {1, 2}
    assert told_apart(PEOPLE, [1], [("stdout", text)]) == set()


@given(st.text(max_size=60), st.integers(0, 3))
def test_a_name_is_found_between_any_words_that_do_not_go_on(words: str, index: int) -> None:
    assert index in Names(PEOPLE).found(f"{words} {EMAILS[index]} {words}")


@given(st.text(max_size=80))
def test_no_text_is_too_strange(text: str) -> None:
    assert told_apart(PEOPLE, [BOB], [("stdout", text), (text, "x")]) == set()
