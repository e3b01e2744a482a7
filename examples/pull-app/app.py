"""Imports a CSV file into inTandem: a plain ASGI app, served by uvicorn. No framework.

    INTANDEM_TOKEN=… python app.py --port 8080 --file clients.csv --api https://api.vcita.biz --app myimport

It is a good app with one natural fault, put in by somebody who wanted to protect it: see MOST_PER_PAGE.
"""

import argparse
import asyncio
import csv
import json
import logging
import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qsl

import requests
import uvicorn

FIELDS = {
    "first_name": "First name",
    "last_name": "Last name",
    "email": "Email",
    "phone": "Phone",
    "address": "Address",
}
#: "Nobody needs more, and it keeps the answers small."
MOST_PER_PAGE = 100

Client = dict[str, str]
Answer = tuple[int, dict[str, Any]]
Message = MutableMapping[str, Any]


class ImportApp:
    """One business's clients, frozen when the import starts."""

    def __init__(self, file: str, api: str, app_code_name: str, token: str) -> None:
        self.file, self.api, self.app_code_name, self.token = file, api, app_code_name, token
        self.snapshots: dict[str, list[Client]] = {}

    async def __call__(
        self, scope: Message, _receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
    ) -> None:
        query = dict(parse_qsl(scope["query_string"].decode(), keep_blank_values=True))
        views: dict[str, Callable[[dict[str, str]], Answer]] = {
            "/health": lambda _: (200, {"status": "ok"}),
            "/start": self.start,
            "/app/clients/export": self.export,
        }
        view = views.get(scope["path"], lambda _: (404, {"error": "no such page"}))
        status, body = await asyncio.to_thread(view, query)
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(body).encode()})

    def start(self, query: dict[str, str]) -> Answer:
        """Freeze the clients, then tell inTandem."""
        business = query["business_uid"]
        with open(self.file, newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        self.snapshots[business] = [client(row) for row in rows if row["first_name"].strip()]
        for row in rows:
            if not row["first_name"].strip():
                logging.warning("left out, no first name: %s %s", row["external_id"], row["email"])
        params = {"should_override": False, "upload_type": "single"}
        try:
            self.post({"fields_mapping": FIELDS, "import_params": params})
        except requests.RequestException as error:
            return 502, {"error": f"inTandem did not take the import: {error}"}
        return 200, {"clients": len(self.snapshots[business])}

    def export(self, query: dict[str, str]) -> Answer:
        """One page, or nothing for page -1."""
        clients = self.snapshots.get(query.get("business_uid", ""))
        if clients is None:
            return 404, {"error": "no import of this business is running"}
        if query.get("page") == "-1":
            return 200, {"data": {"clients": []}}
        page, per_page = whole(query.get("page")), whole(query.get("per_page"))
        if not page or not per_page:
            return 400, {"error": "page and per_page are whole numbers from 1 on"}
        per_page = min(per_page, MOST_PER_PAGE)
        return 200, {"data": {"clients": clients[(page - 1) * per_page : page * per_page]}}

    def post(self, body: dict[str, Any]) -> None:
        url = f"{self.api}/business/clients/v1/apps/{self.app_code_name}/import"
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = requests.post(url, json=body, headers=headers, timeout=20)
        answer.raise_for_status()


def client(row: dict[str, str]) -> Client:
    """A row without its empty cells, and without columns that inTandem does not know."""
    return {name: row[name] for name in ("external_id", *FIELDS) if row.get(name)}


def whole(text: str | None) -> int:
    """A whole number from 1 on, or 0."""
    return int(text) if text and text.isdecimal() and text.isascii() else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    for option in ("--port", "--file", "--api", "--app"):
        parser.add_argument(option, required=True)
    given = parser.parse_args()
    app = ImportApp(given.file, given.api, given.app, os.environ["INTANDEM_TOKEN"])
    uvicorn.run(app, host="127.0.0.1", port=int(given.port), lifespan="off", log_level="warning")
