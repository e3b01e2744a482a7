"""The container file, which is not built here: linted, held against the checkout, and its commands are run."""

import json
import os
import re
import subprocess
import sys
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


def test_the_base_is_pinned_and_the_user_is_nobody() -> None:
    bases = {base.partition(" AS ")[0] for base in instructions("FROM")}
    assert len(bases) == 1
    assert re.fullmatch(r"python:3\.11\.\d+-slim-\w+", bases.pop())
    (user,) = instructions("USER")
    assert int(user) > 0


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
def serving() -> Iterator[tuple["subprocess.Popen[str]", dict[str, Any]]]:
    """What the container runs, on ports that are free, and its ready line."""
    words = ["serve", "--host", "0.0.0.0", "--intandem-port", "0", "--intercom-port", "0", "--rally-port", "0"]  # noqa: S104
    process = subprocess.Popen(
        [sys.executable, "-m", "customhouse", *words],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "CUSTOMHOUSE_CONTROL_TOKEN": TOKEN},
    )
    with process:
        assert process.stdout is not None
        yield process, json.loads(process.stdout.readline())
        process.kill()


def test_its_health_is_looked_at(serving: tuple["subprocess.Popen[str]", dict[str, Any]]) -> None:
    process, ready = serving
    ports = {name: int(ready[name]["url"].rpartition(":")[2]) for name in ("intandem", "intercom", "rally")}
    python, *words = argv(instructions("HEALTHCHECK")[0])
    assert python == "python"
    assert "(8701, 8702, 8703)" in words[-1]
    words[-1] = words[-1].replace("(8701, 8702, 8703)", str(tuple(ports.values())))
    check = [sys.executable, *words]
    assert subprocess.run(check, check=False).returncode == 0
    _make_a_sandbox(ports["rally"], ready)
    process.terminate()
    process.wait(20)
    assert subprocess.run(check, check=False, stderr=subprocess.DEVNULL).returncode == 1


def _make_a_sandbox(port: int, ready: dict[str, Any]) -> None:
    """With the token that was given."""
    assert ready["control_token"] == TOKEN
    url = f"http://127.0.0.1:{port}/_customhouse/sandboxes"
    made = requests.post(url, json={"provider": "rally"}, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=10)
    assert made.status_code == 201
    assert set(made.json()["credentials"]) >= {"token"}
