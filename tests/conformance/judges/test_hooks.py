"""Webhooks: welcome, refused when they are not the provider's, answered before the work."""

import pytest

from customhouse_conformance.facts import Exchange
from customhouse_conformance.findings import Unseen, Verdict
from customhouse_conformance.judges.hooks import (
    forgeries_are_refused,
    webhooks_are_answered_first,
    webhooks_are_welcome,
)
from customhouse_conformance.witnesses.importing import webhook_before_answer, webhook_sent

from .rally import ANN, poll, post, process, record, webhook

DEAD = {"delivery": "abandoned", "why": "connection refused"}
BAD, GOOD = ["forged", "garbage"], ["rotating"]


@pytest.mark.parametrize(
    ("exchanges", "code"),
    [
        ((webhook(2), webhook(3)), "ok"),
        ((webhook(2, 404), webhook(3)), "refused"),
        ((webhook(2, 500),), "refused"),
        ((webhook(2, None, **DEAD), poll(3)), "unanswered"),
        ((poll(2), webhook(3, None, **DEAD)), "ok"),
    ],
)
def test_every_webhook_is_taken(exchanges: tuple[Exchange, ...], code: str) -> None:
    assert webhooks_are_welcome(record(ANN, exchanges=(post(1, ANN), *exchanges))).code == code


def test_a_webhook_that_was_taken_does_not_make_up_for_lost_rows_or_a_false_alarm() -> None:
    hooks = (post(1, ANN), webhook(2))
    assert webhooks_are_welcome(record(ANN, after=[], exchanges=hooks)).code == "lost-rows"
    assert webhooks_are_welcome(record(ANN, exchanges=hooks, processes=(process(exit_code=1),))).code == "false-alarm"


@pytest.mark.parametrize(
    ("status", "fault", "code"),
    [
        (401, ("forged",), "ok"),
        (400, ("garbage",), "ok"),
        (200, ("forged",), "took-a-forgery"),
        (500, ("garbage",), "crashed"),
        (401, (), "refused"),
        (401, ("forged", "garbage", "rotating"), "refused"),
        (200, ("forged", "garbage", "rotating"), "ok"),
        (None, ("forged",), "unanswered"),
    ],
)
def test_forgeries(status: int | None, fault: tuple[str, ...], code: str) -> None:
    one = webhook(2, status, faults=fault)
    run = record(ANN, exchanges=(post(1, ANN), one, webhook(3), poll(4)))
    assert forgeries_are_refused(run, BAD, GOOD).code == code


def test_the_answer_comes_before_the_work() -> None:
    quick = record(ANN, exchanges=(post(1, ANN), webhook(2, took_ms=20.0)))
    assert webhooks_are_answered_first(quick, 1000).code == "ok"
    slow = record(ANN, exchanges=(post(1, ANN), webhook(2, took_ms=1500.0)))
    assert webhooks_are_answered_first(slow, 1000).code == "slow"
    refused = record(ANN, exchanges=(post(1, ANN), webhook(2, 404, took_ms=20.0)))
    assert webhooks_are_answered_first(refused, 1000).code == "not-shown"
    absent = record(ANN, exchanges=(post(1, ANN), webhook(2, None, **DEAD), poll(3)))
    assert webhooks_are_answered_first(absent, 1000).code == "unanswered"


def test_a_handler_that_is_slow_has_listened() -> None:
    late = webhook(3, None, took_ms=7800.0, delivery="abandoned", why="the connection broke")
    run = record(ANN, exchanges=(post(1, ANN), poll(2), late))
    assert webhook_sent(run) is not None
    slow = webhooks_are_answered_first(run, 1000)
    assert slow.code == "slow"
    assert "was still without an answer after 7800 ms" in slow.message
    for finding in (webhooks_are_welcome(run), forgeries_are_refused(run, BAD, GOOD)):
        assert finding.verdict is Verdict.NOT_EXERCISED
        assert "exchange 3" in finding.message
    too_few = webhook_sent(run, times=2)
    assert isinstance(too_few, Unseen)
    assert "exchange 3 waited 7800 ms for an answer in vain" in too_few.why


def test_webhooks_that_came_are_the_witness() -> None:
    run = record(ANN, exchanges=(post(1, ANN), webhook(2, faults=("forged",)), webhook(3)))
    assert webhook_sent(run, times=2) is not None
    assert webhook_sent(run, times=3) is None
    assert webhook_sent(run, faults=["forged"]) is not None
    assert webhook_sent(run, faults=["forged", "garbage"]) is None
    assert webhook_sent(record(ANN, exchanges=(post(1, ANN), poll(2), webhook(3, None, **DEAD)))) is None


def test_who_does_not_listen_is_caught_though_nothing_was_asked_afterwards() -> None:
    held = {"webhook_moment": "before_answer"}
    deaf = record(ANN, exchanges=(post(1, ANN), webhook(2, None, **DEAD), webhook(3, None, **DEAD)), profile=held)
    assert webhooks_are_welcome(deaf).evidence.exchanges == (2,)
    gone = record(ANN, exchanges=(post(1, ANN), webhook(2), webhook(3, None, **DEAD)), profile=held)
    assert webhooks_are_welcome(gone).code == "ok"


def test_a_webhook_comes_before_the_answer_only_where_the_answer_waits_for_it() -> None:
    hooks = (post(1, ANN), webhook(2))
    assert webhook_before_answer(record(ANN, exchanges=hooks, profile={"webhook_moment": "before_answer"})) is not None
    assert webhook_before_answer(record(ANN, exchanges=hooks)) is None
