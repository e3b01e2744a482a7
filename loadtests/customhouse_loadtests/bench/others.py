"""What importers ask of Rally and of inTandem, and the pages that inTandem asks of an app.

Each row of `CALLS` is measured in an account of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from customhouse_loadtests.programs import FAKES, python

from . import app
from .cores import seat
from .drive import Client
from .ledger import Ledger
from .plan import CONNECTIONS, Plan
from .processes import running
from .pulling import NAME as PAGE
from .pulling import START, pull, start_path
from .subject import Account
from .traffic import email, request

Json = dict[str, Any]
Say = Callable[[str], None]
PEOPLE = "/api/public/v1/people"
#: A job that is accepted and not begun as long as the benchmark runs.
NEVER_S = 10_000_000.0
#: Of the plan's calls, for those that take long.
IN_PROPORTION = 10


@dataclass(frozen=True, slots=True)
class Call:
    """A call of another provider than Intercom. `status`: what every answer must have; `document`: of its sandbox.

    `requests` makes so many for an account, counted on from a number; it may ask the account for ids first.
    """

    name: str
    title: str
    provider: str
    status: int
    requests: Callable[[Account, int, int], list[bytes]]
    document: Json = field(default_factory=dict)
    share: int = 1


def person(number: int) -> Json:
    """Somebody as Rally knows them."""
    return {
        "email": email(number),
        "firstName": "Wilhelmina",
        "lastName": f"Example {number}",
        "phone": f"+49 30 {number:08d}",
        "isOptedOut": False,
    }


def _imports(people: int, account: Account, first: int, count: int) -> list[bytes]:
    return [
        request(
            "POST",
            f"{PEOPLE}/import",
            account.token,
            {"people": [person(number * people + turn) for turn in range(people)]},
        )
        for number in range(first, first + count)
    ]


def _polls(account: Account, _first: int, count: int) -> list[bytes]:
    import_id = account.ask("POST", f"{PEOPLE}/import", {"people": [person(0)]})["importId"]
    return [request("GET", f"/api/public/v1/imports/{import_id}", account.token)] * count


def _searches(account: Account, _first: int, count: int) -> list[bytes]:
    account.ask("POST", f"{PEOPLE}/import", {"people": [person(number) for number in range(app.CLIENTS)]})
    document = {"attachProperties": ["FIRST_NAME", "LAST_NAME"], "pageInfo": {"size": app.CLIENTS}}
    return [request("POST", f"{PEOPLE}/search", account.token, document)] * count


def _starts(account: Account, _first: int, count: int) -> list[bytes]:
    account.ask("POST", start_path(account), START)  # the very first loads what asks an app
    return [request("POST", start_path(account), account.token, START)] * count


def _clients(account: Account, first: int, count: int) -> list[bytes]:
    return [
        request("POST", "/platform/v1/clients", account.token, app.client(number))
        for number in range(first, first + count)
    ]


#: At once: the call that accepts an import does its work too, so that it is in the numbers.
AT_ONCE: Json = {"profile": {"processing": "at_once"}}
CALLS = (
    Call("rally.import", "Rally: import of 1 person", "rally", 202, partial(_imports, 1), AT_ONCE),
    Call("rally.import_100", "Rally: import of 100", "rally", 202, partial(_imports, 100), AT_ONCE, IN_PROPORTION),
    Call("rally.poll", "Rally: poll", "rally", 200, _polls, {"profile": {"start_delay_s": NEVER_S}}),
    Call("rally.search", "Rally: search, 100 people", "rally", 200, _searches, AT_ONCE, IN_PROPORTION),
    Call("intandem.create", "inTandem: create", "intandem", 201, _clients),
    Call(
        "intandem.start",
        "inTandem: start of an import",
        "intandem",
        201,
        _starts,
        {"profile": {"start_delay_s": NEVER_S}},
        IN_PROPORTION,
    ),
)
#: Rows of tables and plot: name of the measure, and what it is called.
ROWS = (*((call.name, call.title) for call in CALLS), (PAGE, "inTandem: page of 100, asked of an app"))


def others(plan: Plan, client: Client, ledger: Ledger, say: Say) -> None:
    """All rows, in rounds."""
    pages = max(CONNECTIONS[-1], plan.calls // IN_PROPORTION)
    with running(FAKES) as server, python(("-m", app.__name__, str(pages))) as served:
        seat(served.pid, "client")
        url = str(served.ready()[app.NAME]["url"])
        accounts = [
            (call, Account(server, client, call.provider, call.name, call.document, call.status)) for call in CALLS
        ]
        first = 0
        for turn in range(1, plan.rounds + 1):
            say(f"round {turn} of {plan.rounds}: Rally and inTandem")
            for connections in CONNECTIONS:
                for call, account in accounts:
                    count = max(connections, plan.calls // call.share)
                    burst = call.requests(account, first, count)
                    ledger.add_all(f"{call.name}.{connections}", account.measure(burst, connections))
                first += plan.calls
                ledger.add_all(f"{PAGE}.{connections}", pull(server, client, url, connections, pages // connections))
