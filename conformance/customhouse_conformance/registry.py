"""Named judges, witnesses and mutants: the words that requirement tables may use.

A module registers its functions with the decorators below; `populate` imports all modules of the three folders.
Each name exists once, and a name that is not there is refused with its nearest neighbour.
"""

import difflib
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from customhouse_conformance.adapters.base import Job
from customhouse_conformance.errors import RegisterError
from customhouse_conformance.findings import Judge, Witness

V = TypeVar("V")
J = TypeVar("J", bound=Judge)
W = TypeVar("W", bound=Witness)
Importer = Callable[[Job], int | None]


class Registry(Generic[V]):
    """Name → thing."""

    def __init__(self, what: str) -> None:
        self.what = what
        self._things: dict[str, V] = {}

    def add(self, name: str, thing: V) -> None:
        """Register; a second thing of the same name is an error unless it is the same module imported again."""
        if name in self._things and _home(self._things[name]) != _home(thing):
            raise RegisterError(f"two {self.what}s are called '{name}'", "rename one")
        self._things[name] = thing

    def get(self, name: str) -> V:
        """The thing of that name."""
        if name not in self._things:
            near = difflib.get_close_matches(name, self._things, n=1)
            hint = f"did you mean '{near[0]}'?" if near else f"write a {self.what} of that name"
            raise RegisterError(f"no {self.what} is called '{name}'", hint)
        return self._things[name]

    def __contains__(self, name: str) -> bool:
        return name in self._things

    def __iter__(self) -> Iterator[str]:
        return iter(self._things)

    def values(self) -> list[V]:
        """All things, in the order of their registration."""
        return list(self._things.values())


@dataclass(frozen=True, slots=True)
class Mutant:
    """A deliberately broken importer. `permanent` ones (do nothing, …) may get no PASS at all."""

    name: str
    provider: str | None
    function: Importer
    permanent: bool

    @property
    def target(self) -> str:
        """`module:function`, as the callable adapter wants it."""
        return f"{self.function.__module__}:{self.function.__qualname__}"

    @property
    def why(self) -> str:
        """The first line of its docstring: what is broken."""
        return (inspect.getdoc(self.function) or "").split("\n")[0]


@dataclass(frozen=True)
class Vocabulary:
    """The words a register may use."""

    judges: Registry[Judge] = field(default_factory=lambda: Registry("judge"))
    witnesses: Registry[Witness] = field(default_factory=lambda: Registry("witness"))
    mutants: Registry[Mutant] = field(default_factory=lambda: Registry("mutant"))

    def judge(self, function: J) -> J:
        """Decorator: `@judge def rows_arrive(record, fields=()) -> Finding`."""
        self.judges.add(function.__name__, function)
        return function

    def witness(self, function: W) -> W:
        """Decorator: `@witness def saw_429(record) -> Evidence | None`."""
        self.witnesses.add(function.__name__, function)
        return function

    def mutant(self, provider: str | None, permanent: bool = False) -> Callable[[Importer], Importer]:
        """Decorator: `@mutant("intercom") def ignores_429(job) -> int`.

        Which requirements catch it stands in the register's column *mutants*, and only there.
        """

        def register(function: Importer) -> Importer:
            name = function.__name__
            self.mutants.add(name, Mutant(name, provider, function, permanent))
            return function

        return register


VOCABULARY = Vocabulary()
judge = VOCABULARY.judge
witness = VOCABULARY.witness
mutant = VOCABULARY.mutant


def populate(*folders: str) -> Vocabulary:
    """Import all modules of the given folders of this package, and return the built-in vocabulary."""
    for folder in folders:
        package = importlib.import_module(f"{__package__}.{folder}")
        for module in pkgutil.iter_modules(package.__path__):
            importlib.import_module(f"{package.__name__}.{module.name}")
    return VOCABULARY


def misfit(function: Callable[..., Any], params: Mapping[str, Any]) -> str | None:
    """Why a function would not take these parameters, or nothing if it would."""
    try:
        inspect.signature(function).bind(None, **params)
    except TypeError as error:
        return str(error)
    return None


def _home(thing: object) -> tuple[str, str]:
    function = thing.function if isinstance(thing, Mutant) else thing
    return (getattr(function, "__module__", ""), getattr(function, "__qualname__", ""))
