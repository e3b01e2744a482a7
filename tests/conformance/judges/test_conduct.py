from typing import Any

import pytest

from customhouse_conformance.facts import Exchange, Response, Row
from customhouse_conformance.judges import conduct
from customhouse_conformance.judges.conduct import refusals_are_not_repeated, waits_as_told
from customhouse_conformance.witnesses.importing import refused_for_good
from tests.conformance.judges import rally
from tests.conformance.judges.records import ANN, Secret, Stray, exchange, process, record


def window(n: int, status: int, number: int = 1, **facts: Any) -> Exchange:
    return exchange(n, status=status, limit={"window": number, "limit": 2, "remaining": 0, "reset": 10}, **facts)


def test_a_stray_at_the_api_is_a_call_without_the_credential() -> None:
    assert conduct.credential_on_every_call(record(ANN)).code == "ok"
    missing = Stray("api", "GET", "/me", carried_token=False, status=401, auth="missing")
    wrong = Stray("api", "GET", "/me", carried_token=False, status=401, auth="unknown")
    elsewhere = Stray("trap", "GET", "/me", carried_token=True)
    assert conduct.credential_on_every_call(record(ANN, strays=(missing,))).code == "no-credential"
    assert conduct.credential_on_every_call(record(ANN, strays=(wrong,))).code == "wrong-credential"
    assert conduct.credential_on_every_call(record(ANN, strays=(elsewhere,))).code == "ok"
    assert conduct.no_token_at_the_trap(record(ANN, strays=(elsewhere,))).code == "token-carried"


def test_every_call_bears_the_header() -> None:
    def judge(*calls: Exchange) -> tuple[str, tuple[int, ...]]:
        run = record(ANN, exchanges=calls)
        judged = conduct.version_on_every_call(run, header="intercom-version", never=["1."])
        return judged.code, judged.evidence.exchanges

    with_header = exchange(1, headers={"intercom-version": "2.14"})
    assert judge(with_header) == ("ok", ())
    assert judge(with_header, exchange(2)) == ("header-missing", (2,))
    assert judge(with_header, exchange(2, headers={"intercom-version": "1.4"})) == ("old-version", (2,))


def test_stops_after_a_fault_and_says_why() -> None:
    struck = exchange(1, status=401, faults=("revoked",), took_ms=500)
    under_way = tuple(exchange(n, at=1.55) for n in range(50, 66))

    def judge(calls: int, exit_code: int, said: str) -> str:
        later = tuple(exchange(n + 2) for n in range(calls))
        exchanges = (struck, *under_way, *later)
        run = record(ANN, exchanges=exchanges, processes=(process(exit_code=exit_code, stderr=said),))
        return conduct.stops_after(run, fault="revoked", at_most=2, words=["token"]).code

    assert judge(2, 3, "the Token was refused") == "ok"
    assert judge(3, 3, "the token was refused") == "kept-calling"
    assert judge(2, 0, "the token was refused") == "exit-0"
    assert judge(2, 3, "something went wrong") == "not-said"
    assert judge(2, 3, "the token was read\nsomething went wrong") == "not-said"
    assert judge(2, 3, "read\nTokenExpiredError") == "ok"
    assert judge(2, 3, "unable to log in with this token") == "ok"


def test_a_phone_number_does_not_say_why() -> None:
    ada = {**ANN, "phone": "+1-401-555-0100"}
    struck = exchange(1, status=401, faults=("revoked",))
    for said, code in [("ann@example.com +1-401-555-0100", "not-said"), ("HTTP_401", "ok"), ("14013", "not-said")]:
        run = record(ada, exchanges=(struck,), processes=(process(exit_code=1, stdout=said),))
        assert conduct.stops_after(run, fault="revoked", at_most=2, words=["401"]).code == code


def test_counts_calls_for_each_value() -> None:
    calls = tuple(exchange(n, "data_attributes.create", body={"name": "plan"}) for n in (1, 2))
    run = record(ANN, exchanges=calls)
    assert conduct.calls_at_most(run, operation="data_attributes.create", at_most=1).code == "called-again"
    assert conduct.calls_at_most(run, operation="data_attributes.create", at_most=2).code == "ok"


def test_bounds_tries() -> None:
    run = record(ANN, exchanges=tuple(exchange(n, status=500, faults=("F",)) for n in (1, 2, 3)))
    assert conduct.tries_at_most(run, faults=["F"], at_most=3).code == "ok"
    assert conduct.tries_at_most(run, faults=["F"], at_most=2).code == "too-many-tries"


def rate_02(*calls: Exchange, after: list[Row] | None = None) -> str:
    return conduct.waits_out_the_window(record(ANN, after=after, exchanges=calls), allowance=2).code


def test_how_many_others_were_begun_is_said_in_words() -> None:
    refused = window(1, 429, at=1.0, took_ms=200, body="the refused one")
    later = [window(n, 200, at=1.31, body=n) for n in (20, 21)]
    said = [
        conduct.waits_out_the_window(record(ANN, exchanges=(refused, *later[:n])), allowance=2).message
        for n in (0, 1, 2)
    ]
    waited = "no refused call was sent again before its reset, and"
    assert said == [f"{waited} no other call", f"{waited} at most 1 other", f"{waited} at most 2 others"]


