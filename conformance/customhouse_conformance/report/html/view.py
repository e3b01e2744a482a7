"""`report.html`: one file with everything in it, that asks nobody for anything.

Everything an importer says is somebody else's text: it is escaped by the template engine, and the page's own policy
lets no script run but the one that was written with it.
"""

import base64
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from customhouse_conformance.events import Event, RequirementJudged, SuiteFinished, SuiteStarted
from customhouse_conformance.findings import Verdict
from customhouse_conformance.gaps import Overlay
from customhouse_conformance.record import Record
from customhouse_conformance.register import Register
from customhouse_conformance.report.collecting import CollectingView, write_whole
from customhouse_conformance.report.html import excerpt
from customhouse_conformance.report.html.kills import Kills
from customhouse_conformance.report.html.page import build_page
from customhouse_conformance.report.html.timeline import kind_of
from customhouse_conformance.report.words import conclusion
from customhouse_conformance.verdicts import NoRecord

#: What no HTML document can hold: controls but for tab and line ends, halves of characters.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

#: What is code in plain words: between backticks, the name of a header, or a method with its address.
CODE = re.compile(r"(`[^`]+`|\b[A-Z]\w*(?:-[A-Z]\w*)+|\b(?:GET|POST|PUT) [/…{][^\s,;()]*[^\s,;().:])")


class HtmlReport(CollectingView):
    """Writes `report.html`. `load` gives the register of a provider, whose scenarios and rows are told in it."""

    def __init__(self, path: Path, load: Callable[[str], Register], kills: Kills | None = None) -> None:
        super().__init__()
        self._path = path
        self._load = load
        self._kills = kills
        self._records: dict[tuple[str, str], Mapping[str, Record | NoRecord]] = {}

    def handle(self, event: Event) -> None:
        """Collect, with the records that verdicts were made from."""
        if isinstance(event, RequirementJudged):
            self._records[event.result.importer, event.result.provider] = event.records
        super().handle(event)

    def finish(self, started: SuiteStarted, finished: SuiteFinished) -> None:
        """Write the document."""
        write_whole(self._path, self.document(started, finished).encode())

    def document(self, started: SuiteStarted, finished: SuiteFinished) -> str:
        """The whole page."""
        registers = {provider: self._load(provider) for provider in started.providers}
        css, js = _file("report.css"), _file("report.js")
        return _environment().get_template("report.html.j2").render(
            started=started,
            finished=finished,
            page=build_page(self.results, self._records, registers),
            kills=self._kills,
            verdicts=list(Verdict),
            overlays=list(Overlay),
            conclusion=conclusion,
            bounds=excerpt,
            css=Markup(css),  # noqa: S704 - our own file
            js=Markup(js),  # noqa: S704 - our own file
            policy=f"default-src 'none'; style-src {_hash(css)}; script-src {_hash(js)}; base-uri 'none'; "
            "form-action 'none'",
        )  # fmt: skip


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader(__package__, "."),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_printable,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["slug"] = lambda verdict: str(verdict).lower().replace(" ", "-")
    environment.filters["kind"] = kind_of
    environment.filters["by"] = _by
    environment.filters["spoken"] = _spoken
    environment.tests["address"] = lambda text: re.fullmatch(r"https?://\S+", text) is not None
    return environment


def _by(rows: Iterable[Any], name: str) -> dict[Any, list[Any]]:
    """Rows by an attribute, in the order in which they come; Jinja's own groupby would sort them."""
    groups: dict[Any, list[Any]] = {}
    for row in rows:
        groups.setdefault(getattr(row, name), []).append(row)
    return groups


def _spoken(words: str) -> Markup:
    """Plain words as HTML, what stands between backticks, headers and calls as code."""
    return Markup("").join(
        Markup("<code>{}</code>").format(part.strip("`")) if n % 2 else part
        for n, part in enumerate(CODE.split(words))
    )  # fmt: skip


def _printable(value: Any) -> Any:
    return UNPRINTABLE.sub("\ufffd", value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _file(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
