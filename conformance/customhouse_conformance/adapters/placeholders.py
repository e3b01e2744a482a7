"""What stands in braces in a command or in its environment, and is filled in when an importer is started.

Known are `{base_url}` `{token}` `{source}` `{workdir}` `{python}` `{here}` (the manifest's folder). Doubled braces keep
one from being filled in: `{{token}}` becomes the text `{token}`. All other braces are the importer's own.
"""

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from customhouse_conformance.adapters.base import Job

NAMES = ("base_url", "token", "source", "workdir", "python", "here")
#: Further ones for importers into an account of which they are told more (see `base.Told`).
TOLD_NAMES = ("property_types", "identifier", "population", "webhook_port", "webhook_path", "webhook_secret")
#: Further ones for apps that are asked for pages (see `base.Pull`), and those that repeat a word for each business.
PULL_NAMES = ("port", "app_code_name", "business_uid", "staff_uid", "source_url", "source_token", "tokens")
EACH = ("each_business_uid", "each_source", "each_source_url")
_PLACEHOLDER = re.compile(r"\{\{([a-z_]+)\}\}|\{([a-z_]+)\}")


def placeholders(text: str) -> Iterator[str]:
    """The names that would be filled in."""
    return (match[2] for match in _PLACEHOLDER.finditer(text) if match[2])


def expand(text: str, values: Mapping[str, str]) -> str:
    """Replace the known placeholders and take away one pair of doubled braces."""

    def value(match: re.Match[str]) -> str:
        return f"{{{match[1]}}}" if match[1] else values.get(match[2], match[0])

    return _PLACEHOLDER.sub(value, text)


def values_for(job: Job, here: Path) -> dict[str, str]:
    """What the placeholders stand for in one job."""
    return {
        "base_url": job.base_url,
        "token": job.token,
        "source": str(job.source),
        "workdir": str(job.workdir),
        "python": sys.executable,
        "here": str(here),
        **(job.pull.placeholders() if job.pull else {}),
        **(job.told.placeholders() if job.told else {}),
    }
