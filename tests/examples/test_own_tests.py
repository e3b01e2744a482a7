"""The worked example of somebody's own tests, run as its author runs them."""

from tests.plugin.within import ALONE

from .within import EXAMPLES, python

DEADLINE_S = 100


def test_they_pass_and_warn_of_nothing() -> None:
    done = python("pytest", *ALONE, "-q", "--strict-markers", folder=EXAMPLES / "own-tests", deadline_s=DEADLINE_S)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "9 passed" in done.stdout
    assert "warning" not in done.stdout
