"""The options that every importer of a file has, and how a command line becomes an exit code."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from reference_importer.common.errors import UsageError

A_FILE = click.Path(path_type=Path, dir_okay=False)
SOURCE_FILE = click.Path(path_type=Path, dir_okay=False, exists=True, readable=True)


def base_url(url: str, example: str, variable: str) -> str:
    """The address without a slash at its end. Raises UsageError when it is none, or carries a secret."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise UsageError(f"--base-url {url!r} is no address. Expected something like {example}.")
    if parts.username or parts.password:
        raise UsageError(f"--base-url must not carry a user or password. Put the token into {variable}.")
    return url.rstrip("/")


def secret(variable: str, what: str) -> str:
    """A secret, from the environment only. Raises UsageError, which never shows it."""
    found = os.environ.get(variable, "").strip()
    if not found:
        raise UsageError(f"{variable} is not set. Put {what} into it.")
    refuse_garbled(variable, found)
    return found


def refuse_garbled(variable: str, *found: str) -> None:
    """Raises UsageError for a secret that was not copied well."""
    if any(not (token.isascii() and token.isprintable()) or " " in token for token in found):
        raise UsageError(f"{variable} contains characters that no token has (curly quotes, blanks). Copy it again.")


def file_options(map_help: str) -> list[click.Parameter]:
    """Where the rows come from, and where what is said of them goes."""
    return [
        click.Option(["--source"], type=SOURCE_FILE, required=True, help="The file to import."),
        click.Option(["--format"], type=click.Choice(["csv", "json", "ndjson"]), help="Default: by the file's suffix."),
        click.Option(["--root"], metavar="KEY", help="The key of the array in a JSON file."),
        click.Option(["--map"], multiple=True, metavar="SRC=DST[:TYPE]", help=map_help),
        click.Option(["--mapping"], type=SOURCE_FILE, help="TOML or JSON with the tables columns and types."),
        click.Option(["--report"], type=A_FILE, help="Write a JSON report here."),
        click.Option(["--rejects"], type=A_FILE, help="Rows that are not in. Default: SOURCE.rejects.csv."),
        click.Option(["--state"], type=A_FILE, help="The checkpoint. Default: SOURCE.customs.sqlite."),
        click.Option(["--dry-run"], is_flag=True, help="Read and check the source; call nobody."),
    ]


def call_options(url: str, attempts: int) -> list[click.Parameter]:
    """How the vendor is called."""
    return [
        click.Option(["--base-url"], default=url, show_default=True, help="Where the API is."),
        click.Option(
            ["--timeout"], type=click.FloatRange(0.05), default=30.0, show_default=True,
            help="Seconds for a connection, and for a whole answer.",
        ),
        click.Option(
            ["--max-attempts"], type=click.IntRange(1, 100), default=attempts, show_default=True,
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
    ]  # fmt: skip


def invoke(command: click.Command, run: Callable[[dict[str, Any]], int], argv: Sequence[str] | None) -> int:
    """Parse `argv` and `run` with what it says; returns the exit code, 2 for what cannot be used."""
    command.callback = lambda **given: run(given)
    try:
        result = command.main(None if argv is None else list(argv), command.name, standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except UsageError as error:
        click.echo(f"error: {error}", err=True)
        return int(error.exit_code)
    return int(result or 0)
