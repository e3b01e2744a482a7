"""An index that every fake needs: ids by a value that may repeat."""

from __future__ import annotations

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
