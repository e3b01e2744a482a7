"""Putting records in directly: businesses, fields, clients. No limits, no refusals, no webhooks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from customhouse_fakes.core.errors import SeedError
from customhouse_fakes.intandem.schemas import schema

from .account import Account
from .client import Client, Matter, Source

TEXTS = ("last_name", "email", "phone", "address", "external_id", "customer_status")


def seed(account: Account, document: Mapping[str, Any]) -> dict[str, int]:
    """Add the records of a seed document (`schemas/seed.json`) and count them; raises `SeedError` and changes nothing.

    `businesses` is how many there are to be at least. Rows name their business by `business_uid`, or mean the first.
    """
    _check(account, document)
    before = len(account.businesses)
    while len(account.businesses) < document.get("businesses", 0):
        account.add_business()
    for row in document.get("fields", ()):
        account.businesses[_business(account, row)].fields.create(row, account.ids, account.now())
    for row in document.get("clients", ()):
        _client(account, row)
    counted = {key: len(document[key]) for key in ("fields", "clients") if key in document}
    return counted | ({"businesses": len(account.businesses) - before} if "businesses" in document else {})


def _check(account: Account, document: Mapping[str, Any]) -> None:
    problems = [str(problem) for problem in schema("seed").problems(dict(document))]
    if not problems:
        rows = [*document.get("fields", ()), *document.get("clients", ())]
        unknown = {row["business_uid"] for row in rows if "business_uid" in row} - account.businesses.keys()
        problems = [f"there is no business {uid!r}" for uid in sorted(unknown)]
    if problems:
        raise SeedError("the seed document was refused", problems=problems)


def _business(account: Account, row: Mapping[str, Any]) -> str:
    return str(row.get("business_uid") or account.first_business.uid)


def _client(account: Account, row: Mapping[str, Any]) -> None:
    now = account.now()
    client = Client(
        id=account.ids.record(),
        business_uid=_business(account, row),
        first_name=row["first_name"],
        created_at=now,
        updated_at=now,
        created_by="seed",
        custom=row.get("custom_fields") or {},
        tags=tuple(row.get("tags", ())),
        source=Source(name=row.get("source")),
        **{key: row[key] for key in TEXTS if key in row},
    )
    account.clients.add(client, Matter(account.ids.record(), client.id, client.display_name, now))
