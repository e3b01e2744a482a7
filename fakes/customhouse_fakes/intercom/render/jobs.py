"""Preview's bulk jobs (contract section 7)."""

from __future__ import annotations

from typing import Any

from customhouse_fakes.intercom.state.bulk import Job

Json = dict[str, Any]


def job(record: Job) -> Json:
    """A bulk job: neither created ids nor per-item errors are shown (contract section 7)."""
    return {
        "id": record.id,
        "type": "contacts.bulk.job",
        "state": record.state,
        "created_at": int(record.created_at),
        "updated_at": int(record.updated_at),
        "completed_at": _whole(record.completed_at),
        "tasks": [
            {
                "id": task.id,
                "item_count": task.item_count,
                "state": task.state,
                "created_at": int(task.created_at),
                "started_at": _whole(task.started_at),
                "completed_at": _whole(task.completed_at),
            }
            for task in record.tasks
        ],
        "url": f"https://api.intercom.io/contacts/bulk/{record.id}",
    }


def _whole(at: float | None) -> int | None:
    return None if at is None else int(at)
