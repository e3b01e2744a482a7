"""Clients: what the app makes of its source's rows, before any store has seen them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from customhouse_conformance.facts import Row
from customhouse_conformance.findings import Finding, failed, not_shown, passed
from customhouse_conformance.judges.paging import held_against, worst
from customhouse_conformance.pages import START, asked, name_of, names, sessions, source_of
from customhouse_conformance.record import Record
from customhouse_conformance.registry import judge
from customhouse_conformance.shapes import fold
from customhouse_conformance.store import BLANK, is_importable, reported, same
from customhouse_fixtures import CLIENT

#: A client may always carry these: the one is mandatory, the other comes back in webhooks.
ALWAYS = ("first_name", "external_id")
NOT_ANNOUNCED = (
    "is not in fields_mapping, so inTandem ignores it; "
    "if the app does not take this column, leave it out of source.columns in the manifest"
)


@judge
def nobody_is_nameless(record: Record) -> Finding:
    """No client lacks a first name, rows without one are reported, and leaving them out shortens no page.

    Codes: nameless-sent, cut-short, not-reported, and those of held_against.
    """
    for one in asked(record):
        nameless = [client for client in one.clients or () if _is_blank(client.get("first_name"))]
        if nameless:
            said = f"page {one.number} holds {len(nameless)} clients without a first name, first {name_of(nameless[0])}"
            return failed("nameless-sent", said, [one.exchange])
    sent = {name for session in sessions(record) for name in names(session.clients)}
    for session in sessions(record):
        finding = held_against(session, [row for row in record.rows if is_importable(record, row)])
        if finding.code == "lost-rows":
            return failed("cut-short", f"rows that have a first name are missing: {finding.message}")
        if finding.code == "doubled-rows":
            return finding
    left_out = {index for index, row in enumerate(record.rows) if name_of(row) not in sent}
    silent = sorted(left_out - reported(record, left_out))
    if silent:
        first = name_of(record.rows[silent[0]])
        return failed(
            "not-reported", f"{len(silent)} rows were left out and are named nowhere, first {first}", rows=silent
        )
    return passed("no client was nameless, and no page was short because of it")


@judge
def text_is_kept(record: Record, fields: Sequence[str]) -> Finding:
    """These fields are sent as the source has them, character by character. Codes: changed, and of held_against."""
    mapping = _mapping(record)
    for index, row, client in _pairs(record):
        for name in fields:
            value = _value(client, name, mapping)
            if value != row.get(name):
                said = "was not sent" if value is None else f"was sent as {value!r}"
                return failed("changed", f"row {index + 1}: {name} {row.get(name)!r} {said}", rows=[index])
    return worst([held_against(one, source_of(record, one.business)) for one in sessions(record)])


@judge
def fields_are_kept(record: Record) -> Finding:
    """Clients carry all that their rows hold: the fields of inTandem's client card, and what else is announced.

    Codes: not-announced, not-sent, changed. An e-mail may be written in another case, and a blank may be left out.
    """
    mapping, compared = _mapping(record), 0
    for index, row, client in _pairs(record):
        compared += 1
        for name in (name for name in row if name in CLIENT[1:] or name in mapping):
            if problem := _unlike(record, name, row[name], _value(client, name, mapping), mapping):
                code, said = problem
                return failed(code, f"row {index + 1} ({name_of(row)}): {name} {said}", rows=[index])
    if not compared:
        return not_shown("no client has the external_id or e-mail of a row, so none could be compared")
    return passed(f"{compared} clients carry what their rows hold")


def _unlike(record: Record, name: str, wanted: Any, sent: Any, mapping: Mapping[str, Any]) -> tuple[str, str] | None:
    """Code and words if a field was not sent as it is."""
    if _is_blank(wanted) and _is_blank(sent):
        return None
    if name not in ALWAYS and not _keys(name, mapping):
        return "not-announced", NOT_ANNOUNCED
    if _is_blank(sent):
        return "not-sent", f"{wanted!r} was not sent"
    alike = fold(wanted) == fold(sent) if name == "email" else same(record, wanted, sent)
    return None if alike else ("changed", f"{wanted!r} was sent as {sent!r}")


def _pairs(record: Record) -> Iterator[tuple[int, Row, Row]]:
    """Each row of each session's source that became a client, with its index and that client."""
    for session in sessions(record):
        sent = {name_of(client): client for client in session.clients}
        by_email = {fold(client.get("email")): client for client in session.clients if client.get("email")}
        for index, row in enumerate(source_of(record, session.business)):
            client = sent.get(name_of(row)) or by_email.get(fold(row.get("email")))
            if client is not None:
                yield index, row, client


def _mapping(record: Record) -> dict[str, Any]:
    """The fields that were announced: name → label."""
    bodies = [post.request.json() for post in record.operation(START)]
    found = [body.get("fields_mapping") for body in bodies if isinstance(body, dict)]
    return {name: label for one in found if isinstance(one, dict) for name, label in one.items()}


