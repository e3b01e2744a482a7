"""Imports people into Rally UXR from a file with one JSON object a line, by httpx.

    RALLY_TOKEN=… python import_people.py people.ndjson types.json [https://api.rallyuxr.com]

Rally's import is a PUT: what one record of a request names is removed from those that do not name it. So only people
whose rows name the same things go into one request. Exit code 0: everybody is in. 1: some are not; they are named on
stderr. 2: nothing was begun, or the run was stopped.
"""

import asyncio
import json
import os
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import httpx

Row = dict[str, Any]

MOST_PEOPLE = 1000
TRIES = 5
#: An import that has not ended by then is given up.
DEADLINE_S = 15.0
FIELDS = {
    "email": "email",
    "phone": "phone",
    "first_name": "firstName",
    "last_name": "lastName",
    "opted_out": "isOptedOut",
    "last_contact_date": "lastContactDate",
    "additional_emails": "additionalEmails",
    "additional_phones": "additionalPhones",
}


class StoppedError(Exception):
    """Nothing more can be done; the message says why."""


class Rally:
    """The few calls that an import needs."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        """One call, repeated while Rally is busy or the network fails; `StoppedError` when that is of no use."""
        for attempt in range(TRIES):
            pause = 0.2 * 2**attempt
            try:
                answer = await self.http.request(method, path, **options)
            except httpx.TransportError as error:
                trouble = f"{type(error).__name__} at {path}"
            else:
                if answer.status_code in (401, 403):
                    raise StoppedError(f"Rally refuses the token: {answer.status_code}")
                if answer.status_code != 429 and answer.status_code < 500:
                    return answer
                trouble = f"{answer.status_code} at {path}"
                pause = max(pause, float(answer.headers.get("Retry-After", 0)))
            await asyncio.sleep(pause)
        raise StoppedError(f"gave up after {TRIES} tries: {trouble}")

    async def properties(self) -> dict[str, str]:
        """Every person property, name -> id."""
        found: dict[str, str] = {}
        cursor = None
        while True:
            page = await self.call(
                "GET", "/properties", params={"size": 100} | ({"startCursor": cursor} if cursor else {})
            )
            page.raise_for_status()
            body = page.json()
            found |= {one["name"].strip().casefold(): one["propertyId"] for one in body["results"]}
            if not body["pageInfo"]["hasNextPage"]:
                return found
            cursor = body["pageInfo"]["endCursor"]

    async def define(self, types: dict[str, str]) -> None:
        """Make person properties."""
        answer = await self.call(
            "POST", "/properties/import", json=[{"name": name, "propertyType": kind} for name, kind in types.items()]
        )
        if answer.status_code != 200 or answer.json().get("errors"):
            raise StoppedError(f"the properties {', '.join(types)} were not made: {answer.text[:300]}")

    async def send(self, people: list[Row]) -> list[str]:
        """Import people and wait until that has ended; who failed, in words."""
        answer = await self.call("POST", "/people/import", json={"people": people})
        everybody = [one["email"] for one in people]
        if answer.status_code != 202:
            return [f"{email}: refused with {answer.status_code} {answer.text[:200]}" for email in everybody]
        number = answer.json()["importId"]
        if number is None:
            return [f"{email}: Rally gave no import id, the outcome is unknown" for email in everybody]
        return await self.outcome(number, people)

    async def outcome(self, number: str, people: list[Row]) -> list[str]:
        loop = asyncio.get_running_loop()
        end, pause = loop.time() + DEADLINE_S, 0.1
        while loop.time() < end:
            answer = await self.call("GET", f"/imports/{number}")
            status = answer.json().get("status") if answer.status_code == 200 else None
            if status == "COMPLETED":
                failed = answer.json().get("failedRecords") or []
                return [f"{one.get('email') or one.get('personId')}: Rally could not import it" for one in failed]
            if status == "ERROR":
                return [f"{one['email']}: import {number} ended with ERROR" for one in people]
            await asyncio.sleep(pause)
            pause = min(2.0, pause * 1.5)
        return [f"{one['email']}: import {number} did not end within {DEADLINE_S:g} s" for one in people]


def read(file: Path) -> list[Row]:
    """The rows; of several with one e-mail the last."""
    by_email: dict[str, Row] = {}
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        if line.strip():
            row = json.loads(line)
            if not row.get("email"):
                print(f"line {number}: no e-mail, left out", file=sys.stderr)
                continue
            by_email[row["email"].casefold()] = row
    return list(by_email.values())


def record(row: Row, ids: dict[str, str]) -> Row:
    """A row in Rally's words. Nobody is opted back in: false is only the column's default."""
    person = {FIELDS[name]: value for name, value in row.items() if name in FIELDS}
    if not person.get("isOptedOut"):
        person.pop("isOptedOut", None)
    own = row.get("properties") or {}
    person["properties"] = [{"propertyId": ids[key(name)], "value": value} for name, value in own.items()]
    return person


def key(name: str) -> str:
    return name.strip().casefold()


def batches(people: list[Row]) -> list[list[Row]]:
    """People whose records name the same things, at most a thousand at once."""
    alike: dict[Any, list[Row]] = defaultdict(list)
    for person in people:
        named = frozenset(person) | {one["propertyId"] for one in person["properties"]}
        alike[named].append(person)
    return [group[at : at + MOST_PEOPLE] for group in alike.values() for at in range(0, len(group), MOST_PEOPLE)]


async def main(source: str, types: str, api: str = "https://api.rallyuxr.com") -> int:
    rows = read(Path(source))
    wanted = {name for row in rows for name in row.get("properties") or {}}
    known_types = json.loads(Path(types).read_text("utf-8"))
    headers = {"Authorization": f"Bearer {os.environ['RALLY_TOKEN']}"}
    async with httpx.AsyncClient(base_url=f"{api}/api/public/v1", headers=headers, timeout=5) as http:
        rally = Rally(http)
        if wanted:
            ids = await rally.properties()
            missing = {name: known_types.get(name, "STRING") for name in sorted(wanted) if key(name) not in ids}
            if missing:
                await rally.define(missing)
                ids = await rally.properties()
        else:
            ids = {}
        groups = batches([record(row, ids) for row in rows])
        failed = [line for lines in await asyncio.gather(*map(rally.send, groups)) for line in lines]
    for line in failed:
        print(f"failed: {line}", file=sys.stderr)
    print(f"{len(rows) - len(failed)} people imported, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(asyncio.run(main(*sys.argv[1:])))
    except (StoppedError, httpx.HTTPError, OSError, ValueError) as error:
        print(f"stopped: {error}", file=sys.stderr)
        sys.exit(2)
