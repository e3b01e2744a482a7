"""The program under test: moves people from our own database into Intercom, Rally and inTandem.

It knows nothing of Customhouse. Addresses and tokens come from outside, and so does `sleep`, as in most clients.
"""

import json
import re
import time
from collections.abc import Callable, Iterable, Iterator
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qs

import requests

Person = dict[str, Any]
ATTEMPTS = 5


def to_intercom(
    people: Iterable[Person], url: str, token: str, sleep: Callable[[float], Any] = time.sleep
) -> list[Person]:
    """Create each person, or update who is there already; returns those whom Intercom refused."""
    client = Client(url, token, sleep)
    refused = []
    for person in people:
        answer = client.send("POST", "/contacts", person)
        if answer.status_code == 409:
            known = re.search(r"id=(\w+)", answer.json()["errors"][0]["message"])
            answer = client.send("PUT", f"/contacts/{known[1] if known else ''}", person)
        if not answer.ok:
            refused.append(person)
    return refused


def to_rally(people: list[Person], url: str, token: str, sleep: Callable[[float], Any] = time.sleep) -> list[str]:
    """Import all people at once and wait for the end; returns the e-mails of those who failed."""
    client = Client(url, token, sleep)
    accepted = client.send("POST", "/api/public/v1/people/import", {"people": people}).json()
    while True:
        state = client.send("GET", f"/api/public/v1/imports/{accepted['importId']}").json()
        if state["status"] in ("COMPLETED", "ERROR"):
            return [one["email"] for one in state["failedRecords"] or []]
        sleep(1)


class Client:
    """Sends JSON, waits when it is told to, and tries again when no answer comes."""

    def __init__(self, url: str, token: str, sleep: Callable[[float], Any]) -> None:
        self.url, self.sleep = url, sleep
        self.headers = {"Authorization": f"Bearer {token}", "Intercom-Version": "2.14"}

    def send(self, method: str, path: str, body: Any = None) -> requests.Response:
        for _ in range(ATTEMPTS):
            try:
                answer = requests.request(method, self.url + path, json=body, headers=self.headers, timeout=5)
            except requests.ConnectionError:
                continue
            if answer.status_code not in (429, 503):
                return answer
            self.sleep(_wait(answer))
        raise RuntimeError(f"{method} {path}: gave up after {ATTEMPTS} attempts")


def _wait(answer: requests.Response) -> float:
    """Until the reset that a 429 of Intercom's names, on Intercom's own clock; else what the answer asks for."""
    if answer.status_code == 429 and "X-RateLimit-Reset" in answer.headers:
        now = parsedate_to_datetime(answer.headers["Date"]).timestamp()
        return max(1.0, float(answer.headers["X-RateLimit-Reset"]) - now)
    return float(answer.headers.get("Retry-After", 1))


def export_app(people: list[Person]) -> Callable[[dict[str, Any], Callable[..., Any]], Iterator[bytes]]:
    """A WSGI app that inTandem asks for pages of people: 1, 2, … and -1 at the end."""

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterator[bytes]:
        query = parse_qs(environ["QUERY_STRING"])
        page, size = int(query["page"][0]), int(query["per_page"][0])
        clients = people[(page - 1) * size : page * size] if page > 0 else []
        start_response("200 OK", [("Content-Type", "application/json")])
        yield json.dumps({"data": {"clients": clients}}).encode()

    return app
