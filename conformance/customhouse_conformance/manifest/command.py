"""The keys `command`, `serve` and `callable`: how the importer is started, and whether all that it needs reaches it."""

import difflib
import re
import shlex
from collections.abc import Mapping
from pathlib import Path

from customhouse_conformance.adapters import Adapter, CallableAdapter, CommandAdapter
from customhouse_conformance.adapters.placeholders import EACH, NAMES, PULL_NAMES, TOLD_NAMES, placeholders
from customhouse_conformance.manifest.app import missing
from customhouse_conformance.manifest.spec import TELLING
from customhouse_conformance.manifest.texts import refuse_nul
from customhouse_conformance.scenarios import PULLING
from customhouse_conformance.tables import Table

TARGET = re.compile(r"^[\w.]+:[\w.]+$")

#: What must reach a command; `source` may also be a fixed path.
NEEDED = ("base_url", "token", "source")


def read_adapter(table: Table, env: Mapping[str, str], here: Path, provider: str) -> Adapter:
    """The key is command, or serve for a provider that pulls; raises the table's error."""
    key, other = ("serve", "command") if provider in PULLING else ("command", "serve")
    if table.has(other):
        why = "asks the importer for pages" if key == "serve" else "is called by the importer"
        table.refuse(f"this provider {why}, so '{other}' is not its key", f"use '{key}' or 'callable'")
    table.refuse_misspelt(key, "callable")
    if table.has(key) == table.has("callable"):
        table.refuse(f"it takes exactly one of '{key}' and 'callable'", f'write {key} = "…"')
    more = {"serve": PULL_NAMES, "command": TOLD_NAMES if provider in TELLING else ()}
    names = (*NAMES, *more[key])
    if table.has("callable"):
        target = table.text("callable")
        if not TARGET.match(target):
            table.refuse(f"'callable' is '{target}'", 'write callable = "module:function"')
        _check_placeholders(table, tuple(env.values()), names)
        return CallableAdapter(target, here)
    words = _words(table, key)
    _check_placeholders(table, words, (*names, *EACH) if key == "serve" else names)
    _check_placeholders(table, tuple(env.values()), names)
    _check_reach(table, (*words, *env.values()), key)
    _check_neighbours(table, words, here)
    return CommandAdapter(words, here)


def _words(table: Table, key: str) -> tuple[str, ...]:
    value = table.raw(key)
    try:
        words = tuple(shlex.split(value)) if isinstance(value, str) else table.names(key)
        refuse_nul(table, key, words)
    except ValueError as error:
        table.refuse(f"'{key}' cannot be split into words: {error}", "close the quotes, or write a list of words")
    if not words:
        table.refuse(f"'{key}' is empty", "write the command that starts the importer")
    return words


def _check_placeholders(table: Table, texts: tuple[str, ...], names: tuple[str, ...]) -> None:
    unknown = {name: text for text in texts for name in placeholders(text) if name not in names}
    if unknown:
        said = " and ".join(f"{{{name}}} in {text!r:.120}" for name, text in unknown.items())
        near = [f"{{{one[0]}}}" for name in unknown if (one := difflib.get_close_matches(name, names, n=1))]
        meant = f"did you mean {' and '.join(dict.fromkeys(near))}? " if near else ""
        known = ", ".join(f"{{{name}}}" for name in names)
        own = " and ".join(f"{{{{{name}}}}}" for name in unknown)
        table.refuse(
            f"{said} {'is no placeholder' if len(unknown) == 1 else 'are no placeholders'}",
            f"{meant}known: {known}; if it is the importer's own, write {own}",
        )


def _check_reach(table: Table, texts: tuple[str, ...], key: str) -> None:
    fixed_path = "path" in table.mapping("source")
    reached = {name for text in texts for name in placeholders(text)}
    unseen = missing(texts) if key == "serve" else [name for name in NEEDED if name not in reached]
    for name in unseen:
        if not (name == "source" and fixed_path):
            table.refuse(
                f"{{{name}}} is neither in the command nor in env", f"put {{{name}}} where the importer reads it"
            )


def _check_neighbours(table: Table, words: tuple[str, ...], here: Path) -> None:
    for word in words:
        looks_like_file = ("/" in word or "." in word) and not word.startswith(("/", "{", "-"))
        if looks_like_file and (here / word).is_file():
            table.refuse(
                f"'{word}' is a file beside the manifest, but the importer is started in a fresh work folder",
                f"write {{here}}/{word.removeprefix('./')}",
            )
