"""What to do about a result, in a sentence or two, out of a table."""

import tomllib
from functools import cache
from importlib import resources

from customhouse_conformance.findings import Verdict


def advice(verdict: Verdict, code: str) -> str:
    """By the reason code if the table knows it, else by the verdict."""
    table = _table()
    words: str = table["code"].get(code, table["verdict"][verdict.value])
    return words


@cache
def _table() -> dict[str, dict[str, str]]:
    return tomllib.loads(resources.files(__package__).joinpath("advice.toml").read_text("utf-8"))
