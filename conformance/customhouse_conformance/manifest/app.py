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

Which capabilities it has is read off the placeholders unless `capabilities` says it (see `capabilities`): `upstream`
takes `{source_url}`, `tenants` takes `{tokens}`, and `webhooks` and `override` are claimed.
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


def read_service(table: Table) -> Service:
    """How the app is reached; raises the table's error."""
    usual = Service()
    service = Service(
        ready=web_path(table, "ready", usual.ready),
        launch=web_path(table, "launch", usual.launch),
        report=web_path(table, "report") if table.has("report") else None,
        prefix=web_path(table, "prefix").rstrip("/") if table.has("prefix") else "",
        stop=_signal(table, usual.stop),
    )
    if "{business_uid}" not in service.launch:
        table.refuse("'launch' does not name the business", 'write launch = "/start?business_uid={business_uid}"')
    return service


def missing(texts: Iterable[str]) -> list[str]:
    """Placeholders that must reach the app and do not: the first of each line of `NEEDED`."""
    said = "\n".join(texts)
    return [names[0] for names in NEEDED if not any(f"{{{name}}}" in said for name in names)]


def web_path(table: Table, key: str, default: str | None = None) -> str:
    """A path on the importer's own web server; raises the table's error."""
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
