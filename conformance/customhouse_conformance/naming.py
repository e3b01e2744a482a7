"""Who is spoken of in what an importer says, and whether that says something.

A log that prints every row names every row and reports none. So a row counts as reported only where what is said about
it differs from what is said, in the same place, about those that went well: both are compared with names, values,
times and numbers masked (but for HTTP statuses, which tell).

Pure text: this module knows *subjects* (rows, attributes) by their names and values only.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

NAME, NUMBER = "·", "#"

#: What differs from line to line and says nothing: times and versions, durations and sizes, counters, ids, numbers.
NOISE = re.compile(
    r"\d+(?:[:.,TZ/+-]+\d+)+Z?"
    r"|\d+\s?(?:ns|µs|us|ms|s|sec|bytes|B|kB|KB)\b"
    r"|\d+ of \d+"
    r"|\b(?=[\w-]*\d)[\w-]{8,}\b"
    r"|\d+"
)
STATUS = re.compile(r"[2-5]\d\d")
SUFFIX = re.compile(r"\.\w{1,6}$")
#: Where a new block may begin: at a line that is not indented and closes no bracket.
BLOCKS = re.compile(r"\r?\n(?=[^\s}\])])")


@dataclass(frozen=True, slots=True)
class Subject:
    """Somebody or something that may be named: by any of its names; its values say nothing about what became of it."""

    names: tuple[str, ...]
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Statement:
    """Something said, masked and in full, and where; and the indices of the subjects that it names.

    `under` are the keys of the document under which it stands.
    """

    place: str
    said: str
    about: frozenset[int]
    text: str
    under: str = ""


class Names:
    """Finds subjects in text. A name is found as a whole word only: `person-1` is not in `person-10`."""

    def __init__(self, subjects: Sequence[Subject]) -> None:
        self._subjects = subjects
        self._owners: dict[str, set[int]] = {}
        for index, subject in enumerate(subjects):
            for name in subject.names:
                for form in (name, quote(name, safe="")):
                    self._owners.setdefault(form.casefold(), set()).add(index)
        self._pattern = _words(self._owners)

    def found(self, text: str) -> frozenset[int]:
        """Indices of the subjects that the text names."""
        found = {match.casefold() for match in self._pattern.findall(text)}
        return frozenset(index for name in found for index in self._owners[name])

    def mask(self, text: str) -> str:
        """The text without anything that belongs to the subjects named in it, or that differs by itself."""
        return NOISE.sub(_number, self.strike(text))

    def strike(self, text: str) -> str:
        """The text without anything that belongs to the subjects named in it."""
        values = [value for index in self.found(text) for value in self._subjects[index].values]
        return _words(values).sub(NAME, self._pattern.sub(NAME, text))


def told_apart(subjects: Sequence[Subject], suspects: Collection[int], texts: Iterable[tuple[str, str]]) -> set[int]:
    """Those of the suspects (by index) about whom something is said that is said about no other subject.

    `texts` are (place, text); a place is a stream or a file. The other subjects are those that went well.
    """
    statements = said_of(subjects, texts)
    usual = {(one.place, one.said) for one in statements if not one.about <= set(suspects)}
    return {index for one in statements if (one.place, one.said) not in usual for index in one.about}


def said_of(subjects: Sequence[Subject], texts: Iterable[tuple[str, str]]) -> list[Statement]:
    """All that is said of subjects in (place, text)."""
    return list(_statements(Names(subjects), texts))


def _statements(names: Names, texts: Iterable[tuple[str, str]]) -> Iterator[Statement]:
    for place, text in texts:
        where = names.mask(stem := SUFFIX.sub("", place))
        if about := names.found(stem):
            yield Statement("places", where, about, stem)
        document = _parsed(text)
        if document is None:
            yield from _lines(names, where, text)
        else:
            yield from _structured(names, where, document)


def _lines(names: Names, place: str, text: str) -> Iterator[Statement]:
    """JSON documents between lines, and for the rest each line that names somebody, with the indented lines below."""
    for block in BLOCKS.split(text):
        document = _parsed(block)
        if document is not None:
            yield from _structured(names, place, document)
            continue
        for said in _sayings(names, block):
            yield Statement(place, names.mask(said).strip(), names.found(said), said)


def _sayings(names: Names, block: str) -> list[str]:
    sayings: list[str] = []
    for line in block.splitlines():
        if names.found(line):
            sayings.append(line)
        elif sayings and line[:1].isspace():
            sayings[-1] += f"\n{line}"
    return sayings


def _structured(names: Names, place: str, value: Any, under: str = "") -> Iterator[Statement]:
    """The largest parts of a document that name one subject each, by where they stand in it."""
    said = json.dumps(value, ensure_ascii=False, sort_keys=True)
    about = names.found(said)
    if len(about) < 2 or not isinstance(value, dict | list):
        if about:
            yield Statement(place, names.mask(said), about, said, under)
        return
    for key, part in value.items() if isinstance(value, dict) else (("", part) for part in value):
        where = f"{place}/{names.mask(key)}"
        if about := names.found(key):  # what stands under a subject's name is about the subject
            spelt = json.dumps({key: part}, ensure_ascii=False)
            yield Statement(where, names.mask(spelt), about, spelt, under)
        yield from _structured(names, where, part, f"{under} {key}".strip())


def _parsed(text: str) -> Mapping[str, Any] | list[Any] | None:
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict | list) else None


def _words(names: Iterable[str]) -> re.Pattern[str]:
    """Any of the names as a whole word; the longest first, so that none hides in another."""
    longest_first = sorted(filter(None, set(names)), key=len, reverse=True)
    # After an address a dot may be its domain's; after anything else it ends a sentence, or a file's name.
    alternatives = "|".join(re.escape(name) + (r"(?!\.\w)" if "@" in name else "") for name in longest_first)
    return re.compile(rf"(?<!\w)(?<!\w[.+-])(?:{alternatives or '(?!)'})(?!\w|@|[-+]\w)", re.IGNORECASE)


def _number(match: re.Match[str]) -> str:
    return match[0] if STATUS.fullmatch(match[0]) else NUMBER
