"""The file: where it is found, and the importers that it lists, on top of the built-in ones."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from customhouse_conformance.errors import ManifestError
from customhouse_conformance.manifest.entry import read_entry
from customhouse_conformance.manifest.spec import ImporterSpec
from customhouse_conformance.tables import Table

FILE_NAME = "customhouse.toml"


@dataclass(frozen=True, slots=True)
class Manifest:
    """All importers of a file, by name."""

    path: str
    importers: Mapping[str, tuple[ImporterSpec, ...]]

    def find(self, name: str, provider: str | None = None) -> tuple[ImporterSpec, ...]:
        """The importer's specs, of one provider if given; `ManifestError` if there are none."""
        if name not in self.importers:
            known = ", ".join(sorted(self.importers)) or "none"
            raise ManifestError(f"{self.path} lists no importer '{name}'", f"it lists: {known}")
        specs = tuple(spec for spec in self.importers[name] if provider in (None, spec.provider))
        if not specs:
            offered = ", ".join(spec.provider for spec in self.importers[name])
            raise ManifestError(f"importer '{name}' is not for {provider}", f"it is for: {offered}")
        return specs


def find_manifest(start: Path) -> Path | None:
    """`customhouse.toml` in a folder or the nearest of its parents."""
    return next((path / FILE_NAME for path in (start, *start.parents) if (path / FILE_NAME).is_file()), None)


def load_manifest(path: Path | None = None) -> Manifest:
    """The user's manifest (searched from the current folder if no path is given) on top of the built-in one."""
    built_in = _built_in()
    found = path or find_manifest(Path.cwd())
    if found is None:
        return Manifest(f"no {FILE_NAME} was found, and the built-in manifest", built_in)
    mine = read_manifest(read_text(found), str(found), found.resolve().parent)
    return Manifest(str(found), {**built_in, **mine})


def read_manifest(text: str, where: str, here: Path) -> dict[str, tuple[ImporterSpec, ...]]:
    """Importers out of the text of a manifest; raises `ManifestError` naming place and mend."""
    try:
        data = tomllib.loads(text)
    except RecursionError:
        raise ManifestError(f"{where} is nested too deeply", "a manifest needs four levels at most") from None
    except ValueError as error:  # of TOML, or of a number with thousands of digits
        raise ManifestError(f"{where} is no TOML: {error}", "mend that line") from None
    table = Table(data, where, ManifestError)
    entries = table.mapping("importers")
    table.finish()
    return {name: read_entry(name, entry, where, here) for name, entry in entries.items()}


def read_text(path: Path) -> str:
    """The text of a manifest; `ManifestError` if it has none."""
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ManifestError(f"{path} cannot be read: {error}", "give --manifest a readable TOML file") from None


def _built_in() -> dict[str, tuple[ImporterSpec, ...]]:
    text = resources.files("customhouse_conformance").joinpath("importers.toml").read_text("utf-8")
    return read_manifest(text, "the built-in manifest", Path.cwd())
