"""Pages: whatever the size and the order, the union of the pages is the source, each client once."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference_importer.common.columns import ColumnMap
from reference_importer.common.sources import Record
from reference_importer.intandem.ledger import Ledger, Session
from reference_importer.intandem.mapping import Mapper
from reference_importer.intandem.paging import Pager
from reference_importer.intandem.snapshots import DamagedError, Snapshots

from .conftest import App, MakeApp, people

CLIENTS = 57


class Rows:
    """A source in memory; every third row has no first name."""

    def __init__(self, count: int) -> None:
        self.rows = people(count)

    def columns(self) -> list[str] | None:
        return None

    def records(self) -> Iterator[Record]:
        for n, row in enumerate(self.rows):
            yield Record(3 * n, row)
            if n % 2 == 0:
                yield Record(3 * n + 1, {"last_name": "Nobody", "email": f"nobody{n}@example.com"})


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> tuple[Pager, Session]:
    snapshots = Snapshots(
        tmp_path_factory.mktemp("s") / "s",
        lambda _: Rows(CLIENTS),
        lambda: Mapper(ColumnMap()),
        1000,
        threading.Event(),
    )
    contents = snapshots.take("b", 1)
    session = Session(1, "b", "s", 1, "open", None, None, 0.0, 0.0, 0, contents)
    return Pager(snapshots), session


def ids(rows: list[str]) -> list[str]:
    return [json.loads(row)["external_id"] for row in rows]


@given(per_page=st.integers(1, 70), data=st.data())
def test_any_size_in_any_order(snapshot: tuple[Pager, Session], per_page: int, data: st.DataObject) -> None:
    pager, session = snapshot
    pages = -(-CLIENTS // per_page)
    order = data.draw(st.permutations(range(1, pages + 1)))
    found = {page: pager.page(session, page, per_page) for page in order}
    assert [one for page in sorted(found) for one in ids(found[page])] == [f"p{n}" for n in range(CLIENTS)]
    assert all(len(found[page]) == per_page for page in range(1, pages))
    again = data.draw(st.integers(1, pages))
    assert pager.page(session, again, per_page) == found[again]


@given(page=st.integers(1, 10**15), per_page=st.integers(1, 100_000))
def test_a_page_is_short_only_at_the_end(snapshot: tuple[Pager, Session], page: int, per_page: int) -> None:
    pager, session = snapshot
    expected = range(CLIENTS)[(page - 1) * per_page : page * per_page]
    assert ids(pager.page(session, page, per_page)) == [f"p{n}" for n in expected]


@given(
    asked=st.lists(st.tuples(st.integers(1, 12), st.integers(1, 9)), max_size=12),
)
def test_what_was_handed_out_is_counted_once(tmp_path_factory: pytest.TempPathFactory, asked: list[Any]) -> None:
    ledger = Ledger(tmp_path_factory.mktemp("l") / "l.sqlite")
    try:
        session = ledger.open("b", "s", ledger.new_snapshot(), 0.0)
        expected: set[int] = set()
        for page, size in asked:
            numbers = range(1, 31)[(page - 1) * size : page * size]
            expected |= set(numbers)
            ledger.hand_out(session, page, (page - 1) * size + 1, len(numbers), last=False, now=1.0)
        assert ledger.handed_out(session.snapshot) == len(expected)
    finally:
        ledger.close()


@pytest.mark.parametrize("per_page", [1, 2, 25, 100, 1000])
@pytest.mark.parametrize("count", [0, 1, 50])
def test_sessions(make_app: MakeApp, per_page: int, count: int) -> None:
    app = make_app(people(count))
    assert app.start()[0] == 200
    assert app.walk(per_page).whole() == people(count)
    report = app.report()
    assert (report["exit_code"], report["counts"]["handed_out"]) == (0, count)


def test_replays_earlier_pages_and_pages_beyond_the_end(make_app: MakeApp) -> None:
    app = make_app(people(30))
    app.start()
    walk = app.walk(10)
    assert walk.page(3) == (200, people(30)[20:])
    assert walk.page(1) == walk.page(1) == (200, people(30)[:10])
    assert walk.page(4) == walk.page(9999) == walk.page(10**14) == (200, [])
    assert walk.page(2)[1] == people(30)[10:20]


@pytest.mark.parametrize("page", ["0", "-2", "abc", "1.5", "", "+1", " 1", "１", "9" * 40, "1e3"])
def test_pages_that_make_no_sense(make_app: MakeApp, page: str) -> None:
    app = make_app(people(30))
    app.start()
    assert app.walk().page(page) == (400, [])


@pytest.mark.parametrize("per_page", ["0", "-1", "x", "", "2.0", "100001", "9" * 30])
def test_sizes_that_make_no_sense(make_app: MakeApp, per_page: str) -> None:
    app = make_app(people(30))
    app.start()
    assert app.walk().page(1, per_page) == (400, [])


@pytest.mark.parametrize(
    "query",
    [
        "page=1&per_page=5",
        "business_uid=biz-1&per_page=5",
        "business_uid=biz-1&page=1",
        "business_uid=biz-1&page=1&page=2&per_page=5",
        "business_uid=../x&page=1&per_page=5",
        "business_uid=&page=-1",
    ],
)
def test_parameters_that_are_missing_or_ambiguous(make_app: MakeApp, query: str) -> None:
    app = make_app(people(30))
    app.start()
    answer = app.client.get(f"/app/clients/export?{query}")
    assert answer.status_code == 400
    assert "clients" not in answer.get_data(as_text=True)


def test_unknown_parameters_and_other_staff_are_tolerated(make_app: MakeApp) -> None:
    app = make_app(people(3))
    app.start()
    assert app.walk().page(1, session_id="x", foo="bar", staff_uid="other") == (200, people(3))


def page_one(app: App) -> str:
    query = {"business_uid": "biz-1", "page": 1, "per_page": 5}
    return app.client.get("/app/clients/export", query_string=query).get_data(as_text=True)


def test_a_damaged_snapshot_is_an_error_and_never_a_short_page(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app(people(30))
    app.start()
    assert "Ann" in page_one(app)
    (path,) = (tmp_path / "state.sqlite.snapshots").iterdir()
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert app.walk().page(1) == (503, [])
    path.unlink()
    assert app.walk().page(1) == (503, [])
    path.write_bytes(whole)
    assert app.walk().whole() == people(30)


def test_an_empty_snapshot_in_its_place_is_an_error_too(make_app: MakeApp) -> None:
    app = make_app(people(30))
    app.start()
    app.wiring.snapshots.drop(1)
    app.wiring.snapshots.source = lambda _: Rows(0)
    app.wiring.snapshots.take("biz-1", 1)
    assert app.walk().page(1) == (503, [])
    with pytest.raises(DamagedError):
        app.wiring.snapshots.rows(99, 1, 1)
