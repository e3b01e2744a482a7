"""The command line of ``reference-importer intercom``."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from reference_importer.common.columns import ColumnMap
from reference_importer.common.errors import UsageError
from reference_importer.common.sources import SourceSpec
from reference_importer.intercom.client import DEFAULT_VERSION

TOKEN = "INTERCOM_TOKEN"  # noqa: S105 - the variable's name
PROGRAM = "reference-importer intercom"
BASE_URL = "https://api.intercom.io"
A_FILE = click.Path(path_type=Path, dir_okay=False)
SOURCE_FILE = click.Path(path_type=Path, dir_okay=False, exists=True, readable=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the user asked for, checked."""

    source: SourceSpec
    columns: ColumnMap
    base_url: str
    intercom_version: str
    report: Path | None
    rejects: Path
    state: Path
    workers: int
    timeout: float
    max_attempts: int
    max_wait: float
    backoff: float
    dry_run: bool

    @classmethod
    def of(cls, given: dict[str, Any]) -> Options:
        """From click's values. Raises UsageError."""
        path: Path = given.pop("source")
        return cls(
            source=SourceSpec.of(path, given.pop("format"), given.pop("root")),
            columns=ColumnMap.read(given.pop("map"), given.pop("mapping")),
            base_url=_base_url(given.pop("base_url")),
            rejects=given.pop("rejects") or path.with_name(path.name + ".rejects.csv"),
            state=given.pop("state") or path.with_name(path.name + ".customs.sqlite"),
            **given,
        )


def _base_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise UsageError(f"--base-url {url!r} is no address. Expected something like {BASE_URL}.")
    if parts.username or parts.password:
        raise UsageError(f"--base-url must not carry a user or password. Put the token into {TOKEN}.")
    return url.rstrip("/")


def token() -> str:
    """The access token, from the environment only. Raises UsageError, which never shows it."""
    found = os.environ.get(TOKEN, "").strip()
    if not found:
        raise UsageError(f"{TOKEN} is not set. Put the access token of your Intercom app into it.")
    if not (found.isascii() and found.isprintable()) or " " in found:
        raise UsageError(f"{TOKEN} contains characters that no token has (curly quotes, blanks). Copy it again.")
    return found


PARAMETERS: list[click.Parameter] = [
    click.Option(["--source"], type=SOURCE_FILE, required=True, help="The file to import."),
    click.Option(["--format"], type=click.Choice(["csv", "json", "ndjson"]), help="Default: by the file's suffix."),
    click.Option(["--root"], metavar="KEY", help="The key of the array in a JSON file."),
    click.Option(["--base-url"], default=BASE_URL, show_default=True, help="Where the API is."),
    click.Option(["--intercom-version"], default=DEFAULT_VERSION, show_default=True, help="Sent with every call."),
    click.Option(
        ["--map"], multiple=True, metavar="SRC=DST[:TYPE]",
        help="Source column to contact field or custom_attributes.NAME. May be repeated.",
    ),
    click.Option(["--mapping"], type=SOURCE_FILE, help="TOML or JSON with the tables columns and types."),
    click.Option(["--report"], type=A_FILE, help="Write a JSON report here."),
    click.Option(["--rejects"], type=A_FILE, help="Rows that are not in. Default: SOURCE.rejects.csv."),
    click.Option(["--state"], type=A_FILE, help="The checkpoint. Default: SOURCE.customs.sqlite."),
    click.Option(["--workers"], type=click.IntRange(1, 64), default=8, show_default=True, help="Calls at once."),
    click.Option(
        ["--timeout"], type=click.FloatRange(0.05), default=30.0, show_default=True,
        help="Seconds for a connection, and for a whole answer.",
    ),
    click.Option(
        ["--max-attempts"], type=click.IntRange(1, 100), default=6, show_default=True,
        help="Tries of a call that fails in passing.",
    ),
    click.Option(
        ["--max-wait"], type=click.FloatRange(0), default=120.0, show_default=True,
        help="Seconds that one call waits while it is refused for pace.",
    ),
    click.Option(
        ["--backoff"], type=click.FloatRange(0), default=0.1, show_default=True,
        help="Seconds before the second try; doubled each time.",
    ),
    click.Option(["--dry-run"], is_flag=True, help="Read and check the source; call nobody."),
]  # fmt: skip

HELP = f"""Import contacts into Intercom. The token comes from {TOKEN}.

Exit codes: 0 every row is in; 1 some rows are not; 2 usage or source error, nothing was written; 3 the run was
stopped (token refused, attribute not definable, Intercom down); 130 interrupted, start again to go on."""


def invoke(run: Callable[[Options], int], argv: Sequence[str] | None) -> int:
    """Parse `argv` and `run`; returns the exit code, 2 for what cannot be parsed."""

    def callback(**given: Any) -> int:
        return run(Options.of(given))

    command = click.Command(PROGRAM, params=PARAMETERS, callback=callback, help=HELP)
    try:
        result = command.main(None if argv is None else list(argv), PROGRAM, standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except UsageError as error:
        click.echo(f"error: {error}", err=True)
        return int(error.exit_code)
    return int(result or 0)
