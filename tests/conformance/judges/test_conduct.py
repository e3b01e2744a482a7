from typing import Any

from customhouse_conformance.judges import conduct
from customhouse_conformance.record import Exchange
from tests.conformance.judges.records import ANN, Stray, exchange, process, record


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
    with_header = exchange(1, headers={"intercom-version": "2.14"})
    judged = conduct.header_on_every_call(record(ANN, exchanges=(with_header, exchange(2))), header="intercom-version")
    assert (judged.code, judged.evidence.exchanges) == ("header-missing", (2,))


def test_stops_after_a_fault_and_says_why() -> None:
    struck = exchange(1, status=401, faults=("revoked",))

    def judge(calls: int, exit_code: int, said: str) -> str:
        later = tuple(exchange(n + 2) for n in range(calls))
        run = record(ANN, exchanges=(struck, *later), processes=(process(exit_code=exit_code, stderr=said),))
        return conduct.stops_after(run, fault="revoked", at_most=2, words=["token"]).code

    assert judge(2, 3, "the Token was refused") == "ok"
    assert judge(3, 3, "the token was refused") == "kept-calling"
    assert judge(2, 0, "the token was refused") == "exit-0"
    assert judge(2, 3, "something went wrong") == "not-said"


def test_counts_calls_for_each_value() -> None:
    calls = tuple(exchange(n, "data_attributes.create", body={"name": "plan"}) for n in (1, 2))
    run = record(ANN, exchanges=calls)
    assert conduct.calls_at_most(run, operation="data_attributes.create", at_most=1).code == "called-again"
    assert conduct.calls_at_most(run, operation="data_attributes.create", at_most=2).code == "ok"


def test_bounds_tries_and_forbids_repeats() -> None:
    run = record(ANN, exchanges=tuple(exchange(n, status=500, faults=("F",)) for n in (1, 2, 3)))
    assert conduct.tries_at_most(run, faults=["F"], at_most=3).code == "ok"
    assert conduct.tries_at_most(run, faults=["F"], at_most=2).code == "too-many-tries"
    assert conduct.not_repeated(run, faults=["F"]).code == "repeated"
    assert conduct.not_repeated(run, faults=["G"]).code == "ok"


def test_hammering_is_counted_within_the_window_that_was_served() -> None:
    calls = (window(1, 200), window(2, 429), window(3, 429), window(4, 429), window(5, 200, number=2))
    assert conduct.waits_out_the_window(record(ANN, exchanges=calls), allowance=2).code == "ok"
    assert conduct.waits_out_the_window(record(ANN, exchanges=calls), allowance=1).code == "hammered"


def test_the_share_of_refused_calls() -> None:
    one_of_ten = tuple(window(n, 429 if n == 1 else 200) for n in range(1, 11))
    assert conduct.refused_at_most(record(ANN, exchanges=one_of_ten), percent=2).code == "ok"
    two_of_ten = tuple(window(n, 429 if n < 3 else 200) for n in range(1, 11))
    assert conduct.refused_at_most(record(ANN, exchanges=two_of_ten), percent=2).code == "unpaced"
