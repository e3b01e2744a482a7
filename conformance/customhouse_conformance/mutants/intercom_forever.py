"""The importer that never ends."""

import json
from itertools import repeat

import requests

from customhouse_conformance.adapters import Job
from customhouse_conformance.registry import mutant


@mutant("intercom", permanent=True)
def retry_for_ever(job: Job) -> int:
    """Sends its first row until it hears something that it likes, and it likes nothing."""
    first = job.source.read_text("utf-8").partition("\n")[0]
    body = json.loads(first) if first.startswith("{") else {}
    headers = {"Authorization": f"Bearer {job.token}", "Intercom-Version": "2.14"}
    with requests.Session() as session:
        for _ in repeat(None):
            try:
                session.post(f"{job.base_url}/contacts", json=body, headers=headers, timeout=2)
            except requests.RequestException:
                continue
    return 0
