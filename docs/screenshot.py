"""Draws the README's pictures of report.html: the matrix, and a cell that was opened. It takes a chromium.

customhouse check reference tutorial hopeful --provider intercom --manifest docs/pictures/customhouse.toml --out RUN
python -m docs.screenshot RUN/report.html docs [ID IMPORTER]
"""

import json
import sys
import tempfile
from pathlib import Path

from tests.report.browser import chromium


def main(report: str, folder: str, requirement: str = "INTERCOM-RATE-02", importer: str = "hopeful") -> None:
    with tempfile.TemporaryDirectory() as profile, chromium(Path(profile)) as browser:
        page = browser.page()
        page.size(1280, 1010)
        page.open(Path(report).resolve().as_uri())
        page.js("document.querySelector('#filters [name=text]').value = 'intercom-r'")
        page.js("document.querySelector('#filters').dispatchEvent(new Event('input'))")
        page.picture(Path(folder, "report.png"))
        title = json.dumps(f"{requirement} · {importer}")
        page.js(f"location.hash = [...document.querySelectorAll('.result')].find(r => r.dataset.title === {title}).id")
        page.until("document.querySelector('#sheet').open")
        page.js("document.activeElement.blur()")
        page.picture(Path(folder, "report-cell.png"))


if __name__ == "__main__":
    main(*sys.argv[1:])
