"""Tests of our own sync, against the fakes: `pip install customhouse pytest`, and `pytest` in this folder."""

from collections.abc import Callable
from typing import Any

import pytest
import sync

from customhouse.pytest_plugin import Intandem, Intercom, Rally

ADA = {"email": "ada@example.com", "name": "Ada Lovelace"}
BOB = {"email": "bob@example.com", "name": "Bob"}


# ---- Intercom ----


def test_new_people_are_created(intercom: Intercom) -> None:
    assert sync.to_intercom([ADA, BOB], intercom.url, intercom.token) == []
    intercom.state.contacts.assert_equal([ADA, BOB])


def test_who_is_there_is_updated_and_not_doubled(intercom: Intercom) -> None:
    intercom.state.add(contacts=[{"email": "ada@example.com", "name": "A.", "phone": "+4930123456"}])
    sync.to_intercom([ADA], intercom.url, intercom.token)
    intercom.state.contacts.assert_equal([ADA | {"phone": "+4930123456"}])


def test_a_429_is_waited_out(intercom: Intercom) -> None:
    intercom.clock.freeze()  # nobody waits: the client's sleep moves the clock
    intercom.faults.add("contacts.create", use_up=True, first=1)  # another app was faster
    sync.to_intercom([ADA, BOB], intercom.url, intercom.token, sleep=intercom.clock.advance)
    intercom.state.contacts.assert_equal([ADA, BOB])
    intercom.journal.assert_called("contacts.create", status=429, times=1)


@pytest.mark.customhouse(limits={"app": 2, "window_s": 1})
def test_five_people_through_a_limit_of_two_calls_a_second(intercom: Intercom) -> None:
    intercom.clock.freeze()
    people = [{"email": f"p{n}@example.com"} for n in range(5)]
    sync.to_intercom(people, intercom.url, intercom.token, sleep=intercom.clock.advance)
    intercom.state.contacts.assert_equal(people)
    intercom.journal.assert_called("contacts.create", status=429, times=2)


def test_a_lost_answer_doubles_nobody(intercom: Intercom) -> None:
    intercom.faults.add("contacts.create", reset=True, where="after", nth=[1])
    sync.to_intercom([ADA], intercom.url, intercom.token)
    intercom.state.contacts.assert_equal([ADA])
    assert [call.status for call in intercom.journal.calls("contacts.create")] == [200, 409]


@pytest.mark.customhouse(allow="rule:bad.timestamp")
def test_who_is_refused_is_named(intercom: Intercom) -> None:
    nonsense = BOB | {"signed_up_at": "yesterday"}
    assert sync.to_intercom([ADA, nonsense], intercom.url, intercom.token) == [nonsense]
    intercom.state.contacts.assert_equal([ADA])


# ---- Rally ----


def test_people_arrive_at_rally(rally: Rally) -> None:
    people = [{"email": "ada@example.com", "firstName": "Ada"}, {"email": "bob@example.com", "firstName": "Bob"}]
    assert sync.to_rally(people, rally.url, rally.token, sleep=rally.clock.advance) == []
    rally.state.people.assert_equal(people)


def test_who_fails_at_rally_is_named(rally: Rally) -> None:
    rally.state.add(refuse=["bob@example.com"])
    people = [{"email": "ada@example.com"}, {"email": "bob@example.com"}]
    assert sync.to_rally(people, rally.url, rally.token, sleep=rally.clock.advance) == ["bob@example.com"]
    rally.state.people.assert_equal([{"email": "ada@example.com"}])


# ---- inTandem ----


def test_intandem_gets_every_page(intandem: Intandem, serve: Callable[[Any], str]) -> None:
    people = [{"first_name": f"P{n}", "email": f"p{n}@example.com", "external_id": n} for n in range(5)]
    intandem.connect(serve(sync.export_app(people)))
    intandem.plan(per_page=2)
    session = intandem.pull()
    assert session["state"] == "completed"
    assert [call.params["page"] for call in intandem.journal.calls("export.page")] == ["1", "2", "3"]
    intandem.state.clients.assert_equal(people)
