"""Clients: what the app makes of its source's rows, before any store has seen them."""

from collections.abc import Sequence
from typing import Any

from customhouse_conformance.findings import Finding, failed, passed
from customhouse_conformance.judges.paging import held_against, worst
from customhouse_conformance.pages import START, asked, name_of, names, sessions, source_of
from customhouse_conformance.record import Record
from customhouse_conformance.registry import judge
from customhouse_conformance.shapes import fold
from customhouse_conformance.store import BLANK, is_importable, reported

#: A client may always carry these: the one is mandatory, the other comes back in webhooks.
ALWAYS = ("first_name", "external_id")


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
    for session in sessions(record):
        sent = {name_of(client): client for client in session.clients}
        for index, row in enumerate(source_of(record, session.business)):
            client = sent.get(name_of(row))
            wrong = next((name for name in fields if client is not None and client.get(name) != row.get(name)), None)
            if wrong is not None and client is not None:
                said = f"row {index + 1}: {wrong} {row.get(wrong)!r} was sent as {client.get(wrong)!r}"
                return failed("changed", said, rows=[index])
    return worst([held_against(one, source_of(record, one.business)) for one in sessions(record)])


@judge
def only_mapped_fields(record: Record) -> Finding:
    """Clients carry the fields that the start announced, under its names or labels, and no others. Code: unmapped."""
    announced: set[str] = set(ALWAYS)
    for post in record.operation(START):
        mapping = (post.request.json() or {}).get("fields_mapping") or {}
        announced |= {*mapping, *(label for label in mapping.values() if isinstance(label, str))}
    for one in asked(record):
        for client in one.clients or ():
            if others := sorted(client.keys() - announced):
                said = f"page {one.number}: client {name_of(client)} has {others[0]!r}, which was not announced"
                return failed("unmapped", said, [one.exchange])
    return passed(f"clients carry {', '.join(sorted(announced))} only")


@judge
def ids_are_kept(record: Record) -> Finding:
    """external_id is the row's, and of one type on all pages and in all sessions. Codes: mixed-types, changed-id."""
    source = {str(row.get("email")): row.get("external_id") for row in record.rows}
    kinds: dict[str, Any] = {}
    for one in asked(record):
        for client in one.clients or ():
            id = client.get("external_id")
            kinds.setdefault(type(id).__name__, id)
            if len(kinds) > 1:
                said = " and ".join(f"{value!r} ({kind})" for kind, value in kinds.items())
                return failed("mixed-types", f"external_id is sent as {said}", [one.exchange])
            wanted = source.get(str(client.get("email")))
            if str(id) != str(wanted):
                return failed("changed-id", f"external_id {wanted!r} was sent as {id!r}", [one.exchange])
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


def _is_blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())
