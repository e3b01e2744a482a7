"""Imports a JSON file of contacts into Intercom: eight threads, and nothing but Python's standard library.

    INTERCOM_TOKEN=… python import_contacts.py contacts.json [https://api.intercom.io]

Exit code 0: every contact is in. 1: some are not; each is named on stderr. 2: nothing was begun, or it was stopped.
"""

import json
import os
import re
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from typing import Any

Row = dict[str, Any]

WORKERS = 8
TRIES = 5
TIMEOUT_S = 5.0
FIELDS = ("external_id", "email", "name", "phone", "role", "signed_up_at", "custom_attributes")
KINDS = {bool: "boolean", int: "integer", float: "float"}


class StoppedError(Exception):
    """Nothing more can be done; the message says why."""


class RefusedError(Exception):
    """Intercom will not have it, now or later."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status} {message}")
        self.status, self.message = status, message


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """The token is for Intercom, not for wherever it points to."""

    def redirect_request(self, *_: Any) -> None:
        return None


class Intercom:
    """The API, for several threads at once; a full window of the rate limit holds all of them back."""

    def __init__(self, api: str, token: str) -> None:
        self.api = api
        self.headers = {
            "Authorization": f"Bearer {token}",
            "Intercom-Version": "2.14",
            "Content-Type": "application/json",
        }
        self.opener = urllib.request.build_opener(NoRedirects)
        self.resume_at = 0.0
        self.over = threading.Event()

    def call(self, method: str, path: str, body: Row | None = None) -> Row:
        """The answer; `RefusedError` for a 4xx, and for what fails five times."""
        trouble = ""
        for attempt in range(TRIES):
            time.sleep(max(0.0, self.resume_at - time.time()))
            if self.over.is_set():
                raise StoppedError("the run is over")
            data = None if body is None else json.dumps(body).encode()
            request = urllib.request.Request(self.api + path, data, self.headers, method=method)
            try:
                with self.opener.open(request, timeout=TIMEOUT_S) as answer:
                    self.note(answer.headers)
                    return json.load(answer)
            except urllib.error.HTTPError as error:
                with error:
                    self.note(error.headers)
                    message = text_of(error)
                if error.code == 401:
                    self.over.set()
                    raise StoppedError(f"Intercom refuses the token: {message}") from None
                if error.code != 429 and error.code < 500:
                    raise RefusedError(error.code, message) from None
                trouble = f"{error.code} {message}"
                if error.code == 429:
                    continue
            except (OSError, HTTPException, ValueError) as error:
                trouble = f"{type(error).__name__}: {error}"
            time.sleep(0.2 * 2**attempt)
        raise RefusedError(0, f"{TRIES} tries, {trouble}")

    def note(self, headers: Any) -> None:
        """With nothing left in this window everybody waits for the next one."""
        if headers.get("X-RateLimit-Remaining") in ("0", "1"):
            self.resume_at = max(self.resume_at, float(headers["X-RateLimit-Reset"]))

    def define(self, rows: list[Row]) -> None:
        """Define the custom attributes that the rows use and the workspace does not have."""
        values: dict[str, list[Any]] = {}
        for row in rows:
            for name, value in (row.get("custom_attributes") or {}).items():
                values.setdefault(name, []).append(value)
        if not values:
            return
        known = {one["name"] for one in self.call("GET", "/data_attributes?model=contact")["data"]}
        for name in values.keys() - known:
            kinds = {type(value) for value in values[name] if value is not None}
            kind = KINDS.get(kinds.pop(), "string") if len(kinds) == 1 else "string"
            if kinds == {int, float}:
                kind = "float"
            self.call("POST", "/data_attributes", {"name": name, "model": "contact", "data_type": kind})

    def upsert(self, row: Row) -> str:
        body = {name: row[name] for name in FIELDS if row.get(name) is not None}
        try:
            self.call("POST", "/contacts", body)
            return "created"
        except RefusedError as refusal:
            found = re.search(r"id=(\w+)", refusal.message) if refusal.status == 409 else None
            if not found:
                raise
            if "archived contact" in refusal.message:
                self.call("POST", f"/contacts/{found[1]}/unarchive")
        self.call("PUT", f"/contacts/{found[1]}", body)
        return "updated"


def text_of(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.load(error)["errors"][0]["message"])
    except (OSError, HTTPException, ValueError, KeyError, IndexError, TypeError):
        return str(error.reason)


def main(file: str, api: str = "https://api.intercom.io") -> int:
    with open(file, encoding="utf-8") as source:
        rows = json.load(source)["contacts"]
    intercom = Intercom(api, os.environ["INTERCOM_TOKEN"])
    intercom.define(rows)

    def one(row: Row) -> str:
        try:
            return intercom.upsert(row)
        except RefusedError as refusal:
            print(f"{row.get('external_id')} {row.get('email')}: not imported: {refusal}", file=sys.stderr)
            return "failed"

    with ThreadPoolExecutor(WORKERS) as pool:
        counts = Counter(pool.map(one, rows))
    print(", ".join(f"{count} {what}" for what, count in counts.items()) or "nothing to do")
    return 1 if counts["failed"] else 0


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except (StoppedError, RefusedError, OSError, ValueError, KeyError) as error:
        print(f"stopped: {error}", file=sys.stderr)
        sys.exit(2)
