"""The parts of several processes, without any process."""

import os
import tempfile
from typing import Any

import httptools
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customhouse_fakes.core.errors import LostError
from customhouse_fakes.core.randomness import Mint
from customhouse_fakes.core.registry import Registry
from customhouse_fakes.core.shards.handover import again
from customhouse_fakes.core.shards.homes import Homes
from customhouse_fakes.core.shards.losses import Log, LoggedDoors, fold
from customhouse_fakes.core.shards.merging import VIEWS

from .toy import ToyProvider


@given(st.text(), st.integers(1, 64))
def test_every_key_is_at_home_in_exactly_one_process(key: str, processes: int) -> None:
    assert [Homes(here, processes).mine(key) for here in range(processes)].count(True) == 1


@given(st.integers(2, 16), st.data())
def test_a_mint_makes_only_what_belongs_to_its_process(processes: int, data: st.DataObject) -> None:
    homes = Homes(data.draw(st.integers(0, processes - 1)), processes)
    mint = Mint()
    mint.only(homes.mine)
    drawn = iter(range(10_000))
    assert homes.mine(mint.make(lambda: f"token-{next(drawn)}"))


class Parsed:
    """A request as the owner's parser sees it."""

    def __init__(self, data: bytes) -> None:
        self.url, self.body, self.whole = b"", b"", False
        self.headers: list[tuple[bytes, bytes]] = []
        self.parser = httptools.HttpRequestParser(self)
        self.parser.feed_data(data)

    def on_url(self, url: bytes) -> None:
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        self.keeps = self.parser.should_keep_alive()

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        self.whole = True


def scope(headers: list[tuple[bytes, bytes]], query: bytes = b"") -> dict[str, Any]:
    return {
        "method": "POST",
        "raw_path": b"/a%20b",
        "query_string": query,
        "http_version": "1.1",
        "headers": headers,
    }


NAMES = st.from_regex(rb"\Ax-[a-z]{1,8}\Z")
VALUES = st.from_regex(rb"\A[!-~]{1,20}\Z")


@given(st.lists(st.tuples(NAMES, VALUES)), st.binary(max_size=2000), st.sampled_from([b"", b"a=b%20c"]))
def test_a_request_is_read_again_as_it_was(headers: list[tuple[bytes, bytes]], body: bytes, query: bytes) -> None:
    framing = [(b"transfer-encoding", b"chunked"), (b"expect", b"100-continue")]
    read = Parsed(again(scope([*headers, *framing], query), [body], whole=True, close=False))
    assert (read.url, read.body, read.whole) == (b"/a%20b" + (b"?" + query if query else b""), body, True)
    assert read.headers == [*headers, (b"content-length", b"%d" % len(body))]
    assert read.keeps


def test_a_request_with_something_behind_it_closes_the_connection() -> None:
    read = Parsed(again(scope([(b"connection", b"keep-alive")]), [], whole=True, close=True))
    assert (b"connection", b"close") in read.headers
    assert not read.keeps


@pytest.mark.parametrize("framing", [(b"content-length", b"100"), (b"transfer-encoding", b"chunked")])
def test_what_is_not_whole_is_not_whole_for_the_owner_either(framing: tuple[bytes, bytes]) -> None:
    read = Parsed(again(scope([framing]), [b"half"], whole=False, close=False))
    read.parser.feed_data(b" and more")
    assert (read.body, read.whole) == (b"half and more", False)


def test_what_is_open_at_a_death_is_lost_until_it_is_made_again() -> None:
    lines = [
        ["open", "d1", "toy", "one"],
        ["open", "d2", "toy", "one"],
        ["open", "d3", "toy", "two"],
        ["open", "d4", "toy", "three"],
        ["shut", "d3"],
        ["died", "process 1 died at noon (killed by SIGKILL)"],
    ]
    losses = fold(lines)
    assert set(losses.by_digest) == {"d1", "d2", "d4"}
    assert set(losses.by_id) == {"one", "three"}
    assert "process 1 died at noon (killed by SIGKILL)" in losses.by_id["one"].why
    later = fold([*lines, ["open", "d5", "toy", "one"], ["shut", "d5"], ["died", "process 1 died at one"]])
    assert set(later.by_id) == {"three"}
    assert set(later.by_digest) == {"d1", "d2", "d4"}


def test_a_log_tells_the_next_process_what_was_lost() -> None:
    with tempfile.TemporaryFile(buffering=0) as file:
        log = Log(file.fileno())
        registry = Registry({"toy": ToyProvider()}, doors=LoggedDoors(log))
        kept, deleted = registry.create("toy", id="kept"), registry.create("toy", id="deleted")
        gone = deleted.credentials["token"]
        kept.reset()
        registry.delete("deleted")
        log.died(2, 0.0, "killed by SIGKILL")
        assert kept.credentials["token"].encode() not in os.pread(file.fileno(), 100_000, 0)
        next_one = Registry({"toy": ToyProvider()}, doors=LoggedDoors(log), losses=log.losses())
    loss = next_one.losses.of_credential("toy", kept.credentials["token"])
    assert loss is not None
    assert "process 2 died at 1970-01-01T00:00:00+00:00" in loss.why
    assert next_one.losses.of_credential("toy", gone) is None
    with pytest.raises(LostError, match="make a new one"):
        next_one.get("kept")


def test_metrics_of_several_processes_are_summed_by_sample() -> None:
    first = b'# HELP a_total A\n# TYPE a_total counter\na_total 1.0\n# HELP b B\n# TYPE b gauge\nb{x="1"} 2.0\n'
    second = b'# HELP a_total A\n# TYPE a_total counter\na_total 2.0\n# HELP b B\n# TYPE b gauge\nb{x="2"} 3.0\n'
    merged = VIEWS["metrics"]([first, second]).decode().splitlines()
    assert merged == [
        "# HELP a_total A",
        "# TYPE a_total counter",
        "a_total 3.0",
        "# HELP b B",
        "# TYPE b gauge",
        'b{x="1"} 2.0',
        'b{x="2"} 3.0',
    ]
