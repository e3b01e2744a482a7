"""Runs the tools in the folder of an example, as its author does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

EXAMPLES = Path(__file__).parents[2] / "examples"


def python(*words: str, folder: Path, deadline_s: float) -> subprocess.CompletedProcess[str]:
    """`python -m WORDS`; what it says is kept."""
    return subprocess.run(
        [sys.executable, "-m", *words],
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=deadline_s,
        check=False,
    )
