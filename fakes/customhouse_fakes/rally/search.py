"""Who fits a search of people (contract section 5), and in which order.

Documented are AND, `IS` on a custom property, and sorting by PERSON_ID or NAME; the other operators are ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from typing import Any

from .errors import refuse
from .state.person import Person
from .state.values import Values
from .state.workspace import Workspace

Json = Mapping[str, Any]
Test = Callable[[Any], bool]
Read = Callable[[Person], Any]
Fits = Callable[[Person], bool]

#: What can be looked at beside custom properties.
INTERNAL: dict[str, Read] = {
    "PERSON_ID": attrgetter("id"),
    "EMAIL": attrgetter("email"),
    "PHONE": attrgetter("phone"),
    "FIRST_NAME": attrgetter("first_name"),
    "LAST_NAME": attrgetter("last_name"),
    "OPTED_OUT": attrgetter("is_opted_out"),
    "LAST_CONTACT_DATE": attrgetter("last_contact_date"),
}
#: By operator, for a wanted value; texts are compared without case. What a person does not have is None.
TESTS: dict[str, Callable[[Any], Test]] = {
    "IS": lambda wanted: _is(_plain(wanted)),
    "IS_NOT": lambda wanted: _is_not(_plain(wanted)),
    "CONTAINS": lambda wanted: _contains(str(_plain(wanted))),
    "IS_EMPTY": lambda _: lambda held: held is None,
    "IS_NOT_EMPTY": lambda _: lambda held: held is not None,
    "IS_GREATER_THAN": lambda wanted: lambda held: _order(held, wanted) > 0,
    "IS_LESS_THAN": lambda wanted: lambda held: _order(held, wanted) < 0,
}
JOINED: dict[str, Callable[[Iterable[bool]], bool]] = {"AND": all, "OR": any}
SORTED: dict[str, Callable[[Person], Any]] = {
    "PERSON_ID": attrgetter("id"),
    "NAME": lambda person: (person.last_name or "", person.first_name or "", person.id),
    "EMAIL": lambda person: (person.email or "", person.id),
}


def find(workspace: Workspace, document: Json, wanted: Json | None) -> list[Person]:
    """The living who are named and fit the filter; raises the 400 for a filter that means nothing."""
    fits = _compile(workspace, wanted or {})
    found = list(filter(fits, _named(workspace, document)))
    sort = (wanted or {}).get("sort")
    if sort:
        found.sort(key=SORTED[sort.get("propertyName", "PERSON_ID")], reverse=sort.get("operator") == "DESC")
    return found


def with_words(workspace: Workspace, document: Json, prompt: str) -> list[Person]:
    """Those of whom every word of a prompt is known, in whatever place."""
    words = prompt.casefold().split()
    return [person for person in _named(workspace, document) if _knows(workspace, person, words)]


def _named(workspace: Workspace, document: Json) -> Iterable[Person]:
    """Whom the lists of ids leave: segments and panels have nobody in them here."""
    if document.get("segmentIds") or document.get("panelIds"):
        return []
    studies = set(document.get("studyIds") or ())
    if document.get("studyId"):
        studies.add(document["studyId"])
    people: Iterable[Person] = workspace.people
    if document.get("peopleIds"):
        ids = dict.fromkeys(document["peopleIds"])
        people = [person for id in ids if (person := workspace.people.get(id)) is not None]
    if studies:
        inside = {person_id for study_id, person_id in workspace.participants if study_id in studies}
        people = [person for person in people if person.id in inside]
    return people


def _compile(workspace: Workspace, wanted: Json) -> Fits | None:
    """The filter as a question to a person; None when everybody fits."""
    joined = JOINED[wanted.get("operator", "AND")]
    tests = [_condition(workspace, index, row) for index, row in enumerate(wanted.get("filters") or ())]
    if len(tests) < 2:
        return tests[0] if tests else None
    return lambda person: joined(test(person) for test in tests)


def _condition(workspace: Workspace, index: int, row: Json) -> Fits:
    (kind, comparison), *_ = row.items()
    where = ("filter", "filters", str(index), kind)
    make = TESTS.get(comparison["operator"])
    if make is None:
        known = ", ".join(TESTS)
        raise refuse("search_bad_filter", path=(*where, "operator"), problem=f"operator must be one of {known}")
    read, test = _reader(workspace, kind, comparison, where), make(comparison.get("value"))
    return lambda person: test(read(person))


def _reader(workspace: Workspace, kind: str, comparison: Json, where: tuple[str, ...]) -> Read:
    if kind == "customProperty":
        id = comparison.get("propertyId", "")
        if id not in workspace.properties.by_id:
            raise refuse("search_unknown_property", path=(*where, "propertyId"), id=id)
        one, values = workspace.properties.by_id[id], Values(workspace.profile, workspace.properties)
        return lambda person: values.show(one, person.values[id]) if id in person.values else None
    name = comparison.get("propertyName", "")
    if kind != "internalProperty" or name not in INTERNAL:
        raise refuse("search_bad_filter", path=where, problem="expected a customProperty or a known internalProperty")
    return INTERNAL[name]


def _knows(workspace: Workspace, person: Person, words: list[str]) -> bool:
    shown = (str(value) for _, value in workspace.shown_values(person))
    text = " ".join([*(str(read(person)) for read in INTERNAL.values()), *shown]).casefold()
    return all(word in text for word in words)


def _is(wanted: Any) -> Test:
    return lambda held: bool(_plain(held) == wanted)


def _is_not(wanted: Any) -> Test:
    return lambda held: bool(_plain(held) != wanted)


def _contains(wanted: str) -> Test:
    return lambda held: held is not None and wanted in str(_plain(held))


def _plain(value: Any) -> Any:
    """Texts without case; of lists the order does not matter."""
    if isinstance(value, str):
        return value.casefold()
    return sorted(str(_plain(one)) for one in value) if isinstance(value, list) else value


def _order(held: Any, wanted: Any) -> int:
    """1, 0 or -1; 0 also for what cannot be compared."""
    alike = isinstance(held, str) and isinstance(wanted, str)
    return int(held > wanted) - int(held < wanted) if alike or (_is_number(held) and _is_number(wanted)) else 0


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
