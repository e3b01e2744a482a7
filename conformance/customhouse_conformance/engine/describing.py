"""What is known of a process after its end: output, files, secrets."""

from dataclasses import dataclass
from pathlib import Path

from customhouse_conformance.adapters import Launch
from customhouse_conformance.engine.capture import files_of, text_of, texts_of
from customhouse_conformance.engine.secrets import Scan, scan
from customhouse_conformance.facts import Process, Secret, Visit
from customhouse_fakes.core.redaction import holds


@dataclass(frozen=True, slots=True)
class Ended:
    """A process that has ended, or that never began."""

    label: str
    launch: Launch
    exit_code: int | None
    ended_by: str
    duration_s: float
    start_error: str | None = None
    first_exchange: int | None = None
    last_exchange: int | None = None
    visits: tuple[Visit, ...] = ()


def describe(ended: Ended, n: int, needles: dict[str, str]) -> Process:
    """The facts about it for the record; `needles` are the forms of all tokens that it was given."""
    launch = ended.launch
    sources = {launch.job.source} | {one.source for one in (launch.job.pull.businesses if launch.job.pull else ())}
    files = dict(files_of(launch.job.workdir))
    found = _scan(ended, files, needles)
    return Process(
        n=n,
        label=ended.label,
        exit_code=ended.exit_code,
        ended_by=ended.ended_by,
        duration_s=round(ended.duration_s, 4),
        stdout=_text_if_any(launch.stdout),
        stderr=_text_if_any(launch.stderr),
        files=texts_of(files, sources),
        secrets=found.secrets,
        unread=found.unread,
        first_exchange=ended.first_exchange,
        last_exchange=ended.last_exchange,
        start_error=ended.start_error,
        visits=ended.visits,
    )


def _scan(ended: Ended, files: dict[str, Path], needles: dict[str, str]) -> Scan:
    outputs = {"stdout": ended.launch.stdout, "stderr": ended.launch.stderr}
    places = {name: path for name, path in outputs.items() if path.exists()}
    places |= {f"file:{name}": path for name, path in files.items()}
    found = scan(places, needles)
    shown = [(visit.what, holds(visit.body.encode(), needles)) for visit in ended.visits]
    pages = tuple(Secret(f"page:{what}", form) for what, form in shown if form is not None)
    return Scan((*found.secrets, *pages), found.unread)


def _text_if_any(path: Path) -> str:
    return text_of(path) if path.exists() else ""