def test_calls_are_counted_from_when_the_429_could_be_known_to_the_reset_that_it_named() -> None:
    refused = window(1, 429, at=1.0, took_ms=200, body="the refused one")
    under_way = [window(n, 200, at=1.25, body=n) for n in range(2, 17)]
    later = [window(n, 200, at=1.31, body=n) for n in range(20, 24)]
    assert rate_02(refused, *under_way, *later[:2]) == "ok"
    assert rate_02(refused, *under_way, *later[:3]) == "hammered"
    assert rate_02(refused, *under_way, window(30, 200, number=2, body="the refused one")) == "ok"


def test_a_refused_call_is_not_sent_again_before_its_reset() -> None:
    refused = window(1, 429, at=1.0, body="the refused one")
    assert rate_02(refused, window(2, 200, at=1.05, body="the refused one")) == "hammered"
    assert rate_02(refused, window(2, 200, at=1.05, number=2, body="the refused one")) == "ok"


def test_a_timer_may_end_a_moment_early() -> None:
    refused = window(1, 429, at=1.0, body="the refused one")
    assert rate_02(refused, window(2, 200, at=9.98, body="the refused one")) == "ok"
    assert rate_02(refused, window(2, 200, at=9.9, body="the refused one")) == "hammered"


def test_who_gives_up_has_not_shown_that_it_waits() -> None:
    assert rate_02(window(1, 429), after=[]) == "not-shown"
    gave_up = record(ANN, after=[], exchanges=(window(1, 429),))
    assert conduct.refused_at_most(gave_up, percent=2).code == "not-shown"


def test_the_share_of_refused_calls() -> None:
    one_of_ten = tuple(window(n, 429 if n == 1 else 200) for n in range(1, 11))
    assert conduct.refused_at_most(record(ANN, exchanges=one_of_ten), percent=2).code == "ok"
    two_of_ten = tuple(window(n, 429 if n < 3 else 200) for n in range(1, 11))
    assert conduct.refused_at_most(record(ANN, exchanges=two_of_ten), percent=2).code == "unpaced"


def test_a_leaked_token() -> None:
    leak = process(secrets=(Secret("stderr", "token"),))
    assert conduct.no_secret_in_output(record(ANN, processes=(leak,))).code == "token-leaked"
    assert conduct.no_secret_in_output(record(ANN, exchanges=(exchange(1),))).code == "ok"
    in_query = exchange(1, query="access_token=<redacted>")
    assert conduct.no_secret_in_output(record(ANN, exchanges=(in_query,))).code == "token-in-url"
    in_path = exchange(1, path="/<redacted>/contacts")
    assert conduct.no_secret_in_output(record(ANN, exchanges=(in_path,))).code == "token-in-url"


def refused(n: int, body: str, status: int = 400, **facts: Any) -> Exchange:
    return exchange(n, "people.import", status, body={"people": [body]}, path="/people/import", **facts)


def test_a_refused_request_is_sent_again_only_when_it_has_changed() -> None:
    params = ("people.import", [400, 401])
    halved = record(ANN, exchanges=(refused(1, "both"), refused(2, "one"), refused(3, "other", 202)))
    assert refusals_are_not_repeated(halved, *params).code == "ok"
    assert refused_for_good(halved, *params) is not None
    again = record(ANN, exchanges=(refused(1, "both"), refused(2, "both", 202)))
    assert refusals_are_not_repeated(again, *params).evidence.exchanges == (1, 2)
    passing = record(ANN, exchanges=(refused(1, "both", 503), refused(2, "both", 202)))
    assert refusals_are_not_repeated(passing, *params).code == "ok"
    assert refused_for_good(passing, *params) is None


@pytest.mark.parametrize(("again_at", "code"), [(3.1, "ok"), (2.98, "ok"), (1.5, "too-early")])
def test_retry_after_is_waited_for(again_at: float, code: str) -> None:
    told = Response({"Retry-After": "2"}, "")
    busy = refused(1, "x", 429, at=1.0, response=told, faults=("busy",))
    run = record(ANN, exchanges=(busy, refused(2, "x", 202, at=again_at)))
    assert waits_as_told(run, ["busy"]).code == code


def test_people_who_were_refused_are_not_sent_earlier_in_smaller_requests() -> None:
    told = Response({"Retry-After": "2"}, "")
    busy = rally.post(1, rally.ANN, rally.BOB, status=429, at=1.0, response=told, faults=("busy",))

    def judge(*later: Exchange) -> str:
        after = [rally.person(row) for row in (rally.ANN, rally.BOB, rally.CAT)]
        return waits_as_told(rally.record(rally.ANN, rally.BOB, after=after, exchanges=(busy, *later)), ["busy"]).code

    assert judge(rally.post(2, rally.ANN, at=1.2), rally.post(3, rally.BOB, at=1.3)) == "too-early"
    assert judge(rally.post(2, rally.CAT, at=1.2), rally.post(3, rally.ANN, rally.BOB, at=3.1)) == "ok"


def test_giving_up_is_no_waiting() -> None:
    busy = refused(1, "x", 429, response=Response({"Retry-After": "2"}, ""), faults=("busy",))
    assert waits_as_told(record(ANN, after=[], exchanges=(busy,)), ["busy"]).code == "lost-rows"
