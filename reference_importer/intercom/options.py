"""The command line of ``reference-importer intercom``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from reference_importer.common import options
from reference_importer.common.columns import ColumnMap
from reference_importer.common.options import base_url, call_options, file_options, secret
from reference_importer.common.sources import SourceSpec
from reference_importer.intercom.client import DEFAULT_VERSION

TOKEN = "INTERCOM_TOKEN"  # noqa: S105 - the variable's name
PROGRAM = "reference-importer intercom"
BASE_URL = "https://api.intercom.io"


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
            base_url=base_url(given.pop("base_url"), BASE_URL, TOKEN),
            rejects=given.pop("rejects") or path.with_name(path.name + ".rejects.csv"),
            state=given.pop("state") or path.with_name(path.name + ".customs.sqlite"),
            **given,
        )


def token() -> str:
    """The access token, from the environment only. Raises UsageError, which never shows it."""
    return secret(TOKEN, "the access token of your Intercom app")


PARAMETERS: list[click.Parameter] = [
    *file_options("Source column to contact field or custom_attributes.NAME. May be repeated."),
    *call_options(BASE_URL, attempts=6),
    click.Option(["--intercom-version"], default=DEFAULT_VERSION, show_default=True, help="Sent with every call."),
    click.Option(["--workers"], type=click.IntRange(1, 64), default=8, show_default=True, help="Calls at once."),
]

HELP = f"""Import contacts into Intercom. The token comes from {TOKEN}.

Exit codes: 0 every row is in; 1 some rows are not; 2 usage or source error, nothing was written; 3 the run was
stopped (token refused, attribute not definable, Intercom down); 130 interrupted, start again to go on."""


def invoke(run: Callable[[Options], int], argv: Sequence[str] | None) -> int:
    """Parse `argv` and `run`; returns the exit code, 2 for what cannot be parsed."""
    command = click.Command(PROGRAM, params=PARAMETERS, help=HELP)
    return options.invoke(command, lambda given: run(Options.of(given)), argv)
