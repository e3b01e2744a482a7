"""Every part can be replaced: well-known defects are a few lines each, and each one shows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from reference_importer.common.errors import ImporterError
from reference_importer.common.sources import Record
from reference_importer.intandem.exporting import Exporter, Guard
from reference_importer.intandem.ledger import Ledger, Session
from reference_importer.intandem.mapping import Mapper
from reference_importer.intandem.paging import Pager
from reference_importer.intandem.parts import Parts
from reference_importer.intandem.upstream import UpstreamReader

from .conftest import MakeApp, people, write
from .peers import Trouble, Upstream


class Clamping(Pager):
    def page(self, session: Session, page: int, per_page: int) -> list[str]:
        return super().page(session, page, min(per_page, 20))


def test_clamps_per_page(make_app: MakeApp) -> None:
    app = make_app(people(50), parts=replace(Parts(), pager=Clamping))
    app.start()
    assert len(app.walk(25).whole()) == 20
    assert app.report()["sessions"][0]["lacks"] == "inTandem never asked for 30 of the clients"


class Repeating(Pager):
    def page(self, session: Session, page: int, per_page: int) -> list[str]:
        return super().page(session, page, per_page) or super().page(session, page - 1, per_page)


def test_repeats_the_last_page(make_app: MakeApp) -> None:
    app = make_app(people(20), parts=replace(Parts(), pager=Repeating))
    app.start()
    assert len(app.walk(10).page(3)[1]) == 10


class Forward(Pager):
    reached = 0

    def page(self, session: Session, page: int, per_page: int) -> list[str]:
        self.reached += 1
        return super().page(session, self.reached, per_page)


def test_only_goes_forward(make_app: MakeApp) -> None:
    app = make_app(people(20), parts=replace(Parts(), pager=Forward))
    app.start()
    assert app.walk(5).page(1) != app.walk(5).page(1)


class Live(Pager):
    def page(self, session: Session, page: int, per_page: int) -> list[str]:
        records = self.snapshots.source(session.business).records()
        rows = islice(records, (page - 1) * per_page, page * per_page)
        return [self.snapshots.mapper().map(row).payload for row in rows]


def test_pages_by_offset(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app(people(20), parts=replace(Parts(), pager=Live))
    app.start()
    walk = app.walk(10)
    first = walk.page(1)[1]
    write(tmp_path / "rows.ndjson", people(20)[5:])
    assert first + walk.page(2)[1] == people(20)[:10] + people(20)[15:]


class Lenient(Mapper):
    def require(self, fields: dict[str, Any]) -> None:
        pass


class Late(Pager):
    def page(self, session: Session, page: int, per_page: int) -> list[str]:
        return [row for row in super().page(session, page, per_page) if "first_name" in json.loads(row)]


def test_filters_after_paging(make_app: MakeApp) -> None:
    rows = [{"email": "nobody@x.org"}, *people(9)]
    app = make_app(rows, parts=replace(Parts(), mapper=Lenient, pager=Late))
    app.start()
    assert len(app.walk(5).whole()) == 4


class Quiet(UpstreamReader):
    def records(self) -> Iterator[Record]:
        with suppress(ImporterError):
            yield from super().records()


def test_takes_trouble_for_the_end(make_app: MakeApp, upstream: Upstream) -> None:
    upstream.rows, upstream.sizes, upstream.trouble = people(30), [10], [Trouble((500, {}), times=99)]
    app = make_app(None, "--source-url", upstream.url, "--max-attempts", "1", parts=replace(Parts(), upstream=Quiet))
    app.start()
    assert len(app.walk().whole()) == 10


class Forgetful(Ledger):
    def recover(self) -> None:
        self.db.execute("DELETE FROM sessions")


class Polite(Exporter):
    def export(self, query: Any) -> list[str]:
        return super().export(query) if self.ledger.serving(query.business) else []


def test_forgets_on_restart(make_app: MakeApp) -> None:
    parts = replace(Parts(), ledger=Forgetful, exporter=Polite)
    app = make_app(people(20), parts=parts)
    app.start()
    assert len(app.walk().page(1)[1]) == 10
    assert make_app(people(20), parts=parts).walk().page(2) == (200, [])


class Trusting(Guard):
    def admit(self, business: str) -> Session:
        return self.ledger.sessions()[0]


def test_mixes_tenants(make_app: MakeApp, tmp_path: Path) -> None:
    other = write(tmp_path / "other.ndjson", people(5, "o"))
    app = make_app(people(5), "--source-of", f"biz-2={other}", parts=replace(Parts(), guard=Trusting))
    app.start("biz-1")
    app.start("biz-2")
    assert app.walk(business="biz-2").page(1)[1] == people(5)


class Slicing(Exporter):
    def done(self, business: str) -> list[str]:
        session = self.guard.admit(business)
        super().done(business)
        return self.pager.snapshots.rows(session.snapshot or 0, 5, 1)


def test_slices_with_minus_one(make_app: MakeApp) -> None:
    app = make_app(people(5), parts=replace(Parts(), exporter=Slicing))
    app.start()
    assert app.walk().page(-1) == (200, people(5)[-1:])
