"""Installs Intercom's Node SDK from the lock file, once for all test processes, and runs a script that uses it."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import pytest

FOLDER = Path(__file__).parent / "node"
MANIFEST = FOLDER / "package.json"
PACKAGE = "intercom-client"
INSTALLED = FOLDER / "node_modules" / PACKAGE / "package.json"
NPM_CI = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
INSTALL_DEADLINE_S = 90
RUN_DEADLINE_S = 30


@dataclass(frozen=True)
class NodeClient:
    """Node with the SDK beside it."""

    node: str

    def run(self, script: str, *arguments: str, token: str) -> Any:
        """Run a script of the folder; the JSON document that it prints."""
        done = subprocess.run(
            [self.node, str(FOLDER / script), *arguments],
            env={**os.environ, "INTERCOM_TOKEN": token},
            capture_output=True,
            text=True,
            timeout=RUN_DEADLINE_S,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


def install() -> NodeClient:
    """The client, installed if need be. Without node, npm or their registry tests are skipped; in CI they fail."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        _cannot("node and npm are not installed")
    with MANIFEST.open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _is_installed():
            _install(npm)
    return NodeClient(node)


def _is_installed() -> bool:
    wanted = json.loads(MANIFEST.read_text())["dependencies"][PACKAGE]
    return INSTALLED.is_file() and json.loads(INSTALLED.read_text())["version"] == wanted


def _install(npm: str) -> None:
    try:
        done = subprocess.run(
            [npm, *NPM_CI], cwd=FOLDER, capture_output=True, text=True, timeout=INSTALL_DEADLINE_S, check=False
        )
    except subprocess.TimeoutExpired:
        _cannot(f"npm ci did not end within {INSTALL_DEADLINE_S} s")
    if done.returncode != 0:
        _cannot(f"npm ci failed: {done.stderr.strip()[:500]}")


def _cannot(why: str) -> NoReturn:
    message = f"Intercom's Node SDK cannot be run: {why}"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)
