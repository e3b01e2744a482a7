"""`check --watch`: the same check again whenever the importer changes."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import click

from customhouse.cli import INTERRUPTED
from customhouse.commands.common import PIPE_CLOSED, console
from customhouse.commands.terminal import Terminal
from customhouse.files import Folder, Look, changed
from customhouse_conformance.errors import UsageError
from customhouse_conformance.manifest.file import FILE_NAME, find_manifest

POLL_S = 0.4
SHOWN = 3

#: So many looks are taken at most until a burst of saves is over: somebody may write all the time.
SETTLING = 10

#: A file that changes during so many checks on end is written by the importer itself: no reason for another one.
OWN_AFTER = 3


def check_again(command: click.Command, manifest: Path | None, out: Path | None) -> int:
    """Watch the folder of the manifest; `UsageError` without one. Ends with an interrupt only."""
    found = manifest or find_manifest(Path.cwd())
    if found is None:
        raise UsageError(f"--watch looks at the folder of {FILE_NAME}, and there is none", f"write a {FILE_NAME}")
    context = click.get_current_context()
    settings = {**context.params, "watch": False}

    def once() -> int:
        try:
            context.invoke(command, **settings)
        except SystemExit as leaving:  # the command's own end, whatever it came to: it has said so
            return leaving.code if isinstance(leaving.code, int) else 1
        return 0

    folder = Folder(found.resolve().parent, out.resolve() if out else None)
    return Watching(folder, once, console()).go_on()


class Streaks:
    """How often on end each file has changed on the same occasion."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def note(self, names: Iterable[str]) -> None:
        """These have changed, and no others."""
        self._counts = Counter({name: self._counts[name] + 1 for name in names})

    def long(self) -> list[str]:
        """Those that need not be looked at any more."""
        return [name for name, count in self._counts.items() if count >= OWN_AFTER]


class Watching:
    """Runs `once` for every change of the folder. `pause` waits for so many seconds."""

    def __init__(
        self, folder: Folder, once: Callable[[], int], screen: Terminal, pause: Callable[[float], object] | None = None
    ) -> None:
        self._folder = folder
        self._once = once
        self._screen = screen
        self._pause = pause or threading.Event().wait
        self._during, self._after = Streaks(), Streaks()

    def go_on(self) -> int:
        """Until an interrupt; the exit code of that, if it came while a check ran."""
        before = self._folder.look()
        while (code := self._once()) not in (INTERRUPTED, PIPE_CLOSED):
            after = self._folder.look()
            names = self._meanwhile(changed(before, after)) or self._wait(after)
            before = self._settled()
            self._begin(names)
        return code

    def _meanwhile(self, names: Sequence[str]) -> list[str]:
        """What changed while a check ran, without what the importer writes each time."""
        self._during.note(names)
        return self._others(names)

    def _others(self, names: Sequence[str]) -> list[str]:
        """Without what changes each time: the importer's own, or where all this is logged."""
        own = {*self._during.long(), *self._after.long()}
        return [name for name in names if name not in own]

    def _wait(self, before: Look) -> list[str]:
        own = self._during.long()
        but = f", but for {_some(own)}, which every check changes" if own else ""
        self._say(f"\nwaiting for a change in {self._folder.path}{but} (Ctrl-C ends it)")
        self._after.note(changed(before, self._folder.look()))  # that line itself may go into a file of this folder
        while not (names := self._others(changed(before, self._folder.look()))):
            self._pause(POLL_S)
        return names

    def _settled(self) -> Look:
        """The folder once nothing has changed for a moment: editors save in bursts."""
        last = self._folder.look()
        for _ in range(SETTLING):
            self._pause(POLL_S)
            before, last = last, self._folder.look()
            if not self._others(changed(before, last)):
                break
        return last

    def _begin(self, names: Sequence[str]) -> None:
        if self._screen.moves:
            self._screen.clear()
        self._say(f"changed: {_some(names)}")

    def _say(self, text: str) -> None:
        self._screen.print(text, style="dim", markup=False, soft_wrap=True)


def _some(names: Sequence[str]) -> str:
    """The first of them."""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"{', '.join(names[:SHOWN])}{more}"
