"""Import sessions from the first call to the last page: begun as the vendor wants it, ended without harm."""

from collections.abc import Collection, Mapping, Sequence

from customhouse_conformance.facts import Exchange
from customhouse_conformance.findings import Finding, failed, not_shown, passed
from customhouse_conformance.judges.arrival import rows_arrive
from customhouse_conformance.judges.paging import held_against, never_cut_short, worst
from customhouse_conformance.pages import (
    DONE,
    START,
    asked,
    handed_out,
    name_of,
    names,
    says,
    sessions,
    source_of,
    turned_rows,
    visits,
)
from customhouse_conformance.record import Record
from customhouse_conformance.registry import judge
from customhouse_conformance.spoken import shown, spoken, tells
from customhouse_conformance.store import matches, reported_beside, wanted

#: So much of a page is shown in a message.
SHOWN = 100
#: So many rows of each kind are looked for in what an app says of 50,000.
LOOKED_AT = 20
UPLOAD_TYPES = ("single", "multi", None)


@judge
def start_is_valid(record: Record) -> Finding:
    """The import is begun with a mapping and parameters as documented, and is accepted; then clients come.

    Codes: malformed, refused, nothing-came.
    """
    posts = record.operation(START)
    for one in posts:
        if problem := _malformed(one):
            return failed("malformed", f"exchange {one.n}: {problem}", [one])
    refused = [one for one in posts if one.status is None or one.status >= 400]
    if refused:
        return failed("refused", f"the start was answered {refused[0].status}: {refused[0].why}", refused)
    if not handed_out(record):
        return failed("nothing-came", "the import was begun, and no page held a client of the source", posts)
    return passed("the import was begun as documented, and clients came", posts)


def _malformed(post: Exchange) -> str | None:
    body = post.request.json()
    mapping = body.get("fields_mapping") if isinstance(body, dict) else None
    params = body.get("import_params") if isinstance(body, dict) else None
    if not isinstance(mapping, dict) or not isinstance(params, dict):
        return "the body lacks fields_mapping or import_params, or they are no objects"
    if "first_name" not in mapping:
        return "fields_mapping does not have first_name, which is mandatory"
    if not isinstance(params.get("should_override", False), bool):
        return f"should_override is {params['should_override']!r}, not true or false"
    if params.get("upload_type") not in UPLOAD_TYPES:
        return f"upload_type is {params['upload_type']!r}, not single or multi"
    return None


@judge
def import_completes(record: Record) -> Finding:
    """Every session comes to its end, and every row is in the store. Codes: not-complete, and those of rows_arrive."""
    stopped = [session for session in sessions(record) if not session.complete]
    if stopped:
        said = f"session {stopped[0].line['id']} ended because of: {stopped[0].line.get('ended_because')}"
        return failed("not-complete", said, [one.exchange for one in stopped[0].asked[-3:]])
    return rows_arrive(record, fields=("email",))


@judge
def refusal_is_told(record: Record, fault: str, at_most: int, words: Mapping[str, Sequence[str]]) -> Finding:
    """A refused start is told to the person who wants to import, and not sent for ever. Codes: storm, not-told.

    `words` by status, and `any`: what tells of it beside the status itself. Where the launch page says that all is
    well, by a 2xx, output does not help: then it must be on that page or on the report.
    """
    tries = record.with_fault(fault)
    if len(tries) > at_most:
        return failed("storm", f"the refused start was sent {len(tries)} times", tries[:20])
    if any(session.clients for session in sessions(record)):
        return passed(f"after {len(tries)} refusals the import came about")
    statuses = sorted({str(one.status) for one in tries})
    telling = [*statuses, *(word for key in (*statuses, "any") for word in words.get(key, ()))]
    if not tells(shown(record) if _all_well(record) else spoken(record), telling):
        said = f"nothing that a person sees tells why (looked for {', '.join(telling)}); {_launched(record)}"
        return failed("not-told", said, tries[:1])
    return passed(f"refused {len(tries)} time(s), and the person was told")


@judge
def failing_source_is_told(record: Record, words: Sequence[str]) -> Finding:
    """What the source did not give is on no page that looks like the last; no import at all is not kept quiet.

    Codes: not-said, and those of never_cut_short.
    """
    finding = never_cut_short(record)
    if finding.code != "ok" or sessions(record):
        return finding
    refused = [one for one in visits(record, "launch") if one.status is not None and one.status >= 400]
    if not refused and not tells(spoken(record), words):
        return failed("not-said", f"the source failed, no import was begun, and nothing says so; {_launched(record)}")
    return passed(f"the source failed, no import was begun, and that was said; {_launched(record)}")


def _all_well(record: Record) -> bool:
    """Whether every launch page was answered with a 2xx."""
    return all(one.status is not None and 200 <= one.status < 300 for one in visits(record, "launch"))


def _launched(record: Record) -> str:
    pages = [f"status {one.status} {one.body.strip()[:SHOWN]!r}" for one in visits(record, "launch")]
    return f"the launch page had {', '.join(pages) or 'no answer'}"


@judge
def minus_one_is_answered(record: Record) -> Finding:
    """Page -1 gets status 200 and no clients. Codes: not-200, clients-with-minus-one."""
    for one in asked(record, DONE):
        if one.exchange.status != 200:
            return failed("not-200", f"page -1 was answered with {one.said}", [one.exchange])
        if one.clients:
            return failed("clients-with-minus-one", f"page -1 held {len(one.clients)} clients", [one.exchange])
    return passed(f"page -1 was answered {len(asked(record, DONE))} times as it should be")


