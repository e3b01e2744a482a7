"""The command line of ``reference-importer rally``."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from reference_importer.common import options
from reference_importer.common.columns import ColumnMap
from reference_importer.common.errors import UsageError
from reference_importer.common.options import SOURCE_FILE, base_url, call_options, file_options, secret
from reference_importer.common.sources import SourceSpec
from reference_importer.rally.mapping import CUSTOM, Identifier
from reference_importer.rally.values import TYPES

TOKEN, WEBHOOK_SECRET = "RALLY_TOKEN", "RALLY_WEBHOOK_SECRET"
PROGRAM = "reference-importer rally"
BASE_URL = "https://api.rallyuxr.com"
MOST_PEOPLE = 1000
"""People of a request (contract, section 3.1)."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where Rally's webhooks come in."""

    port: int
    path: str
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the user asked for, checked."""

    source: SourceSpec
    columns: ColumnMap
    property_types: dict[str, str]
    identifier: Identifier
    population: str | None
    base_url: str
    report: Path | None
    rejects: Path
    state: Path
    batch_size: int
    in_flight: int
    timeout: float
    max_attempts: int
    max_wait: float
    backoff: float
    poll: float
    deadline: float
    webhook: Webhook | None
    country_code: str
    opt_in: bool
    dry_run: bool

    @classmethod
    def of(cls, given: dict[str, Any]) -> Options:
        """From click's values and the environment. Raises UsageError."""
        path: Path = given.pop("source")
        columns = ColumnMap.read(given.pop("map"), given.pop("mapping"), TYPES)
        declared = {name.removeprefix(CUSTOM): kind for name, kind in columns.types.items()}
        return cls(
            source=SourceSpec.of(path, given.pop("format"), given.pop("root")),
            columns=columns,
            property_types=_types(given.pop("property_types")) | declared,
            identifier=Identifier(given.pop("identifier").removeprefix(CUSTOM) or "email"),
            population=given.pop("population") or None,
            base_url=base_url(given.pop("base_url"), BASE_URL, TOKEN),
            rejects=given.pop("rejects") or path.with_name(path.name + ".rejects.csv"),
            state=given.pop("state") or path.with_name(path.name + ".customs.sqlite"),
            webhook=_webhook(given.pop("webhook_port"), given.pop("webhook_path")),
            **given,
        )


def _types(file: Path | None) -> dict[str, str]:
    """{NAME: TYPE} from the file. Raises UsageError when it is something else."""
    if file is None:
        return {}
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"--property-types {file}: cannot be read ({error}). Expected JSON.") from error
    wrong = [kind for kind in found.values() if kind not in TYPES] if isinstance(found, dict) else [found]
    if wrong:
        raise UsageError(f"--property-types {file}: {wrong[0]!r} is no type. Expected one of {', '.join(TYPES)}.")
    return dict(found)


def _webhook(port: int | None, path: str) -> Webhook | None:
    if port is None:
        return None
    return Webhook(port, path, secret(WEBHOOK_SECRET, "the signing secret (whsec_…) of your endpoint"))


def token() -> str:
    """The API key, from the environment only. Raises UsageError, which never shows it."""
    return secret(TOKEN, "your Rally API key")


PARAMETERS: list[click.Parameter] = [
    *file_options("Source column to a person's field or properties.NAME. May be repeated."),
    click.Option(["--property-types"], type=SOURCE_FILE, help="JSON: {NAME: TYPE} of properties."),
    click.Option(
        ["--identifier"], default="email", show_default=True, metavar="email|phone|NAME",
        help="What tells people apart; NAME is a unique property.",
    ),
    click.Option(["--country-code"], default="1", show_default=True, help="Of phone numbers with ten digits and no +."),
    click.Option(["--population"], metavar="ID", help="The population to import into. Default: the workspace."),
    click.Option(
        ["--opt-in/--keep-opt-outs"], default=False, show_default=True,
        help="Send opted_out=false too, which opts people back in.",
    ),
    *call_options(BASE_URL, attempts=8),
    click.Option(
        ["--batch-size"], type=click.IntRange(1, MOST_PEOPLE), default=MOST_PEOPLE, show_default=True,
        help="People of a request.",
    ),
    click.Option(
        ["--in-flight"], type=click.IntRange(1, 64), default=4, show_default=True, help="Imports under way at once."
    ),
    click.Option(
        ["--poll"], type=click.FloatRange(0.01), default=0.5, show_default=True,
        help="Seconds before an import is first asked for; half as long again each time.",
    ),
    click.Option(
        ["--deadline"], type=click.FloatRange(0.1), default=900.0, show_default=True,
        help="Seconds that an import may take.",
    ),
    click.Option(["--webhook-port"], type=click.IntRange(0, 65535), help="Take webhooks on this port of 127.0.0.1."),
    click.Option(["--webhook-path"], default="/webhooks/rally", show_default=True, help="The path of the endpoint."),
]  # fmt: skip

HELP = f"""Import people into Rally. The token comes from {TOKEN}, the webhook's secret from {WEBHOOK_SECRET}.

Exit codes: 0 every row is in; 1 some rows are not, or are not known to be; 2 usage or source error, nothing was
written; 3 the run was stopped (token refused, population unknown, an import without an end, Rally down);
130 interrupted, start again to go on."""


def invoke(run: Callable[[Options], int], argv: Sequence[str] | None) -> int:
    """Parse `argv` and `run`; returns the exit code, 2 for what cannot be parsed."""
    command = click.Command(PROGRAM, params=PARAMETERS, help=HELP)
    return options.invoke(command, lambda given: run(Options.of(given)), argv)
