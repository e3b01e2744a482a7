"""Reads a TOML table key by key, so that requirement, scenario and manifest files share one set of refusals.

A key that nobody asks for is an error, as are a missing key and a wrong type: a typing mistake in a table must
never quietly change what is tested.
"""

import difflib
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from customhouse_conformance.errors import ConformanceError

#: So alike are a key and its misspelling, and no two keys of one table.
MISSPELT = 0.75


class Table:
    """One table being read; `finish()` refuses whatever was left over."""

    def __init__(self, data: Mapping[str, Any], where: str, error: type[ConformanceError]) -> None:
        self.data = data
        self.where = where
        self.error = error
        self._asked: set[str] = set()

    def has(self, key: str) -> bool:
        """Whether the key is present; counts as asked for."""
        self._asked.add(key)
        return key in self.data

    def text(self, key: str, default: str | None = None) -> str:
        """A string; required unless a default is given."""
        value: str = self._typed(key, default, (str,), "a string")
        return value

    def optional_text(self, key: str) -> str | None:
        """A string or nothing."""
        return self.text(key) if self.has(key) else None

    def integer(self, key: str, default: int | None = None) -> int:
        """A whole number (TOML's true and false are not numbers)."""
        value: int = self._typed(key, default, (int,), "a whole number")
        return value

    def number(self, key: str, default: float | None = None) -> float:
        """A number of either kind."""
        value = self._typed(key, default, (int, float), "a number")
        try:
            return float(value)
        except OverflowError:
            self.refuse(f"'{key}' is far too large", "give a number of some digits")

    def names(self, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """A list of strings."""
        value = self._typed(key, default, (list, tuple), "a list of strings")
        if not all(isinstance(item, str) for item in value):
            self.refuse(f"'{key}' holds something that is no string", f'write {key} = ["…", "…"]')
        return tuple(value)

    def mapping(self, key: str) -> dict[str, Any]:
        """A free table, empty when absent."""
        return dict(self._typed(key, {}, (dict,), "a table"))

    def table(self, key: str) -> "Table":
        """A sub-table read with the same strictness, empty when absent."""
        return Table(self.mapping(key), f"{self.where}.{key}", self.error)

    def rows(self, key: str) -> list[dict[str, Any]]:
        """A list of tables, empty when absent."""
        value = self._typed(key, [], (list,), "a list of tables")
        if not all(isinstance(item, dict) for item in value):
            self.refuse(f"'{key}' holds something that is no table", f"write {key} = [{{…}}, {{…}}]")
        return list(value)

    def choice(self, key: str, allowed: tuple[str, ...], default: str | None = None) -> str:
        """A string out of a closed set."""
        value = self.text(key, default)
        if value not in allowed:
            self.refuse(f"'{key}' is '{value}'", "use one of: " + ", ".join(allowed))
        return value

    def raw(self, key: str) -> Any:
        """The value as it stands, None when absent."""
        self._asked.add(key)
        return self.data.get(key)

    def finish(self) -> None:
        """Refuse keys that nobody asked for, naming the nearest known one."""
        for key in self.data:
            if key not in self._asked:
                near = difflib.get_close_matches(key, self._asked, n=1)
                hint = f"did you mean '{near[0]}'?" if near else "known keys: " + ", ".join(sorted(self._asked))
                self.refuse(f"'{key}' is not a key of this table", hint)

    def refuse_misspelt(self, *wanted: str) -> None:
        """Where none of these keys is there, refuse one that is almost one of them; call it before `finish` can."""
        if any(key in self.data for key in wanted):
            return
        for key in self.data:
            if near := difflib.get_close_matches(key, wanted, n=1, cutoff=MISSPELT):
                self.refuse(f"'{key}' is not a key of this table", f"did you mean '{near[0]}'?")

    def refuse(self, what: str, mend: str) -> NoReturn:
        """Raise this table's error, with the place in front."""
        raise self.error(f"{self.where}: {what}", mend)

    def _typed(self, key: str, default: Any, types: tuple[type, ...], word: str) -> Any:
        self._asked.add(key)
        if key not in self.data:
            if default is None:
                self.refuse(f"'{key}' is missing", f"add {key}, {word}")
            return default
        value = self.data[key]
        if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
            self.refuse(f"'{key}' is {type(value).__name__} {shown(value)}", f"make it {word}")
        return value


def shown(value: Any, how: Callable[[Any], str] = repr) -> str:
    """The beginning of a value; of a number with thousands of digits, or tables in tables without end, only a sign."""
    try:
        return how(value)[:60]
    except (ValueError, RecursionError):
        return "…"
