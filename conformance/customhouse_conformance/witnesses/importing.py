"""Stimuli of asynchronous imports: ends, failures, clashes and people at stake that were really met."""

import math
from collections.abc import Sequence

from customhouse_conformance.facts import Exchange
from customhouse_conformance.findings import Evidence, Unseen, evidence
from customhouse_conformance.imports import (
    COMPLETED,
    ENDED,
    POST,
    PROPERTIES,
    SEARCH,
    accepted,
    as_row,
    columns,
    ends_told,
    failed_rows,
    import_lines,
    is_held,
    is_kept_waiting,
    is_silent,
    people_of,
    polls,
    posts,
    sent_in,
    told_id,
    webhooks,
)
from customhouse_conformance.record import Record
from customhouse_conformance.registry import witness
from customhouse_conformance.store import NOTHING, matches, people, shape, strangers, wanted
from customhouse_conformance.witnesses.runs import some_work_done


@witness
def import_accepted(record: Record) -> Evidence | None:
    """An import was accepted with an id, and the importer ended by itself."""
    begun = [post for post in accepted(record) if told_id(post) is not None]
    return evidence(begun[:5]) if begun and not record.ended_by_ceiling else None


@witness
def import_accepted_without_id(record: Record) -> Evidence | None:
    """An import was accepted with importId null."""
    begun = [post for post in accepted(record) if (post.response.json() or {"importId": 0}).get("importId") is None]
    return evidence(begun[:5]) if begun else None


@witness
def import_ended(record: Record, status: str) -> Evidence | None:
    """An import that the importer began came to this end."""
    lines = import_lines(record, status)
    return evidence(accepted(record)[:5], imports=[one["importId"] for one in lines]) if lines else None


@witness
def import_never_ended(record: Record) -> Evidence | None:
    """An import that the importer began does not end."""
    lines = [one for one in import_lines(record) if one["status"] not in ENDED]
    return evidence(accepted(record)[:5], imports=[one["importId"] for one in lines]) if lines else None


@witness
def records_failed(record: Record) -> Evidence | None:
    """A COMPLETED import lists failedRecords, and others of its people are in."""
    lines = [one for one in import_lines(record, COMPLETED) if one["failedRecords"]]
    return (
        evidence(accepted(record)[:5], imports=[one["importId"] for one in lines]) if _worked(record, lines) else None
    )


@witness
def poll_came_too_early(record: Record) -> Evidence | None:
    """An import that had been accepted was answered 404."""
    given = {told_id(post) for post in accepted(record)}
    early = [one for one in polls(record) if one.status == 404 and one.path.rsplit("/", 1)[-1] in given]
    return evidence(early[:5]) if early else None


@witness
def rows_beyond(record: Record, most: int) -> Evidence | None:
    """The source holds more rows than one request takes, and people were sent."""
    return evidence(posts(record)[:5], rows=[most]) if len(wanted(record)) > most and posts(record) else None


@witness
def ragged_rows_sent(record: Record) -> Evidence | None:
    """Rows that name different properties were sent, all of them."""
    rows = wanted(record)
    named = {frozenset(columns(record, row)) for _, row in rows}
    if len(named) < 2 or not all(sent_in(record, row) for _, row in rows):
        return None
    return evidence(accepted(record)[:5], rows=[index for index, _ in rows])


@witness
def stored_values_at_stake(
    record: Record, fields: Sequence[str] = (), properties: bool = False
) -> Evidence | Unseen | None:
    """People have stored values that the source does not name, and all of them were imported."""
    at_stake = [index for index, row in wanted(record) if _has_more(record, index, fields, properties)]
    if spared := set(at_stake).intersection(failed_rows(record)):
        return Unseen(f"of {len(at_stake)} people with stored values at stake {len(spared)} failed in their import")
    if not at_stake or not all(sent_in(record, record.rows[index]) for index in at_stake):
        return None
    return evidence([post for index in at_stake for post in sent_in(record, record.rows[index])], rows=at_stake)


@witness
def nulls_sent(record: Record, property: str) -> Evidence | Unseen | None:
    """The source tells null from absent, and people of both kinds were imported over a stored value."""
    if record.header.source.format == "csv":
        return Unseen(
            "a cell of a csv file is blank or not: it holds no null that could be told from it", applies=False
        )
    rows = [(index, row, row.get(shape(record).attributes) or {}) for index, row in wanted(record)]
    null = [index for index, row, own in rows if property in own and own[property] is None and sent_in(record, row)]
    absent = [index for index, row, own in rows if property not in own and sent_in(record, row)]
    return evidence(accepted(record)[:5], rows=null + absent) if null and absent else None


