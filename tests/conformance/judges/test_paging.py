"""What the judges of pages say of hand-written walks."""

import pytest

from customhouse_conformance.facts import Exchange, Visit
from customhouse_conformance.findings import Finding, Judge
from customhouse_conformance.judges import paging
from customhouse_conformance.record import Record

from .pulls import ADA, BOB, CYD, ROWS, WALK, app, asked, done, probe, pulled, session, visit

NEW = {"external_id": "9", "first_name": "New", "email": "new@example.com"}
FULL = (asked(2, [ADA, BOB]), asked(3, [CYD, NEW], page=2))


def say(judge: Judge, *exchanges: Exchange, **facts: object) -> Finding:
    return judge(pulled(*exchanges, **facts))


@pytest.mark.parametrize(
    "judge",
    [
        paging.pages_hold_the_source,
        paging.pages_are_full,
        paging.equal_pages_for_equal_questions,
        paging.never_cut_short,
    ],
)
def test_a_walk_as_it_should_be_passes(judge: Judge) -> None:
    assert say(judge, *WALK).code == "ok"


@pytest.mark.parametrize(
    ("exchanges", "code", "words"),
    [
        ((asked(2, [ADA, BOB]), asked(3, [], page=2)), "lost-rows", "1 of 3 rows are on no page, first 3"),
        ((asked(2, [ADA, BOB]), asked(3, [BOB, CYD], page=2)), "doubled-rows", "first 2"),
        ((*FULL, asked(4, [], page=3)), "invented", "first 9"),
        ((asked(2, [ADA, BOB]), asked(3, None, 500, page=2)), "lost-rows", "are on no page"),
        ((), "lost-rows", "3 of 3"),
    ],
)
def test_pages_are_held_against_the_source(exchanges: tuple[Exchange, ...], code: str, words: str) -> None:
    finding = say(paging.pages_hold_the_source, *exchanges)
    assert finding.code == code
    assert words in finding.message


def test_without_a_session_nothing_holds() -> None:
    assert say(paging.pages_hold_the_source, sessions=[]).code == "no-session"


def test_an_answer_that_was_lost_and_came_again_counts_once() -> None:
    walk = (asked(2, None, None, why="connection refused"), asked(3, [ADA, BOB]), *WALK[1:])
    assert say(paging.pages_hold_the_source, *walk).code == "ok"


def test_full_pages() -> None:
    over = say(paging.pages_are_full, asked(2, [ADA, BOB, CYD]))
    assert (over.code, over.evidence.exchanges) == ("overfull", (2,))
    short = say(paging.pages_are_full, asked(2, [ADA], per_page=100))
    assert short.code == "clamped"
    assert "page 1 holds 1 clients of 100 asked for, and 2 rows were still to come" in short.message


@pytest.mark.parametrize(
    ("answer", "code"),
    [(asked(4, [], page=3), "ok"), (asked(4, [CYD], page=3), "not-empty"), (asked(4, None, 404, page=3), "not-200")],
)
def test_the_page_after_a_full_last_one(answer: Exchange, code: str) -> None:
    assert say(paging.last_page_is_empty, *FULL, answer, asked(5, None, 500, page=4), rows=(*ROWS, NEW)).code == code


def test_a_walk_that_does_not_get_there() -> None:
    assert say(paging.last_page_is_empty, *FULL, rows=(*ROWS, NEW)).code == "not-200"


def second(answer: Exchange | None) -> Record:
    """A good session, and one over an empty source."""
    more = (answer,) if answer else ()
    lines = [session(), session("s2", "completed" if answer else "aborted")]
    return pulled(*WALK, *more, sessions=lines, turned=())


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (asked(5, [], group="s2"), "ok"),
        (asked(5, [ADA], group="s2"), "not-empty"),
        (asked(5, None, 404, group="s2"), "not-200"),
        (None, "not-200"),
    ],
)
def test_a_source_without_rows(answer: Exchange | None, code: str) -> None:
    assert paging.empty_source_is_an_empty_page(second(answer)).code == code


@pytest.mark.parametrize(
    ("launch", "code"),
    [
        (visit(body="In your file there is nothing."), "ok"),
        (visit(body='{"clients": 0}'), "ok"),
        (visit(status=409, body="No clients in clients.csv"), "ok"),
        (visit(body="the file has no new or changed entries"), "ok"),
        (visit(status=422, body='{"error": "no_clients"}'), "ok"),
        (visit(body="no answer came for these clients"), "not-shown"),
        (visit(body="this business was imported already"), "not-shown"),
        (visit(status=500, body="0"), "crashed"),
        (visit(status=None), "crashed"),
    ],
)
def test_an_app_may_say_that_there_is_nothing_to_import(launch: Visit, code: str) -> None:
    run = pulled(*WALK, turned=(), processes=(app(visit(), launch),))
    assert paging.empty_source_is_an_empty_page(run).code == code


@pytest.mark.parametrize(
    ("answer", "code"),
    [(probe(5, [], page=99), "ok"), (probe(5, [CYD], page=99), "not-empty"), (probe(5, None, 404, page=99), "not-200")],
)
def test_beyond_the_end(answer: Exchange, code: str) -> None:
    assert say(paging.beyond_the_end_is_empty, *WALK, answer).code == code


