"""The fixtures as a test uses them, and what they say when something is not as expected."""

from typing import Any

import pytest
import requests

from customhouse.pytest_plugin import Customhouse, Intandem, Intercom, Rally, accounts
from customhouse.pytest_plugin.unexpected import UnexpectedError
from customhouse.pytest_plugin.waiting import DeadlineError
from customhouse_fakes.core.errors import FaultPlanError, SeedError, TargetError
from tests.fakes.intandem.tiny import Ask, Reply, TinyApp, rows

ADA = {"email": "ada@example.com", "name": "Ada"}
PEOPLE = [{"email": "ada@example.com", "firstName": "Ada"}]


def post(account: Intercom | Rally | Intandem, path: str, body: Any, token: str | None = None) -> requests.Response:
    headers = {"Authorization": f"Bearer {token or account.token}", "Intercom-Version": "2.14"}
    return requests.post(account.url + path, json=body, headers=headers, timeout=10)


def submit(rally: Rally, people: Any = PEOPLE) -> None:
    assert post(rally, "/api/public/v1/people/import", {"people": people}).status_code == 202


# ---- state ----


def test_what_is_added_and_what_is_made_are_both_there(intercom: Intercom) -> None:
    added = {"contacts": [ADA, {"email": "old@example.com", "status": "archived"}], "tags": ["vip"]}
    assert intercom.state.add(**added) == {"contacts": 2, "tags": 1}
    post(intercom, "/contacts", {"email": "bob@example.com"})
    intercom.state.contacts.assert_equal([{"email": "bob@example.com"}, ADA])
    intercom.state.contacts.assert_contains(ADA)
    assert [one["name"] for one in intercom.state.tags] == ["vip"]
    assert intercom.state.all_contacts.one(status="archived")["email"] == "old@example.com"
    assert len(intercom.state.contacts.where(name="Ada", role="user")) == 1


def test_a_difference_is_told(intercom: Intercom) -> None:
    intercom.state.add(contacts=[ADA])
    with pytest.raises(AssertionError, match=r"differs +ada@example.com: name is 'Ada', expected 'Eve'"):
        intercom.state.contacts.assert_equal([ADA | {"name": "Eve"}])
    with pytest.raises(AssertionError, match=r"0 contacts have .*'Eve'.*expected one; there are: ada@example.com"):
        intercom.state.contacts.one(name="Eve")
    with pytest.raises(ValueError, match="no expected row can be recognised without id: give it"):
        intercom.state.contacts.assert_equal([ADA], key="id")
    with pytest.raises(SeedError, match="people"):
        intercom.state.add(people=[ADA])


# ---- journal ----


def test_calls_tell_what_was_sent_and_answered(intercom: Intercom) -> None:
    post(intercom, "/contacts?x=1", ADA)
    post(intercom, "/contacts", ADA)
    (first, second) = intercom.journal.assert_called("contacts.create", times=2)
    assert (first.json, first.params, first.answer["email"]) == (ADA, {"x": "1"}, "ada@example.com")
    assert str(second) == "#2 POST /contacts -> 409 (contacts.create, rule:conflict.active)"
    assert intercom.journal.count("contacts.*", status=200) == 1
    intercom.journal.assert_called("contacts.create")
    intercom.journal.assert_not_called("contacts.delete")
    assert intercom.token not in repr(first)


def test_what_is_no_json_is_text(intercom: Intercom) -> None:
    intercom.faults.add("admins.me", html=502)
    headers = {"Authorization": f"Bearer {intercom.token}"}
    requests.get(intercom.url + "/me", headers=headers, timeout=10)
    (call,) = intercom.journal.calls("admins.me")
    assert (call.json, call.answer[:6]) == (None, "<html>")


def test_what_was_called_instead_is_told(intercom: Intercom) -> None:
    with pytest.raises(AssertionError, match=r"at least one call of admins.me expected, got 0\nnothing was called"):
        intercom.journal.assert_called("admins.me")
    post(intercom, "/contacts", ADA)
    with pytest.raises(AssertionError, match=r"0 calls .* status 200 expected, got 1\nwhat was called:\n  #1 POST"):
        intercom.journal.assert_not_called("contacts.create", status=200)
    with pytest.raises(ValueError, match=r"no operation is called 'contact.create'; did you mean contacts.create"):
        intercom.journal.assert_not_called("contact.create")


@pytest.mark.customhouse(limits={"journal": 1})
def test_a_journal_that_forgot_does_not_say_none(intercom: Intercom) -> None:
    for _ in range(2):
        post(intercom, "/contacts", ADA)
    assert len(intercom.journal.assert_called("contacts.create")) == 1
    for look in (intercom.journal.assert_not_called, intercom.journal.count):
        with pytest.raises(AssertionError, match=r"cannot tell how often contacts\.delete was called"):
            look("contacts.delete")


# ---- faults and clock ----


def test_faults_strike_and_go_on_counting(intercom: Intercom) -> None:
    first = intercom.faults.add(operation="contacts.create", status=429, first=1, retry_after_s=3)
    answer = post(intercom, "/contacts", ADA)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3")
    second = intercom.faults.add("contacts.create", html=502, nth=[2])
    assert [post(intercom, "/contacts", ADA).status_code for _ in range(3)] == [200, 502, 409]
    assert intercom.faults.served == {first: 1, second: 1}
    with pytest.raises(FaultPlanError, match="no operation matches 'contact'"):
        intercom.faults.add("contact", status=500)
    intercom.faults.clear()
    assert intercom.faults.served == {}


