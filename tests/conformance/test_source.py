"""The source file of a step, where something stands in the place of the rows."""

from pathlib import Path

import pytest

from customhouse_conformance.engine.source import write_source
from customhouse_conformance.manifest.spec import SourceSpec
from customhouse_conformance.scenarios.dataset import Turn
from customhouse_conformance.scenarios.plans import OtherSource

ROWS = ({"external_id": "1", "email": "ann@example.com"}, {"external_id": "2", "email": "bob@example.com"})


@pytest.mark.parametrize(
    ("other", "lines"),
    [
        (None, ["external_id,email", "1,ann@example.com", "2,bob@example.com"]),
        (OtherSource(turn=Turn(drop=(0,))), ["external_id,email", "2,bob@example.com"]),
        (OtherSource(turn=Turn(empty=True)), ["external_id,email"]),
        (OtherSource(turn=Turn(drop=(0, 1))), ["external_id,email"]),
        (OtherSource(empty=True), ["external_id,email"]),
        (OtherSource(raw={"csv": b"broken"}), ["broken"]),
    ],
)
def test_what_the_file_holds(other: OtherSource | None, lines: list[str], tmp_path: Path) -> None:
    path = tmp_path / "deep" / "contacts.csv"
    write_source(path, ROWS, SourceSpec("contacts.csv", "csv"), other)
    assert path.read_text("utf-8").splitlines() == lines
