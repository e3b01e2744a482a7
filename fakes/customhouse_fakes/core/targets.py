"""Whom the fakes may call: loopback, and what somebody allowed by name.

`api_uri` and webhook targets are chosen by whoever calls the fake, so without this rule a fake would fetch any
address of the network it stands in (contract intandem, S33). The check looks at addresses after DNS; `outside`
makes it before every hop of a redirect and once more on the connected socket, so that a second
DNS answer changes nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from urllib.parse import urlsplit

from .errors import TargetError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
DEFAULT_PORTS = {"http": 80, "https": 443}


class Targets:
    """The allow-list. Entries are host names, addresses or networks (`10.1.0.0/16`); loopback is always in it."""

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        self._names: set[str] = set()
        self._networks: list[ipaddress.IPv4Network | ipaddress.IPv6Network] = []
        for entry in allowed:
            try:
                self._networks.append(ipaddress.ip_network(entry))
            except ValueError:
                self._names.add(_readable_name(entry))

    def check(self, url: str) -> None:
        """Raise `TargetError` unless the URL is http(s) and every address of its host may be called."""
        host, port = _host_and_port(url)
        if host in self._names:
            return
        refused = [address for address in _addresses(host, port) if not self.allows(address)]
        if refused:
            raise TargetError(
                f"{url!r} was not called: {host} is at {', '.join(refused)}, which is neither loopback nor on the "
                f"allow-list; add the host with --allow-host if it is yours"
            )

    def check_peer(self, host: str, address: str) -> None:
        """Raise `TargetError` unless the address that a socket is connected to may be called under that name."""
        if host.lower() not in self._names and not self.allows(address):
            raise TargetError(f"{host} was connected at {address}, which is neither loopback nor on the allow-list")

    def allows(self, address: str) -> bool:
        parsed = _parsed(address)
        return parsed.is_loopback or any(parsed in network for network in self._networks)


def _readable_name(entry: str) -> str:
    if not entry or any(sign in entry for sign in "/:@ "):
        raise TargetError(f"{entry!r} is no host name, address or network; write it as example.org or 10.1.0.0/16")
    return entry.lower()


def _host_and_port(url: str) -> tuple[str, int]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise TargetError(f"{url!r} cannot be called: {error}") from error
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        raise TargetError(f"{url!r} cannot be called: an http or https address with a host is expected")
    return parts.hostname, port or DEFAULT_PORTS[parts.scheme]


def _addresses(host: str, port: int) -> list[str]:
    try:
        return [str(_parsed(host))]
    except ValueError:
        pass
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise TargetError(f"the host {host!r} cannot be found: {error}") from error
    return sorted({str(info[4][0]) for info in found})


def _parsed(address: str) -> Address:
    parsed = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(parsed, "ipv4_mapped", None)
    return mapped or parsed
