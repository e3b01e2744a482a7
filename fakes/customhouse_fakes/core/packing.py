"""Old journal rows in little room: rows of one kind look alike, so a block of them takes a tenth of their size.

Packing a block costs some 10 µs a row; rows are packed long after their answer went out, and many never are.
"""

from __future__ import annotations

import pickle
import zlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from .answers import Answer
from .ratelimit import Quota
from .request import Request

if TYPE_CHECKING:
    from .journal import Exchange

#: What is larger would hold up the calls that come meanwhile.
LARGE = 16 * 1024
FASTEST = 1
_PARTS = ("request", "answer", "quota")


class Block:
    """Rows with consecutive numbers. `dropped`: so many of its oldest are forgotten.

    Rows that may still change, and large ones, are kept as they are.
    """

    __slots__ = ("_loose", "_packed", "dropped", "last", "size")

    def __init__(self, rows: Sequence[Exchange]) -> None:
        self.size = len(rows)
        self.last = rows[-1].n
        self.dropped = 0
        self._loose = {row.n: row for row in rows if row.unsettled or _is_large(row)}
        flat = [_flat(row) for row in rows if row.n not in self._loose]
        self._packed = zlib.compress(pickle.dumps(flat, pickle.HIGHEST_PROTOCOL), FASTEST)

    def rows(self, kind: type[Exchange]) -> Iterator[Exchange]:
        """Those that are not forgotten, oldest first."""
        flat = pickle.loads(zlib.decompress(self._packed))  # noqa: S301 - packed above, by this process
        packed = iter([_row(kind, values) for values in flat])
        first = self.last - self.size + 1
        rows = [self._loose[n] if n in self._loose else next(packed) for n in range(first, self.last + 1)]
        return iter(rows[self.dropped :])


def _is_large(row: Exchange) -> bool:
    return len(row.request.body) + (len(row.answer.body) if row.answer else 0) > LARGE


def _flat(row: Exchange) -> tuple[Any, ...]:
    """Tuples only: much quicker to pickle than objects."""
    request, answer, quota = row.request, row.answer, row.quota
    return (
        [getattr(row, name) for name in row.__slots__ if name not in _PARTS],
        (request.method, request.path, request.query_string, request.headers, request.body),
        answer and (answer.status, answer.body, answer.headers),
        quota and tuple(quota),
    )


def _row(kind: type[Exchange], flat: tuple[Any, ...]) -> Exchange:
    values, request, answer, quota = flat
    names = [name for name in kind.__slots__ if name not in _PARTS]
    return kind(
        request=Request(*request),
        answer=answer and Answer(*answer),
        quota=quota and Quota(*quota),
        **dict(zip(names, values, strict=True)),
    )
