"""Ids in order of creation."""

from __future__ import annotations

from bisect import bisect_left, insort


class CreationOrder:
    """`(created_at, id)` pairs in order. Appending is O(1), a page O(page), a removal a memory move."""

    __slots__ = ("_keys",)

    def __init__(self, keys: list[tuple[int, str]] | None = None) -> None:
        self._keys = keys or []

    def __len__(self) -> int:
        return len(self._keys)

    def put(self, key: tuple[int, str]) -> None:
        if not self._keys or self._keys[-1] < key:
            self._keys.append(key)
        else:
            insort(self._keys, key)

    def drop(self, key: tuple[int, str]) -> None:
        at = bisect_left(self._keys, key)
        if at < len(self._keys) and self._keys[at] == key:
            del self._keys[at]

    def newest_before(self, key: tuple[int, str] | None, count: int) -> list[str]:
        """Up to `count` ids older than `key` (all when None), newest first."""
        end = len(self._keys) if key is None else bisect_left(self._keys, key)
        return [id for _, id in reversed(self._keys[max(0, end - count) : end])]

    def oldest(self, count: int) -> list[str]:
        return [id for _, id in self._keys[:count]]

    def copy(self) -> CreationOrder:
        return CreationOrder(self._keys.copy())
