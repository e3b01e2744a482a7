"""Pages: is what the app hands out the source, each row once, whatever it is asked, however often and in what order?"""

import re
from statistics import median

from customhouse_conformance.facts import Row, Visit
from customhouse_conformance.findings import Finding, failed, not_shown, passed
from customhouse_conformance.pages import (
    PROBE,
    Asked,
    Session,
    asked,
    doubled,
    names,
    sessions,
    source_of,
    turned_rows,
    visits,
)
from customhouse_conformance.record import Record
from customhouse_conformance.registry import judge

#: How a launch page says that there is nothing to import.
NOTHING_TO_IMPORT = re.compile(
    r"(?<![\w.-])(?:nothing|nobody|no one|none|empty|zero|0|(?:no|without|n't any|not any)(?:[ _-]\w+){0,3}?[ _-]"
    r"(?:clients?|contacts?|customers?|people|persons?|rows?|records?|entry|entries|items?|lines?|data))(?![\w-])",
    re.IGNORECASE,
)


def held_against(session: Session, rows: list[Row]) -> Finding:
    """Whether the pages of a session hold these rows exactly once. Codes: lost-rows, doubled-rows, invented."""
    wanted, found = names(rows), names(session.clients)
    lost = [name for name in dict.fromkeys(wanted) if name not in set(found)]
    if lost:
        why = "" if session.complete else f"; the session ended because of: {session.line.get('ended_because')}"
        said = f"{len(lost)} of {len(wanted)} rows are on no page, first {lost[0]}{why}"
        return failed("lost-rows", said, [one.exchange for one in session.walk[-5:]])
    if twice := doubled(found):
        on = [one.exchange for one in session.walk if twice[0] in names(one.clients or ())]
        return failed("doubled-rows", f"{len(twice)} rows are on more than one place, first {twice[0]}", on)
    if invented := sorted(set(found) - set(wanted)):
        return failed("invented", f"{len(invented)} clients are in no row of the source, first {invented[0]}")
    return passed(f"{len(session.pages)} pages hold all {len(wanted)} rows, each once")


@judge
def pages_hold_the_source(record: Record) -> Finding:
    """In every session the union of the pages is the source, exactly once. Codes: no-session, and of held_against."""
    return worst([held_against(one, source_of(record, one.business)) for one in sessions(record)])


@judge
def pages_are_full(record: Record) -> Finding:
    """No page holds more than per_page, and only the last one fewer. Codes: overfull, clamped."""
    for session in sessions(record):
        whole = len(source_of(record, session.business))
        for number, one in session.pages.items():
            size, held = one.per_page or 0, len(one.clients or ())
            if held > size:
                return failed("overfull", f"page {number} holds {held} clients, {size} were asked for", [one.exchange])
            if held < size and len(session.clients) < whole:
                left = whole - len(session.clients)
                said = f"page {number} holds {held} clients of {size} asked for, and {left} rows were still to come"
                return failed("clamped", said, [one.exchange])
    found = sorted({one.per_page for one in asked(record) if one.per_page})
    return passed(f"per_page {', '.join(map(str, found))} was honoured")


@judge
def last_page_is_empty(record: Record) -> Finding:
    """After the last row, at the end of a full page, comes an empty page with status 200. Codes: not-200, not-empty."""
    first = sessions(record)[0]
    behind = [one for one in first.walk if ((one.number or 1) - 1) * (one.per_page or 1) >= len(record.rows)]
    return _is_empty(behind[0]) if behind else failed("not-200", "the page after the last row was never asked for")


@judge
def empty_source_is_an_empty_page(record: Record) -> Finding:
    """A session over a source without rows gets an empty page 1, with status 200. Codes: not-200, not-empty, crashed.

    An app that says to its user that there is nothing to import, and begins no session, is fine too.
    """
    began = sessions(record)
    if len(began) < 2:
        return _nothing_to_import(visits(record, "launch")[-1])
    return _is_empty(began[-1].walk[0]) if began[-1].walk else failed("not-200", "page 1 was never answered")


def _nothing_to_import(launch: Visit) -> Finding:
    if launch.status is None or launch.status >= 500:
        said = launch.why or f"status {launch.status}"
        return failed("crashed", f"no session was begun for a source without rows: the launch was answered with {said}")
    if not NOTHING_TO_IMPORT.search(launch.body):
        return not_shown("no session was begun for a source without rows, nor was it said that there is nothing in it")
    return passed("no session was begun for a source without rows, and that was said")


@judge
def beyond_the_end_is_empty(record: Record) -> Finding:
    """A page far beyond the end is empty, with status 200. Codes: not-200, not-empty."""
    return worst([_is_empty(one) for one in asked(record, PROBE)])


