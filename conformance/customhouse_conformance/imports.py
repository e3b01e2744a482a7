"""What a record shows of asynchronous imports: requests with people in them, what became of each, and who saw it.

The words are Rally's. A person in a request is read as a row of the source, so that `store` can say whose it is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from customhouse_conformance.facts import Exchange, Process, Row
from customhouse_conformance.record import Record
from customhouse_conformance.store import identity, once, shape, wanted

POST, POLL, SEARCH, PROPERTIES, WEBHOOK = (
    "people.import",
    "imports.get",
    "people.search",
    "properties.list",
    "webhook.deliver",
)
COMPLETED, ERROR = "COMPLETED", "ERROR"
ENDED = (COMPLETED, ERROR)
#: How the sandbox calls the event of an import that has ended.
FINISHED = "person_import.api.finished"
#: A webhook that is refused has its answer in no time; one that waited so long, in milliseconds, was being worked on.
HEARD_MS = 1000.0
#: Fields of a person that are erased where one record of a request names them and another does not, as properties are.
NAMES = ("first_name", "last_name")


@dataclass(frozen=True, slots=True)
class End:
    """An import's end, as the importer was told of it: by an answer to a poll, or by a webhook that it took."""

    exchange: Exchange
    status: str
    failed: tuple[Row, ...]


def posts(record: Record, process: Process | None = None) -> tuple[Exchange, ...]:
    """Requests with people, whatever became of them."""
    return record.operation(POST, process)


def accepted(record: Record) -> tuple[Exchange, ...]:
    """Those that the provider took, though the importer may not have heard of it."""
    return tuple(post for post in posts(record) if post.committed and not (post.refused_by or "").startswith("rule:"))


def told_id(post: Exchange) -> str | None:
    """The id of the import that a request began, if the importer was given it."""
    body = post.response.json()
    given = body.get("importId") if isinstance(body, dict) and post.delivery == "complete" and post.committed else None
    return str(given) if given is not None else None


def people_of(post: Exchange) -> list[Row]:
    """The people of a request as they were sent; none if the journal kept only a part of it."""
    body = post.request.json()
    people = body.get("people") if isinstance(body, dict) else None
    return [one for one in people if isinstance(one, dict)] if isinstance(people, list) else []


def as_row(record: Record, person: Row) -> Row:
    """A person of a request in the words of a row, properties by name."""
    form = shape(record)
    row = {form.words.get(key, key): value for key, value in person.items()}
    sent = row.get(form.attributes)
    named = [(property_name(record, one), one.get("value")) for one in sent or () if isinstance(one, dict)]
    return {**row, form.attributes: dict(named)} if isinstance(sent, list) else row


def property_name(record: Record, sent: Row) -> str:
    """The name of a property in a request, which may be given by its id."""
    names = once(record, ("property names",), lambda: _names(record))
    return str(sent["name"] if "name" in sent else names.get(str(sent.get("propertyId")), sent.get("propertyId")))


def sent_in(record: Record, row: Row) -> list[Exchange]:
    """The accepted requests that hold the row's person."""
    found: list[Exchange] = once(record, ("sent",), lambda: _sent(record)).get(identity(record, row), [])
    return found


def share_people(record: Record, post: Exchange, other: Exchange) -> bool:
    """Whether somebody is in both of two requests."""
    one, two = ({identity(record, as_row(record, person)) for person in people_of(each)} for each in (post, other))
    return not one.isdisjoint(two)


def import_lines(record: Record, status: str | None = None) -> list[Row]:
    """The imports that the provider has at the end, of people and of this run."""
    old = {one["importId"] for one in record.objects("import", "before")}
    lines = [one for one in record.objects("import") if one["importId"] not in old]
    return [one for one in lines if status in (None, one["status"])]


def failed_rows(record: Record) -> list[int]:
    """Rows (by index) whose records the provider failed, whatever it told of that."""
    failures = [failure for line in import_lines(record) for failure in line["failures"]]
    people = {identity(record, {key: failure.get(key) for key in ("email", "phone")}) for failure in failures}
    return [index for index, row in wanted(record) if identity(record, row) in people]


def polls(record: Record, id: str | None = None) -> tuple[Exchange, ...]:
    """Questions after an import, or after any."""
    asked = record.operation(POLL)
    return tuple(one for one in asked if id is None or one.path.rsplit("/", 1)[-1] == id)


def webhooks(record: Record) -> tuple[Exchange, ...]:
    """Attempts at webhooks about imports, without those that came when nobody was there any more to answer.

    Somebody was there who answered, who let the webhook wait, who asked for more afterwards, or whose request waited
    for the webhook (which is so for the first attempt at each kind, where the profile says so).
    """
    last = max((one.n for one in record.requests), default=0)
    told = [one for one in record.operation(WEBHOOK) if FINISHED in one.request.body]
    first = {(one.group, one.faults): one.n for one in reversed(told)} if is_held(record) else {}
    return tuple(
        one for one in told if one.status is not None or is_kept_waiting(one) or one.n < last or one.n in first.values()
    )


def is_kept_waiting(webhook: Exchange) -> bool:
    """Whether an attempt that got no answer was heard nevertheless: nobody lets it wait who does not listen."""
    return webhook.status is None and webhook.took_ms >= HEARD_MS


def is_held(record: Record) -> bool:
    """Whether requests are answered when their webhooks have been tried."""
    return record.header.profile.get("webhook_moment") == "before_answer"


def ends_told(record: Record, id: str) -> list[End]:
    """How the importer could know that an import has ended."""
    found = [_end(one, one.response.json()) for one in polls(record, id) if one.status == 200]
    taken = (one for one in webhooks(record) if one.status is not None and one.status < 300)
    found += [_end(one, body) for one in taken if (body := one.request.json() or {}).get("importId") == id]
    return [one for one in found if one is not None]


def all_ends_told(record: Record) -> list[End]:
    """The same of all imports that the importer was given the id of."""
    return [end for post in accepted(record) if (id := told_id(post)) for end in ends_told(record, id)]


def is_silent(record: Record, row: Row, name: str) -> bool:
    """Whether the source says nothing of a field: it has none, or an empty csv cell, which erases nothing."""
    form = shape(record)
    values = row if name in FIELDS else row.get(form.attributes) or {}
    return name not in values or (record.header.source.format == "csv" and values[name] in (None, "", []))


#: Fields of a row that are no properties.
FIELDS = (
    "email",
    "phone",
    "first_name",
    "last_name",
    "opted_out",
    "last_contact_date",
    "additional_emails",
    "additional_phones",
)


def columns(record: Record, person: Row) -> set[str]:
    """What of a person in a request is a column of it: names and properties, in the words of a row."""
    row = as_row(record, person)
    return {*(name for name in NAMES if name in row), *(row.get(shape(record).attributes) or {})}


def _end(exchange: Exchange, body: Any) -> End | None:
    if not isinstance(body, dict) or body.get("status") not in ENDED:
        return None
    return End(exchange, body["status"], tuple(body.get("failedRecords") or ()))


def _names(record: Record) -> dict[str, str]:
    lines = (*record.objects("property", "before"), *record.objects("property"))
    return {str(one["propertyId"]): str(one["name"]) for one in lines}


def _sent(record: Record) -> dict[tuple[object, ...], list[Exchange]]:
    found: dict[tuple[object, ...], list[Exchange]] = {}
    for post, person in _people(record):
        found.setdefault(identity(record, as_row(record, person)), []).append(post)
    return found


def _people(record: Record) -> Iterator[tuple[Exchange, Row]]:
    yield from ((post, person) for post in accepted(record) for person in people_of(post))
