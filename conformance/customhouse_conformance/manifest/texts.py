"""Texts that are handed on to programs: the table `env`, and what is asked of them all."""

from collections.abc import Iterable

from customhouse_conformance.tables import Table


def read_env(table: Table) -> dict[str, str]:
    """The table `env`; raises the table's error."""
    env = strings(table)
    for name in env:
        if not name or "=" in name:
            table.refuse(f"{name!r} cannot be the name of an environment variable", "leave out the = sign")
    refuse_nul(table, "env", [*env, *env.values()])
    return env


def refuse_nul(table: Table, key: str, texts: Iterable[str]) -> None:
    """Raise the table's error for a text that no program and no file system takes."""
    for text in texts:
        if "\0" in text:
            table.refuse(f"'{key}' holds a NUL character: {text!r:.60}", "no program and no file can be given one")


def strings(table: Table) -> dict[str, str]:
    """A table that holds texts and nothing else; raises its error."""
    return {key: table.text(key) for key in table.data}
