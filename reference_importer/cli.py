"""``reference-importer PROVIDER …``: one command per provider."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module

#: Imported when asked for: a command that calls an API needs no web server.
PROVIDERS = ("intandem", "intercom", "rally")
USAGE = f"usage: reference-importer {{{','.join(PROVIDERS)}}} --source FILE …   (--help after the provider for more)\n"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the provider named by the first argument with the rest; returns the exit code."""
    arguments = sys.argv[1:] if argv is None else list(argv)
    if arguments and arguments[0] in PROVIDERS:
        provider = import_module(f"reference_importer.{arguments[0]}.run")
        return int(provider.main(arguments[1:]))
    asked = arguments[:1] in (["--help"], ["-h"])
    (sys.stdout if asked else sys.stderr).write(USAGE)
    return 0 if asked else 2
