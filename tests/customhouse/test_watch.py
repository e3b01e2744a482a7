"""`check --watch`: what counts as a change, when another check begins, and how it ends."""

import io
import json
import shutil
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from customhouse.cli import main
from customhouse.commands.terminal import Terminal
from customhouse.commands.watching import OWN_AFTER, SETTLING, Watching
from customhouse.files import Folder, Look, changed

from .terminals import HIDE, SHOW, OnTerminal

TOY = Path(__file__).parents[1] / "conformance" / "importers.py"


def write(folder: Path, name: str, text: str = "") -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)


@pytest.mark.parametrize("name", ["import.mjs", "lib/rows.py", ".env", "target/debug/acme", "records/note.txt"])
def test_a_source_counts(tmp_path: Path, name: str) -> None:
    folder = Folder(tmp_path)
    before = folder.look()
    write(tmp_path, name)
    new = folder.look()
    assert changed(before, new) == [name]
    write(tmp_path, name, "longer")
    assert changed(new, folder.look()) == [name]
    (tmp_path / name).unlink()
    assert changed(new, folder.look()) == [name]


@pytest.mark.parametrize(
    "names",
    [
        ["node_modules/left-pad/index.js"],
        [".git/HEAD"],
        ["__pycache__/x.cpython-311.pyc"],
        ["env/pyvenv.cfg", "env/bin/python"],
        ["import.mjs~", ".import.mjs.swp", "4913"],
        ["elsewhere/results.json", "elsewhere/records/intercom/plain.jsonl", "elsewhere/report.html"],
        ["out/records/intercom/plain.jsonl", "out/junit.xml.partial"],
    ],
)
def test_what_others_write_does_not(tmp_path: Path, names: list[str]) -> None:
    folder = Folder(tmp_path, tmp_path / "out")
    before = folder.look()
    for name in names:
        write(tmp_path, name)
    assert changed(before, folder.look()) == []


def test_what_cannot_be_looked_at_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "nowhere").symlink_to(tmp_path / "gone")
    (tmp_path / "itself").symlink_to("itself")
    assert Folder(tmp_path).look() == Folder(tmp_path / "no-such-folder").look() == {}


def test_links_to_folders_are_followed_but_not_round_in_a_circle(tmp_path: Path) -> None:
    write(tmp_path, "shared/lib/rows.py")
    write(tmp_path, "shared/node_modules/left-pad/index.js")
    write(tmp_path, "here/import.py")
    for name, target in {
        "here/z": "../shared/lib",
        "here/b": "../shared",
        "here/deps": "../shared/node_modules",
        "here/up": "..",
        "here/whole": "/",
        "shared/lib/round": "../../shared",
        "shared/lib/back": "../../here",
    }.items():
        (tmp_path / name).symlink_to(target)
    folder = Folder(tmp_path / "here")
    before = folder.look()
    assert sorted(before) == ["b/lib/rows.py", "import.py"]
    write(tmp_path, "shared/lib/rows.py", "longer")
    assert changed(before, folder.look()) == ["b/lib/rows.py"]


def test_a_package_called_records_is_no_result(tmp_path: Path) -> None:
    write(tmp_path, "results.json")
    write(tmp_path, "records/rows.py")
    assert sorted(Folder(tmp_path).look()) == ["records/rows.py", "results.json"]
    write(tmp_path, "records/acme/intercom/plain.jsonl")
    assert Folder(tmp_path).look() == {}


class Person:
    """Types while Customhouse pauses, one thing a time, and then presses Ctrl-C."""

    def __init__(self, typing: Iterable[Callable[[], None]]) -> None:
        self._typing = iter(typing)

    def __call__(self, seconds: float) -> None:
        step = next(self._typing, None)
        if step is None:
            raise KeyboardInterrupt
        step()


def nothing() -> None:
    """Nobody types."""


def watched(folder: Path, once: Callable[[], int], *typing: Callable[[], None]) -> str:
    said = io.StringIO()
    screen = Terminal(file=said, width=200)
    screen.moves = True
    watching = Watching(Folder(folder), once, screen, Person(typing))
    with pytest.raises(KeyboardInterrupt):
        watching.go_on()
    return said.getvalue()


def test_a_burst_of_saves_is_one_change(tmp_path: Path) -> None:
    checks: list[str] = []

    def once() -> int:
        checks.append((tmp_path / "a").read_text())
        return 1

    write(tmp_path, "a", "1")
    saves = [partial(write, tmp_path, "a", text) for text in ("22", "333", "4444")]
    said = watched(tmp_path, once, nothing, *saves, nothing, nothing)
    assert checks == ["1", "4444"]
    assert said.count("changed: a\n") == 1
    assert said.count(f"waiting for a change in {tmp_path} (Ctrl-C ends it)") == 2


def test_a_change_during_a_check_begins_another_at_once(tmp_path: Path) -> None:
    checks: list[int] = []

    def once() -> int:
        checks.append(1)
        if len(checks) == 1:
            write(tmp_path, "a")
        return 0

    said = watched(tmp_path, once, nothing)
    assert len(checks) == 2
    assert said.index("changed: a") < said.index("waiting")


