"""For any source, page size and single fault: exactly once, or an honest end; and the next session works."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customhouse_fakes.core.serving import Harness
from customhouse_fakes.intandem.puller.machine import machine

from .bench import Bench
from .tiny import Ask, Reply, TinyApp, page_of, rows

FAULTS = {
    "500": Reply(b"{}", 500),
    "404": Reply(b"{}", 404),
    "redirect": Reply(b"", 302, {"Location": "/"}),
    "html": Reply(b"<html>", 200, {"Content-Type": "text/html"}),
    "null": Reply(b'{"data": null}'),
    "no list": Reply(b'{"data": {"clients": "x"}}'),
    "cut": Reply(b'{"data": {"clients": []}}', cut=True),
    "empty": page_of([]),
    "nonsense": page_of([None, 5, {"first_name": ""}, {"first_name": {}}]),
}
SETTINGS = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@contextmanager
def opened(harness: Harness, app: TinyApp, **profile: object) -> Iterator[Bench]:
    made = Bench(harness, app, profile=profile)
    try:
        yield made
        assert made.diagnostics() == []
    finally:
        made.close()


@SETTINGS
@given(count=st.integers(0, 60), per_page=st.integers(1, 70))
def test_the_store_is_the_source_exactly_once(harness: Harness, count: int, per_page: int) -> None:
    with TinyApp(rows(count)) as app, opened(harness, app, per_page=per_page) as made:
        session = made.pull()
        assert (session["state"], made.external_ids()) == ("completed", list(range(count)))
        assert app.pages == [*range(1, count // per_page + 2), -1]


@SETTINGS
@given(
    fault=st.sampled_from(sorted(FAULTS)),
    position=st.integers(1, 8),
    on_error=st.sampled_from(["abort", "skip", "retry"]),
    retries=st.integers(0, 2),
    missing=st.sampled_from(["empty", "abort"]),
    final=st.sampled_from(["not_on_abort", "always", "twice", "never"]),
)
def test_one_fault_anywhere_ends_in_an_end_and_blocks_nobody(
    harness: Harness, fault: str, position: int, on_error: str, retries: int, missing: str, final: str
) -> None:
    def manner(ask: Ask) -> Reply | None:
        return FAULTS[fault] if ask.n == position else None

    profile = {"on_error": on_error, "retries": retries, "missing_clients": missing, "final_call": final}
    with TinyApp(rows(17), manner) as app, opened(harness, app, per_page=4, backoff_s=0.0, **profile) as made:
        session = made.pull()
        assert session["state"] in machine().ended
        assert session["ended_at"] is not None
        assert session["created"] + session["updated"] + session["skipped"] + session["failed"] == session["received"]
        assert len(set(made.external_ids())) == len(made.external_ids())
        app.manner = None
        again = made.pull()
        assert again["state"] == "completed"
        assert sorted(made.external_ids()) == list(range(17))
