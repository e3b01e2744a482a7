"""The search for the smallest sources while it goes on: what the screen shows."""

import io

from rich.console import Console

from customhouse_conformance.events import SearchMoved, ShrinkingFinished, ShrinkingStarted
from customhouse_conformance.report.searching import LiveSearch


def test_the_screen_follows_the_search() -> None:
    now, said = 100.0, io.StringIO()
    with LiveSearch(Console(file=said, force_terminal=True), lambda: now) as view:

        def shows() -> list[str]:
            drawn = io.StringIO()
            Console(file=drawn, width=100).print(view.draw())
            return [" ".join(line.split()) for line in drawn.getvalue().splitlines()]

        assert said.getvalue() == ""  # nothing moves before there is anything to look for
        view.handle(ShrinkingStarted(failures=3, scenarios=2, seconds=120.0))
        assert shows() == ["2 more to come 120 s left"]
        view.handle(SearchMoved("acme", "rally", "plain"))
        now = 107.0
        view.handle(SearchMoved("acme", "rally", "plain", 4))
        assert shows() == ["searching acme (rally): plain run 5", "1 more to come 113 s left"]
        view.handle(SearchMoved("acme", "rally", "plain", over=True))
        view.handle(SearchMoved("acme", "rally", "twice"))
        now = 300.0
        assert shows() == ["searching acme (rally): twice run 1", "0 s left"]
        view.handle(ShrinkingFinished())
        assert "searching" in said.getvalue()
