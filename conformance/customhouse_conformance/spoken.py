"""What an app says to the person who wants an import: the pages that it shows, and its output. Not the files it keeps.

A word counts only if it stands by itself (`500` is not in `beyond_50000`), and not where it is said that there was
none of it: `{"failed": 0}`, `"error": null` and `no errors` tell of no failure.
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from customhouse_conformance.facts import SHOWING
from customhouse_conformance.record import Record

#: "no error", "0 failed", "failed: 0", "error: none"
NONE_OF_IT = re.compile(
    r"\b(?:0|no|without(?: an?| any)?) \w+|\b\w+\s*[:=]\s*(?:0|none|null|false|\[\])(?![\w.-])", re.IGNORECASE
)


def shown(record: Record) -> list[str]:
    """The pages that the harness opened as a person would."""
    return [visit.body for process in record.processes for visit in process.visits if visit.what in SHOWING]


def spoken(record: Record) -> list[str]:
    """The same, and standard output and error output."""
    return [*shown(record), *(text for process in record.processes for text in (process.stdout, process.stderr))]


def tells(texts: Iterable[str], words: Iterable[str]) -> bool:
    """Whether one of the words stands in one of the texts, case aside."""
    pattern = re.compile(rf"(?<![\w.-])(?:{'|'.join(map(re.escape, words))})(?![\w-])", re.IGNORECASE)
    return any(pattern.search(NONE_OF_IT.sub(" ", _without_nothing(text))) for text in texts)


def _without_nothing(text: str) -> str:
    """A JSON document as lines of what it holds, without keys that hold nothing; any other text as it is."""
    try:
        document = json.loads(text)
    except ValueError:
        return text
    return "\n".join(_held(document))


def _held(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, part in value.items():
            if inside := list(_held(part)):
                yield from (key, *inside)
    elif isinstance(value, list):
        for part in value:
            yield from _held(part)
    elif value:
        yield str(value)