@pytest.mark.parametrize(
    ("again", "code"),
    [
        (probe(3, [ADA, BOB]), "ok"),
        (probe(3, [BOB, ADA]), "differs"),
        (probe(3, [CYD]), "differs"),
        (probe(3, [ADA, {**BOB, "phone": "1"}]), "differs"),
        (probe(3, None, 500), "refused"),
        (probe(3, None, None, why="no answer"), "refused"),
        (probe(3, [ADA], per_page=1), "ok"),
        (probe(3, None, 400, page="abc"), "ok"),
    ],
)
def test_a_page_asked_for_again(again: Exchange, code: str) -> None:
    assert say(paging.equal_pages_for_equal_questions, *WALK, again).code == code


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (probe(5, None, 400, page="abc"), "ok"),
        (probe(5, list(ROWS), page="abc"), "dumped"),
        (probe(5, None, 500, page="abc"), "crashed"),
        (probe(5, None, None, page="abc", why="reset"), "crashed"),
        (probe(5, [], page="abc"), "accepted"),
    ],
)
def test_nonsense(answer: Exchange, code: str) -> None:
    assert say(paging.nonsense_is_refused, *WALK, answer).code == code


@pytest.mark.parametrize(
    ("early", "late", "code"),
    [
        ([6, 45, 6], [85, 8, 70], "ok"),  # a busy machine
        ([6, 140, 164], [88, 154, 106], "ok"),  # a very busy one
        ([6, 45, 6], [85, 80, 70], "grows"),
        ([20, 105, 161], [2574, 2613, 2208], "grows"),
        ([6, 45, 6], [61, 85, 68], "ok"),
    ],
)
def test_the_cost_of_a_page(early: list[float], late: list[float], code: str) -> None:
    walk = [asked(n, [ADA], page=n, took_ms=5.0 * n) for n in range(1, 41)]
    again = [probe(50 + n, [ADA], page=n + 1, took_ms=ms) for n, ms in enumerate(early)]
    again += [probe(60 + n, [ADA], page=40 - n, took_ms=ms) for n, ms in enumerate(late)]
    assert paging.cost_is_flat(pulled(*walk, *again), times=3.0, slack_ms=50.0).code == code


def test_a_cost_that_cannot_be_compared() -> None:
    walk = [asked(n, [ADA], page=n) for n in range(1, 41)]
    refused = [probe(50, [ADA], page=1), probe(51, None, 404, page=40)]
    assert paging.cost_is_flat(pulled(*walk, *refused), times=3.0, slack_ms=50.0).code == "not-shown"


@pytest.mark.parametrize(
    ("exchanges", "state", "code"),
    [
        ((asked(2, [ADA, BOB]), asked(3, None, 503, page=2)), "aborted", "ok"),
        ((asked(2, [ADA, BOB]), asked(3, [], page=2)), "completed", "cut-short"),
        ((asked(2, [ADA]),), "completed", "cut-short"),
        ((asked(2, [ADA, BOB]), asked(3, [ADA, BOB], page=2), asked(4, [CYD], page=3)), "completed", "doubled-rows"),
    ],
)
def test_no_page_lies_about_the_end(exchanges: tuple[Exchange, ...], state: str, code: str) -> None:
    assert say(paging.never_cut_short, *exchanges, sessions=[session(state=state)]).code == code


def test_no_session_lies_about_nothing() -> None:
    assert say(paging.never_cut_short, sessions=[]).code == "ok"


@pytest.mark.parametrize(
    ("exchanges", "code"),
    [
        ((asked(2, [ADA, BOB]), asked(3, [CYD], page=2)), "ok"),
        ((asked(2, [ADA, BOB]), asked(3, [CYD, NEW], page=2), asked(4, [], page=3)), "ok"),
        ((asked(2, [ADA, BOB]), asked(3, [BOB, CYD], page=2)), "doubled-rows"),
        ((asked(2, [ADA, BOB]), asked(3, [], page=2)), "lost-rows"),
    ],
)
def test_a_source_that_turns(exchanges: tuple[Exchange, ...], code: str) -> None:
    finding = say(paging.nothing_lost_meanwhile, *exchanges, done(9, []), turned=(NEW, BOB, CYD))
    assert finding.code == code


def test_a_source_that_turns_between_two_sessions() -> None:
    first = (asked(2, [ADA, BOB]), asked(5, [CYD], page=2), done(8, []))
    for page_2, code in [([BOB, CYD], "doubled-rows"), ([CYD], "ok")]:
        second = (asked(3, [NEW, BOB], group="s2"), asked(6, page_2, page=2, group="s2"), done(9, [], group="s2"))
        both = [session(), session("s2")]
        finding = say(paging.nothing_lost_meanwhile, *first, *second, sessions=both, turned=(NEW, BOB, CYD))
        assert finding.code == code


def test_visits_are_part_of_what_is_said() -> None:
    run = pulled(*WALK, processes=())
    assert visit().json() is None
    assert run.requests == ()