def _value(client: Row, name: str, mapping: Mapping[str, Any]) -> Any:
    """A client's field, under a key that was announced for it; two are understood unannounced, under their names."""
    keys = _keys(name, mapping)
    return next((client[key] for key in ((name, *keys) if name in ALWAYS else keys or (name,)) if key in client), None)


def _keys(name: str, mapping: Mapping[str, Any]) -> list[str]:
    """The announced keys that mean a field, by themselves or by their label (contract section 1.2)."""
    return [key for key, label in mapping.items() if name in (_plain(key), _plain(label))]


def _plain(text: Any) -> str:
    return str(text).casefold().replace(" ", "_")


@judge
def only_mapped_fields(record: Record) -> Finding:
    """Clients carry the fields that the start announced, under its names or labels, and no others. Code: unmapped."""
    mapping = _mapping(record)
    announced = {*ALWAYS, *mapping, *(label for label in mapping.values() if isinstance(label, str))}
    for one in asked(record):
        for client in one.clients or ():
            if others := sorted(client.keys() - announced):
                said = f"page {one.number}: client {name_of(client)} has {others[0]!r}, which was not announced"
                return failed("unmapped", said, [one.exchange])
    return passed(f"clients carry {', '.join(sorted(announced))} only")


@judge
def ids_are_kept(record: Record) -> Finding:
    """external_id is the row's, and of one type on all pages and in all sessions. Codes: mixed-types, changed-id."""
    kinds: dict[str, Any] = {}
    seen: set[str] = set()
    for one in asked(record):
        for client in one.clients or ():
            id = client.get("external_id")
            kinds.setdefault(type(id).__name__, id)
            if len(kinds) > 1:
                said = " and ".join(f"{value!r} ({kind})" for kind, value in kinds.items())
                return failed("mixed-types", f"external_id is sent as {said}", [one.exchange])
            row = _row_of(client, record.rows)
            if row is None:
                return failed("changed-id", f"external_id {id!r} is no row's", [one.exchange])
            if str(id) != str(row.get("external_id")):
                said = "was not sent" if id is None else f"was sent as {id!r}"
                return failed("changed-id", f"external_id {row.get('external_id')!r} {said}", [one.exchange])
            seen.add(str(id))
    if 2 * len(seen) < len(record.rows):
        return not_shown(f"{len(seen)} of {len(record.rows)} rows were handed out, too few to tell")
    return passed(f"every external_id is the row's, and {next(iter(kinds), 'absent')} everywhere")


@judge
def blanks_are_left_out(record: Record) -> Finding:
    """Under override a field without a value is not sent, so that it can erase nothing. Codes: blank-sent, erased."""
    before = {str(one.get("external_id")): one for one in record.objects("client", "before")}
    after = {str(one.get("external_id")): one for one in record.objects("client")}
    for session in sessions(record):
        for client in session.clients:
            blank = sorted(name for name, value in client.items() if _is_blank(value))
            if blank:
                return failed("blank-sent", f"client {name_of(client)} was sent with a blank {blank[0]}")
    for id, old in before.items():
        gone = [name for name in ("phone", "address") if old.get(name) not in BLANK and after[id].get(name) in BLANK]
        if gone:
            return failed("erased", f"client {id} had a {gone[0]} before the import and has none now")
    return passed("no blank was sent, nothing was erased")


@judge
def same_people_once(record: Record) -> Finding:
    """Spellings of one e-mail are one client, those without an e-mail stay apart and without.

    Codes: invented-email, lost-rows, doubled-people.
    """
    with_email = {name_of(row): row.get("email") for row in record.rows}
    for session in sessions(record):
        for client in session.clients:
            if _is_blank(with_email.get(name_of(client))) and not _is_blank(client.get("email")):
                return failed("invented-email", f"{name_of(client)} has no e-mail and was sent as {client['email']!r}")
    stored = record.objects("client")
    emails = [fold(one.get("email")) for one in stored]
    present = {str(one.get("external_id")) for one in stored}
    for row in record.rows:
        email = fold(row.get("email"))
        if not email and str(row["external_id"]) not in present:
            return failed("lost-rows", f"{name_of(row)}, who has no e-mail, is not in the store")
        if email and email not in emails:
            return failed("lost-rows", f"nobody in the store has {email}")
    doubled = [email for email in emails if email and emails.count(email) > 1]
    if doubled:
        return failed("doubled-people", f"{doubled[0]} is in the store {emails.count(doubled[0])} times")
    return passed(f"{len(stored)} people, each once")


def _row_of(client: Row, rows: Sequence[Row]) -> Row | None:
    """The row that a client was made of, whatever its id: that of its e-mail, or of its first name if it has none."""
    known = "first_name" if _is_blank(client.get("email")) else "email"
    return next((row for row in rows if str(row.get(known)) == str(client.get(known))), None)


def _is_blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())
