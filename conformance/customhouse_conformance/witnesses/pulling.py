"""What a pulling provider was seen to do with an app. None of it is seen with an app that hands out no clients."""

from collections.abc import Sequence
from itertools import pairwise

from customhouse_conformance.facts import Process
from customhouse_conformance.findings import Evidence, Unseen, evidence
from customhouse_conformance.pages import (
    DONE,
    PAGE,
    PROBE,
    START,
    WEBHOOK,
    Asked,
    asked,
    handed_out,
    name_of,
    sessions,
    visits,
)
from customhouse_conformance.record import Record
from customhouse_conformance.registry import witness
from customhouse_conformance.store import matches, wanted


@witness
def start_sent(record: Record) -> Evidence | None:
    """The app asked for an import to begin."""
    posts = record.operation(START)
    return evidence(posts[:5]) if posts else None


@witness
def clients_served(record: Record, pages: int = 1) -> Evidence | Unseen:
    """At least so many pages with clients of the source were handed out."""
    full = [one.exchange for one in handed_out(record, PAGE)]
    return evidence(full[:5]) if len(full) >= pages else _too_few("pages with clients of the source", pages, full)


@witness
def every_import_served(record: Record) -> Evidence | Unseen:
    """Of every import that was wanted, pages with clients of the source were handed out."""
    full = handed_out(record, PAGE)
    wanted, served = len(visits(record, "launch")), len({one.exchange.group for one in full})
    if full and served >= wanted:
        return evidence([one.exchange for one in full[:5]])
    return Unseen(f"{wanted} imports were wanted, and of {served or 'none'} were clients of the source handed out")


def whole_import(record: Record) -> Evidence | None:
    """Every row that can be imported is in the store."""
    rows = wanted(record)
    if not rows or not all(matches(record, row) for _, row in rows):
        return None
    return evidence(rows=[index for index, _ in rows[:20]])


@witness
def page_before_the_answer(record: Record) -> Evidence | None:
    """The answer to the start was held back until the first page was answered."""
    held = record.header.profile.get("start") == "before-answer"
    found = [one.exchange for one in asked(record, PAGE)]
    return evidence(found[:5]) if held and found else None


@witness
def page_asked(record: Record, number: int) -> Evidence | None:
    """After full pages, this page was asked for."""
    found = [one.exchange for one in asked(record, PAGE) if one.number == number]
    return evidence(found) if found else None


@witness
def second_session_wanted(record: Record, gone: bool = False) -> Evidence | None:
    """A first session handed out clients, and an import was wanted again; with `gone`, nobody ended the first one."""
    began = sessions(record)
    if not began or not began[0].clients or len(visits(record, "launch")) < 2:
        return None
    ended = bool(began[0].dones)
    return evidence([one.exchange for one in began[0].walk[:5]]) if not (gone and ended) else None


@witness
def minus_one_asked(record: Record) -> Evidence | None:
    """Page -1 was asked for in a session that handed out clients."""
    worked = [session for session in sessions(record) if session.clients]
    found = [one.exchange for session in worked for one in session.dones]
    return evidence(found) if found else None


@witness
def minus_one_came_first(record: Record) -> Evidence | None:
    """Page -1 was asked for before page 1, and the walk began nevertheless."""
    for session in sessions(record):
        if session.walk and session.asked[0].exchange.operation == DONE:
            return evidence([one.exchange for one in session.asked[:5]])
    return None


@witness
def asked_again(record: Record) -> Evidence | None:
    """A page with clients was asked for more than once in one session."""
    genuine = handed_out(record, PAGE, PROBE)
    for session in sessions(record):
        full = [one for one in session.asked if one in genuine]
        again = [one for one in full if [other.key for other in full].count(one.key) > 1]
        if again:
            return evidence([one.exchange for one in again])
    return None


@witness
def asked_out_of_order(record: Record, pages: int) -> Evidence | Unseen:
    """Later pages were asked for before page 1, and so many answers held clients."""
    genuine = handed_out(record, PAGE, PROBE)
    full: list[Asked] = []
    for session in sessions(record):
        order = [one for one in session.asked if one.number is not None and one.number > 0]
        full = [one for one in order if one in genuine]
        if order and order[0].number != 1 and len(full) >= pages:
            return evidence([one.exchange for one in order])
    return _too_few("pages with clients, asked for out of order,", pages, full)


@witness
def probed(record: Record, times: int = 1) -> Evidence | Unseen:
    """An app that hands out clients was asked beside the walk, at least so many times."""
    found = [one.exchange for one in asked(record, PROBE)]
    served = clients_served(record)
    if not served:
        return served
    return evidence(found) if len(found) >= times else _too_few("questions beside the walk", times, found)


@witness
def parameter_sent(record: Record, names: Sequence[str]) -> Evidence | None:
    """Pages were asked for with these parameters."""
    found = [one.exchange for one in asked(record, PAGE) if all(name in one.exchange.arguments for name in names)]
    return evidence(found[:5]) if found else None


@witness
def many_pages(record: Record, pages: int) -> Evidence | Unseen:
    """A session had at least so many pages with clients."""
    full = max(([one for one in session.walk if one.clients] for session in sessions(record)), key=len, default=[])
    return evidence(pages=len(full)) if len(full) >= pages else _too_few("pages with clients", pages, full)


