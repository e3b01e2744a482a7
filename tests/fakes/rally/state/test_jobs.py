"""An import from its acceptance to its end: the table of moves, the paces, the order (section 4, P25)."""

from __future__ import annotations

import typing
from typing import Any

import pytest

from customhouse_fakes.core.answers import VendorError
from customhouse_fakes.core.machine import IllegalMoveError
from customhouse_fakes.rally.jobs.machine import machine
from customhouse_fakes.rally.jobs.pace import PACES
from customhouse_fakes.rally.jobs.runner import ACTS
from customhouse_fakes.rally.profile import RallyProfile
from customhouse_fakes.rally.state.around import ImportFinished
from customhouse_fakes.rally.state.imports import Import, Status

from .stage import START, Stage, row, text

TABLE = machine()
HINTS = typing.get_type_hints(RallyProfile)
OUTCOMES = typing.get_args(HINTS["import_outcome"])
POSSIBLE = {"NOT_STARTED": {"turn"}, "UPLOADING": {"work", "over"}}


def people(count: int, first: int = 0, **fields: Any) -> list[dict[str, Any]]:
    return [row(f"p{number}@x.io", **fields) for number in range(first, first + count)]


def at(here: Stage, seconds: float) -> float | None:
    """Go to an instant and do what is due; when something is due next, counted from the start."""
    here.time = START + seconds
    due = here.workspace.step()
    return None if due is None else round(due - START, 6)


# ---- the table ----


def test_what_can_happen_has_exactly_the_moves_that_it_needs() -> None:
    events = {event for move in TABLE.moves for event in move.events}
    for outcome in OUTCOMES:
        for state in (*TABLE.running, *TABLE.ended):
            fitting = {event for event in events for m in TABLE.moves if m.fits(state, event, {"outcome": outcome})}
            assert fitting == POSSIBLE.get(state, set())


def test_every_row_is_taken_by_some_outcome() -> None:
    taken = {
        id(TABLE.move(state, event, {"outcome": outcome}))
        for outcome in OUTCOMES
        for state, events in POSSIBLE.items()
        for event in events
    }
    assert taken == {id(move) for move in TABLE.moves}


def test_states_and_acts_are_those_that_exist() -> None:
    assert {*TABLE.running, *TABLE.ended} == set(typing.get_args(Status))
    assert {act for move in TABLE.moves for act in move.acts} == set(ACTS)
    assert set(PACES) == set(typing.get_args(HINTS["processing"]))
    assert all(("tell" in move.acts) == (move.to in TABLE.ended) for move in TABLE.moves)


@pytest.mark.parametrize(("state", "event"), [("COMPLETED", "work"), ("NOT_STARTED", "over"), ("ERROR", "turn")])
def test_an_illegal_move_is_refused(state: str, event: str) -> None:
    with pytest.raises(IllegalMoveError, match=f"'{event}' cannot happen to an import that is {state}"):
        TABLE.move(state, event, {"outcome": "completed"})


# ---- by the clock ----


def test_by_the_clock_it_starts_works_in_slices_and_ends() -> None:
    here = Stage(processing="clock", start_delay_s=1.0, processing_s=10.0)
    begun = here.post(*people(20))
    assert (at(here, 0.9), here.status(begun)) == (1.0, "NOT_STARTED")
    assert (at(here, 1.0), here.status(begun)) == (2.0, "UPLOADING")
    assert at(here, 6.5) == 7.0
    assert here.workspace.poll(begun.id).person_count == 11
    assert len(here.lines("person")) == 11
    assert (at(here, 11.0), here.status(begun)) == (None, "COMPLETED")
    done = here.workspace.poll(begun.id)
    assert (done.person_count, done.updated_at) == (20, START + 11)


def test_what_nobody_looked_at_happened_at_its_own_time() -> None:
    here = Stage(processing="clock", start_delay_s=0, processing_s=10.0)
    first, second = here.post(*people(1)), here.post(*people(1, first=1))
    assert at(here, 1000) is None
    assert [here.workspace.poll(one.id).updated_at - START for one in (first, second)] == [10, 20]
    assert here.person("p1@x.io")["createdAt"] == "2023-11-14T22:13:40.000Z"


