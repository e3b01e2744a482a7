"""What the judges of sessions, businesses and reports say of hand-written runs."""

from dataclasses import replace

import pytest

from customhouse_conformance.facts import Exchange, Process
from customhouse_conformance.judges import sessions, telling
from customhouse_conformance.record import Record

from .pulls import ADA, BOB, CYD, HOME, WALK, app, asked, client, done, probe, pulled, session, start, visit, webhook

LATE = {"external_id": "9", "first_name": "Late", "email": "late@example.com"}


@pytest.mark.parametrize(
    ("post", "code"),
    [
        (start(), "ok"),
        (start(fields_mapping={"email": "Email"}), "malformed"),
        (start(fields_mapping=None), "malformed"),
        (start(import_params=["x"]), "malformed"),
        (start(import_params={"should_override": "true"}), "malformed"),
        (start(import_params={"upload_type": "clients"}), "malformed"),
        (start(import_params={}), "ok"),
        (start(status=422), "refused"),
    ],
)
def test_the_start(post: Exchange, code: str) -> None:
    assert sessions.start_is_valid(pulled(post, *WALK)).code == code


def test_a_start_after_which_nothing_comes() -> None:
    assert sessions.start_is_valid(pulled(start(), asked(2, []))).code == "nothing-came"


def test_an_import_completes() -> None:
    assert sessions.import_completes(pulled(*WALK)).code == "ok"
    assert sessions.import_completes(pulled(*WALK, sessions=[session(state="aborted")])).code == "not-complete"
    assert sessions.import_completes(pulled(*WALK, after=[client(ADA)])).code == "lost-rows"
    assert sessions.import_completes(pulled(sessions=[], after=[])).code == "lost-rows"


def refused(times: int, said: str, *after: Exchange) -> Record:
    posts = [start(n, 422) for n in range(1, times + 1)]
    struck = tuple(replace(post, faults=("no",)) for post in posts)
    return pulled(*struck, *after, sessions=[session()] if after else [], processes=(app(visit(body=said)),))


WORDS = {"422": ["not installed"], "500": ["unexpected"], "any": ["refused"]}


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("The app is Not Installed", "ok"),
        ('{"status": 422}', "ok"),
        ("inTandem refused the import", "ok"),
        ("Your import has started", "not-told"),
        ("error 500: unexpected", "not-told"),  # it was a 422
        ('{"note": "import started", "beyond_42200": [], "clients": 1422}', "not-told"),
        ('{"note": "import started", "refused": 0}', "not-told"),
    ],
)
def test_a_refusal_is_told(said: str, code: str) -> None:
    assert sessions.refusal_is_told(refused(1, said), "no", 5, WORDS).code == code


def test_a_refused_start_is_not_sent_for_ever() -> None:
    assert sessions.refusal_is_told(refused(6, "not installed"), "no", 5, WORDS).code == "storm"
    assert sessions.refusal_is_told(refused(2, "", *WALK), "no", 5, WORDS).code == "ok"


@pytest.mark.parametrize(
    ("told", "code"),
    [
        (app(visit(status=502), stderr="inTandem: 422"), "ok"),
        (app(visit(body="started"), stderr="inTandem: 422"), "not-told"),
        (app(visit(body="started"), visit("report", body="inTandem: 422")), "ok"),
        (app(visit(status=502), files={"log.txt": "inTandem: 422"}), "not-told"),
    ],
)
def test_where_a_refusal_is_told(told: Process, code: str) -> None:
    run = replace(refused(1, ""), processes=(told,))
    assert sessions.refusal_is_told(run, "no", 5, WORDS).code == code


@pytest.mark.parametrize(
    ("told", "code"),
    [
        (app(visit(body="import started")), "not-said"),
        (app(visit(body='{"data": {"clients": []}, "failed": 0}')), "not-said"),
        (app(visit(body="import started"), files={"log.txt": "failed"}), "not-said"),
        (app(visit(status=502)), "ok"),
        (app(visit(body="import started"), stderr="the source failed"), "ok"),
        (app(visit(body="import started"), visit("report", body='{"error": "503"}')), "ok"),
    ],
)
def test_a_source_that_fails_before_an_import_begins(told: Process, code: str) -> None:
    run = pulled(sessions=[], after=[], processes=(told,), upstream=["down"])
    assert sessions.failing_source_is_told(run, ["failed", "503"]).code == code


