"""Checks of the machine: versions, ports, loopback, room, limits, clock, and what is optional."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from customhouse.doctor.findings import Finding, note, ok, problem
from customhouse.doctor.probes import LOOPBACK, Probes
from customhouse.ports import PORTS

MB = 1024 * 1024
GB = 1024 * MB

#: Below the first there is no room to work, below the second little.
MEMORY = (256 * MB, GB)
DISK = (200 * MB, GB)
FILES = (128, 1024)

#: Customhouse was not there before; a clock that says so is wrong.
FOUNDED = datetime(2025, 1, 1, tzinfo=UTC).timestamp()
LEAP_S = 1.0


@dataclass(frozen=True, slots=True)
class Optional:
    """Something that may be lacking: any of its `names`, as a command or (`package`) as a distribution."""

    names: tuple[str, ...]
    package: bool
    purpose: str
    mend: str


OPTIONAL = (
    Optional(("locust",), True, "`customhouse load`", "pip install '.[load]' in a clone of Customhouse"),
    Optional(
        ("matplotlib",), True, "the plots of `customhouse load`", "pip install '.[load]' in a clone of Customhouse"
    ),
    Optional(("node",), False, "importers written for Node, such as examples/node-importer", "install Node.js"),
    Optional(
        ("chromium", "chromium-browser", "google-chrome"),
        False,
        "Customhouse's own tests of report.html; reading it takes any browser",
        "install Chromium if you work on Customhouse",
    ),
)


def versions(probes: Probes) -> Iterator[Finding]:
    """Python, Customhouse, and what it stands on."""
    yield ok("Python", f"{probes.python()} on {probes.system()}")
    names = [re.split(r"[^\w.-]", line, maxsplit=1)[0] for line in probes.requirements() if "extra ==" not in line]
    found = {name: probes.installed(name) for name in ("customhouse", *names)}
    there = ", ".join(f"{name} {version}" for name, version in found.items() if version)
    yield ok("packages", there)
    for name in [name for name, version in found.items() if not version]:
        yield problem(name, "is not installed", f"pip install {name}, or install Customhouse anew")


def ports(probes: Probes) -> Iterator[Finding]:
    """Whether `customhouse serve` finds its ports free."""
    for name, port in PORTS.items():
        what = f"port {port}"
        if not probes.taken(port):
            yield ok(what, f"free, for the fake of {name}")
            continue
        who = probes.listener(port) or "somebody whom this user may not see"
        mend = f"end it, or customhouse serve --{name}-port 0; a check takes free ports and does not mind"
        yield note(what, f"taken by {who}", mend)


def loopback(probes: Probes) -> Iterator[Finding]:
    """Everything goes over it."""
    if why := probes.loopback():
        mend = "bring the interface lo up (`ip link set lo up`), look at the firewall"
        yield problem("loopback", f"{LOOPBACK} cannot be reached: {why}", mend)
    else:
        yield ok("loopback", f"{LOOPBACK} answers")


def memory(probes: Probes) -> Iterator[Finding]:
    """What is free for the fakes and the importer."""
    free = probes.free_memory()
    if free is None:
        yield note("memory", "this system does not say how much is free")
    else:
        yield _room("memory", f"{_size(free)} free", free, MEMORY, "end something, or check with --jobs 1")


def disk(probes: Probes) -> Iterator[Finding]:
    """Work folders and sources are written to the temporary folder."""
    try:
        folder, free = probes.temp_folder()
    except OSError as error:
        yield problem("temporary folder", f"cannot be written to: {error}", "set TMPDIR to a folder that can")
        return
    yield _room("temporary folder", f"{folder}, {_size(free)} free", free, DISK, "make room, or set TMPDIR")


def open_files(probes: Probes) -> Iterator[Finding]:
    """Every connection is an open file; `customhouse serve` lifts the limit as far as it may."""
    soft, hard = probes.open_files()
    many = hard if hard >= 0 else 1_000_000  # -1: no limit
    now = soft if soft >= 0 else many
    says = f"{now} at once, may be raised to {many}"
    yield _room("open files", says, now, FILES, "`ulimit -n 4096` before you start Customhouse")


def clock(probes: Probes) -> Iterator[Finding]:
    """Rate windows, Date headers and the last days of gaps are read off it."""
    now, leap = probes.clocks()
    said = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    if now < FOUNDED:
        yield problem("clock", f"says {said}", "set it")
    elif leap > LEAP_S:
        yield problem("clock", f"leapt by {leap:.0f} s while it was looked at", "let it be set once, then try again")
    else:
        yield ok("clock", said)


def optional(probes: Probes) -> Iterator[Finding]:
    """What is there beside the necessary, and for what."""
    for one in OPTIONAL:
        found = (probes.installed(name) if one.package else probes.which(name, None) for name in one.names)
        if there := next(filter(None, found), None):
            yield ok(one.names[0], f"{there}, for {one.purpose}")
        else:
            yield note(one.names[0], f"not there; it is for {one.purpose}", one.mend)


Check = Callable[[Probes], Iterator[Finding]]
CHECKS: tuple[Check, ...] = (versions, ports, loopback, memory, disk, open_files, clock, optional)


def _room(what: str, says: str, there: int, needed: tuple[int, int], mend: str) -> Finding:
    if there < needed[0]:
        return problem(what, f"{says}: too little", mend)
    return ok(what, says) if there >= needed[1] else note(what, f"{says}: not much", mend)


def _size(number: int) -> str:
    return f"{number / GB:.1f} GB" if number >= GB else f"{number // MB} MB"
