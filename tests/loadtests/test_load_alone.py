"""The Locust files on their own: `locust -f FILE`, without our front."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from customhouse_loadtests.users import FOLDER

from .loading import DEADLINE_S

ASKED: dict[str, tuple[list[str], dict[str, int]]] = {
    "push": (["--records", "10", "--processes", "1"], {"10 rows": 2}),  # a master and a worker
    "pull": (["--records", "10", "--per-page", "5"], {"launch": 2, "page": 8}),
    "api": (["--seconds", "1", "--limit", "none"], {}),
}


@pytest.mark.parametrize("name", list(ASKED))
def test_a_locust_file_runs_on_its_own(name: str, tmp_path: Path) -> None:
    options, expected = ASKED[name]
    stats = tmp_path / "stats"
    given = ["--headless", "--users", "2", "--json-file", str(stats), "--loglevel", "WARNING", *options]
    ended = subprocess.run(
        [sys.executable, "-m", "locust", "-f", str(FOLDER / f"{name}.py"), *given],
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
        env={key: value for key, value in os.environ.items() if not key.startswith("CUSTOMHOUSE_")},
    )
    assert ended.returncode == 0, ended.stderr
    (file,) = tmp_path.iterdir()
    rows: list[dict[str, Any]] = json.loads(file.read_bytes())
    counts = {row["name"]: row["num_requests"] for row in rows}
    assert counts
    assert expected.items() <= counts.items()
    assert not any(row["num_failures"] for row in rows)
