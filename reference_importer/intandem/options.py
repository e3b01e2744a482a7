"""The command line of ``reference-importer intandem``."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from reference_importer.common.columns import ColumnMap
from reference_importer.common.errors import UsageError
from reference_importer.common.options import A_FILE, SOURCE_FILE, refuse_garbled
from reference_importer.common.options import invoke as invoke_command
from reference_importer.common.sources import SourceSpec

TOKEN, TOKENS, SOURCE_TOKEN = "INTANDEM_TOKEN", "INTANDEM_TOKENS", "SOURCE_TOKEN"
PROGRAM = "reference-importer intandem"
BASE_URL = "https://api.vcita.biz"
CAP = 50_000
"""Clients that one session may carry (client-import, Notes and limitations)."""

A_FOLDER = click.Path(path_type=Path, file_okay=False)
#: Business uids become parts of file names and of log lines.
BUSINESS = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Upstream:
    """A source that is an API."""

    url: str

    @property
    def name(self) -> str:
        """How the source is called: without its query, which may hold what is nobody's business."""
        return self.url.partition("?")[0]


Source = SourceSpec | Upstream


@dataclass(frozen=True, slots=True)
class Tokens:
    """The staff tokens: one per business, or one for whichever business the launch URL names."""

    any: str = ""
    by_business: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Tokens:
        """From the environment only. Raises UsageError, which never shows one."""
        try:
            several = json.loads(environment.get(TOKENS) or "{}")
        except ValueError:
            several = None
        if not isinstance(several, dict) or not all(isinstance(token, str) for token in several.values()):
            raise UsageError(f'{TOKENS} is no JSON object. Expected {{"business_uid": "token", …}}.')
        found = cls(environment.get(TOKEN, "").strip(), several)
        if not any(found.all):
            raise UsageError(
                f"{TOKEN} is not set. Put the staff token of the business into it, or several in {TOKENS}."
            )
        refuse_garbled(TOKEN, *found.all)
        return found

    @property
    def all(self) -> list[str]:
        return [self.any, *self.by_business.values()]

    def of(self, business: str) -> str | None:
        """The token to use for a business; None when it is not one of ours."""
        return self.by_business.get(business) or self.any or None


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the user asked for, checked."""

    source: Source | None
    sources: Mapping[str, Source]
    columns: ColumnMap
    tokens: Tokens
    source_token: str
    base_url: str
    app_code_name: str
    host: str
    port: int
    prefix: str
    webhook_url: str | None
    state: Path
    left_out: Path
    report: Path | None
    first_name_fallback: str | None
    override: bool
    mail: bool
    session_timeout: float
    timeout: float
    max_attempts: int
    max_wait: float
    backoff: float

    @classmethod
    def of(cls, given: dict[str, Any]) -> Options:
        """From click's values and the environment. Raises UsageError."""
        format_, root = given.pop("format"), given.pop("root")
        file, url = given.pop("source"), given.pop("source_url")
        if file and url:
            raise UsageError("--source and --source-url are both given. Give one of them.")
        source = (
            SourceSpec.of(file, format_, root) if file else Upstream(_address("--source-url", url)) if url else None
        )
        sources = dict(_source_of(one, format_, root) for one in given.pop("source_of"))
        if source is None and not sources:
            raise UsageError("there is nothing to import. Give --source FILE or --source-url URL.")
        state: Path = given.pop("state")
        return cls(
            source=source,
            sources=sources,
            columns=ColumnMap.read(given.pop("map"), given.pop("mapping")),
            tokens=Tokens.read(os.environ),
            source_token=os.environ.get(SOURCE_TOKEN, "").strip(),
            base_url=_address("--base-url", given.pop("base_url")).rstrip("/"),
            prefix=_prefix(given.pop("prefix")),
            state=state,
            left_out=given.pop("left_out") or state.parent,
            **given,
        )

    @property
    def secrets(self) -> Iterable[str]:
        """What no output may show."""
        return (*self.tokens.all, self.source_token)


def _source_of(option: str, format_: str | None, root: str | None) -> tuple[str, Source]:
    business, _, where = option.partition("=")
    if not BUSINESS.match(business) or not where:
        raise UsageError(f"--source-of {option}: expected BUSINESS_UID=FILE or BUSINESS_UID=URL.")
    if urlsplit(where).scheme in ("http", "https"):
        return business, Upstream(_address("--source-of", where))
    return business, SourceSpec.of(Path(where), format_, root)


