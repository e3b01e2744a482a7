"""The tables of one fake beside its code, for tests that hold them together."""

from __future__ import annotations

import ast
import tomllib
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

import customhouse_fakes
from customhouse_fakes.core.provider import Provider

ROOT = Path(customhouse_fakes.__path__[0])


@dataclass(frozen=True)
class Tables:
    """The code and the tables of one provider."""

    provider: Provider

    @cached_property
    def folder(self) -> Path:
        return ROOT / self.provider.name

    @cached_property
    def nodes(self) -> list[tuple[str, ast.AST]]:
        """What its code is made of, each part with the name of its file."""
        trees = ((path.name, ast.parse(path.read_text("utf-8"))) for path in self.folder.rglob("*.py"))
        return [(name, node) for name, tree in trees for node in ast.walk(tree)]

    @cached_property
    def quoted(self) -> set[str]:
        """The texts of its code."""
        return {one.value for _, one in self.nodes if isinstance(one, ast.Constant) and isinstance(one.value, str)}

    @cached_property
    def ruled(self) -> set[str]:
        """The texts of the rules that its state follows."""
        return {text for path in (self.folder / "state").glob("*.toml") for text in path.read_text("utf-8").split('"')}

    @cached_property
    def refusals(self) -> dict[str, Any]:
        table: dict[str, Any] = import_module(f"customhouse_fakes.{self.provider.name}.errors").table()
        return table

    def said(self, name: str) -> dict[str, Any]:
        return tomllib.loads((self.folder / name).read_text("utf-8"))
