"""The worked example of somebody's own tests, run as its author runs them."""

import os
import subprocess
import sys
from pathlib import Path

from tests.plugin.within import ALONE

EXAMPLE = Path(__file__).parents[2] / "examples" / "own-tests"
DEADLINE_S = 100


def test_they_pass_and_warn_of_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *ALONE, "-q", "--strict-markers"],
        cwd=EXAMPLE,
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "9 passed" in done.stdout
    assert "warning" not in done.stdout
