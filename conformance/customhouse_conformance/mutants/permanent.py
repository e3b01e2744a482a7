"""Importers that do not import. None of them may get a single PASS, from any provider's register."""

import requests

from customhouse_conformance.adapters import Job
from customhouse_conformance.registry import mutant


@mutant(None, permanent=True)
def do_nothing(job: Job) -> int:
    """Reads nothing, sends nothing, is content."""
    return 0


@mutant(None, permanent=True)
def crash_at_once(job: Job) -> int:
    """Raises before it has looked at anything."""
    raise RuntimeError("this importer does not work")


@mutant(None, permanent=True)
def always_exit_zero(job: Job) -> int:
    """Shows its token once, claims that every row is in, and exits with 0 whatever comes."""
    headers = {"Authorization": f"Bearer {job.token}"}
    try:
        requests.get(f"{job.base_url}/me", headers=headers, timeout=2)
        rows = job.source.read_bytes().count(b"\n")
    except Exception:
        rows = 0
    print(f"imported {rows} rows, 0 rejected")  # noqa: T201 - what such an importer does
    return 0
