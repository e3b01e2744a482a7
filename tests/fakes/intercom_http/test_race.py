"""Many at once: every change is atomic."""

import threading
from concurrent.futures import ThreadPoolExecutor

from .visitor import Reply, Visitor

RACERS = 32


def test_of_thirty_two_who_create_the_same_user_one_does(visitor: Visitor) -> None:
    start = threading.Barrier(RACERS)

    def create(n: int) -> Reply:
        racer = Visitor(visitor.harness, visitor.sandbox)
        racer.call("GET", "/me")  # the connection is there before the race begins
        start.wait(10)
        reply = racer.call("POST", "/contacts", {"email": "Same@example.com", "name": f"Racer {n}"})
        racer.close()
        return reply

    with visitor.recording(2 * RACERS), ThreadPoolExecutor(RACERS) as pool:
        replies = list(pool.map(create, range(RACERS)))
    assert sorted(reply.status for reply in replies) == [200] + [409] * (RACERS - 1)
    (winner,) = (reply.json for reply in replies if reply.status == 200)
    messages = {reply.json["errors"][0]["message"] for reply in replies if reply.status == 409}
    assert messages == {f"A contact matching those details already exists with id={winner['id']}"}
    listed = visitor.call("GET", "/contacts").json
    assert [(one["id"], one["name"]) for one in listed["data"]] == [(winner["id"], winner["name"])]


def test_of_thirty_two_leads_with_one_email_all_are_made(visitor: Visitor) -> None:
    """Leads are exempt from uniqueness (contract section 2.4)."""

    def create(_n: int) -> Reply:
        racer = Visitor(visitor.harness, visitor.sandbox)
        reply = racer.call("POST", "/contacts", {"role": "lead", "email": "same@example.com"})
        racer.close()
        return reply

    with visitor.recording(RACERS), ThreadPoolExecutor(RACERS) as pool:
        replies = list(pool.map(create, range(RACERS)))
    assert {reply.status for reply in replies} == {200}
    assert len({reply.json["id"] for reply in replies}) == RACERS
