"""Importers of all shapes under inspection: conformant but for the gaps that their manifests declare.

A few requirements of each; with `CUSTOMHOUSE_FOREIGN=FOLDER` (`make foreign`) the whole register, reports kept there.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest

from .within import EXAMPLES, python

WHOLE = os.environ.get("CUSTOMHOUSE_FOREIGN")
DEADLINE_S = 900 if WHOLE else 110
NPM_CI = ("npm", "ci", "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")


@dataclass(frozen=True)
class Foreign:
    """An importer of the examples: what is asked of it in a hurry, and the commands that it needs."""

    name: str
    few: str
    needs: tuple[str, ...] = ()


FOREIGNERS = (
    Foreign("intercom-sdk-node", "INTERCOM-CONFLICT-02", ("node", "npm")),
    Foreign("intercom-curl", "INTERCOM-CONFLICT-05", ("bash", "curl", "jq")),
    Foreign("intercom-threads", "INTERCOM-RETRY-0[58]"),
    Foreign("intandem-express", "INTANDEM-TENANT-0[23]", ("node", "npm")),
    Foreign("rally-httpx", "RALLY-ASYNC-0[34]"),
    Foreign("rally-svix-node", "RALLY-HOOK-0[13]", ("node", "npm")),
)


@pytest.mark.timeout(DEADLINE_S + 10)
@pytest.mark.parametrize("foreign", FOREIGNERS, ids=lambda one: one.name)
def test_it_is_conformant_but_for_its_gaps(foreign: Foreign, tmp_path: Path) -> None:
    folder = installed(foreign, tmp_path / foreign.name)
    out = Path(WHOLE, foreign.name) if WHOLE else tmp_path / "out"
    few = [] if WHOLE else ["--only", foreign.few]
    words = ["check", foreign.name, *few, "--jobs", "2", "--out", str(out)]
    done = python("customhouse", *words, folder=folder, deadline_s=DEADLINE_S)
    assert done.returncode == 0, done.stdout + done.stderr
    document = json.loads((out / "results.json").read_text())
    assert document["counts"]["PASS"] > 0
    assert (document["counts"]["ERROR"], document["overlays"]["stale"]) == (0, 0)


def test_the_readme_lists_them() -> None:
    readme = (EXAMPLES / "README.md").read_text()
    assert [
        path.parent.name for path in EXAMPLES.glob("*/customhouse.toml") if f"({path.parent.name})" not in readme
    ] == []


def installed(foreign: Foreign, folder: Path) -> Path:
    """A copy of the example, with the packages that its lock file names."""
    if missing := [command for command in foreign.needs if shutil.which(command) is None]:
        cannot(f"{foreign.name} needs {' and '.join(missing)}")
    shutil.copytree(EXAMPLES / foreign.name, folder, ignore=shutil.ignore_patterns("node_modules"))
    if (folder / "package-lock.json").is_file():
        done = subprocess.run(NPM_CI, cwd=folder, capture_output=True, text=True, timeout=90, check=False)
        if done.returncode != 0:
            cannot(f"npm ci failed: {done.stderr.strip()[:500]}")
    return folder


def cannot(why: str) -> NoReturn:
    """Skip; in CI, where everything is to be there, fail."""
    if os.environ.get("CI") == "true":
        pytest.fail(why)
    pytest.skip(why)