@pytest.mark.customhouse("intercom", limits={"app": 1, "window_s": 60})
@pytest.mark.customhouse(limits={"app": 1})
def test_the_clock_opens_the_next_window(intercom: Intercom) -> None:
    began = intercom.clock.freeze()
    assert intercom.clock.frozen
    assert [post(intercom, "/contacts", {"email": f"{n}@example.com"}).status_code for n in range(2)] == [200, 429]
    assert intercom.clock.advance(60) == intercom.clock.now() == began + 60
    assert post(intercom, "/contacts", ADA).status_code == 200
    assert intercom.clock.set(began + 100) == began + 100
    assert intercom.clock.reset() < began + 60


# ---- what nobody expected ----


def test_a_stranger_and_a_wrong_route_are_told_once(intercom: Intercom) -> None:
    post(intercom, "/contacts", ADA, token="nobody's")
    post(intercom, "/nowhere", {"a": "b" * 1000})
    with pytest.raises(UnexpectedError) as caught:
        intercom.verify()
    said = str(caught.value)
    assert said.startswith("2 things happened at the fake Intercom that the test does not expect:\n")
    assert "POST /nowhere -> 404\n    refused by route: no route for POST /nowhere\n    sent {" in said
    assert "POST /contacts -> 401\n    refused by auth: no sandbox is opened by this credential" in said
    assert said.endswith('@pytest.mark.customhouse(allow=["route", "auth"])')
    assert intercom.token not in said
    intercom.verify()


def test_a_client_that_tries_for_ever_is_told_of_in_bounds(intercom: Intercom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "NOTED", 2)
    for _ in range(4):
        post(intercom, "/contacts", {"email": 7})
    with pytest.raises(UnexpectedError, match="2 things happened"):
        intercom.verify()


def test_a_refusal_is_told_even_if_the_journal_forgot_it(customhouse: Customhouse) -> None:
    with customhouse.intercom(limits={"journal": 1}) as small:
        post(small, "/contacts", {"email": 7})
        post(small, "/contacts", ADA)
        with pytest.raises(UnexpectedError, match="refused by rule:"):
            small.verify()


def test_an_account_of_another_scope_is_verified_at_its_end(customhouse: Customhouse) -> None:
    with pytest.raises(UnexpectedError, match="fault F1 never struck"), customhouse.intercom() as account:
        account.faults.add("contacts.list", status=500)
    with customhouse.intercom() as account:
        account.faults.add("contacts.list", status=500, optional=True)
    with pytest.raises(FaultPlanError), customhouse.intercom() as account:
        account.faults.add("contacts.list", stauts=500)
    assert customhouse.url("intercom") == account.url
    account.close()


# ---- inTandem ----


def test_an_app_is_asked_for_its_pages(intandem: Intandem) -> None:
    with TinyApp(rows(5)) as app:
        intandem.connect(app.url)
        intandem.plan(per_page=2)
        session = intandem.pull()
        assert app.pages == [1, 2, 3, -1]
    assert (session["state"], session["created"]) == ("completed", 5)
    assert session["business_uid"] == intandem.business_uid
    intandem.state.clients.assert_equal(rows(5), key="external_id")
    intandem.journal.assert_called("export.page", times=3, direction="out")
    assert len(intandem.state.mail) == len(intandem.state.sessions) == 1
    assert intandem.state.businesses[0]["staff_uid"] == intandem.staff_uid


def test_a_session_that_does_not_end_is_not_waited_for_for_ever(intandem: Intandem) -> None:
    intandem.clock.freeze()
    with pytest.raises(DeadlineError, match=r"1 sessions did not begin and end within 0.05 s; the clock is frozen"):
        intandem.wait_for_sessions(timeout=0.05)
    with pytest.raises(TargetError):
        intandem.connect("http://192.0.2.1/")


@pytest.mark.customhouse(app={"installed": False}, allow="rule:import.not_installed")
def test_an_import_that_is_refused_is_told(intandem: Intandem) -> None:
    with pytest.raises(AssertionError, match=r"the import was not begun: 422 .*\nwhat was called:\n  #1 POST"):
        intandem.pull()


# ---- Rally ----


def test_imports_are_finished_and_not_waited_for(rally: Rally) -> None:
    rally.clock.freeze()
    rally.state.add(refuse=["bob@example.com"])
    submit(rally, [*PEOPLE, {"email": "bob@example.com", "firstName": "Bob"}])
    assert not rally.state.people
    (imported,) = rally.finish_imports()
    assert (imported["status"], [one["email"] for one in imported["failures"]]) == ("COMPLETED", ["bob@example.com"])
    rally.state.people.assert_equal(PEOPLE)


def test_webhooks_are_waited_for_and_retried_by_the_clock(rally: Rally) -> None:
    def fails_once(ask: Ask) -> Reply | None:
        return Reply(status=500) if ask.n == 1 else None

    with TinyApp(manner=fails_once) as receiver:
        rally.send_webhooks_to(receiver.url + "/hooks", ["person_import.api.finished"])
        submit(rally)
        rally.finish_imports()
        (hook,) = rally.wait_for_webhooks()
        assert hook["state"] == "pending"
        rally.clock.advance(5)
        (hook,) = rally.wait_for_webhooks()
    assert (hook["state"], [one["status"] for one in hook["attempts"]]) == ("delivered", [500, 204])
    assert receiver.asked[0].headers["svix-signature"]
    assert rally.webhook_secret.startswith("whsec_")
