"""`customhouse judge DIR`."""

from pathlib import Path

import click

from customhouse.commands.common import console, manifest_option, speaking
from customhouse.commands.reports import files, kill_matrix_option
from customhouse.garbage import without_collections
from customhouse_conformance.engine.stored import judge_folder
from customhouse_conformance.gaps import Gap
from customhouse_conformance.manifest.file import load_manifest
from customhouse_conformance.register_tables import load_register
from customhouse_conformance.report import TerminalReport


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False, exists=True))
@manifest_option
@kill_matrix_option
@speaking
@without_collections()
def judge(folder: Path, manifest: Path | None, kill_matrix: Path | None) -> int:
    """Judge the records in DIR (what `check --out DIR` wrote) again, without running anything, and write its reports.

    Of a run of another version of the suite, verdicts that are not the same any more are listed as suite changes.
    Known gaps are those of the manifest as it is now; without one that lists the importer, those of the run.
    """
    views = [TerminalReport(console()), *files(folder, kill_matrix)]

    def declared(recorded: str | None, importer: str, provider: str) -> tuple[Gap, ...] | None:
        if manifest is None and recorded is not None and not Path(recorded).is_file():
            return None
        book = load_manifest(manifest or (Path(recorded) if recorded else None))
        specs = [spec for spec in book.importers.get(importer, ()) if spec.provider == provider]
        return specs[0].gaps if specs else None

    return judge_folder(folder, load_register, views, declared).exit_code
