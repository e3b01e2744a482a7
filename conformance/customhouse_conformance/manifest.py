"""`customhouse.toml`: how importers are started.

    [importers.acme]                         # or [[importers.acme]], one table per provider
    provider = "intercom"
    command = "node {here}/import.mjs --file {source} --url {base_url}"
    source = {path = "contacts.json", format = "json", root = "contacts", fields = {external_id = "id"}}
    #   fields: what the importer calls a column; columns = ["external_id", "email", ...]: those it takes, if not all:
    #   email always; see `capabilities` for what falls away without the others
    env = {ACME_TOKEN = "{token}"}
    timeout_s = 60
    capabilities = ["leads"]                 # absent: all are claimed

`callable = "module:function"` takes the place of `command` for Python importers. The importer is started in a fresh
work folder; `{here}` is the folder of the manifest. `{base_url}`, `{token}` and `{source}` must each reach it somehow.
Doubled braces keep a word in braces from being filled in: `{{token}}` becomes the text `{token}`.

Apps that inTandem asks for pages have `serve` in the place of `command`, and more keys: see `manifest_app`. Importers
into Rally are told more of their account (see `adapters.Told`), and may name a `webhook_path = "/webhooks/rally"`.

`[importers.acme.gaps]` tells what an importer is known to fail: see `gaps`.
"""

import re
import shlex
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path, PurePosixPath
from typing import Any

from customhouse_conformance.adapters import Adapter, CallableAdapter, CommandAdapter, Service
from customhouse_conformance.adapters.placeholders import EACH, NAMES, PULL_NAMES, TOLD_NAMES, placeholders
from customhouse_conformance.capabilities import known, without_column, without_word
from customhouse_conformance.errors import ManifestError
from customhouse_conformance.facts import Row
from customhouse_conformance.gaps import Gap, read_gaps
from customhouse_conformance.manifest_app import missing, read_service, web_path
from customhouse_conformance.scenarios import PULLING
from customhouse_conformance.tables import Table
from customhouse_fixtures import ATTRIBUTES, CANONICAL, CLIENT, PERSON, PROPERTIES, FormatError, SourceFormat

FILE_NAME = "customhouse.toml"
#: What a source can hold. An importer that takes less says so in `source.columns`.
COLUMNS = tuple(dict.fromkeys((*CANONICAL, ATTRIBUTES, *CLIENT, *PERSON, PROPERTIES)))
PROVIDERS = ("intandem", "intercom", "rally")
TARGET = re.compile(r"^[\w.]+:[\w.]+$")

#: Providers whose importers are told more of their account.
TELLING = ("rally",)
WEBHOOK_PATH = "/webhooks/rally"

LONGEST_S = 24 * 3600
#: Bytes of a name in a path: file systems take 255, and some is left for names beside it.
LONGEST_NAME = 200

#: What must reach a command; `source` may also be a fixed path.
NEEDED = ("base_url", "token", "source")


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """Where the source file goes inside the work folder, and what it looks like."""

    path: str
    format: str = "csv"
    root: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    columns: tuple[str, ...] | None = None

    def taken(self, rows: Iterable[Row]) -> tuple[Row, ...]:
        """The rows without the columns that the importer does not take: neither written nor judged."""
        columns = self.columns
        if columns is None:
            return tuple(rows)
        return tuple({name: value for name, value in row.items() if name in columns} for row in rows)

    def file_format(self) -> SourceFormat:
        """As the fixtures' writers want it."""
        return SourceFormat(self.format, self.root, dict(self.fields))


