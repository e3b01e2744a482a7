"""What happens to an app from outside: at an exact exchange, or by a webhook that nobody expects."""

import threading
from collections.abc import Callable
from fnmatch import fnmatchcase

from customhouse_conformance.scenarios.plans import Kill


class Moment:
    """The nth time of an operation, counted on the thread in which it happens; does something there, once."""

    def __init__(self, moment: Kill, action: Callable[[], None] | None) -> None:
        self._moment, self._action = moment, action
        self._lock = threading.Lock()
        self._seen = 0
        self.passed = threading.Event()

    def see(self, operation: str) -> None:
        """Count an operation."""
        with self._lock:
            self._seen += fnmatchcase(operation, self._moment.operation)
            if self._seen < self._moment.nth or self.passed.is_set():
                return
            if self._action is not None:
                self._action()
            self.passed.set()


#: As in the contract, section 2.6, with a session that the app never began.
UNKNOWN_SESSION = {
    "entity_name": "bulk_import",
    "event_type": "done",
    "data": {
        "session_id": "00000000-dead-4bad-8bad-000000000000",
        "processed_entity": "clients",
        "import_done": False,
        "page": 1,
        "clients_import_status": {
            "created": {"count": 4, "external_ids": [435647, 665674, 665675, 665676]},
            **{name: {"count": 0, "external_ids": []} for name in ("failed", "updated", "skipped")},
        },
    },
}
