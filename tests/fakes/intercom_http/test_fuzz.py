"""Whatever is sent to whatever operation, the fake answers as the vendor would, and has it on record."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings

from customhouse_fakes.core.journal import Exchange
from customhouse_fakes.core.serving import Harness
from customhouse_fakes.intercom.http.routes import BY_OPERATION
from customhouse_fakes.intercom.provider import IntercomProvider
from tests.fakes.oddities import each_part_odd

from .furnished import begin_job, furnish
from .shapes import SAMPLES, Sent, requests, sample, with_body
from .visitor import JSON, Reply, Visitor

OPERATIONS = sorted(IntercomProvider().operations)
WITH_BODY = sorted(operation for operation in OPERATIONS if "body" in SAMPLES[operation])
FURNISHED = "furnished"
JOB_S = 10.0


@dataclass(frozen=True)
class House:
    """A furnished workspace that can be put back in order."""

    visitor: Visitor
    ids: dict[str, str]

    def tidy(self) -> None:
        """As furnished, whatever happened before."""
        self.visitor.harness.run(self.visitor.sandbox.restore, FURNISHED)
        self.visitor.sandbox.diagnostics.clear()

    def filled(self, sent: Sent) -> Sent:
        """The request with real ids in it; a job that it names has just begun."""
        job = {"@job": begin_job(self.visitor)} if sent.names("@job") else {}
        return sent.filled(self.ids | job)

    def wait(self) -> None:
        """Until every bulk job has ended: only then is looked at what it was given."""
        self.visitor.harness.run(self.visitor.sandbox.clock.advance, JOB_S)
        self.visitor.harness.run(self.visitor.sandbox.state.settle)


@pytest.fixture(scope="module")
def house(harness: Harness) -> Iterator[House]:
    visitor = Visitor(harness, harness.sandbox("intercom", limits={"app": 10**9, "workspace": 10**9}))
    harness.run(visitor.sandbox.clock.freeze)
    ids = furnish(visitor)
    harness.run(visitor.sandbox.save, FURNISHED)
    yield House(visitor, ids)
    visitor.close()


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_has_a_good_sample(house: House, operation: str) -> None:
    """So that what is sent around it reaches the rules behind the shapes."""
    house.tidy()
    reply = send(house, operation, sample(operation))
    assert reply.status < 300, reply.body
    assert house.visitor.last_row().operation == operation


@pytest.mark.parametrize("operation", WITH_BODY)
def test_any_part_of_a_good_body_may_be_odd(house: House, operation: str) -> None:
    for document in each_part_odd(SAMPLES[operation]["body"]):
        house.tidy()
        send(house, operation, with_body(operation, document))
        house.wait()


@pytest.mark.parametrize("operation", OPERATIONS)
def test_anything_may_be_sent_to(house: House, operation: str) -> None:
    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(requests(BY_OPERATION[operation]))
    def fuzz(sent: Sent) -> None:
        house.tidy()
        send(house, operation, sent)
        house.wait()

    fuzz()


def send(house: House, operation: str, sent: Sent) -> Reply:
    """Send a request; the answer, which was looked over."""
    visitor, filled = house.visitor, house.filled(sent)
    with visitor.recording(1):
        reply = visitor.call(BY_OPERATION[operation].method, filled.target, filled.body, filled.headers)
    row = visitor.last_row()
    assert list(visitor.sandbox.diagnostics) == []
    assert reply.status < 500 or is_planned(row), (reply.status, row.refused_by)
    assert reply.status == row.status
    if reply.body:
        assert reply.headers["content-type"] == JSON
    if reply.status >= 400:
        assert reply.refusal[0] == reply.status
    return reply


def is_planned(row: Exchange) -> bool:
    """Whether a rule of the vendor said so: some of its own answers are 500."""
    return (row.refused_by or "").startswith("rule:")