def test_a_step_looks_at_no_more_records_than_it_may() -> None:
    here = Stage(processing="clock", start_delay_s=0, processing_s=0)
    begun = here.post(*people(25))
    steps = 0
    while here.workspace.step(10) is not None:
        steps += 1
        assert here.workspace.imports.by_id[begun.id].done == 10 * steps
    assert (steps, here.status(begun), len(here.lines("person"))) == (2, "COMPLETED", 25)


def test_first_in_first_out_waits_for_the_one_before() -> None:
    here = Stage(processing="clock", start_delay_s=0, processing_s=10.0)
    first = here.post(row("a@x.io", firstName="Old"))
    at(here, 4)
    second = here.post(row("a@x.io", firstName="New"))
    at(here, 9.9)
    assert (here.status(first), here.status(second)) == ("UPLOADING", "NOT_STARTED")
    at(here, 10)
    assert (here.status(first), here.status(second)) == ("COMPLETED", "UPLOADING")
    at(here, 20)
    assert (here.status(second), here.person("a@x.io")["firstName"]) == ("COMPLETED", "New")


def test_a_queue_is_looked_at_as_far_as_the_first_that_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    by_clock = PACES["clock"]

    def counting(imported: Import, now: float, profile: RallyProfile) -> float | None:
        looked.append(imported.id)
        return by_clock(imported, now, profile)

    here = Stage(processing="clock", start_delay_s=0, processing_s=10.0)
    begun = [here.post(row(f"{number}@x.io")) for number in range(50)]
    monkeypatch.setitem(PACES, "clock", counting)
    assert here.workspace.step() == START + 1
    assert looked == [one.id for one in begun[:2]]
    at(here, 495)
    assert [here.status(one) for one in begun[-2:]] == ["COMPLETED", "UPLOADING"]


@pytest.mark.parametrize("jump", [False, True])
def test_p25_overlapping_lets_the_later_end_first_and_the_earlier_have_the_last_word(jump: bool) -> None:
    here = Stage(processing="clock", start_delay_s=0, processing_s=8.0, import_order="overlapping")
    sent = [here.post(row("a@x.io", firstName=name)) for name in ("First", "Second", "Third")]
    if not jump:
        for seconds, ended in ((1.9, 0), (2, 1), (4, 2), (7.9, 2)):
            at(here, seconds)
            expected = ["UPLOADING"] * (3 - ended) + ["COMPLETED"] * ended
            assert [here.status(one) for one in sent] == expected
    assert at(here, 8) is None
    assert here.person("a@x.io")["firstName"] == "First"
    told = [event.imported.id for event in here.workspace.drain_events() if isinstance(event, ImportFinished)]
    assert told == [one.id for one in reversed(sent)]


def test_p25_overlapping_ones_touch_nobody_before_their_end() -> None:
    here = Stage(processing="clock", start_delay_s=0, processing_s=8.0, import_order="overlapping")
    begun = here.post(*people(10))
    assert (at(here, 7.9), here.status(begun), here.lines("person")) == (8.0, "UPLOADING", [])


# ---- by polls, and at once ----


def statuses(here: Stage, imported: Import, count: int) -> list[str]:
    return [here.workspace.poll(imported.id).status for _ in range(count)]


@pytest.mark.parametrize(
    ("polls", "seen"),
    [
        (0, ["COMPLETED"]),
        (1, ["NOT_STARTED", "COMPLETED"]),
        (3, ["NOT_STARTED", "UPLOADING", "UPLOADING", "COMPLETED", "COMPLETED"]),
    ],
)
def test_by_polls_so_many_see_it_unfinished(polls: int, seen: list[str]) -> None:
    here = Stage(processing="polls", processing_polls=polls)
    begun = here.post(*people(9))
    assert at(here, 10_000) is None
    assert statuses(here, begun, len(seen)) == seen
    assert here.workspace.poll(begun.id).person_count == 9


@pytest.mark.parametrize(("order", "first_done"), [("fifo", True), ("overlapping", False)])
def test_polls_for_a_later_import(order: str, first_done: bool) -> None:
    here = Stage(processing="polls", processing_polls=1, import_order=order)
    first, second = here.post(*people(1)), here.post(*people(1))
    assert statuses(here, second, 4)[-1] == "COMPLETED"
    assert (here.status(first) == "COMPLETED") == first_done


