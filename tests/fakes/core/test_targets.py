"""Whom the fakes may call."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from customhouse_fakes.core.errors import TargetError
from customhouse_fakes.core.targets import Targets


@pytest.fixture
def dns(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Names and their addresses; every other name is unknown."""
    known: dict[str, list[str]] = {}

    def resolve(host: str, port: int, **_: Any) -> list[Any]:
        if host not in known:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in known[host]]

    monkeypatch.setattr("customhouse_fakes.core.targets.socket.getaddrinfo", resolve)
    return known


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8801/x",
        "http://127.9.9.9",
        "https://[::1]:1/",
        "http://[::ffff:127.0.0.1]/",
        "http://10.1.2.3/",
        "http://app.test:9/",
        "http://APP.test/",
    ],
)
def test_loopback_and_the_allow_list_pass(dns: dict[str, list[str]], url: str) -> None:
    Targets(["10.1.0.0/16", "app.test"]).check(url)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://192.0.2.1/", "neither loopback nor on the"),
        ("http://169.254.169.254/latest/meta-data", "neither loopback nor on the"),
        ("http://0.0.0.0:80/", "neither loopback nor on the"),
        ("http://[::ffff:192.0.2.1]/", "neither loopback nor on the"),
        ("http://2130706433.example/", "cannot be found"),
        ("ftp://127.0.0.1/", "http or https"),
        ("file:///etc/passwd", "http or https"),
        ("//127.0.0.1/", "http or https"),
        ("http:///x", "http or https"),
        ("http://127.0.0.1:99999/", "cannot be called"),
        ("http://[::1/", "cannot be called"),
        ("", "http or https"),
    ],
)
def test_everything_else_does_not(dns: dict[str, list[str]], url: str, words: str) -> None:
    with pytest.raises(TargetError, match=words):
        Targets().check(url)


def test_every_address_of_a_name_must_be_allowed(dns: dict[str, list[str]]) -> None:
    dns["both.test"] = ["127.0.0.1", "192.0.2.7"]
    dns["home.test"] = ["127.0.0.1"]
    Targets().check("http://home.test/")
    with pytest.raises(TargetError, match=r"is at 192\.0\.2\.7"):
        Targets().check("http://both.test/")


def test_the_peer_is_looked_at_too() -> None:
    targets = Targets(["app.test"])
    targets.check_peer("anything", "127.0.0.1")
    targets.check_peer("app.test", "192.0.2.7")
    with pytest.raises(TargetError, match=r"connected at 192\.0\.2\.7"):
        targets.check_peer("home.test", "192.0.2.7")


@pytest.mark.parametrize("entry", ["", "http://x", "a b", "user@host"])
def test_an_entry_that_is_no_host_is_refused(entry: str) -> None:
    with pytest.raises(TargetError, match="no host name"):
        Targets([entry])
