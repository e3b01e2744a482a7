"""The composition root: options in, exit code out."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import partial

from reference_importer.common.running import Run
from reference_importer.rally.importing import Import
from reference_importer.rally.options import Options, invoke, token
from reference_importer.rally.parts import Parts
from reference_importer.rally.report import PeopleReport

PROVIDER = "rally"


def main(argv: Sequence[str] | None = None, parts: Parts | None = None) -> int:
    """Import as the arguments (those after the word ``rally``; the process's own by default) say.

    Returns the exit code; raises nothing.
    """
    return invoke(partial(run, parts or Parts()), argv)


def run(parts: Parts, options: Options) -> int:
    """One import with checked options. Raises UsageError when there is no token."""
    secret = "" if options.dry_run else token()
    secrets = [secret, options.webhook.secret if options.webhook else ""]
    clock, redactor = parts.clock(), parts.redactor(secrets)
    report = PeopleReport(PROVIDER, options.source.path.name, options.dry_run)
    display = parts.display(redactor.clean, clock, options.rejects.name)
    work = Import(parts, options, secret, clock, redactor, display, report, threading.Event())
    ending = Run(report, display, clock, redactor.clean, options.state, options.rejects, options.report)
    return ending.conduct(work.run, lambda: parts.exits().decide(report))
