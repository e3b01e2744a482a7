"""Preview's bulk jobs (contract section 7)."""

from __future__ import annotations

from typing import Any

from customhouse_fakes.core.call import Call
from customhouse_fakes.intercom import render
from customhouse_fakes.intercom.state.bulk import Kind

Json = dict[str, Any]


def create(call: Call) -> tuple[Json, int]:
    return _accepted(call, "create")


def update(call: Call) -> tuple[Json, int]:
    return _accepted(call, "update")


def delete(call: Call) -> tuple[Json, int]:
    return _accepted(call, "delete")


def get(call: Call, id: str) -> Json:
    return render.job(call.state.jobs.get(id))


def _accepted(call: Call, kind: Kind) -> tuple[Json, int]:
    return render.job(call.state.jobs.submit(kind, call.json, call.state.now())), 202