def _is_empty(one: Asked) -> Finding:
    page = one.exchange.arguments.get("page")
    if one.clients is None:
        return failed("not-200", f"page {page} was answered with {one.said} instead of an empty list", [one.exchange])
    if one.clients:
        return failed("not-empty", f"page {page} holds {len(one.clients)} clients", [one.exchange])
    return passed(f"page {page} is an empty list", [one.exchange])


@judge
def equal_pages_for_equal_questions(record: Record) -> Finding:
    """Whenever a page is asked for again, in any order, it is the same. Codes: refused, differs."""
    first: dict[object, Asked] = {}
    for session in sessions(record):
        first.clear()
        for one in session.asked:
            if one.number is None or one.number < 1:
                continue
            if one.clients is None:
                return failed("refused", f"page {one.number} was answered with {one.said}", [one.exchange])
            other = first.setdefault(one.key, one)
            if other.clients != one.clients:
                said = f"page {one.number} held {len(other.clients or ())} clients, and then {len(one.clients)} others"
                if names(other.clients or ()) == names(one.clients):
                    said = f"page {one.number} held the same clients with other fields"
                return failed("differs", said, [other.exchange, one.exchange])
    return passed("every page was the same each time")


@judge
def nonsense_is_refused(record: Record) -> Finding:
    """Page numbers that are none get a 4xx and no clients. Codes: dumped, crashed, accepted."""
    for one in asked(record, PROBE):
        status, question = one.exchange.status, one.exchange.query
        if one.clients:
            return failed("dumped", f"{question} was answered with {len(one.clients)} clients", [one.exchange])
        if status is None or status >= 500:
            said = one.exchange.why or f"status {status}"
            return failed("crashed", f"{question} was answered with {said}", [one.exchange])
        if not 400 <= status < 500:
            return failed("accepted", f"{question} was answered with status {status}", [one.exchange])
    return passed(f"{len(asked(record, PROBE))} nonsensical questions were refused with a 4xx")


@judge
def cost_is_flat(record: Record, times: float, slack_ms: float) -> Finding:
    """Late pages take at most so many times as long as early ones, and some ms. Code: grows.

    Of pages that were asked for again, early and late ones by turns, the quickest late one is held against the middle
    one of the early: a busy machine makes any page slow, but not all the late ones and hardly an early one.
    """
    again = [one for one in asked(record, PROBE) if one.clients and one.number]
    middle = max((number for session in sessions(record) for number in session.pages), default=0) / 2
    early = [one.exchange.took_ms for one in again if (one.number or 0) <= middle]
    late = [one.exchange.took_ms for one in again if (one.number or 0) > middle]
    if not early or not late:
        return not_shown("pages were asked for again after the last one, and early or late ones held no clients")
    said = f"of early pages the middle one took {median(early):.0f} ms, of late ones the quickest {min(late):.0f} ms"
    if min(late) > times * median(early) + slack_ms:
        return failed("grows", said, [one.exchange for one in again])
    return passed(said)


@judge
def never_cut_short(record: Record) -> Finding:
    """Whatever goes wrong: no short or empty page with status 200 before the end. Codes: cut-short, doubled-rows.

    A 5xx, a refused connection, a launch that fails are all fine: then nobody believes that all is imported.
    """
    for session in sessions(record):
        rows = source_of(record, session.business)
        finding = held_against(session, rows)
        if finding.code == "doubled-rows":
            return finding
        if session.complete and finding.code == "lost-rows":
            short = next((one for one in session.pages.values() if len(one.clients or ()) < (one.per_page or 0)), None)
            lost = len(rows) - len(session.clients)
            said = f"page {short.number if short else '?'} looked like the last one, and {lost} rows were still to come"
            return failed("cut-short", said, [short.exchange] if short else ())
    return passed("no page said that it was the last one before it was")


@judge
def nothing_lost_meanwhile(record: Record) -> Finding:
    """Rows that stayed while the source turned are on one page of each session. Codes: lost-rows, doubled-rows."""
    stayed = set(names(turned_rows(record)))
    findings = []
    for session in sessions(record):
        rows = [row for row in source_of(record, session.business) if names([row])[0] in stayed]
        finding = held_against(session, rows)
        findings.append(passed("no row was lost or doubled") if finding.code == "invented" else finding)
    return worst(findings)


def worst(findings: list[Finding]) -> Finding:
    """The first that failed, else the last; without any, there was no session."""
    bad = next((one for one in findings if one.code != "ok"), None)
    return bad or (findings[-1] if findings else failed("no-session", "no session was begun"))
