"""Starts the reference importer with one part replaced: the way in which every Rally mutant is made."""

import os
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from io import StringIO
from typing import Any

from customhouse_conformance.adapters import Job, Told
from reference_importer.rally.parts import Parts
from reference_importer.rally.run import main


def told_of(job: Job) -> Told:
    """What an importer is told of its workspace; mutants of this provider are told."""
    if job.told is None:
        raise TypeError("this importer must be told of its account: its provider is rally")
    return job.told


def reference(job: Job, *options: str, state: str = "state.sqlite", **parts: Any) -> int:
    """Run it on a job in this process (which is the mutant's own). Keyword arguments replace its parts."""
    told = told_of(job)
    os.environ["RALLY_TOKEN"] = job.token
    os.environ["RALLY_WEBHOOK_SECRET"] = told.webhook_secret
    arguments = [
        f"--source={job.source}",
        f"--format={job.format}",
        f"--base-url={job.base_url}",
        f"--property-types={told.property_types}",
        f"--identifier={told.identifier}",
        f"--population={told.population or ''}",
        f"--webhook-port={told.webhook_port}",
        f"--webhook-path={told.webhook_path}",
        f"--state={job.workdir / state}",
        f"--report={job.workdir / 'report.json'}",
        f"--rejects={job.workdir / 'rejects.csv'}",
        "--timeout=2",
        "--backoff=0.05",
        "--poll=0.05",
        "--deadline=6",
    ]
    return main([*arguments, *options], replace(Parts(), **parts))


def wordless(job: Job, **parts: Any) -> int:
    """The same, and nothing is said or written of how it went; only that it has begun."""
    print("this may take some time")  # noqa: T201 - the fault
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        code = reference(job, **parts)
    for name in ("report.json", "rejects.csv"):
        (job.workdir / name).unlink(missing_ok=True)
    return code


def forgetful(job: Job, **parts: Any) -> int:
    """The same without a memory: every start has a state file of its own."""
    return reference(job, state=f"state-{os.getpid()}.sqlite", **parts)
