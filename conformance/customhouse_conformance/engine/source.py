"""Writes the source file of a step: the dataset's rows as the importer reads them, or what stands in their place."""

from pathlib import Path

from customhouse_conformance.facts import Row
from customhouse_conformance.manifest.spec import SourceSpec
from customhouse_conformance.scenarios.plans import OtherSource
from customhouse_fixtures import write


def turned(rows: tuple[Row, ...], spec: SourceSpec, other: OtherSource | None) -> tuple[Row, ...] | None:
    """What becomes of the rows, as far as the importer takes their columns; None where they do not turn."""
    return spec.taken(other.turn.of(rows)) if other and other.turn else None


def write_source(path: Path, rows: tuple[Row, ...], spec: SourceSpec, other: OtherSource | None = None) -> None:
    """Write the file; an empty CSV keeps the header line that the rows would have had."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if other is not None and other.raw is not None:
        path.write_bytes(other.raw[spec.format])
        return
    later = () if other is not None and other.empty else turned(rows, spec, other)
    left = rows if later is None else later
    write(left or rows, path, spec.file_format())
    if rows and not left:
        header = path.read_bytes().split(b"\r\n")[0]
        write((), path, spec.file_format())
        if spec.format == "csv":
            path.write_bytes(header + b"\r\n")
