"""The table `source`: the file that the importer is given."""

from pathlib import PurePosixPath

from customhouse_conformance.manifest.spec import SourceSpec
from customhouse_conformance.manifest.texts import refuse_nul, strings
from customhouse_conformance.tables import Table
from customhouse_fixtures import ATTRIBUTES, CANONICAL, CLIENT, PERSON, PROPERTIES, FormatError

#: What a source can hold. An importer that takes less says so in `source.columns`.
COLUMNS = tuple(dict.fromkeys((*CANONICAL, ATTRIBUTES, *CLIENT, *PERSON, PROPERTIES)))

#: Bytes of a name in a path: file systems take 255, and some is left for names beside it.
LONGEST_NAME = 200


def read_source(table: Table) -> SourceSpec:
    """The table `source`; raises the table's error."""
    format = table.choice("format", ("csv", "json", "ndjson"), "csv")
    spec = SourceSpec(
        path=table.text("path", f"source.{format}"),
        format=format,
        root=table.optional_text("root"),
        fields=strings(table.table("fields")),
        columns=table.names("columns") if table.has("columns") else None,
    )
    columns = COLUMNS if spec.columns is None else spec.columns
    unknown = [name for name in columns if name not in COLUMNS]
    if unknown:
        table.refuse(f"'columns' names '{unknown[0]}'", f"name email, and others out of: {', '.join(COLUMNS)}")
    if "email" not in columns:
        table.refuse("'columns' lacks email", "add it: rows are recognised by it in what the importer sends")
    refuse_nul(table, "path", [spec.path])
    path = PurePosixPath(spec.path)
    if path.is_absolute() or ".." in path.parts or not path.name:
        table.refuse(f"'path' is '{spec.path}'", "give a path inside the work folder, such as contacts.csv")
    if max(len(part.encode()) for part in path.parts) > LONGEST_NAME:
        table.refuse(f"'path' is too long: '{spec.path:.40}…'", f"give its parts {LONGEST_NAME} bytes at most")
    try:
        spec.file_format()
    except FormatError as error:
        table.refuse(str(error), "mend the source table")
    table.finish()
    return spec