def test_a_source_that_fails_in_an_import() -> None:
    short = pulled(asked(2, [ADA]), done(3, []), upstream=["down"])
    assert sessions.failing_source_is_told(short, ["failed"]).code == "cut-short"
    stopped = pulled(asked(2, None, 503), sessions=[session(state="aborted")], upstream=["down"])
    assert sessions.failing_source_is_told(stopped, ["failed"]).code == "ok"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (done(5, []), "ok"),
        (done(5, None, 200), "ok"),
        (done(5, None, 404), "not-200"),
        (done(5, [CYD]), "clients-with-minus-one"),
    ],
)
def test_minus_one(answer: Exchange, code: str) -> None:
    assert sessions.minus_one_is_answered(pulled(*WALK, answer)).code == code


@pytest.mark.parametrize(
    ("first", "later", "code"),
    [
        (WALK, (asked(5, [LATE, BOB], group="s2"), asked(6, [CYD], page=2, group="s2")), "ok"),
        (WALK, (asked(5, [ADA, BOB], group="s2"), asked(6, [CYD], page=2, group="s2")), "stale"),
        (WALK, (asked(5, [LATE, BOB], group="s2"), asked(6, [], page=2, group="s2")), "lost-rows"),
        ((asked(2, None, 404),), (), "early-end"),
    ],
)
def test_the_next_session(first: tuple[Exchange, ...], later: tuple[Exchange, ...], code: str) -> None:
    lines = [session(), session("s2")] if later else [session(state="aborted")]
    run = pulled(*first, *later, sessions=lines, turned=(LATE, BOB, CYD))
    assert sessions.next_session_is_fresh(run).code == code


def test_no_next_session() -> None:
    assert sessions.next_session_is_fresh(pulled(*WALK, turned=(LATE,))).code == "no-session"


def test_a_session_that_nobody_ended() -> None:
    again = tuple(asked(n, clients, page=page, group="s2") for n, page, clients in [(5, 1, [ADA, BOB]), (6, 2, [CYD])])
    lines = [session(state="vanished"), session("s2")]
    twice = (app(visit(), visit(status=409, body="busy")),)
    whole = pulled(asked(2, [ADA, BOB]), *again, sessions=lines, processes=(app(visit(), visit()),))
    assert sessions.last_session_is_whole(whole).code == "ok"
    wedged = sessions.last_session_is_whole(pulled(asked(2, [ADA, BOB]), sessions=lines[:1], processes=twice))
    assert wedged.code == "wedged"
    assert "status 409" in wedged.message


def test_every_session_is_looked_at() -> None:
    lines = [session(), session("s2", "aborted")]
    assert sessions.every_session_is_whole(pulled(*WALK, sessions=lines)).code == "lost-rows"


def two_businesses(abroad: list[dict[str, str]]) -> Record:
    far = asked(5, abroad, business_uid="far", group="s2", per_page=10)
    lines = [session(), session("s2", business_uid="far")]
    return pulled(*WALK, far, sessions=lines, businesses={HOME: [ADA, BOB, CYD], "far": [LATE]})


