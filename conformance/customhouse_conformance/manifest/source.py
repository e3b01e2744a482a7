"""The table `source`: the file that the importer is given."""

from collections.abc import Mapping
from pathlib import PurePosixPath

from customhouse_conformance.manifest.spec import SourceSpec
from customhouse_conformance.manifest.texts import refuse_nul, strings
from customhouse_conformance.tables import Table
from customhouse_fixtures import ATTRIBUTES, CANONICAL, CLIENT, PERSON, PROPERTIES, FormatError

#: What a source for each provider can hold. An importer that takes less says so in `source.columns`.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "intercom": (*CANONICAL, ATTRIBUTES),
    "intandem": CLIENT,
    "rally": (*PERSON, PROPERTIES),
}

#: Bytes of a name in a path: file systems take 255, and some is left for names beside it.
LONGEST_NAME = 200


def read_source(table: Table, provider: str | None) -> SourceSpec:
    """The table `source` of an importer; raises the table's error. Names are checked if somebody knows the provider."""
    format = table.choice("format", ("csv", "json", "ndjson"), "csv")
    spec = SourceSpec(
        path=table.text("path", f"source.{format}"),
        format=format,
        root=table.optional_text("root"),
        fields=strings(table.table("fields")),
        columns=table.names("columns") if table.has("columns") else None,
    )
    if provider is not None:
        _check_names(table, spec, provider)
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


def _check_names(table: Table, spec: SourceSpec, provider: str) -> None:
    """Of columns, and of fields, of which one may lie inside a column: `properties.Visits`."""
    there = COLUMNS[provider]
    offered = ", ".join(there)
    for name in spec.columns or ():
        if name not in there:
            table.refuse(f"'columns' names '{name}'", f"for {provider} name email, and others out of: {offered}")
    if spec.columns is not None and "email" not in spec.columns:
        table.refuse("'columns' lacks email", "add it: rows are recognised by it in what the importer sends")
    for name in spec.fields:
        if name.partition(".")[0] not in there:
            mend = f'write what it is called here = "what your importer calls it"; for {provider}: {offered}'
            table.refuse(f"'fields' renames '{name}'", mend)
