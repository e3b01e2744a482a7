"""What is wrong with how an app is plugged in that is asked for pages: pure functions of the smoke test's record."""

from collections.abc import Iterator

from customhouse_conformance.endings import last_line
from customhouse_conformance.pages import PAGE, START, asked, name_of, names, sessions, visits
from customhouse_conformance.record import Record
from customhouse_conformance.shapes import fold
from customhouse_conformance.smoke_columns import lost_columns
from customhouse_conformance.smoke_problem import Problem, Severity, tail


def diagnose_app(record: Record) -> list[Problem]:
    """In the order in which one would mend it; empty when the adapter works."""
    return [*_unlaunched(record), *_unbegun(record), *_pages(record), *_endings(record)]


def _unlaunched(record: Record) -> Iterator[Problem]:
    for one in visits(record, "launch"):
        if one.status is None or one.status >= 400:
            said = one.why or f"status {one.status}: {one.body.strip()[:200]}"
            what = f"the launch URL {one.url} was answered with {said}"
            yield Problem(Severity.IMPORTER, what, "is 'launch' in the manifest a page that it has?")


def _unbegun(record: Record) -> Iterator[Problem]:
    posts = record.operation(START)
    for one in posts:
        if one.status is None or one.status >= 400:
            said = f"inTandem refused the start with {one.status}: {one.why or one.response.body[:200]}"
            yield Problem(Severity.IMPORTER, said, "see docs/pull-apps.md for what it wants")
    if not posts:
        yield _no_start(record)


def _no_start(record: Record) -> Problem:
    if record.requests:
        one = record.requests[0]
        return Problem(
            Severity.IMPORTER,
            f"it called {one.method} {one.path}, and never POST /business/clients/v1/apps/{{app_code_name}}/import",
            f"opening the launch URL is to begin the import; {_opened(record)}",
        )
    refused = [stray for stray in record.strays if stray.where == "api"]
    if not refused:
        return Problem(
            Severity.UNREACHED,
            f"no request reached the fake after the launch URL was opened; {_opened(record)}",
            "name in 'launch' the page that begins the import, and pass {base_url} to the app as the API's address",
        )
    without = "none with a credential" if all(one.auth == "missing" for one in refused) else "with another credential"
    return Problem(
        Severity.UNREACHED, f"{len(refused)} requests reached the fake, {without}", "pass {token} to it, through env"
    )


def _opened(record: Record) -> str:
    """What was opened and what came."""
    launches = visits(record, "launch")
    if not launches:
        return "the launch URL was never opened"
    one = launches[0]
    said = " ".join(one.body.split())[:100]
    return f"GET {one.url} was answered with " + (one.why or f"status {one.status}" + (f": {said}" if said else ""))


def _pages(record: Record) -> Iterator[Problem]:
    for one in asked(record, PAGE):
        if one.clients is None:
            status = f"{one.said} {one.exchange.response.body.strip()[:200]}".strip()
            yield Problem(
                Severity.IMPORTER,
                f"page {one.number} ({one.exchange.path}) was answered with {status}",
                'answer 200 and {"data": {"clients": […]}}; does the app answer below another path? Then say prefix',
            )
            return
    for session in sessions(record):
        if not session.complete:
            said = f"inTandem gave the session up: {session.line.get('ended_because')}"
            yield Problem(Severity.IMPORTER, said, "see docs/pull-apps.md for what it wants")
            return
    clients = [client for session in sessions(record) for client in session.clients]
    sent, emails = set(names(clients)), {fold(client.get("email")) for client in clients}
    unseen = [row for row in record.rows if name_of(row) not in sent and fold(row.get("email")) not in emails]
    if not unseen:
        yield from lost_columns(record, clients, "on the pages")
    elif sessions(record):
        what = f"{len(unseen)} of {len(record.rows)} rows were on no page"
        mend = "pass {source} or {source_url}, and name format, root and fields as the app reads them"
        yield Problem(Severity.IMPORTER, what, mend)


def _endings(record: Record) -> Iterator[Problem]:
    process = record.last_process
    said = last_line(process) or "nothing"
    if process.ended_by == "itself":
        what = f"it ended in the midst of the import with exit code {process.exit_code}; it said last: {said}"
        yield Problem(Severity.IMPORTER, f"{what}{tail(process)}", "it is to run until it is told to stop")
    elif process.ended_by == "stop-ignored":
        yield Problem(Severity.IMPORTER, "it did not end within 5 s of its signal", "name another signal in 'stop'")
    elif process.ended_by != "stopped":
        yield Problem(Severity.IMPORTER, f"the import did not come to its end ({process.ended_by})", "see its output")
