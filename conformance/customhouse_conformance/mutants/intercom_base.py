"""Starts the reference importer with one part replaced: the way in which every Intercom mutant is made."""

import os
from dataclasses import replace
from typing import Any

from customhouse_conformance.adapters import Job
from reference_importer.intercom.parts import Parts
from reference_importer.intercom.run import main


def reference(job: Job, *options: str, state: str = "state.sqlite", **parts: Any) -> int:
    """Run it on a job in this process (which is the mutant's own). Keyword arguments replace its parts."""
    os.environ["INTERCOM_TOKEN"] = job.token
    arguments = [
        f"--source={job.source}",
        f"--format={job.format}",
        f"--base-url={job.base_url}",
        f"--state={job.workdir / state}",
        f"--report={job.workdir / 'report.json'}",
        f"--rejects={job.workdir / 'rejects.csv'}",
        "--timeout=2",
        "--backoff=0.05",
    ]
    return main([*arguments, *options], replace(Parts(), **parts))


def forgetful(job: Job, **parts: Any) -> int:
    """The same without a memory: every start has a state file of its own."""
    return reference(job, state=f"state-{os.getpid()}.sqlite", **parts)
