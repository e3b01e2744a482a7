"""`check --watch`: the same check again whenever the importer changes."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from customhouse.commands.common import INTERRUPTED, PIPE_CLOSED, console
from customhouse.commands.terminal import Terminal
from customhouse.files import Folder, Look, changed
from customhouse_conformance.errors import UsageError
from customhouse_conformance.manifest.file import FILE_NAME, find_manifest

POLL_S = 0.4
SHOWN = 3

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


class Watching:
    """Runs `once` for every change of the folder. `pause` waits for so many seconds."""

    def __init__(
        self, folder: Folder, once: Callable[[], int], screen: Terminal, pause: Callable[[float], object] | None = None
    ) -> None:
        self._folder = folder
        self._once = once
        self._screen = screen
        self._pause = pause or threading.Event().wait
        self._streaks: Counter[str] = Counter()

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
        self._streaks = Counter({name: self._streaks[name] + 1 for name in names})
        return [name for name in names if self._streaks[name] < OWN_AFTER]

    def _wait(self, before: Look) -> list[str]:
        self._say(f"\nwaiting for a change in {self._folder.path} (Ctrl-C ends it)")
        while not (names := changed(before, self._folder.look())):
            self._pause(POLL_S)
        return names

    def _settled(self) -> Look:
        """The folder once nothing has changed for a moment: editors save in bursts."""
        last = self._folder.look()
        while True:
            self._pause(POLL_S)
            now = self._folder.look()
            if now == last:
                return now
            last = now

    def _begin(self, names: Sequence[str]) -> None:
        if self._screen.moves:
            self._screen.clear()
        more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        self._say(f"changed: {', '.join(names[:SHOWN])}{more}")

    def _say(self, text: str) -> None:
        self._screen.print(text, style="dim", markup=False, soft_wrap=True)
