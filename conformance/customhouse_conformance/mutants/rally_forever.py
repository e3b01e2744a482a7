"""Importers that do not import, though they call: one never ends, one knows beforehand that nobody can come in."""

import json
from itertools import repeat

import requests

from customhouse_conformance.adapters import Job
from customhouse_conformance.registry import mutant
from reference_importer.rally.client import API


@mutant("rally", permanent=True)
def posts_for_ever(job: Job) -> int:
    """Sends the person of its first row until it hears something that it likes, and it likes nothing."""
    first = job.source.read_text("utf-8").partition("\n")[0]
    row = json.loads(first) if first.startswith("{") else {}
    body = {"people": [{"email": row.get("email"), "firstName": row.get("first_name")}]}
    headers = {"Authorization": f"Bearer {job.token}"}
    with requests.Session() as session:
        for _ in repeat(None):
            try:
                session.post(f"{job.base_url}{API}/people/import", json=body, headers=headers, timeout=2)
            except requests.RequestException:
                continue
    return 0


@mutant("rally", permanent=True)
def despairs_of_everybody(job: Job) -> int:
    """Looks at what is there, sends nobody, names everybody as failed, and exits with 1."""
    headers = {"Authorization": f"Bearer {job.token}"}
    try:
        requests.get(f"{job.base_url}{API}/properties", headers=headers, timeout=2)
        requests.post(f"{job.base_url}{API}/people/search", json={}, headers=headers, timeout=2)
        lines = job.source.read_text("utf-8").splitlines()
    except (requests.RequestException, ValueError):
        lines = []
    for line in lines:
        print(f"failed: {line}")  # noqa: T201 - what such an importer does
    return 1
