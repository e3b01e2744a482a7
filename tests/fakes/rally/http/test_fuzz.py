"""Whatever is sent to whatever operation, the fake answers as the vendor would, and has it on record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection

import orjson
import pytest
from hypothesis import HealthCheck, given, settings

from customhouse_fakes.core.serving import Harness
from customhouse_fakes.rally.http.routes import BY_OPERATION
from tests.fakes.oddities import each_part_odd
from tests.fakes.rally.door import DEADLINE_S, Door

from .shapes import SAMPLES, SEED, Sent, requests, sample, with_body

OPERATIONS = sorted(BY_OPERATION)
WITH_BODY = [operation for operation in OPERATIONS if SAMPLES[operation][1] is not None]
FURNISHED = "furnished"
LENIENT = {
    "number_mismatch": "coerced",
    "foreign_email": "moves",
    "secondary_collision": "dropped",
    "select_options": "created",
    "deleted_people": "revived",
    "duplicates": "last_wins",
    "missing_identifier": "record_fails",
    "unknown_property": "record_fails",
    "secondary": "append",
}


@dataclass(frozen=True)
class House:
    """A furnished workspace that can be put back in order, and a connection into it."""

    door: Door
    connection: HTTPConnection
    import_id: str

    def tidy(self) -> None:
        self.door.harness.run(self.door.sandbox.restore, FURNISHED)

    def send(self, operation: str, sent: Sent) -> int:
        """Send a request and let what it began come to its end; the status of the answer, which was looked over."""
        sandbox = self.door.sandbox
        before = sandbox.journal.total
        headers = {"Authorization": f"Bearer {sandbox.credentials['token']}"}
        target = sent.target.replace("@import", self.import_id)
        self.connection.request(BY_OPERATION[operation].method, target, sent.body, headers)
        answer = self.connection.getresponse()
        status, body = answer.status, answer.read()
        assert sandbox.journal.total == before + 1
        assert status < 500, body
        assert status < 400 or orjson.loads(body)["errors"]
        self.door.harness.run(sandbox.state.settle)
        exported = self.door.harness.run(lambda: list(sandbox.provider.export(sandbox.state)))
        assert orjson.dumps(exported)
        assert list(sandbox.diagnostics) == []
        return status


@pytest.fixture(scope="module", params=[{}, LENIENT], ids=["default", "lenient"])
def house(harness: Harness, request: pytest.FixtureRequest) -> Iterator[House]:
    door = Door(harness, profile=request.param)
    harness.run(door.sandbox.clock.freeze)
    assert door.control("POST", "/seed", SEED).status_code == 200
    import_id = door.begin({"email": "first@x.io"})
    harness.run(door.sandbox.save, FURNISHED)
    address = harness.addresses["rally"]
    connection = HTTPConnection(address.host, address.port, timeout=DEADLINE_S)
    yield House(door, connection, import_id)
    connection.close()
    door.close()


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_has_a_good_sample(house: House, operation: str) -> None:
    """So that what is sent around it reaches the rules behind the shapes."""
    house.tidy()
    assert house.send(operation, sample(operation)) < 300
    assert house.door.rows()[-1].operation == operation
    failures = [line["failures"] for line in house.door.export("import")]
    assert not any(failures)


@pytest.mark.parametrize("operation", WITH_BODY)
def test_any_part_of_a_good_body_may_be_odd(house: House, operation: str) -> None:
    for document in each_part_odd(SAMPLES[operation][1]):
        house.tidy()
        house.send(operation, with_body(operation, document))


@pytest.mark.parametrize("operation", OPERATIONS)
def test_anything_may_be_sent_to(house: House, operation: str) -> None:
    @settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(requests(BY_OPERATION[operation]))
    def fuzz(sent: Sent) -> None:
        house.tidy()
        house.send(operation, sent)

    fuzz()
