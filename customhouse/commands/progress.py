"""What moves on the screen while something runs, where it may."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from customhouse.commands.terminal import Terminal
from customhouse_conformance.engine.aside import Aside
from customhouse_conformance.engine.selection import Selection
from customhouse_conformance.engine.sofar import SoFar
from customhouse_conformance.events import View
from customhouse_conformance.report.live import LiveProgress
from customhouse_conformance.report.searching import LiveSearch


@contextmanager
def moving(screen: Terminal, judged: Sequence[Selection] = ()) -> Iterator[list[View]]:
    """A view of the run, gone at the end; none where everything is plain. Verdicts are shown of what is `judged`."""
    if not screen.moves:
        yield []
        return
    so_far = SoFar(judged) if judged else None
    with Aside() as aside, LiveProgress(screen, so_far, later=aside.do) as live:
        yield [live]


@contextmanager
def searching(screen: Terminal) -> Iterator[list[View]]:
    """The same for the search that follows a run."""
    if not screen.moves:
        yield []
        return
    with LiveSearch(screen) as live:
        yield [live]
