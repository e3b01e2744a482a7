"""What is known of a process after its end: output, files, secrets."""

from dataclasses import dataclass
from pathlib import Path

from customhouse_conformance.adapters import Launch
from customhouse_conformance.engine.capture import files_of, is_text, text_of
from customhouse_conformance.engine.secrets import holds, scan
from customhouse_conformance.record import Process, Secret, Visit


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
    files = dict(files_of(launch.job.workdir, sources))
    return Process(
        n=n,
        label=ended.label,
        exit_code=ended.exit_code,
        ended_by=ended.ended_by,
        duration_s=round(ended.duration_s, 4),
        stdout=_text_if_any(launch.stdout),
        stderr=_text_if_any(launch.stderr),
        files={name: text_of(path) for name, path in files.items() if is_text(path)},
        secrets=_secrets(ended, files, needles),
        first_exchange=ended.first_exchange,
        last_exchange=ended.last_exchange,
        start_error=ended.start_error,
        visits=ended.visits,
    )


def _secrets(ended: Ended, files: dict[str, Path], needles: dict[str, str]) -> tuple[Secret, ...]:
    outputs = {"stdout": ended.launch.stdout, "stderr": ended.launch.stderr}
    places = {name: path for name, path in outputs.items() if path.exists()}
    places |= {f"file:{name}": path for name, path in files.items()}
    found = [scan(path, where, needles) for where, path in places.items()]
    shown = [(visit.what, holds(visit.body.encode(), needles)) for visit in ended.visits]
    return (
        *(secret for secret in found if secret is not None),
        *(Secret(f"page:{what}", form) for what, form in shown if form is not None),
    )


def _text_if_any(path: Path) -> str:
    return text_of(path) if path.exists() else ""
