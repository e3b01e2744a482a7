"""Two small indexes: ids by a value that may repeat, and ids in order of creation."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Collection, Hashable, Set
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)


class MultiIndex(Generic[K]):
    """Ids by key. Keys with one id, the usual case, are apart from those with several, so that a copy is quick."""

    __slots__ = ("_many", "_one")

    def __init__(self) -> None:
        self._one: dict[K, str] = {}
        self._many: dict[K, dict[str, None]] = {}

    def put(self, key: K, id: str) -> None:
        if (several := self._many.get(key)) is not None:
            several[id] = None
        elif (held := self._one.get(key)) is None:
            self._one[key] = id
        elif held != id:
            self._many[key] = {held: None, id: None}
            del self._one[key]

    def drop(self, key: K, id: str) -> None:
        several = self._many.get(key)
        if several is not None:
            several.pop(id, None)
            if not several:
                del self._many[key]
        elif self._one.get(key) == id:
            del self._one[key]

    def ids(self, key: K) -> Collection[str]:
        """The ids under a key, oldest entry first."""
        held = self._one.get(key)
        return (held,) if held is not None else self._many.get(key, ())

    def keys(self) -> Set[K]:
        return self._one.keys() | self._many.keys()

    def copy(self) -> MultiIndex[K]:
        twin: MultiIndex[K] = MultiIndex()
        twin._one = self._one.copy()
        twin._many = {key: several.copy() for key, several in self._many.items()}
        return twin


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
