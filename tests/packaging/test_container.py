"""The container file, which is not built here: linted, held against the checkout, and its commands are run."""

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from customhouse.commands.serve import serve

from .dockerfile import ROOT, argv, context, instructions

HADOLINT = Path(sys.executable).with_name("hadolint")
TOKEN = "a token that was given"


def test_hadolint_has_nothing_to_say() -> None:
    said = subprocess.run([HADOLINT, "--no-color", "Dockerfile"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (said.returncode, said.stdout) == (0, "")


def test_the_base_has_a_whole_version_and_the_user_is_nobody() -> None:
    """A tag, not a digest: mends of the base come in."""
    bases = {base.partition(" AS ")[0] for base in instructions("FROM")}
    assert len(bases) == 1
    assert re.fullmatch(r"python:3\.11\.\d+-slim-\w+", bases.pop())
    (user,) = instructions("USER")
    assert int(user) > 0


def test_what_it_is_built_with_is_pinned_too() -> None:
    """In the environment, where pip's isolated build sees it."""
    (building, _) = instructions("ENV")
    settings = dict(one.split("=") for one in building.split())
    assert settings["PIP_CONSTRAINT"] == settings["PIP_BUILD_CONSTRAINT"] == "/source/constraints.txt"
    assert instructions("WORKDIR")[0] == "/source"
    needed = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    pinned = {line.partition("==")[0] for line in (ROOT / "constraints.txt").read_text().splitlines() if "==" in line}
    assert {re.split(r"\W", one, maxsplit=1)[0] for one in needed} <= pinned


def test_what_is_copied_is_there_and_let_in() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert ignored[1] == "*"
    let_in = [line[1:] for line in ignored if line.startswith("!")]
    assert sorted(let_in) == sorted(context())
    assert all((ROOT / name).exists() for name in let_in)


def test_what_is_started_is_what_is_exposed() -> None:
    words = argv(instructions("ENTRYPOINT")[0]) + argv(instructions("CMD")[0])
    assert words[:2] == ["customhouse", "serve"]
    settings = serve.make_context("serve", words[2:]).params
    assert settings["host"] == "0.0.0.0"  # noqa: S104 - inside a container
    ports = [str(settings[f"{name}_port"]) for name in ("intandem", "intercom", "rally")]
    assert instructions("EXPOSE") == [" ".join(ports)]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """That of the container, as far as it is looked at."""
    (_, serving) = instructions("ENV")
    name, path = next(one.split("=") for one in serving.split() if "READY" in one)
    assert path.startswith("/dev/shm/")  # noqa: S108 - where every user may write, even if all else is read-only
    return {**os.environ, "CUSTOMHOUSE_CONTROL_TOKEN": TOKEN, name: str(tmp_path / Path(path).name)}


@pytest.fixture
def serving(environment: dict[str, str]) -> Iterator[tuple["subprocess.Popen[str]", dict[str, Any]]]:
    """What the container runs, on ports that are free, and its ready line."""
    words = ["serve", "--host", "0.0.0.0", "--intandem-port", "0", "--intercom-port", "0", "--rally-port", "0"]  # noqa: S104
    process = subprocess.Popen(
        [sys.executable, "-m", "customhouse", *words],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    with process:
        assert process.stdout is not None
        yield process, json.loads(process.stdout.readline())
        process.kill()


def test_its_health_is_looked_at_whatever_its_ports_are(
    serving: tuple["subprocess.Popen[str]", dict[str, Any]], environment: dict[str, str]
) -> None:
    process, ready = serving
    python, *words = argv(instructions("HEALTHCHECK")[0])
    assert python == "python"

    def healthy() -> bool:
        check = [sys.executable, *words]
        return subprocess.run(check, check=False, env=environment, stderr=subprocess.DEVNULL).returncode == 0

    assert healthy()
    _make_a_sandbox(int(ready["rally"]["url"].rpartition(":")[2]), ready)
    process.terminate()
    process.wait(20)
    assert not healthy()


def _make_a_sandbox(port: int, ready: dict[str, Any]) -> None:
    """With the token that was given."""
    assert ready["control_token"] == TOKEN
    url = f"http://127.0.0.1:{port}/_customhouse/sandboxes"
    made = requests.post(url, json={"provider": "rally"}, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=10)
    assert made.status_code == 201
    assert set(made.json()["credentials"]) >= {"token"}