def test_businesses() -> None:
    assert sessions.businesses_kept_apart(two_businesses([LATE])).code == "ok"
    assert sessions.businesses_kept_apart(two_businesses([])).code == "lost-rows"
    mixed = sessions.businesses_kept_apart(two_businesses([LATE, ADA]))
    assert (mixed.code, mixed.evidence.exchanges) == ("mixed", (5,))


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (probe(5, None, 404, business_uid="x"), "ok"),
        (probe(5, [], business_uid="x"), "ok"),
        (probe(5, [ADA], business_uid="x"), "gave-clients"),
        (probe(5, None, 500, business_uid="x"), "crashed"),
    ],
)
def test_strangers(answer: Exchange, code: str) -> None:
    assert sessions.strangers_get_nothing(pulled(*WALK, answer)).code == code


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ('{"data": {"clients": [{"first_name": "Ada"}]}}', 200, "gave-clients"),
        ('{"data": {"clients": []}}', 200, "ok"),
        ("[]", 200, "ok"),
        ("no", 404, "ok"),
    ],
)
def test_the_door(body: str, status: int, code: str) -> None:
    knocks = [visit("knock", 404), visit("knock", status, body, after=4)]
    assert sessions.closed_door(pulled(*WALK, processes=(app(*knocks),))).code == code


def test_in_time() -> None:
    assert sessions.answers_in_time(pulled(*WALK)).code == "ok"
    late = pulled(asked(2, None, None, why="no answer within 1 s"), sessions=[session(state="aborted")])
    assert sessions.answers_in_time(late).code == "too-late"
    quickly_refused = pulled(asked(2, None, 503), sessions=[session(state="aborted")], after=[])
    assert sessions.answers_in_time(quickly_refused).code == "not-shown"


def test_the_cap() -> None:
    def run(said: str, *stored: dict[str, str]) -> str:
        process = app(visit(body=said))
        lines = [client(row) for row in stored]
        return sessions.complete_or_reported(pulled(*WALK, after=lines, processes=(process,)), limit=2).code

    assert run("", ADA, BOB, CYD) == "ok"
    assert run("left out: 3", ADA, BOB) == "ok"
    assert run("read: ada@example.com\nread: bob@example.com\nread: cyd@example.com", ADA, BOB) == "lost-silently"
    assert run("2 of 3 clients are in", ADA, BOB) == "ok"
    assert run("2 of 2 clients are in", ADA, BOB) == "lost-silently"
    assert run("1 of 3 clients are in", ADA) == "lost-silently"


def test_webhooks() -> None:
    known = (visit(), visit("webhook", 200))
    assert telling.webhooks_are_taken(pulled(*WALK, webhook(5), processes=(app(*known),))).code == "ok"
    assert telling.webhooks_are_taken(pulled(*WALK, webhook(5, 500))).code == "refused"
    assert telling.webhooks_are_taken(pulled(*WALK, webhook(5, None))).code == "refused"
    unknown = (visit(), visit("webhook", 404))
    assert telling.webhooks_are_taken(pulled(*WALK, processes=(app(*unknown),))).code == "refused"


def test_failures_are_named() -> None:
    lines = [session(failures=[{"external_id": "2", "reason": "beyond"}])]
    assert telling.webhooks_are_taken(pulled(*WALK, sessions=lines)).code == "not-named"
    named = (app(visit(body="failed: [2, 14]")),)
    assert telling.webhooks_are_taken(pulled(*WALK, sessions=lines, processes=named)).code == "ok"
    every_client = (app(visit(body="sent: 1\nsent: 2\nsent: 3")),)
    assert telling.webhooks_are_taken(pulled(*WALK, sessions=lines, processes=every_client)).code == "not-named"


COUNTS = {"created": ["created", "imported"], "failed": ["failed"]}


@pytest.mark.parametrize(("said", "code"), [("51 created, 14 failed", "ok"), ("65 created, 514", "wrong-count")])
def test_counts(said: str, code: str) -> None:
    run = pulled(*WALK, sessions=[session(created=51, failed=14)], processes=(app(visit(body=said)),))
    assert telling.counts_agree(run, COUNTS).code == code


def test_who_never_subscribed_is_told_how_to_say_so() -> None:
    deaf = telling.counts_agree(pulled(*WALK, sessions=[session(created=51)]), COUNTS)
    assert 'without "webhooks"' in deaf.message
    heard = telling.counts_agree(pulled(*WALK, webhook(9), sessions=[session(created=51)]), COUNTS)
    assert "webhooks" not in heard.message