@witness
def opted_out_imported(record: Record) -> Evidence | None:
    """People who had opted out were imported, all of them."""
    field = shape(record).opt_out or ""
    rows = [index for index, row in wanted(record) if any(one.get(field) for one in matches(record, row, "before"))]
    sent = [index for index in rows if sent_in(record, record.rows[index])]
    return evidence(accepted(record)[:5], rows=sent) if rows and rows == sent else None


@witness
def property_was_new(record: Record) -> Evidence | Unseen | None:
    """The rows name a property that was not there before, and people were imported."""
    known = {one["name"] for one in record.objects("property", "before")}
    used = {name for row in record.rows for name in row.get(shape(record).attributes) or {}}
    new = sorted(used - known)
    if new and not _worked(record, new):
        refused = next((one for one in posts(record) if one.refused_by), None)
        why = f" (exchange {refused.n} was refused: {refused.why or refused.status})" if refused else ""
        return Unseen(f"the rows name new properties ({', '.join(new[:3])}), and nobody was imported{why}")
    return evidence(accepted(record)[:5], properties=new) if new else None


@witness
def property_met(record: Record, property: str) -> Evidence | None:
    """The importer read the properties that are there, or sent values for this one."""
    met = [one for one in record.operation(PROPERTIES) if one.status == 200]
    met += [one for one in posts(record) if property in _properties_in(record, one)]
    return evidence(met[:5]) if met and not record.ended_by_ceiling else None


@witness
def somebody_else_met(record: Record) -> Evidence | None:
    """A record failed because of somebody else, or that person was shown by a search or changed; and others came in."""
    lines = [one for one in import_lines(record) if one["failedRecords"]]
    others = strangers(record)
    shown = [one for one in record.operation(SEARCH) if any(str(other["id"]) in one.response.body for other in others)]
    changed = [other for other in others if other not in people(record, active=False)]
    return evidence([*accepted(record)[:5], *shown[:5]]) if _worked(record, [*lines, *shown, *changed]) else None


@witness
def population_asked_for(record: Record) -> Evidence | None:
    """The importer was told a population, and sent people or looked for it; and it ended by itself."""
    asked = (*record.operation(POST), *record.operation("populations.list"))
    told = record.header.told.get("population")
    return evidence(asked[:5]) if told and asked and not record.ended_by_ceiling else None


@witness
def webhook_sent(record: Record, faults: Sequence[str] = (), times: int = 1) -> Evidence | Unseen | None:
    """At least so many webhooks came while the importer ran, each of these faults among them."""
    came = webhooks(record)
    struck = {fault for one in came for fault in one.faults}
    if len(came) >= times and struck >= set(faults):
        return evidence(came[:8])
    if late := next((one for one in came if is_kept_waiting(one)), None):
        waited = f"exchange {late.n} waited {late.took_ms:.0f} ms for an answer in vain"
        return Unseen(
            f"the importer had ended before all webhooks were sent: {waited}; answer first and work afterwards"
        )
    return None


@witness
def webhook_before_answer(record: Record) -> Evidence | None:
    """A webhook about an import came while its request waited for its answer."""
    return evidence(webhooks(record)[:5]) if is_held(record) and webhooks(record) else None


@witness
def both_imported(record: Record) -> Evidence | None:
    """Two processes ran to their own end, and of at least half of the rows the one sent them before the other's import
    was known to have ended.
    """
    if len(record.processes) < 2 or any(not process.ended_by_itself for process in record.processes):
        return None
    pairs = {index: sent for index, row in wanted(record) if len(sent := sent_in(record, row)) > 1}
    overlapping = [index for index, sent in pairs.items() if sent[1].at < _known_to_have_ended(record, sent[0])]
    return evidence(rows=overlapping) if overlapping and 2 * len(overlapping) >= len(wanted(record)) else None


@witness
def refused_for_good(record: Record, operation: str, statuses: Sequence[int]) -> Evidence | None:
    """A request of an operation was answered with one of these statuses."""
    refused = [one for one in record.operation(operation) if one.status in statuses]
    return evidence(refused[:5]) if refused else None


def _known_to_have_ended(record: Record, post: Exchange) -> float:
    id = told_id(post)
    return min((end.exchange.at for end in ends_told(record, id or "-")), default=math.inf)


def _worked(record: Record, found: Sequence[object]) -> bool:
    return bool(found) and some_work_done(record) is not None


def _has_more(record: Record, index: int, fields: Sequence[str], properties: bool) -> bool:
    row = record.rows[index]
    for person in matches(record, row, "before"):
        own = {name: person.get(name) for name in fields}
        own |= (person.get(shape(record).attributes) or {}) if properties else {}
        if any(value not in NOTHING and is_silent(record, row, name) for name, value in own.items()):
            return True
    return False


def _properties_in(record: Record, post: Exchange) -> set[str]:
    rows = [as_row(record, person) for person in people_of(post)]
    return {name for row in rows for name in row.get(shape(record).attributes) or {}}
