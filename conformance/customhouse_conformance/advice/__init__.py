"""What to do about a result: one place for the words, which terminal, JUnit, JSON and HTML repeat.

They stand in tables beside this file: `<provider>.toml` by requirement and reason code, and under `[shared]` for a code
that means the same in several rows; `shared.toml` for all providers, at last by verdict alone.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from customhouse_conformance.findings import Verdict

if TYPE_CHECKING:  # the register reads rows, and has what is said about them linted here
    from customhouse_conformance.register import Requirement

#: The table of a provider whose words hold for all its rows.
SHARED = "shared"

Words = Mapping[str, Mapping[str, str]]


def advice(provider: str, requirement: str, verdict: Verdict, code: str) -> str | None:
    """A sentence or two for whoever has to change the importer, as exact as there are, or None if nothing is to do."""
    return _by_code(provider, requirement, code) or words("shared")["verdict"].get(verdict.value)


def lint(provider: str, rows: Iterable["Requirement"]) -> list[str]:
    """What is wrong with the words of one provider, each problem with its mend.

    Every reason for which a row says that a mutant is caught needs words; a verdict alone tells nobody what to change.
    """
    rows = list(rows)
    place = f"advice/{provider}.toml"
    problems = [
        f"{row.id}: nothing says what to do when it is '{code}'; write it in {place}, or in shared.toml for all rows"
        for row in rows
        for code in sorted({code for codes in row.codes.values() for code in codes})
        if _by_code(provider, row.id, code) is None
    ]
    known = {SHARED, *(row.id for row in rows)}
    problems += [f"{place}: '{id}' is no requirement; mend or remove it" for id in words(provider) if id not in known]
    problems += [
        f"{place}: {id}, {code}: write a whole sentence" for id, code, said in _all(provider) if not _whole(said)
    ]
    return problems


@cache
def words(name: str) -> Words:
    """One table as it stands: `shared`, or that of a provider."""
    return tomllib.loads(resources.files(__package__).joinpath(f"{name}.toml").read_text("utf-8"))


def _by_code(provider: str, requirement: str, code: str) -> str | None:
    own = words(provider)
    tables = (own.get(requirement, {}), own.get(SHARED, {}), words("shared")["code"])
    return next((table[code] for table in tables if code in table), None)


def _all(provider: str) -> Iterator[tuple[str, str, str]]:
    return ((id, code, said) for id, table in words(provider).items() for code, said in table.items())


def _whole(said: str) -> bool:
    return said[:1].isupper() and said.endswith(".")
