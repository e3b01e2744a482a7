"""`customhouse serve`: where it says it is, how it ends, and what it refuses."""

import json
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from customhouse.commands.serve import write_private

from .command import started

#: The ports that a test does not name itself.
FREE = ("--intandem-port", "0", "--rally-port", "0")


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[dict[str, Any]]:
    """`customhouse serve` on free ports, with a configuration; its ready line, and the process under `process`."""
    config = tmp_path / "fakes.toml"
    config.write_text("[intercom]\nseed = 5\nlimits = {journal = 50}\n")
    ready = tmp_path / "ready.json"
    words = [
        "serve",
        *FREE,
        "--intercom-port",
        "0",
        "--rally-webhook-url",
        "http://127.0.0.1:8804/webhooks/rally",
        "--ready-file",
        str(ready),
        "--config",
        str(config),
    ]
    with started(*words) as process:
        assert process.stdout is not None
        line = json.loads(process.stdout.readline())
        assert json.loads(ready.read_text()) == line
        yield {**line, "process": process, "ready": ready}
        process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serve_says_where_it_is_and_ends_cleanly(serving: dict[str, Any], number: int) -> None:
    url, token = serving["intercom"]["url"], serving["intercom"]["token"]
    assert requests.get(f"{url}/contacts", headers={"Authorization": f"Bearer {token}"}, timeout=10).status_code == 200
    assert set(serving["intandem"]) == {"url", "token", "business_uid", "staff_uid", "app_code_name"}
    assert set(serving["rally"]) == {"url", "token", "webhook_secret"}
    control = {"Authorization": f"Bearer {serving['control_token']}"}
    endpoints = requests.get(f"{serving['rally']['url']}/_customhouse/webhook-endpoints", headers=control, timeout=10)
    assert [one["url"] for one in endpoints.json()["endpoints"]] == ["http://127.0.0.1:8804/webhooks/rally"]
    sandboxes = requests.get(f"{url}/_customhouse/sandboxes", headers=control, timeout=10).json()
    assert "intercom-dev" in str(sandboxes)
    process = serving["process"]
    process.send_signal(number)
    assert process.wait(10) == 0
    assert not serving["ready"].exists()


def test_serve_says_when_a_port_is_taken() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with started("serve", *FREE, "--intercom-port", str(taken.getsockname()[1])) as process:
            _, said = process.communicate(timeout=20)
    assert process.returncode == 2
    assert "cannot listen on 127.0.0.1" in said
    assert "choose another port" in said


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[intercom", "cannot be read"),
        ("[intercom]\nprofil = {}", "did you mean 'profile'"),
        ("[hubspot]\nseed = 1", "'hubspot' is not a key"),
        ('[intercom]\nseed = "x"', "make it a whole number"),
        ("[intercom]\nlimits = {no_such = 1}", "no_such"),
        ('[intercom]\napp = {api_uri = "x"}', "takes no 'app'"),
        ("[intandem]\napp = {no_such = 1}", "no_such"),
    ],
)
def test_serve_refuses_a_wrong_configuration(folder: Path, text: str, complaint: str) -> None:
    (folder / "fakes.toml").write_text(text)
    with started("serve", *FREE, "--intercom-port", "0", "--config", str(folder / "fakes.toml")) as process:
        _, said = process.communicate(timeout=20)
    assert process.returncode == 2
    assert complaint in said


def test_only_the_owner_can_read_the_ready_file(tmp_path: Path) -> None:
    path = tmp_path / "ready.json"
    path.with_name("ready.json.partial").write_text("left behind")
    path.with_name("ready.json.partial").chmod(0o666)
    write_private(path, "token")
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("token", 0o600)
    assert list(tmp_path.iterdir()) == [path]
