"""The API of a source: cursors that stay right, and a script that is data."""

import json

import requests

from customhouse_conformance.engine.upstream import Desk, Upstream
from customhouse_conformance.facts import Row, UpstreamCall
from customhouse_conformance.scenarios.pull import Script, UpstreamFault

ROWS: tuple[Row, ...] = tuple({"external_id": str(n), "first_name": f"N{n}"} for n in range(1, 8))


def ask(desk: Desk, query: str, token: str | None = None) -> tuple[int, dict[str, object]]:
    status, _, body = desk.answer("/b/clients", query, f"Bearer {token or desk.token}")
    return status, json.loads(body)


def walk(desk: Desk, limit: int, cursor: object = "") -> list[str]:
    """All rows from a cursor on."""
    found: list[str] = []
    while cursor is not None:
        _, page = ask(desk, f"cursor={cursor}&limit={limit}")
        rows, cursor = page["clients"], page["next"]
        assert isinstance(rows, list)
        found += [row["external_id"] for row in rows]
    return found


def test_all_rows_come_once_whatever_the_page() -> None:
    for pages in ((1000,), (3, 1, 2), (1,)):
        assert walk(Desk({"b": ROWS}, Script(pages)), 3) == list("1234567")
    assert walk(Desk({"b": ()}, Script()), 3) == []


def test_a_cursor_survives_rows_that_come_and_go() -> None:
    desk = Desk({"b": ROWS}, Script())
    _, page = ask(desk, "limit=3")
    new = ({"external_id": "x"}, {"external_id": "y"})
    desk.turn("b", (*new, *ROWS[1:4], *ROWS[5:]), front=2)
    assert walk(desk, 2, page["next"]) == ["4", "6", "7"]
    assert walk(desk, 10) == ["x", "y", "2", "3", "4", "6", "7"]


def test_nonsense_and_strangers_are_refused() -> None:
    desk = Desk({"b": ROWS}, Script())
    assert ask(desk, "limit=many")[0] == 400
    assert ask(desk, "cursor=here")[0] == 400
    assert desk.answer("/other/clients", "", f"Bearer {desk.token}")[0] == 400
    assert ask(desk, "", token="stolen")[0] == 401
    assert [call.status for call in desk.calls()] == [400, 400, 400]


def test_the_script_is_followed_and_counted() -> None:
    faults = (
        UpstreamFault("down", 503, 0.0, (1,), None, 7),
        UpstreamFault("gone", 401, 0.0, (), 3, None),
    )
    desk, seen = Desk({"b": ROWS}, Script(faults=faults)), list[UpstreamCall]()
    desk.on_call = seen.append
    status, headers, _ = desk.answer("/b/clients", "limit=2", f"Bearer {desk.token}")
    assert (status, headers["Retry-After"]) == (503, "7")
    assert [ask(desk, "limit=2")[0] for _ in range(3)] == [200, 401, 401]
    assert [(call.n, call.given, call.fault) for call in seen] == [
        (1, 0, "down"),
        (2, 2, None),
        (3, 0, "gone"),
        (4, 0, "gone"),
    ]
    assert desk.calls() == tuple(seen)


def test_it_serves_one_scenario_at_a_time() -> None:
    upstream = Upstream()
    upstream.start()
    try:
        first = upstream.serve({"b": ROWS}, Script(faults=(UpstreamFault("stall", None, 60.0, (1,), None, None),)))
        second = upstream.serve({"b": ROWS[:2]}, Script())
        url = upstream.source_url("b")
        # The stalled call was let go when the next scenario came, and its token opens nothing any more.
        assert first.answer("/b/clients", "", f"Bearer {first.token}")[0] == 200
        assert requests.get(url, headers={"Authorization": f"Bearer {first.token}"}, timeout=5).status_code == 401
        with requests.get(url, headers={"Authorization": f"Bearer {second.token}"}, timeout=5) as answer:
            assert answer.json() == {"clients": list(ROWS[:2]), "next": None}
    finally:
        upstream.stop()
