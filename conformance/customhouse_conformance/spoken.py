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

#: The numbers of a time or a day count nothing.
TIME = re.compile(r"\d+(?::\d+)+(?:[.,]\d+)?|\d+-\d+-\d+|\d+/\w+/\d+")
#: Between the words of aNameLikeThis.
HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
TAG = re.compile(r"<[^>]*>")
#: What is drawn under the head of a table.
RULE = re.compile(r"(?=.*\S)[-\s|+:*~=_\u2500-\u257f]+$")


def shown(record: Record) -> list[str]:
    """The pages that the harness opened as a person would."""
    return [visit.body for process in record.processes for visit in process.visits if visit.what in SHOWING]


def spoken(record: Record) -> list[str]:
    """The same, and standard output and error output."""
    return [*shown(record), *(text for process in record.processes for text in (process.stdout, process.stderr))]


def tells(texts: Iterable[str], words: Iterable[str]) -> bool:
    """Whether one of the words stands in one of the texts, case aside.

    A word that is itself of that kind (`no import id`) is looked for in the text as it is.
    """
    kinds: dict[bool, list[str]] = {True: [], False: []}
    for word in words:
        kinds[NONE_OF_IT.match(word) is not None].append(word)
    some, none = (_any_of(kinds[kind]) for kind in (False, True))
    held = [_without_nothing(text) for text in texts]
    return any(some.search(NONE_OF_IT.sub(" ", text)) or none.search(text) for text in held)


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.-])(?:{'|'.join(map(re.escape, words)) or '(?!)'})(?![\w-])", re.IGNORECASE)


def counted(record: Record, number: int, words: Iterable[str]) -> bool:
    """Whether the number is said anywhere, files included, with one of the words beside it.

    Beside it: in the line or the one above it, in the text of a page, in the same object of a JSON document or in a key
    under which that stands. A number in a list of all that was served, or in a time, counts nothing.
    """
    said = re.compile(rf"(?<![\w.-]){number}(?![\w-])")
    telling = re.compile(rf"(?<![^\W_])(?:{'|'.join(map(re.escape, words))})(?![^\W_])", re.IGNORECASE)
    lines = (HUMP.sub(" ", TIME.sub(" ", part)) for _, text in record.texts() for part in parts(text))
    return any(said.search(line) and telling.search(line) for line in lines)


def parts(text: str) -> Iterator[str]:
    """What belongs together: the objects of JSON documents, a page as a whole, other lines with the one above them.

    A line under the head of a table is none.
    """
    if text.lstrip().startswith("<"):
        yield " ".join(TAG.sub(" ", text).split())
        return
    document = _document(text)
    if document is not None:
        yield from _objects(document, "")
        return
    above = ""
    for line in (line for line in text.splitlines() if not RULE.match(line)):
        document = _document(line)
        yield from (f"{above} {line}",) if document is None else _objects(document, "")
        above = line


def _document(text: str) -> Any:
    """The JSON object or list that a text is; None for any other."""
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict | list) else None


def _objects(value: Any, under: str) -> Iterator[str]:
    """The objects of a document: the keys under which each stands, and what it holds itself, if that is anything."""
    if isinstance(value, list):
        for part in value:
            yield from _objects(part, under)
    elif isinstance(value, dict):
        own = {key: part for key, part in value.items() if part and not isinstance(part, dict | list)}
        yield " ".join((under, *(f"{key} {part}" for key, part in own.items())))
        for key, part in value.items():
            yield from _objects(part, f"{under} {key}")


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
