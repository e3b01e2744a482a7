"""What a load run is, as one value that every process of it reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

from .errors import LoadUsageError
from .shapes import Shape, shapes

Scenario = Literal["push", "pull", "api"]

#: In the place of an importer's name: no importer at all, plain traffic straight at the fakes.
API = "@api"
#: A limit that nobody reaches.
UNLIMITED = {"app": 1_000_000_000, "workspace": 1_000_000_000}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """`records`: rows of one import. `limit`: `vendor` (the fake's defaults), `none`, or calls/seconds as `100/1`.

    `per_page` is what pull users ask for. `fake_processes`: how many the fakes are spread over. `manifest` is a path,
    None to look for it as usual. `processing_s`: how long a job takes at a provider that has such.
    """

    importer: str = "reference"
    provider: str = "intercom"
    scenario: Scenario = "push"
    records: int = 1000
    users: int = 1
    shape: str = "tenants"
    duration_s: float | None = None
    per_page: int = 100
    limit: str = "vendor"
    faults: str = "none"
    seed: int = 0
    manifest: str | None = None
    fake_processes: int = 1
    processing_s: float | None = None

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """From `to_json`, or from any mapping that has more."""
        return cls(**{name: document[name] for name in cls.__slots__ if name in document})

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def limits(self) -> dict[str, Any]:
        """The sandbox's limits; raises `LoadUsageError` for a limit that is none."""
        return read_limit(self.limit)

    @property
    def profile(self) -> dict[str, Any]:
        """The switches of the sandbox."""
        return {} if self.processing_s is None else {"processing_s": self.processing_s}

    @property
    def the_shape(self) -> Shape:
        return shapes()[self.shape]

    @property
    def seconds(self) -> float | None:
        """How long the run lasts; None if it ends when everybody is done."""
        return self.duration_s if self.duration_s is not None else self.the_shape.duration_s

    @property
    def most_users(self) -> int:
        return self.the_shape.most(self.users)

    @property
    def once(self) -> bool:
        """Whether each user does one import: with a duration they go on until it is over."""
        return self.the_shape.once and self.duration_s is None


def read_limit(text: str) -> dict[str, Any]:
    """`vendor`, `none` or `CALLS/SECONDS` as limits of a sandbox."""
    if text == "vendor":
        return {}
    if text == "none":
        return dict(UNLIMITED)
    calls, _, seconds = text.partition("/")
    try:
        limits = {"app": int(calls), "workspace": int(calls), "window_s": float(seconds or 1)}
    except ValueError:
        limits = {}
    if not limits or limits["app"] < 1 or not 0.1 <= limits["window_s"] <= 86_400:
        raise LoadUsageError(f"'{text}' is no rate limit", "write vendor, none, or calls/seconds such as 100/1")
    return limits
