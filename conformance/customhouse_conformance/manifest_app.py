"""The keys of `customhouse.toml` for an app that is asked for pages (`docs/pull-apps.md` explains them all).

    [importers.acme]
    provider = "intandem"
    serve = "node {here}/app.mjs --port {port} --file {source}"      # runs until it is told to stop
    env = {API = "{base_url}", TOKEN = "{token}", APP = "{app_code_name}"}
    ready = "/health"                        # a GET there says that it is up: any status below 500
    launch = "/start?business_uid={business_uid}&staff_uid={staff_uid}"   # what inTandem opens for a person
    report = "/status"                       # where the app says what came of it; not needed
    prefix = "/hooks"                        # path of the app's api_uri; not needed
    stop = "TERM"                            # or INT, or any other signal

Which capabilities it has is read off the placeholders unless `capabilities` says it: `upstream` takes
`{source_url}`, `tenants` takes `{tokens}`, and `webhooks` and `override` are claimed.
"""

import signal
from collections.abc import Iterable

from customhouse_conformance.adapters import Service
from customhouse_conformance.tables import Table

#: What must reach the app: one placeholder of each line.
NEEDED = (
    ("port",),
    ("base_url",),
    ("token", "tokens"),
    ("source", "source_url", "each_source", "each_source_url"),
)

#: Everything that a pull app can claim, and the placeholders without which it cannot be tried.
CAPABILITIES: dict[str, tuple[str, ...]] = {
    "upstream": ("source_url", "each_source_url"),
    "tenants": ("tokens",),
    "webhooks": (),
    "override": (),
}


def read_service(table: Table) -> Service:
    """How the app is reached; raises the table's error."""
    usual = Service()
    service = Service(
        ready=_path(table, "ready", usual.ready),
        launch=_path(table, "launch", usual.launch),
        report=_path(table, "report") if table.has("report") else None,
        prefix=_path(table, "prefix").rstrip("/") if table.has("prefix") else "",
        stop=_signal(table, usual.stop),
    )
    if "{business_uid}" not in service.launch:
        table.refuse("'launch' does not name the business", 'write launch = "/start?business_uid={business_uid}"')
    return service


def missing(texts: Iterable[str]) -> list[str]:
    """Placeholders that must reach the app and do not: the first of each line of `NEEDED`."""
    said = "\n".join(texts)
    return [names[0] for names in NEEDED if not any(f"{{{name}}}" in said for name in names)]


def capabilities_of(texts: Iterable[str]) -> tuple[str, ...] | None:
    """What an app can be tried for, by what is passed to it; None if it is everything."""
    said = "\n".join(texts)
    found = tuple(
        name for name, needed in CAPABILITIES.items() if not needed or any(f"{{{one}}}" in said for one in needed)
    )
    return None if len(found) == len(CAPABILITIES) else found


def _path(table: Table, key: str, default: str | None = None) -> str:
    path = table.text(key, default)
    if not path.startswith("/"):
        table.refuse(f"'{key}' is '{path}'", f'write the path of a page of the app, such as {key} = "/{path}"')
    return path


def _signal(table: Table, usual: signal.Signals) -> signal.Signals:
    name = table.text("stop", usual.name).upper().removeprefix("SIG")
    try:
        return signal.Signals[f"SIG{name}"]
    except KeyError:
        table.refuse(f"'stop' is '{name}', which is no signal", 'write stop = "TERM" or "INT"')
