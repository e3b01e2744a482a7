"""Pages that inTandem asks of an app, as many businesses at once as there would be connections."""

from __future__ import annotations

from threading import Event
from typing import Any

from . import app
from .drive import Client
from .errors import BenchError
from .ledger import percentile
from .processes import Server
from .subject import Account

Json = dict[str, Any]
NAME = "intandem.page"
LOOK_S, PULLED_S = 0.1, 120.0
START: Json = {
    "fields_mapping": {name: name for name in app.client(0)},
    "import_params": {"should_override": False, "upload_type": "single"},
}


def start_path(account: Account) -> str:
    return f"/business/clients/v1/apps/{account.credentials['app_code_name']}/import"


def pull(server: Server, client: Client, url: str, businesses: int, pages: int) -> dict[str, float]:
    """So many businesses have as many pages pulled, all at once: a burst in four numbers, as in `Subject.measure`.

    Times are the fake's own: from the first start to the last end, and of each page.
    """
    document = {"app": {"api_uri": f"{url}/{pages}", "businesses": businesses}}
    account = Account(server, client, "intandem", NAME, document)
    path = f"/sandboxes/{account.id}"
    before = server.cpu_s()
    for business in account.credentials["businesses"]:
        account.ask("POST", start_path(account), START, token=business["token"])
    sessions = _ended(account, businesses)
    cpu_s = server.cpu_s() - before
    timeline = account.control("GET", f"{path}/journal/timeline")
    rows = [dict(zip(timeline["columns"], row, strict=True)) for row in timeline["rows"]]
    took_ms = [row["took_ms"] for row in rows if row["operation"] == "export.page"]
    account.control("DELETE", path)
    if len(took_ms) != businesses * (pages + 1) or any(one["created"] != pages * app.CLIENTS for one in sessions):
        raise BenchError(f"{businesses} businesses were to have {pages} pages each, and had {len(took_ms)} in all")
    wall_s = max(one["ended_at"] for one in sessions) - min(one["created_at"] for one in sessions)
    return {
        "p50_ms": percentile(took_ms, 0.50),
        "p99_ms": percentile(took_ms, 0.99),
        "per_s": len(took_ms) / wall_s,
        "cpu_us": cpu_s / len(took_ms) * 1e6,
    }


def _ended(account: Account, count: int) -> list[Json]:
    """The sessions when all have ended."""
    for _ in range(round(PULLED_S / LOOK_S)):
        sessions: list[Json] = account.control("GET", f"/sandboxes/{account.id}/sessions")["sessions"]
        if len([one for one in sessions if one["ended"]]) == count:
            return sessions
        Event().wait(LOOK_S)
    raise BenchError(f"an app had not been paged to its end after {PULLED_S:g} s")
