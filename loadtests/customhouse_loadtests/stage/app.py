"""The app under a pull load: started once, for as many businesses as there are users, and watched."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from customhouse_conformance.adapters import Business, Job, Launch, Pull, Run, Service
from customhouse_conformance.adapters.app import EXPORT, free_port, stop, wait_until_ready
from customhouse_conformance.engine.live import LiveRuns
from customhouse_conformance.engine.source import write_source
from customhouse_conformance.engine.upstream import Upstream
from customhouse_conformance.manifest.spec import ImporterSpec
from customhouse_conformance.scenarios.pull import Script
from customhouse_loadtests.errors import LoadUsageError
from customhouse_loadtests.settings import Settings

from .fakes import Fakes
from .sources import Sources

MOST_BUSINESSES = 100
#: The fake begins to pull when this is over: never, as it is Locust's users who ask for the pages.
NEVER_S = 10_000_000.0
READY_S = 60.0


@dataclass(frozen=True, slots=True)
class App:
    """A running app: where pages are asked for, and the launch path of each business."""

    pid: int
    url: str
    export: str
    launches: tuple[str, ...]
    businesses: tuple[Business, ...]

    def describe(self) -> dict[str, Any]:
        """What users need to know."""
        pairs = zip(self.businesses, self.launches, strict=True)
        return {
            "url": self.url,
            "export": self.export,
            "businesses": [
                {"business_uid": one.uid, "staff_uid": one.staff_uid, "launch": launch} for one, launch in pairs
            ],
        }


@contextmanager
def app_running(
    spec: ImporterSpec, settings: Settings, fakes: Fakes, sources: Sources, folder: Path, live: LiveRuns
) -> Iterator[App]:
    """Start it and wait until it is ready; `DidNotStartError` in words if it is not. Stopped at the end."""
    if settings.most_users > MOST_BUSINESSES:
        raise LoadUsageError(
            f"{settings.most_users} businesses are too many", f"give --users {MOST_BUSINESSES} at most"
        )
    service = spec.service or Service()
    port = free_port()
    upstream = Upstream()
    upstream.start()
    try:
        with closing(fakes.control(spec.provider)) as control:
            sandbox = control.sandbox(
                spec.provider,
                settings.limits,
                app={"api_uri": service.api_uri(port), "businesses": settings.most_users},
                profile={"start_delay_s": NEVER_S},
            )
        businesses = _businesses(spec, settings, sandbox, sources, upstream, folder)
        desk = upstream.serve(
            {one.uid: sources.rows(settings.records) for one in businesses}, Script(pages=(settings.records + 1,))
        )
        pull = Pull(port, sandbox["credentials"]["app_code_name"], desk.token, businesses)
        run = spec.adapter.start(_launch(spec, sandbox, pull, folder))
        with live.holding(run):
            wait_until_ready(run, service, port)
            yield _app(run, service, pull)
            stop(run, service, port)
    finally:
        upstream.stop()


def _businesses(
    spec: ImporterSpec, settings: Settings, sandbox: dict[str, Any], sources: Sources, upstream: Upstream, folder: Path
) -> tuple[Business, ...]:
    known = sandbox["credentials"]["businesses"]
    folders = [folder / "work", *(folder / "work" / f"business-{n}" for n in range(2, len(known) + 1))]
    rows = sources.rows(settings.records)
    for one in folders:
        one.mkdir(parents=True)
        write_source(one / spec.source.path, rows, spec.source)
    return tuple(
        Business(
            uid=one["business_uid"],
            staff_uid=one["staff_uid"],
            token=one["token"],
            source=where / spec.source.path,
            source_url=upstream.source_url(one["business_uid"]),
        )
        for where, one in zip(folders, known, strict=True)
    )


def _launch(spec: ImporterSpec, sandbox: dict[str, Any], pull: Pull, folder: Path) -> Launch:
    job = Job(
        base_url=sandbox["url"],
        token=pull.first.token,
        source=pull.first.source,
        workdir=folder / "work",
        format=spec.source.format,
        root=spec.source.root,
        fields=dict(spec.source.fields),
        pull=pull,
    )
    return Launch(job, spec.env, folder / "stdout", folder / "stderr")


def _app(run: Run, service: Service, pull: Pull) -> App:
    return App(
        pid=run.pid,
        url=Service().api_uri(pull.port),
        export=f"{service.prefix}{EXPORT}",
        launches=tuple(service.launch_path(one, pull.app_code_name) for one in pull.businesses),
        businesses=pull.businesses,
    )
