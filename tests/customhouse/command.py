"""The command `customhouse`, as the tests call it, and manifests to call it with."""

import os
import subprocess
import sys

from click.testing import CliRunner, Result

from customhouse.cli import main

NOWHERE = """
[importers.acme]
provider = "intercom"
command = "no-such-program-here {base_url} {token} {source}"
"""
IDLE = NOWHERE.replace("no-such-program-here", "true")


def customhouse(*words: str) -> Result:
    """Call the command in this process."""
    return CliRunner().invoke(main, list(words))


def started(*words: str) -> subprocess.Popen[str]:
    """The command, in a process of its own; both outputs are piped."""
    return subprocess.Popen(
        [sys.executable, "-m", "customhouse", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "NO_COLOR": "1"},
    )