@judge
def next_session_is_fresh(record: Record) -> Finding:
    """The first session is whole, and the next one is the source as it is then. Codes: early-end, no-session, stale.

    And those of held_against, for the second session.
    """
    first, *later = sessions(record)
    early = held_against(first, source_of(record, first.business))
    if early.code != "ok":
        return failed("early-end", f"the session with page -1 in it: {early.message}", early.evidence.exchanges)
    if not later:
        return failed("no-session", "no session was begun after it")
    finding = held_against(later[-1], turned_rows(record))
    if finding.code != "ok" and set(names(later[-1].clients)) == set(names(first.clients)):
        return failed("stale", "the second session holds what the source was in the first", finding.evidence.exchanges)
    return finding


@judge
def last_session_is_whole(record: Record) -> Finding:
    """A session that nobody ended does not stand in the way of the next. Codes: wedged, and those of held_against."""
    began = sessions(record)
    launches = len(visits(record, "launch"))
    if len(began) < launches:
        shown = ", ".join(f"status {one.status}" for one in visits(record, "launch"))
        return failed("wedged", f"{launches} imports were wanted, {len(began)} were begun (launch pages: {shown})")
    return held_against(began[-1], source_of(record, began[-1].business))


@judge
def every_session_is_whole(record: Record) -> Finding:
    """Two imports at a time: each session that was begun holds the source, once. Codes: those of held_against."""
    return worst([held_against(one, source_of(record, one.business)) for one in sessions(record)])


@judge
def businesses_kept_apart(record: Record) -> Finding:
    """Each business gets its own rows and nobody else's. Codes: mixed, and those of held_against."""
    for session in sessions(record):
        own = set(names(record.header.businesses[session.business]))
        strange = [name for name in names(session.clients) if name not in own]
        if strange:
            pages = [one.exchange for one in session.walk if strange[0] in names(one.clients or ())]
            said = f"{len(strange)} clients of another business went to {session.business}, first {strange[0]}"
            return failed("mixed", said, pages)
    return every_session_is_whole(record)


@judge
def strangers_get_nothing(record: Record, parameter: str = "business_uid") -> Finding:
    """Whoever is not a business with an import gets no clients, and no crash. Codes: gave-clients, crashed."""
    own = {session.business for session in sessions(record)}
    for one in asked(record):
        if one.exchange.arguments.get(parameter) in own:
            continue
        if one.clients:
            return failed("gave-clients", f"{one.exchange.query} got {len(one.clients)} clients", [one.exchange])
        if one.exchange.status is None or one.exchange.status >= 500:
            return failed("crashed", f"{one.exchange.query} was answered with {one.said}", [one.exchange])
    return passed("an unknown business got nothing")


@judge
def closed_door(record: Record) -> Finding:
    """Without an open session nobody gets clients, not even under the right business_uid. Code: gave-clients."""
    for one in visits(record, "knock"):
        body = one.json()
        data = body.get("data") if isinstance(body, dict) else None
        clients = data.get("clients") if isinstance(data, dict) else None
        if one.status == 200 and clients:
            when = "before" if one.after == 0 else "after"
            return failed("gave-clients", f"a stranger was given {len(clients)} clients {when} the session")
    return passed(f"{len(visits(record, 'knock'))} strangers got nothing")


@judge
def answers_in_time(record: Record) -> Finding:
    """No page takes longer than inTandem waits. Code: too-late.

    An error is quickly said, and so is an empty page: who lost rows has not shown that its pages come in time.
    """
    late = [one for session in sessions(record) for one in session.asked if one.exchange.delivery == "abandoned"]
    if late:
        return failed("too-late", f"page {late[0].number}: {late[0].exchange.why}", [one.exchange for one in late])
    if not all(matches(record, row) for _, row in wanted(record)):
        return not_shown("not every row is in: its answers may have been quick because they were no pages")
    slowest = max((one.exchange.took_ms for one in asked(record)), default=0.0)
    return passed(f"the slowest page took {slowest:.0f} ms")


@judge
def complete_or_reported(record: Record, limit: int) -> Finding:
    """All rows arrive, or those that did not fit into a session are reported. Code: lost-silently.

    Reported means that they are named, as those that are in are not, or that both how many there were and how many are
    in is said.
    """
    rows = source_of(record, sessions(record)[0].business)
    stored = {str(one.get("external_id")) for one in record.objects("client")}
    missing = [name for name in names(rows) if name not in stored]
    if not missing:
        return passed(f"all {len(rows)} rows are in")
    reported = _named_apart(record, stored) or (says(record, str(len(rows))) and says(record, str(len(stored))))
    if reported and len(stored) >= min(limit, len(rows)):
        return passed(f"{len(stored)} rows are in, and the {len(missing)} others were reported")
    return failed("lost-silently", f"{len(missing)} of {len(rows)} rows are not in, first {missing[0]}")


def _named_apart(record: Record, stored: Collection[str]) -> bool:
    """Whether rows that are not in are named, and not as those that are: of both as many as are looked at."""
    kinds: dict[bool, list[int]] = {True: [], False: []}
    for index, row in wanted(record):
        kinds[name_of(row) in stored].append(index)
    missing = kinds[False][:LOOKED_AT]
    return reported_beside(record, missing, kinds[True][-LOOKED_AT:]) == set(missing)