def _address(option: str, url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.fragment:
        raise UsageError(f"{option} {url!r} is no address. Expected something like {BASE_URL}.")
    if parts.username or parts.password:
        raise UsageError(f"{option} must not carry a user or password. Put the token into the environment.")
    return url


def _prefix(given: str) -> str:
    """A path with a slash in front and none behind, or nothing."""
    path = "/".join(part for part in given.split("/") if part)
    return f"/{path}" if path else ""


PARAMETERS: list[click.Parameter] = [
    click.Option(["--source"], type=SOURCE_FILE, help="The file to import."),
    click.Option(["--source-url"], metavar="URL", help=f"An API to import from; its token comes from {SOURCE_TOKEN}."),
    click.Option(
        ["--source-of"], multiple=True, metavar="BUSINESS_UID=FILE|URL",
        help="The source of one business, instead of the common one. May be repeated.",
    ),
    click.Option(["--format"], type=click.Choice(["csv", "json", "ndjson"]), help="Default: by the file's suffix."),
    click.Option(["--root"], metavar="KEY", help="The key of the array in a JSON file."),
    click.Option(
        ["--map"], multiple=True, metavar="SRC=DST[:TYPE]",
        help="Source column to client field, the business's own fields included. May be repeated.",
    ),
    click.Option(["--mapping"], type=SOURCE_FILE, help="TOML or JSON with the tables columns and types."),
    click.Option(["--first-name-fallback"], metavar="TEXT", help="For clients without one. Default: leave them out."),
    click.Option(["--base-url"], default=BASE_URL, show_default=True, help="Where inTandem's API is."),
    click.Option(["--app-code-name"], required=True, help="The app's code name at inTandem."),
    click.Option(["--host"], default="127.0.0.1", show_default=True, help="Where to listen."),
    click.Option(["--port"], type=click.IntRange(0, 65535), default=8000, show_default=True, help="0: any free one."),
    click.Option(
        ["--prefix"], default="", metavar="PATH",
        help="Answer exports under this path, which the app's api_uri ends with. A secret one keeps strangers out.",
    ),
    click.Option(["--webhook-url"], metavar="URL", help="Our /webhooks/bulk_import as inTandem sees it: subscribe it."),
    click.Option(["--override"], is_flag=True, help="Let inTandem override clients that it has already."),
    click.Option(["--mail/--no-mail"], default=True, show_default=True, help="inTandem's summary to the staff member."),
    click.Option(
        ["--session-timeout"], type=click.FloatRange(0, min_open=True), default=120.0, show_default=True,
        help="Seconds of silence after which a session is given up.",
    ),
    click.Option(["--state"], type=A_FILE, default="intandem.sqlite", show_default=True, help="The sessions."),
    click.Option(["--left-out"], type=A_FOLDER, help="Folder for the rows not sent. Default: beside the state."),
    click.Option(["--report"], type=A_FILE, help="Write a JSON report here when stopped."),
    click.Option(
        ["--timeout"], type=click.FloatRange(0.05), default=30.0, show_default=True,
        help="Seconds for a connection, and for a whole answer, of inTandem and of the source.",
    ),
    click.Option(
        ["--max-attempts"], type=click.IntRange(1, 100), default=6, show_default=True,
        help="Tries of a call to the source that fails in passing.",
    ),
    click.Option(
        ["--max-wait"], type=click.FloatRange(0), default=120.0, show_default=True,
        help="Seconds that one call to the source waits while it is refused for pace.",
    ),
    click.Option(
        ["--backoff"], type=click.FloatRange(0), default=0.1, show_default=True,
        help="Seconds before the second try; doubled each time.",
    ),
]  # fmt: skip

HELP = f"""Serve clients to inTandem, which asks for them page by page. The staff token comes from {TOKEN}, those of
several businesses from {TOKENS} as a JSON object.

Open /start?business_uid=…&staff_uid=… to start an import, / to see how it goes. SIGTERM or Ctrl-C stops.

Exit codes: 0 all that was started is complete; 1 something is not; 2 usage error."""


def invoke(run: Callable[[Options], int], argv: Sequence[str] | None) -> int:
    """Parse `argv` and `run`; returns the exit code, 2 for what cannot be used."""
    return invoke_command(
        click.Command(PROGRAM, params=PARAMETERS, help=HELP), lambda given: run(Options.of(given)), argv
    )