@dataclass(frozen=True, slots=True)
class ImporterSpec:
    """One importer for one provider. `service` is there if the provider asks it for pages.

    `webhook_path` is where it takes webhooks, if it is of those that are told a port for them.
    """

    name: str
    provider: str
    adapter: Adapter
    source: SourceSpec
    env: Mapping[str, str] = field(default_factory=dict)
    timeout_s: float | None = None
    capabilities: tuple[str, ...] | None = None
    service: Service | None = None
    webhook_path: str = WEBHOOK_PATH
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    """All importers of a file, by name."""

    path: str
    importers: Mapping[str, tuple[ImporterSpec, ...]]

    def find(self, name: str, provider: str | None = None) -> tuple[ImporterSpec, ...]:
        """The importer's specs, of one provider if given; `ManifestError` if there are none."""
        if name not in self.importers:
            known = ", ".join(sorted(self.importers)) or "none"
            raise ManifestError(f"{self.path} lists no importer '{name}'", f"it lists: {known}")
        specs = tuple(spec for spec in self.importers[name] if provider in (None, spec.provider))
        if not specs:
            offered = ", ".join(spec.provider for spec in self.importers[name])
            raise ManifestError(f"importer '{name}' is not for {provider}", f"it is for: {offered}")
        return specs


def find_manifest(start: Path) -> Path | None:
    """`customhouse.toml` in a folder or the nearest of its parents."""
    return next((path / FILE_NAME for path in (start, *start.parents) if (path / FILE_NAME).is_file()), None)


def load_manifest(path: Path | None = None) -> Manifest:
    """The user's manifest (searched from the current folder if no path is given) on top of the built-in one."""
    built_in = _built_in()
    found = path or find_manifest(Path.cwd())
    if found is None:
        return Manifest(f"no {FILE_NAME} was found, and the built-in manifest", built_in)
    mine = read_manifest(read_text(found), str(found), found.resolve().parent)
    return Manifest(str(found), {**built_in, **mine})


def read_manifest(text: str, where: str, here: Path) -> dict[str, tuple[ImporterSpec, ...]]:
    """Importers out of the text of a manifest; raises `ManifestError` naming place and mend."""
    try:
        data = tomllib.loads(text)
    except RecursionError:
        raise ManifestError(f"{where} is nested too deeply", "a manifest needs four levels at most") from None
    except ValueError as error:  # of TOML, or of a number with thousands of digits
        raise ManifestError(f"{where} is no TOML: {error}", "mend that line") from None
    table = Table(data, where, ManifestError)
    entries = table.mapping("importers")
    table.finish()
    return {name: read_entry(name, entry, where, here) for name, entry in entries.items()}


def read_entry(name: str, entry: Any, where: str, here: Path) -> tuple[ImporterSpec, ...]:
    """One importer: a table, or a list of them, one for each provider; raises `ManifestError`."""
    tables = entry if isinstance(entry, list) else [entry]
    place = f"{where}: importers.{name}"
    if not tables or not all(isinstance(table, dict) for table in tables):
        raise ManifestError(f"{place} is no table", f"write [importers.{name}] and its keys below")
    specs = tuple(_read_spec(name, Table(table, place, ManifestError), here) for table in tables)
    seen = [spec.provider for spec in specs]
    if len(set(seen)) != len(seen):
        raise ManifestError(f"{place} has two tables for one provider", "give each provider one table")
    return specs


def _read_spec(name: str, table: Table, here: Path) -> ImporterSpec:
    env = read_env(table.table("env"))
    source = read_source(table.table("source"))
    provider = table.choice("provider", PROVIDERS)
    adapter = _adapter(table, env, here, provider)
    spec = ImporterSpec(
        name=name,
        provider=provider,
        adapter=adapter,
        source=source,
        env=env,
        timeout_s=table.number("timeout_s") if table.has("timeout_s") else None,
        capabilities=_capabilities(table, provider, source, adapter, env),
        service=read_service(table) if provider in PULLING else None,
        webhook_path=web_path(table, "webhook_path", WEBHOOK_PATH) if provider in TELLING else WEBHOOK_PATH,
        gaps=read_gaps(table.table("gaps")),
    )
    if spec.timeout_s is not None and not 0 < spec.timeout_s <= LONGEST_S:
        table.refuse(f"'timeout_s' is {spec.timeout_s:g}", "give a positive number of seconds, of one day at most")
    table.finish()
    return spec