def test_what_the_importer_writes_itself_does_not_go_on_for_ever(tmp_path: Path) -> None:
    checks: list[int] = []

    def once() -> int:
        checks.append(1)
        write(tmp_path, "import.log", "x" * len(checks))
        return 0

    said = watched(tmp_path, once, *[nothing] * 10)
    assert len(checks) == OWN_AFTER
    assert said.count("waiting") == 1


def test_what_every_check_changes_begins_none(tmp_path: Path) -> None:
    """What is said goes into a file of the folder, somebody writes another one all the time; then a source changes."""
    checks: list[int] = []

    def once() -> int:
        checks.append(1)
        write(tmp_path, "watch.log", "x" * len(checks))
        somebody()
        return 0

    class Logged(Terminal):
        def print(self, *objects: Any, **options: Any) -> None:
            super().print(*objects, **options)
            with (tmp_path / "watch.log").open("a") as log:
                log.write("waiting\n")

    times = iter(range(10_000))

    def somebody() -> None:
        write(tmp_path, "other.log", "y" * next(times))

    def save() -> None:
        somebody()
        write(tmp_path, "import.py")

    said = io.StringIO()
    typing = [*[somebody] * SETTLING * (OWN_AFTER - 1), *[somebody] * 5, save, *[somebody] * 5]
    with pytest.raises(KeyboardInterrupt):
        Watching(Folder(tmp_path), once, Logged(file=said, width=200), Person(typing)).go_on()
    assert len(checks) == OWN_AFTER + 1
    assert said.getvalue().count("changed: import.py\n") == 1
    assert (
        said.getvalue().count(f"{tmp_path}, but for other.log, watch.log, which every check changes (Ctrl-C ends it)")
        == 2
    )


def test_an_own_line_does_not_go_on_for_ever(tmp_path: Path) -> None:
    """Only that it waits goes into the file."""

    class Logged(Terminal):
        def print(self, *objects: Any, **options: Any) -> None:
            if "waiting" in objects[0]:
                with (tmp_path / "waits.log").open("a") as log:
                    log.write(objects[0])

    checks: list[int] = []

    def once() -> int:
        checks.append(1)
        return 0

    with pytest.raises(KeyboardInterrupt):
        Watching(Folder(tmp_path), once, Logged(), Person([nothing] * 20)).go_on()
    assert len(checks) == OWN_AFTER


def test_an_interrupted_check_is_the_end(tmp_path: Path) -> None:
    assert Watching(Folder(tmp_path), lambda: 130, Terminal(file=io.StringIO())).go_on() == 130


def test_without_a_manifest_there_is_nothing_to_watch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["check", "reference", "--watch"])
    assert result.exit_code == 2
    assert "--watch looks at the folder of customhouse.toml, and there is none" in result.output


def test_a_manifest_that_is_wrong_is_told_and_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(self: Watching, before: Look) -> list[str]:
        raise KeyboardInterrupt

    monkeypatch.setattr(Watching, "_wait", interrupted)
    (tmp_path / "customhouse.toml").write_text('[importers.acme]\nprovider = "hubspot"\n')
    words = ["check", "acme", "--watch", "--manifest", str(tmp_path / "customhouse.toml")]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 130
    assert result.output.index("'provider' is 'hubspot'") < result.output.index("interrupted")


MANIFEST = f"""
[importers.acme]
provider = "intercom"
command = ["{{python}}", "{{here}}/{TOY.name}", "good", "{{source}}", "{{workdir}}"]
env = {{API = "{{base_url}}", API_TOKEN = {json.dumps("{token}")}}}
"""


def test_on_a_terminal(tmp_path: Path) -> None:
    """A check, a broken manifest, the manifest mended, Ctrl-C."""
    shutil.copy(TOY, tmp_path)
    manifest = tmp_path / "customhouse.toml"
    manifest.write_text(MANIFEST)
    words = ("check", "acme", "--only", "INTERCOM-AUTH-01", "--out", "out", "--watch")
    with OnTerminal(*words, cwd=tmp_path) as shown:
        shown.until("waiting for a change", 1)
        assert "INTERCOM-AUTH-01" in shown.said
        assert (tmp_path / "out" / "results.json").exists()
        manifest.write_text(MANIFEST.replace("{here}", "{her}"))
        shown.until("waiting for a change", 2)
        assert "{her} in '{her}/importers.py' is no placeholder" in shown.said
        manifest.write_text(MANIFEST)
        shown.until("waiting for a change", 3)
        assert shown.said.count("1 requirement: 1 PASS") == 2
        assert shown.said.count("changed: customhouse.toml") == 2
        assert "\x1b[2J" in shown.said  # the screen was cleared
        assert shown.said.count(HIDE) == shown.said.count(SHOW) == 2
        assert "1/1" in shown.said[shown.said.index(HIDE) : shown.said.index(SHOW)]
        assert "[1/1]" not in shown.said
        shown.interrupt()
        assert shown.end() == 130
    assert "interrupted; nothing was left running" in shown.said
