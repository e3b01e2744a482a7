import json

from hypothesis import given, settings
from hypothesis import strategies as st

from customhouse_fakes.core.answers import Answer
from customhouse_fakes.core.journal import BLOCK, FRESH, KEPT_BYTES, Exchange, Journal
from customhouse_fakes.core.packing import LARGE
from customhouse_fakes.core.ratelimit import Quota
from customhouse_fakes.core.redaction import REDACTED, forms, redact_text
from customhouse_fakes.core.request import Request


def exchange(path: str = "/notes", body: bytes = b"", status: int = 200, operation: str = "notes.create") -> Exchange:
    headers = {"authorization": "Bearer s3cret/token", "cookie": "a=b", "accept": "*/*"}
    return Exchange(1.0, Request("POST", path, "", headers, body), operation=operation, answer=Answer(status, b"{}"))


@given(st.integers(1, 20), st.integers(0, 60), st.integers(0, 60))
def test_knows_what_it_has_evicted(capacity: int, added: int, since: int) -> None:
    journal = Journal(capacity)
    for _ in range(added):
        journal.add(exchange())
    rows = journal.rows()
    assert [row.n for row in rows] == list(range(max(1, added - capacity + 1), added + 1))
    assert journal.evicted + len(rows) == journal.total == added
    found = journal.find(since=since)
    assert found.complete == (journal.evicted <= since)
    assert [row.n for row in found.rows] == [n for n in range(since + 1, added + 1) if n > added - capacity]


def test_finds_by_operation_path_status_and_body() -> None:
    journal = Journal(10)
    journal.add(exchange("/notes/1", b"ann", 200, "notes.create"))
    journal.add(exchange("/notes/2", b"bob", 409, "notes.create"))
    journal.add(exchange("/tags", b"ann", 200, "tags.create"))
    assert [row.n for row in journal.find(operation="notes.*").rows] == [1, 2]
    assert [row.n for row in journal.find(path="/notes/*", status=409).rows] == [2]
    assert [row.n for row in journal.find(body_contains="ann").rows] == [1, 3]
    assert journal.by_status == {200: 2, 409: 1}


def test_listeners_hear_each_row_until_they_leave() -> None:
    journal = Journal(10)
    heard: list[int] = []
    leave = journal.subscribe(lambda row: heard.append(row.n))
    journal.add(exchange())
    leave()
    journal.add(exchange())
    assert heard == [1]


def test_shows_no_secret_in_headers_path_or_body() -> None:
    journal = Journal(10, lambda: ("s3cret/token",))
    journal.add(exchange("/notes/s3cret/token", b'{"t": "s3cret/token", "u": "s3cret%2Ftoken"}'))
    shown = json.dumps(list(journal.export()))
    assert "s3cret" not in shown
    row = next(journal.export())
    assert row["request"]["headers"]["authorization"] == f"Bearer {REDACTED}"
    assert row["request"]["headers"]["accept"] == "*/*"


@given(st.text(min_size=4, max_size=20), st.text(), st.text())
def test_redaction_leaves_no_spelling_of_a_secret(secret: str, before: str, after: str) -> None:
    for form in forms(secret).values():
        cleaned = redact_text(before + form + after, [secret])
        assert form not in cleaned.replace(REDACTED, "\x00") or form in REDACTED


def test_bytes_that_are_no_text_do_not_lose_the_row() -> None:
    journal = Journal(10)
    journal.add(exchange(body=b"\xff\xfe{"))
    assert next(journal.export())["request"]["body"] == "\\xff\\xfe{"


def test_of_big_bodies_the_beginning_is_kept_and_their_size() -> None:
    journal = Journal(10)
    sent = b"a" * KEPT_BYTES
    for body in (sent, sent + b"needle"):
        row = exchange(body=body)
        row.answer = Answer(200, body)
        journal.add(row)
    whole, cut = journal.export()
    for part in ("request", "response"):
        assert (len(whole[part]["body"]), whole[part]["body_bytes"], whole[part]["body_cut"]) == (
            KEPT_BYTES, KEPT_BYTES, False,
        )  # fmt: skip
        assert (len(cut[part]["body"]), cut[part]["body_bytes"], cut[part]["body_cut"]) == (
            KEPT_BYTES, KEPT_BYTES + 6, True,
        )  # fmt: skip
    assert sum(len(row.request.body) + len(row.answer.body) for row in journal.rows() if row.answer) == 4 * KEPT_BYTES


def test_what_was_cut_off_might_have_matched() -> None:
    journal = Journal(10)
    journal.add(exchange(body=b"a" * KEPT_BYTES + b"needle"))
    found = journal.find(body_contains="needle")
    assert (found.rows, found.complete) == ([], False)
    assert journal.find(body_contains="aaa").complete
    assert journal.find(body_contains="needle", operation="tags.*").complete


def test_secrets_in_other_headers_are_blotted_out_too() -> None:
    journal = Journal(10, lambda: ("s3cret/token",))
    row = exchange()
    row.request.headers["x-debug"] = "was s3cret/token"
    journal.add(row)
    assert next(journal.export())["request"]["headers"]["x-debug"] == f"was {REDACTED}"


def test_old_rows_are_packed_and_come_back_as_they_were() -> None:
    journal = Journal(10_000)
    added = [exchange(f"/notes/{n}", b"%d" % n, 200 + n % 2) for n in range(FRESH + 3 * BLOCK)]
    for n, row in enumerate(added):
        row.quota = Quota("app", 1000, n, 60, 10, allowed=True) if n % 3 else None
        row.answer = None if n % 7 == 0 else row.answer
        journal.add(row)
    kept = journal.rows()
    assert kept == added
    assert [row is kept_row for row, kept_row in zip(added, kept, strict=True)].count(False) == 3 * BLOCK
    assert [row.n for row in journal.rows(since=100, limit=3)] == [101, 102, 103]
    assert [row.n for row in journal.find(body_contains="17", path="/notes/17").rows] == [18]


def test_rows_that_may_still_change_are_not_packed() -> None:
    journal = Journal(10_000)
    held, struck, large = exchange(), exchange(), exchange(body=b"x" * LARGE)
    held.held, struck.faults = True, ("F1",)
    for row in (held, struck, large, *(exchange() for _ in range(FRESH + BLOCK))):
        journal.add(row)
    held.delivery = struck.delivery = "reset"
    rows = journal.rows()
    assert [row.delivery for row in rows[:4]] == ["reset", "reset", "complete", "complete"]
    assert [a is b for a, b in zip(rows, (held, struck, large), strict=False)] == [True] * 3
    assert rows[3] is not journal.rows()[3]


@given(st.integers(1, FRESH + 4 * BLOCK), st.integers(0, FRESH + 5 * BLOCK), st.integers(0, FRESH + 5 * BLOCK))
@settings(max_examples=30, deadline=None)
def test_packed_rows_are_evicted_one_by_one(capacity: int, added: int, since: int) -> None:
    journal = Journal(capacity)
    for _ in range(added):
        journal.add(exchange())
    assert [row.n for row in journal.rows(since)] == [n for n in range(since + 1, added + 1) if n > added - capacity]
    assert journal.evicted == max(0, added - capacity)
    journal.clear()
    assert (journal.rows(), journal.evicted, journal.total) == ([], 0, 0)
