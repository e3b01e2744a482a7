"""Witnesses of pulls: what they see in a good run, and that an app which hands out nothing shows them nothing."""

from collections.abc import Callable
from typing import Any

import pytest

from customhouse_conformance.findings import Evidence, Unseen
from customhouse_conformance.record import Record
from customhouse_conformance.witnesses import pulling

from .pulls import ADA, BOB, CYD, WALK, app, asked, client, done, probe, pulled, session, start, visit, webhook

TWO = [session(), session("s2")]
AGAIN = (app(visit(), visit(after=2)),)
KILLED = (
    app(visit(), label="first", ended_by="killed-by-plan", last_exchange=2),
    app(label="second", first_exchange=3, last_exchange=9),
)
EMPTY_WALK = (start(), asked(2, []), done(3, []))

#: Pages 1 and 2 of a session, and between them the start of another.
OVERTAKEN = pulled(start(), asked(2, [ADA]), start(3), asked(4, [BOB], page=2), processes=AGAIN, turned=(ADA,))

Seen = Callable[..., Evidence | Unseen | None]
SEEN: list[tuple[Seen, dict[str, Any], Record]] = [
    (pulling.clients_served, {"pages": 2}, pulled(*WALK)),
    (pulling.every_import_served, {}, pulled(*WALK)),
    (pulling.whole_import, {}, pulled(*WALK)),
    (pulling.page_before_the_answer, {}, pulled(start(), asked(2, [ADA]), profile={"start": "before-answer"})),
    (pulling.page_asked, {"number": 2}, pulled(*WALK)),
    (pulling.second_session_wanted, {}, pulled(*WALK, sessions=TWO, processes=AGAIN)),
    (pulling.second_session_wanted, {"gone": True}, pulled(*WALK[:1], sessions=TWO, processes=AGAIN)),
    (pulling.minus_one_asked, {}, pulled(*WALK)),
    (pulling.minus_one_came_first, {}, pulled(done(1, []), *WALK)),
    (pulling.asked_again, {}, pulled(*WALK, probe(9, [ADA, BOB]))),
    (pulling.asked_out_of_order, {"pages": 2}, pulled(probe(1, [CYD], page=2), *WALK)),
    (pulling.probed, {}, pulled(*WALK, probe(9, None, 400, page="abc"))),
    (pulling.parameter_sent, {"names": ["session_id"]}, pulled(asked(2, [ADA], session_id="x"))),
    (pulling.many_pages, {"pages": 2}, pulled(*WALK)),
    (pulling.source_turned, {}, pulled(*WALK, turned=(ADA,))),
    (pulling.killed_between_pages, {}, pulled(*WALK, processes=KILLED)),
    (
        pulling.businesses_interleaved,
        {},
        pulled(
            asked(2, [ADA], page=1),
            asked(3, [BOB], business_uid="far", group="s2"),
            asked(4, [CYD], page=2),
            sessions=[session(), session("s2", business_uid="far")],
        ),
    ),
    (pulling.overtaken, {}, pulled(*WALK, processes=AGAIN)),
    (pulling.overtaken_by_another_source, {}, OVERTAKEN),
    (pulling.upstream_failed, {}, pulled(start(), *WALK, upstream=[None, "down"])),
    (pulling.upstream_read, {}, pulled(*WALK, upstream=[None])),
    (pulling.knocked, {}, pulled(*WALK, processes=(app(visit("knock", 404), visit(), visit("knock", 404)),))),
    (pulling.webhooks_sent, {"times": 1}, pulled(*WALK, webhook(9), processes=(app(visit(), visit("webhook")),))),
    (
        pulling.overriding,
        {},
        pulled(start(import_params={"should_override": True}), *WALK, before=[client(ADA)]),
    ),
    (pulling.outcome_known, {"outcomes": ["created"]}, pulled(*WALK, sessions=[session(created=3)])),
]
NOTHING = [
    pulled(sessions=[], after=[], processes=(app(),)),
    pulled(*EMPTY_WALK, after=[], processes=(app(visit()),)),
]


@pytest.mark.parametrize(("witness", "params", "run"), SEEN, ids=lambda value: getattr(value, "__name__", ""))
def test_it_is_seen(witness: Seen, params: dict[str, Any], run: Record) -> None:
    assert witness(run, **params)


def test_a_session_that_is_over_is_not_overtaken_and_one_that_runs_alone_may_be() -> None:
    over = pulled(start(), asked(2, [ADA]), asked(3, [BOB], page=2), start(4), processes=AGAIN, turned=(ADA,))
    assert not pulling.overtaken_by_another_source(over)
    refuses_the_second = pulled(start(), *WALK, processes=AGAIN, turned=(ADA,))
    assert pulling.overtaken_by_another_source(refuses_the_second)
    assert not pulling.overtaken_by_another_source(pulled(start(), *WALK, processes=AGAIN))


@pytest.mark.parametrize("run", NOTHING)
@pytest.mark.parametrize(("witness", "params", "good"), SEEN, ids=lambda value: getattr(value, "__name__", ""))
def test_an_app_that_hands_out_nothing_shows_nothing(
    witness: Seen, params: dict[str, Any], good: Record, run: Record
) -> None:
    assert not witness(run, **params)


@pytest.mark.parametrize(
    ("witness", "params", "run", "why"),
    [
        (pulling.clients_served, {}, NOTHING[0], "no pages with clients of the source came"),
        (pulling.probed, {"times": 4}, NOTHING[0], "no pages with clients of the source came"),
        (
            pulling.many_pages,
            {"pages": 40},
            pulled(*WALK),
            "at least 40 pages with clients were wanted, 2 came",
        ),
        (pulling.probed, {"times": 4}, pulled(*WALK), "at least 4 questions beside the walk were wanted, none came"),
        (
            pulling.webhooks_sent,
            {"times": 4},
            pulled(*WALK),
            "at least 4 webhooks were wanted, none came (it did not subscribe bulk_import/done)",
        ),
        (pulling.webhooks_sent, {"times": 4}, pulled(*WALK, webhook(9)), "at least 4 webhooks were wanted, 1 came"),
        (pulling.overriding, {}, pulled(start(), *WALK), "no import was begun with should_override = true"),
        (
            pulling.overriding,
            {},
            pulled(start(import_params={"should_override": True}), asked(2, [ADA]), before=[client(ADA), client(BOB)]),
            "1 of the 2 clients that were there before were not handed out",
        ),
        (
            pulling.every_import_served,
            {},
            pulled(*WALK, processes=AGAIN),
            "2 imports were wanted, and of 1 were clients of the source handed out",
        ),
    ],
)
def test_why_nothing_was_seen(witness: Seen, params: dict[str, Any], run: Record, why: str) -> None:
    assert witness(run, **params) == Unseen(why)


def test_a_start_is_seen_whatever_comes_of_it() -> None:
    assert pulling.start_sent(pulled(start(status=500))) is not None
    assert pulling.start_sent(pulled()) is None
