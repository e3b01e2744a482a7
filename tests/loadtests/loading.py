"""`customhouse load` as a process of its own, and what it leaves behind, read as what it is."""

import csv
import json
import signal
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from customhouse_fakes.core.clock import monotonic
from customhouse_loadtests.usage import family

DEADLINE_S = 100


def command(*arguments: str, out: Path) -> list[str]:
    return [sys.executable, "-m", "customhouse", "load", *arguments, "--out", str(out)]


class Load:
    """A run that goes on. As a context manager it is ended in any case."""

    def __init__(self, *arguments: str, out: Path, prefix: tuple[str, ...] = ()) -> None:
        self.out = out
        self._process = subprocess.Popen(
            [*prefix, *command(*arguments, out=out)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def __enter__(self) -> "Load":
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.communicate()

    def signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def end(self) -> tuple[int, str]:
        """Wait; exit code and output."""
        said, _ = self._process.communicate(timeout=DEADLINE_S)
        return self._process.returncode, said

    def facts(self) -> list[dict[str, Any]]:
        path = self.out / "facts.ndjson"
        lines = path.read_text("utf-8").split("\n")[:-1] if path.exists() else []
        return [json.loads(line) for line in lines]

    def rows(self) -> int:
        """Rows that were reported so far."""
        return sum(fact["rows"] for fact in self.facts() if fact["kind"] == "calls")

    def until(self, reached: Callable[[], bool]) -> None:
        """Wait for something to be true; fails when it ends before, or at the deadline."""
        deadline = monotonic() + DEADLINE_S
        while not reached():
            try:
                self._process.wait(0.1)
            except subprocess.TimeoutExpired:
                assert monotonic() < deadline
            else:
                raise AssertionError(f"it ended: {self._process.communicate()[0]}")

    def family(self) -> list[int]:
        """All processes that there are because of it, the front among them."""
        return list(family(self._process.pid))


def run(*arguments: str, out: Path) -> tuple[int, str]:
    """A whole run; exit code and output."""
    with Load(*arguments, out=out) as load:
        return load.end()


def said_by(pid: int) -> list[str]:
    """The command line of a process."""
    return Path(f"/proc/{pid}/cmdline").read_text("utf-8").split("\0")


def results(out: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((out / "results.json").read_bytes())
    return document


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class Page(HTMLParser):
    """A report: its tables by id, the figures with what is drawn in them, and whatever it would fetch."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tables: dict[str, list[list[str]]] = {}
        self.figures: dict[str, int] = {}
        self.words: list[str] = []
        self.fetched: list[str] = []
        self._table: list[list[str]] = []
        self._figure: str | None = None
        self._cell = False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in ("script", "link", "img", "iframe") or (given.get("src") or "").startswith("http"):
            self.fetched.append(tag)
        if (given.get("href") or given.get("xlink:href") or "#")[0] != "#":
            self.fetched.append(f"{tag} {given}")
        if tag == "table":
            self._table = self.tables.setdefault(str(given.get("id")), [])
        elif tag == "tr":
            self._table.append([])
        elif tag in ("td", "th"):
            self._table[-1].append("")
            self._cell = True
        elif tag == "figure":
            self._figure = str(given.get("id"))
            self.figures[self._figure] = 0
        elif tag == "path" and self._figure:
            self.figures[self._figure] += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._cell = False
        elif tag == "figure":
            self._figure = None

    def handle_data(self, data: str) -> None:
        if self._cell:
            self._table[-1][-1] += data
        elif data.strip():
            self.words.append(data.strip())


def page(out: Path) -> Page:
    return Page((out / "report.html").read_text("utf-8"))


def manifest(folder: Path, text: str) -> Path:
    path = folder / "customhouse.toml"
    path.write_text(text, "utf-8")
    return path


def free_of_gevent() -> bool:
    """Whether this very process was left as it was: Locust must not have been imported in it."""
    return "gevent" not in sys.modules and "locust" not in sys.modules
