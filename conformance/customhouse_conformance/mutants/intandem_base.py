"""Starts the reference app with one part replaced: the way in which every inTandem mutant is made."""

import json
import os
from dataclasses import replace
from typing import Any

from customhouse_conformance.adapters import Job, Pull
from reference_importer.intandem.parts import Parts
from reference_importer.intandem.run import main


def pull_of(job: Job) -> Pull:
    """What an app is told; mutants of this provider are apps."""
    if job.pull is None:
        raise TypeError("this importer is an app: it must be started with a port")
    return job.pull


def app(job: Job, *options: str, state: str = "state.sqlite", **parts: Any) -> int:
    """Serve in this process (which is the mutant's own). Keyword arguments replace parts."""
    pull = pull_of(job)
    os.environ["INTANDEM_TOKENS"] = json.dumps({one.uid: one.token for one in pull.businesses})
    os.environ["SOURCE_TOKEN"] = pull.source_token
    arguments = [
        *(f"--source-of={one.uid}={one.source_url}" for one in pull.businesses),
        f"--base-url={job.base_url}",
        f"--port={pull.port}",
        f"--app-code-name={pull.app_code_name}",
        f"--webhook-url=http://127.0.0.1:{pull.port}/webhooks/bulk_import",
        f"--state={job.workdir / state}",
        f"--report={job.workdir / 'report.json'}",
        "--override",
        "--timeout=2",
        "--backoff=0.05",
    ]
    return main([*arguments, *options], replace(Parts(), **parts))


def forgetful(job: Job, **parts: Any) -> int:
    """The same without a memory: every start has a state file of its own."""
    return app(job, state=f"state-{os.getpid()}.sqlite", **parts)
