"""What importers say in words of their own is understood, with the words of the register."""

import pytest

from customhouse_conformance.register_tables import load_register
from customhouse_conformance.spoken import tells

RALLY = {one.id: one.judge.params for one in load_register("rally").requirements}


@pytest.mark.parametrize(
    ("id", "said"),
    [
        ("RALLY-ASYNC-06", "import 12 is still UPLOADING after 20 polls"),
        ("RALLY-ASYNC-06", "asyncio.exceptions.CancelledError\n\nTimeoutError: import 12"),
        ("RALLY-ASYNC-06", "polling of import 12: maximum number of attempts reached"),
        ("RALLY-ASYNC-07", "accepted, importId: null"),
        ("RALLY-ASYNC-07", "unable to follow the import"),
        ("RALLY-ASYNC-07", "accepted, but not verified"),
    ],
)
def test_it_is_said(id: str, said: str) -> None:
    assert tells([said], RALLY[id]["words"])


@pytest.mark.parametrize(
    ("id", "said"),
    [
        ("RALLY-ASYNC-06", "import 12 accepted\nimport 12: UPLOADING\n0 failed, no errors"),
        ("RALLY-ASYNC-07", "sent 5 people, rejected: none"),
    ],
)
def test_it_is_not_said(id: str, said: str) -> None:
    assert not tells([said], RALLY[id]["words"])
