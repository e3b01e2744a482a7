"""`customhouse serve`: the fakes in the foreground."""

import json
import os
import signal
import sys
import threading
import tomllib
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import click

from customhouse.commands.common import speaking
from customhouse.commands.several import Several, collect_seldom, lift_file_limit, said
from customhouse.ports import PORTS
from customhouse_conformance.engine.providers import PROVIDERS, available
from customhouse_conformance.errors import UsageError
from customhouse_conformance.tables import Table
from customhouse_fakes.core.errors import HarnessError
from customhouse_fakes.core.randomness import secret_token
from customhouse_fakes.core.registry import DEVELOPMENT
from customhouse_fakes.core.serving import Harness

WAKE_S = 0.5


def _port_options(run: Callable[..., Any]) -> Callable[..., Any]:
    """One for each provider."""
    for name, port in reversed(PORTS.items()):
        run = click.option(f"--{name}-port", type=click.IntRange(0, 65535), default=port, show_default=True)(run)
    return run


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@_port_options
@click.option(
    "--processes",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="Spread the sandboxes over so many processes, one for each core.",
)
@click.option(
    "--ready-file",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="CUSTOMHOUSE_READY_FILE",
    show_envvar=True,
    help="Write the ready line there too.",
)
@click.option(
    "--config", type=click.Path(path_type=Path, dir_okay=False), help="TOML: [PROVIDER] profile, limits, seed, app."
)
@click.option(
    "--intandem-api-uri",
    default="http://127.0.0.1:8801",
    show_default=True,
    help="Where inTandem asks your app for pages.",
)
@click.option("--rally-webhook-url", metavar="URL", help="Where Rally's webhooks go; nowhere without it.")
@click.option("--smtp", metavar="HOST:PORT", help="Hand mail over to this server too; it is kept here anyway.")
@click.option(
    "--control-token",
    envvar="CUSTOMHOUSE_CONTROL_TOKEN",
    show_envvar=True,
    metavar="TOKEN",
    help="What the control plane asks for, if not a secret of its own; better in the environment, which nobody sees.",
)
@click.option("--allow-host", "allow_hosts", multiple=True, help="Call this host, address or network beside loopback.")
@speaking
def serve(
    *,
    host: str,
    processes: int,
    ready_file: Path | None,
    config: Path | None,
    intandem_api_uri: str,
    rally_webhook_url: str | None,
    smtp: str | None,
    control_token: str | None,
    allow_hosts: tuple[str, ...],
    **ports: int,
) -> int:
    """Run the fakes in the foreground until SIGINT or SIGTERM.

    One JSON line on standard output says when they are ready, where they are, and with which credentials.
    Port 0 takes a free one. With several processes any port leads to any sandbox; the address that a new sandbox is
    given leads there without a detour. A process that dies is replaced, and its sandboxes are reported lost.
    """
    settings = read_config(config) if config else {}
    _default_app(settings, "intandem", api_uri=intandem_api_uri)
    if rally_webhook_url:
        _default_app(settings, "rally", webhook_url=rally_webhook_url)
    named = {name.removesuffix("_port"): port for name, port in ports.items()}
    lift_file_limit()
    token = control_token or secret_token()
    harness = partial(Harness, list(available()), host=host, smtp=smtp, control_token=token, allow_hosts=allow_hosts)
    try:
        if processes > 1:
            several = Several(harness, host, named, processes)
            several.serve(settings, lambda line: _announce(line, ready_file))
        else:
            _serve_alone(harness(ports=named), settings, ready_file)
    except HarnessError as error:
        raise UsageError(str(error)) from None
    finally:
        if ready_file:
            ready_file.unlink(missing_ok=True)
    return 0


def _serve_alone(harness: Harness, settings: Mapping[str, Mapping[str, Any]], ready_file: Path | None) -> None:
    over = _until_signalled()
    with harness:
        line = json.dumps(ready(harness, settings))
        collect_seldom()
        _announce(line, ready_file)
        while not over.wait(WAKE_S):  # a signal just before a longer wait would be seen only after it
            pass


def ready(harness: Harness, settings: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Make the development sandboxes and describe them in the ready line."""
    line: dict[str, Any] = {}
    for name in harness.addresses:
        sandbox = harness.sandbox(name, id=f"{name}-{DEVELOPMENT}", **settings.get(name, {}))
        line[name] = {"url": harness.url(name), **said(sandbox.credentials)}
    return {**line, "control_token": harness.control_token}


def read_config(path: Path) -> dict[str, dict[str, Any]]:
    """Settings by provider out of a TOML file; `UsageError` names what is wrong."""
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}", "give --config a TOML file") from None
    table = Table(data, str(path), UsageError)
    settings = {name: _settings(table.table(name)) for name in PROVIDERS if table.has(name)}
    table.finish()
    return settings


def _default_app(settings: dict[str, dict[str, Any]], provider: str, **app: str) -> None:
    """What an option says of an app holds where the configuration says nothing else."""
    own = settings.setdefault(provider, {})
    own["app"] = app | own.get("app", {})


def _settings(table: Table) -> dict[str, Any]:
    settings = {
        "profile": table.mapping("profile"),
        "limits": table.mapping("limits"),
        "seed": table.integer("seed", 0),
        "app": table.mapping("app"),
    }
    table.finish()
    return settings


def _announce(line: str, ready_file: Path | None) -> None:
    if ready_file:
        write_private(ready_file, line + "\n")
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def write_private(path: Path, text: str) -> None:
    """A file that only its owner may ever read, since it holds tokens; a reader sees all of it or nothing."""
    partial = path.with_name(path.name + ".partial")
    partial.unlink(missing_ok=True)
    with open(partial, "x", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(text)
    os.replace(partial, path)


def _until_signalled() -> threading.Event:
    over = threading.Event()

    def stop(*_: object) -> None:
        over.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    return over