@witness
def source_turned(record: Record) -> Evidence | Unseen | None:
    """The source turned after a page with clients, and before the last one was asked for."""
    full = clients_served(record)
    return full if record.header.turned is not None and len(asked(record, PAGE)) > 1 else None


@witness
def killed_between_pages(record: Record) -> Evidence | None:
    """The app was killed after a page with clients and before the last, and asked again after it was back."""
    first, second = record.process("first"), record.process("second")
    if first is None or second is None or first.ended_by != "killed-by-plan":
        return None
    before = [one.exchange for one in asked(record, PAGE) if one.clients and _within(one.exchange.n, first)]
    after = [one.exchange for one in asked(record, PAGE) if one.exchange.status and not _within(one.exchange.n, first)]
    return evidence([*before, *after][:10]) if before and after else None


@witness
def businesses_interleaved(record: Record) -> Evidence | None:
    """Pages of two businesses were asked for in turns, and both were handed clients."""
    walk = [one for one in asked_in_order(record) if one.clients]
    changes = sum(one.business != other.business for one, other in pairwise(walk))
    return evidence([one.exchange for one in walk]) if changes >= 2 else None


@witness
def overtaken(record: Record) -> Evidence | None:
    """An import was wanted again while a session of the same business was handing out clients."""
    launches = visits(record, "launch")
    began = sessions(record)
    if len(launches) < 2 or not began or not began[0].clients:
        return None
    running = [one.exchange for one in began[0].asked if one.exchange.n > launches[1].after]
    return evidence(running[:5]) if running else None


@witness
def overtaken_by_another_source(record: Record) -> Evidence | None:
    """The same after the source had turned, and a page with clients followed when the app had begun another session.

    Where it began none, because it lets an import that runs come to its end, a page after it was asked for one.
    """
    launches, starts, began = visits(record, "launch"), record.operation(START), sessions(record)
    if record.header.turned is None or len(launches) < 2 or not began:
        return None
    wanted_again = starts[1].n if len(starts) > 1 else launches[1].after
    full = [one.exchange for one in began[0].walk if one.clients]
    later = [one for one in full if one.n > wanted_again]
    return evidence([full[0], *later[:4]]) if later and full[0] not in later else None


@witness
def upstream_failed(record: Record) -> Evidence | None:
    """A call to the source's API went wrong, and the app began an import or answered the person who wants it."""
    struck = [call.n for call in record.upstream if call.fault]
    tried = record.operation(START) or any(one.status is not None for one in visits(record, "launch"))
    return evidence(calls=struck[:5]) if struck and tried else None


@witness
def upstream_read(record: Record) -> Evidence | None:
    """The source's API was asked for rows, and inTandem asked the app for pages."""
    found = [one.exchange for one in asked(record, PAGE)]
    return evidence(found[:5], calls=len(record.upstream)) if found and record.upstream else None


@witness
def knocked(record: Record) -> Evidence | None:
    """A stranger asked for pages, before and after a session that imported everything."""
    return whole_import(record) if len(visits(record, "knock")) >= 2 else None


@witness
def webhooks_sent(record: Record, times: int) -> Evidence | Unseen | None:
    """So many webhooks were sent about clients that were handed out, one of them about an unknown session."""
    sent = record.operation(WEBHOOK)
    if len(sent) < times:
        never = "" if sent else " (it did not subscribe bulk_import/done)"
        return Unseen(f"{_too_few('webhooks', times, sent).why}{never}")
    return evidence(sent[:10]) if visits(record, "webhook") and clients_served(record) else None


@witness
def overriding(record: Record) -> Evidence | Unseen | None:
    """An import was begun with should_override, and brought clients that were there before."""
    posts = [one for one in record.operation(START) if (_params(one.request.json())).get("should_override") is True]
    if not posts:
        return Unseen("no import was begun with should_override = true")
    there = {name_of(one) for one in record.objects("client", "before")}
    absent = there - {name_of(client) for one in handed_out(record, PAGE) for client in one.clients or ()}
    if absent:
        return Unseen(f"{len(absent)} of the {len(there)} clients that were there before were not handed out")
    return clients_served(record) if there else None


@witness
def outcome_known(record: Record, outcomes: Sequence[str]) -> Evidence | Unseen | None:
    """The fake counted some of each of these (created, updated, skipped, failed), and all rows were asked for."""
    lines = [session.line for session in sessions(record)]
    counted = all(sum(int(line[name]) for line in lines) > 0 for name in outcomes)
    return clients_served(record) if lines and counted else None


def asked_in_order(record: Record) -> list[Asked]:
    """The pages of all sessions as they were asked for."""
    return sorted(asked(record, PAGE), key=lambda one: one.exchange.n)


def _too_few(what: str, wanted: int, came: Sequence[object]) -> Unseen:
    if wanted == 1:
        return Unseen(f"no {what} came")
    return Unseen(f"at least {wanted} {what} were wanted, {len(came) or 'none'} came")


def _within(n: int, process: Process) -> bool:
    return process.last_exchange is not None and n <= process.last_exchange


def _params(body: object) -> dict[str, object]:
    params = body.get("import_params") if isinstance(body, dict) else None
    return params if isinstance(params, dict) else {}