def test_the_first_polls_may_find_nothing() -> None:
    here = Stage(visible_after_polls=2)
    done = here.post(*people(1))
    for _ in range(2):
        with pytest.raises(VendorError, match=r"404 import\.not_found"):
            here.workspace.poll(done.id)
    assert here.workspace.poll(done.id).status == "COMPLETED"
    (line,) = here.lines("import")
    assert line["polls"] == 3


def test_an_import_that_nobody_accepted_is_not_found() -> None:
    with pytest.raises(VendorError, match="404"):
        Stage().workspace.poll("cm0")


def test_at_once_it_is_done_when_it_is_accepted() -> None:
    here = Stage(processing="at_once")
    assert here.post(*people(3)).status == "COMPLETED"


# ---- how it ends ----


@pytest.mark.parametrize(("outcome", "status", "told"), [("error", "ERROR", 1), ("never", "UPLOADING", 0)])
@pytest.mark.parametrize(("part", "imported"), [(0.0, 0), (0.5, 5), (1.0, 10)])
def test_an_import_that_errs_or_freezes(outcome: str, status: str, told: int, part: float, imported: int) -> None:
    here = Stage(processing="clock", import_outcome=outcome, stops_after=part)
    begun = here.post(*people(10))
    assert at(here, 1000) is None
    here.workspace.settle()
    assert (here.status(begun), len(here.lines("person"))) == (status, imported)
    assert len(here.workspace.drain_events()) == told
    (line,) = here.lines("import")
    assert (line["personCount"], line["records"], line["frozen"]) == (imported, 10, outcome == "never")


def test_only_the_first_so_many_are_unlucky_and_hold_nobody_up() -> None:
    here = Stage(processing="clock", import_outcome="never", unlucky_imports=1)
    first, second = here.post(*people(1)), here.post(*people(1, first=1))
    at(here, 1000)
    assert (here.status(first), here.status(second)) == ("UPLOADING", "COMPLETED")


@pytest.mark.parametrize("processing", ["clock", "polls"])
def test_settling_ends_everything_whatever_the_pace(processing: str) -> None:
    here = Stage(processing=processing)
    sent = [here.post(*people(3, first=3 * number)) for number in range(3)]
    here.workspace.settle()
    assert {here.status(one) for one in sent} == {"COMPLETED"}
    assert len(here.lines("person")) == 9


@pytest.mark.parametrize(
    ("rule", "some", "none"), [("given", True, True), ("null_when_empty", True, False), ("never", False, False)]
)
def test_when_the_answer_has_an_id(rule: str, some: bool, none: bool) -> None:
    here = Stage(import_id=rule, missing_identifier="record_fails")
    assert (here.post(row("a@x.io")).given_id is not None) == some
    assert (here.post({"firstName": "Nobody"}).given_id is not None) == none
    assert len(here.lines("person")) == 1
    assert len(here.workspace.drain_events()) == some + none


def test_a_finished_import_is_told_of_once() -> None:
    here = Stage()
    done = here.post(*people(2))
    (event,) = here.workspace.drain_events()
    assert isinstance(event, ImportFinished)
    assert (event.imported.id, event.imported.status) == (done.id, "COMPLETED")
    assert here.workspace.drain_events() == []


# ---- snapshots ----


def test_a_copy_has_its_own_future() -> None:
    here = Stage(processing="clock", start_delay_s=0, processing_s=10.0).seed(properties=text("Color"))
    begun = here.post(*people(10, firstName="Ann"))
    at(here, 5)
    twin = here.workspace.copy()
    at(here, 10)
    assert (here.status(begun), here.workspace.people.total) == ("COMPLETED", 10)
    assert (twin.imports.by_id[begun.id].status, twin.people.total) == ("UPLOADING", 5)
    here.workspace.delete_people(list(here.workspace.people.by_id))
    twin.step()
    assert (twin.imports.by_id[begun.id].status, twin.people.total) == ("COMPLETED", 10)
    assert len(twin.drain_events()) == 1