def _capabilities(
    table: Table, provider: str, source: SourceSpec, adapter: Adapter, env: Mapping[str, str]
) -> tuple[str, ...] | None:
    """What is claimed, without what there is no room for. None claims all."""
    missing = without_column(provider, COLUMNS if source.columns is None else source.columns)
    claimed = table.names("capabilities") if table.has("capabilities") else None
    for name in claimed or ():
        if name not in known(provider):
            table.refuse(f"'capabilities' names '{name}'", f"known: {', '.join(known(provider))}")
    if claimed is None and isinstance(adapter, CommandAdapter):
        missing |= without_word(provider, (*adapter.command, *env.values()))
    if claimed is None and not missing:
        return None
    return tuple(name for name in (known(provider) if claimed is None else claimed) if name not in missing)


def _adapter(table: Table, env: Mapping[str, str], here: Path, provider: str) -> Adapter:
    """The key is command, or serve for a provider that pulls."""
    key, other = ("serve", "command") if provider in PULLING else ("command", "serve")
    if table.has(other):
        why = "asks the importer for pages" if key == "serve" else "is called by the importer"
        table.refuse(f"this provider {why}, so '{other}' is not its key", f"use '{key}' or 'callable'")
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
        _refuse_nul(table, key, words)
    except ValueError as error:
        table.refuse(f"'{key}' cannot be split into words: {error}", "close the quotes, or write a list of words")
    if not words:
        table.refuse(f"'{key}' is empty", "write the command that starts the importer")
    return words


def _check_placeholders(table: Table, texts: tuple[str, ...], names: tuple[str, ...]) -> None:
    for text in texts:
        for name in placeholders(text):
            if name not in names:
                known = ", ".join(f"{{{n}}}" for n in names)
                table.refuse(
                    f"{{{name}}} in {text!r:.120} is no placeholder",
                    f"known: {known}; if it is the importer's own, write {{{{{name}}}}}",
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


def read_source(table: Table) -> SourceSpec:
    """The table `source`; raises the table's error."""
    format = table.choice("format", ("csv", "json", "ndjson"), "csv")
    spec = SourceSpec(
        path=table.text("path", f"source.{format}"),
        format=format,
        root=table.optional_text("root"),
        fields=_strings(table.table("fields")),
        columns=table.names("columns") if table.has("columns") else None,
    )
    columns = COLUMNS if spec.columns is None else spec.columns
    unknown = [name for name in columns if name not in COLUMNS]
    if unknown:
        table.refuse(f"'columns' names '{unknown[0]}'", f"name email, and others out of: {', '.join(COLUMNS)}")
    if "email" not in columns:
        table.refuse("'columns' lacks email", "add it: rows are recognised by it in what the importer sends")
    _refuse_nul(table, "path", [spec.path])
    path = PurePosixPath(spec.path)
    if path.is_absolute() or ".." in path.parts or not path.name:
        table.refuse(f"'path' is '{spec.path}'", "give a path inside the work folder, such as contacts.csv")
    if max(len(part.encode()) for part in path.parts) > LONGEST_NAME:
        table.refuse(f"'path' is too long: '{spec.path:.40}…'", f"give its parts {LONGEST_NAME} bytes at most")
    try:
        spec.file_format()
    except FormatError as error:
        table.refuse(str(error), "mend the source table")
    table.finish()
    return spec


def read_env(table: Table) -> dict[str, str]:
    """The table `env`; raises the table's error."""
    env = _strings(table)
    for name in env:
        if not name or "=" in name:
            table.refuse(f"{name!r} cannot be the name of an environment variable", "leave out the = sign")
    _refuse_nul(table, "env", [*env, *env.values()])
    return env


def _refuse_nul(table: Table, key: str, texts: Iterable[str]) -> None:
    for text in texts:
        if "\0" in text:
            table.refuse(f"'{key}' holds a NUL character: {text!r:.60}", "no program and no file can be given one")


def _strings(table: Table) -> dict[str, str]:
    return {key: table.text(key) for key in table.data}


def _built_in() -> dict[str, tuple[ImporterSpec, ...]]:
    text = resources.files(__package__).joinpath("importers.toml").read_text("utf-8")
    return read_manifest(text, "the built-in manifest", Path.cwd())


def read_text(path: Path) -> str:
    """The text of a manifest; `ManifestError` if it has none."""
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ManifestError(f"{path} cannot be read: {error}", "give --manifest a readable TOML file") from None
