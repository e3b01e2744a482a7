"""The table of moves: complete, without dead rows, and strict."""

from __future__ import annotations

import dataclasses
import itertools
import typing
from collections.abc import Iterator
from typing import Any

import pytest

from customhouse_fakes.core.machine import IllegalMoveError, Move
from customhouse_fakes.intandem.profile import IntandemProfile
from customhouse_fakes.intandem.puller.machine import machine
from customhouse_fakes.intandem.puller.pull import ACTS

TABLE = machine()
HINTS = typing.get_type_hints(IntandemProfile)
FLAGS = ("past_cap", "may_retry", "may_skip")
SWITCHES = {
    name: typing.get_args(HINTS[name]) for name in ("overflow", "overfull_page", "missing_clients", "final_call")
}
FACTS: dict[str, tuple[Any, ...]] = {**SWITCHES, **dict.fromkeys(FLAGS, (True, False))}
# What can happen where, whatever the switches say.
POSSIBLE = {
    "queued": {"begin", "no_address", "cancel"},
    "asking": {
        "page_full",
        "page_short",
        "page_over",
        "clients_missing",
        "bad_answer",
        "no_address",
        "vanish",
        "cancel",
    },
    "waiting": {"wait_over", "cancel"},
    "closing": {"done_over", "vanish", "cancel"},
    "aborting": {"done_over", "cancel"},
}


def situations() -> Iterator[dict[str, Any]]:
    for values in itertools.product(*FACTS.values()):
        yield dict(zip(FACTS, values, strict=True))


def test_what_can_happen_has_exactly_the_moves_that_it_needs() -> None:
    events = {event for move in TABLE.moves for event in move.events}
    for facts in situations():
        for state in (*TABLE.running, *TABLE.ended):
            allowed = {event for event in events if any(move.fits(state, event, facts) for move in TABLE.moves)}
            assert allowed == POSSIBLE.get(state, set()), (state, facts)


def test_every_row_is_taken_in_some_situation() -> None:
    taken: set[int] = set()
    for facts in situations():
        for state, events in POSSIBLE.items():
            taken |= {id(TABLE.move(state, event, facts)) for event in events}
    assert {id(move) for move in TABLE.moves} == taken


def test_states_and_acts_are_those_that_exist() -> None:
    assert set(POSSIBLE) == set(TABLE.running)
    assert {move.to for move in TABLE.moves} <= {*TABLE.running, *TABLE.ended}
    assert {act for move in TABLE.moves for act in move.acts} == set(ACTS)
    fields = {field.name for field in dataclasses.fields(IntandemProfile)}
    for move in TABLE.moves:
        assert set(move.when) <= set(FACTS)
        for fact, values in move.when.items():
            assert set(values) <= set(FACTS[fact])
            assert fact in fields or fact in FLAGS


def test_from_every_running_state_every_end_that_it_needs_is_in_reach() -> None:
    reach: dict[str, set[str]] = {state: {state} for state in (*TABLE.running, *TABLE.ended)}
    for _ in TABLE.running:
        for move in TABLE.moves:
            for source in reach.values():
                if source & set(move.sources):
                    source.add(move.to)
    assert reach["queued"] == set(reach)
    assert all("cancelled" in reach[state] for state in TABLE.running)
    assert all(reach[state] == {state} for state in TABLE.ended)


def test_a_session_that_ends_concludes_and_nothing_else_does() -> None:
    def ends(move: Move) -> bool:
        return move.to in TABLE.ended

    assert all(("conclude" in move.acts) == ends(move) for move in TABLE.moves)


@pytest.mark.parametrize(("state", "event"), [("completed", "cancel"), ("queued", "page_full"), ("waiting", "begin")])
def test_an_illegal_move_is_refused(state: str, event: str) -> None:
    facts = next(situations())
    with pytest.raises(IllegalMoveError, match=f"'{event}' cannot happen to a session that is {state}"):
        TABLE.move(state, event, facts)
