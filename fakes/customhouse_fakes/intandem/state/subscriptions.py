"""Webhooks that somebody subscribed to (contract section 4.3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from customhouse_fakes.intandem.errors import refuse

from .identity import Identity
from .ids import Ids


@dataclass(frozen=True, slots=True)
class Subscription:
    """A webhook. Whoever subscribed hears of its own: a business, an app wherever it works, a directory of all."""

    id: str
    event: str
    target_url: str
    business_uid: str | None
    app_code_name: str | None

    def hears(self, business_uid: str, app_code_name: str) -> bool:
        """Whether something that happened in a business, through an app, is for this one."""
        if self.app_code_name is not None:
            return self.app_code_name == app_code_name
        return self.business_uid in (None, business_uid)


class Subscriptions:
    """All subscriptions of an account, oldest first."""

    def __init__(self, rows: tuple[Subscription, ...] = ()) -> None:
        self._rows = rows

    def add(self, owner: Identity, event: str, target_url: str, ids: Ids) -> Subscription:
        """Subscribe; raises `webhook_exists` for what is there already."""
        made = Subscription(ids.record(), event, target_url, owner.business_uid, owner.app_code_name)
        if any(replace(row, id="") == replace(made, id="") for row in self._rows):
            raise refuse("webhook_exists")
        self._rows = (*self._rows, made)
        return made

    def remove(self, owner: Identity, named: Mapping[str, Any]) -> None:
        """End the subscription that is named by `subscription_id`, or by `event` and `target_url`."""
        wanted = [row for row in self.of(owner) if _is_named(row, named)]
        if not wanted:
            raise refuse("webhook_not_subscribed", problem="does not exist")
        self._rows = tuple(row for row in self._rows if row not in wanted)

    def of(self, owner: Identity) -> list[Subscription]:
        whose = (owner.business_uid, owner.app_code_name)
        return [row for row in self._rows if (row.business_uid, row.app_code_name) == whose]

    def hearing(self, event: str, business_uid: str, app_code_name: str) -> list[Subscription]:
        """Who wants to hear of an event in a business, through an app."""
        return [row for row in self._rows if row.event == event and row.hears(business_uid, app_code_name)]

    def copy(self) -> Subscriptions:
        return Subscriptions(self._rows)


def _is_named(row: Subscription, named: Mapping[str, Any]) -> bool:
    if "subscription_id" in named:
        return row.id == str(named["subscription_id"])
    return (row.event, row.target_url) == (named.get("event"), named.get("target_url"))
