"""The table of one importer: its own keys, and those that have modules of their own put together."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from customhouse_conformance.adapters import Adapter, CommandAdapter
from customhouse_conformance.capabilities import known, without_column, without_word
from customhouse_conformance.errors import ManifestError
from customhouse_conformance.gaps import read_gaps
from customhouse_conformance.manifest.app import read_service, web_path
from customhouse_conformance.manifest.command import read_adapter
from customhouse_conformance.manifest.source import COLUMNS, read_source
from customhouse_conformance.manifest.spec import TELLING, WEBHOOK_PATH, ImporterSpec, SourceSpec
from customhouse_conformance.manifest.texts import read_env
from customhouse_conformance.scenarios import PULLING
from customhouse_conformance.tables import Table
from customhouse_fakes import PROVIDERS

LONGEST_S = 24 * 3600


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
    provider = table.choice("provider", PROVIDERS)
    source = read_source(table.table("source"), provider)
    adapter = read_adapter(table, env, here, provider)
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
    missing = without_column(provider, COLUMNS[provider] if source.columns is None else source.columns)
    claimed = table.names("capabilities") if table.has("capabilities") else None
    for name in claimed or ():
        if name not in known(provider):
            table.refuse(f"'capabilities' names '{name}'", f"known: {', '.join(known(provider))}")
    if claimed is None and isinstance(adapter, CommandAdapter):
        missing |= without_word(provider, (*adapter.command, *env.values()))
    if claimed is None and not missing:
        return None
    return tuple(name for name in (known(provider) if claimed is None else claimed) if name not in missing)
