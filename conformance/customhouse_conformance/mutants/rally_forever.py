"""The importer that never ends."""

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
