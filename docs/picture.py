"""Draws the README's picture: the report of a stored run, as a terminal shows it.

(in docs/pictures) customhouse check tutorial --only 'INTERCOM-RETRY-0[1-4]' --out RUN
python docs/picture.py RUN docs/report.svg
"""

import re
import sys
from pathlib import Path

from rich.console import Console

from customhouse_conformance.engine.stored import judge_folder
from customhouse_conformance.register_tables import load_register
from customhouse_conformance.report.terminal import TerminalReport


def main(run: str, picture: str) -> None:
    console = Console(record=True, width=118, force_terminal=True)
    judge_folder(Path(run), load_register, [TerminalReport(console)])
    drawn = console.export_svg(title="customhouse check tutorial")
    # No font is fetched from anywhere by whoever looks at the picture.
    Path(picture).write_text(re.sub(r"@font-face \{.*?\}", "", drawn, flags=re.DOTALL), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
