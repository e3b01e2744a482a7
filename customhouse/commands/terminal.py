"""Standard output for tables, and what may be done to it."""

import os
import sys
from collections.abc import Iterator, Mapping

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from customhouse_conformance.controls import printable

#: Columns of a table that goes into a file or a pipe.
WIDE = 500


class Terminal(Console):
    """Rich's console; a reader that leaves early is an error like any other, and no text can command the terminal.

    `moves`: whether something may be drawn again in its place.
    """

    moves = False

    def on_broken_pipe(self) -> None:
        """Rich would end with 1, which here means that an importer does not conform."""
        raise BrokenPipeError

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterator[Segment]:
        """Rich's own controls as they are; in every text, cells of tables included, none of anybody else's."""
        for text, style, control in super().render(renderable, options):
            yield Segment(text if control else printable(text), style, control)


def terminal() -> Terminal:
    """The console for standard output; wide enough for every table when it is no terminal."""
    tty = sys.stdout.isatty()
    width = None if tty else WIDE
    if plain(os.environ, tty):
        return Terminal(width=width, highlight=False, force_terminal=False, color_system=None)
    console = Terminal(width=width, highlight=False)
    console.moves = tty
    return console


def plain(environ: Mapping[str, str], tty: bool) -> bool:
    """Whether not a single control sequence may be written.

    NO_COLOR means all of them here, as who sets it mostly reads the output in an editor. Colours that were asked for
    (FORCE_COLOR) are written to a pipe and in CI, too.
    """
    if environ.get("NO_COLOR") or environ.get("TERM", "").lower() in ("dumb", "unknown"):
        return True
    if environ.get("FORCE_COLOR"):
        return False
    return not tty or environ.get("CI", "").lower() not in ("", "0", "false")
