"""What a client sent, in plain Python."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl


@dataclass(slots=True, frozen=True)
class Request:
    """What arrived, in plain Python. `path` is percent-decoded; header names are lower case, the last one wins."""

    method: str
    path: str
    query_string: str
    headers: dict[str, str]
    body: bytes

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(self.query_string, keep_blank_values=True))
