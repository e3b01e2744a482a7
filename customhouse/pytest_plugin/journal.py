"""What was asked of an account, and what it asked of others."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import parse_qsl

import orjson

from customhouse_fakes.core.journal import Exchange
from customhouse_fakes.core.sandbox import Sandbox
from customhouse_fakes.core.serving import Harness

#: What the fake inTandem asks of an app; no client can call these.
ASKED_OF_APPS = ("export.page", "export.done", "export.probe")
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Call:
    """One exchange. `direction` is `in`, or `out` for what the fake asked of others: a page, a webhook.

    `json` is what was sent and `answer` what was answered, as JSON if it is some, else as text. `refused_by` and `why`
    say who refused (`rule:conflict.active`, `fault:F1`, `rate-limit:app`); `row` is all that the journal knows.
    """

    n: int
    at: float
    direction: str
    operation: str | None
    method: str
    path: str
    query: str
    headers: dict[str, str]
    json: Any
    status: int | None
    answer: Any
    refused_by: str | None
    why: str | None
    row: dict[str, Any]

    @classmethod
    def of(cls, row: dict[str, Any]) -> Call:
        """Out of a row of the journal, as the control plane shows it."""
        answer = row["response"] or {"body": ""}
        names = ("n", "at", "direction", "operation", "method", "path", "query", "status", "refused_by", "why")
        return cls(
            **{name: row[name] for name in names},
            headers=row["request"]["headers"],
            json=_read(row["request"]["body"]),
            answer=_read(answer["body"]),
            row=row,
        )

    @property
    def params(self) -> dict[str, str]:
        """The query, taken apart; of a name that is there twice, the last."""
        return dict(parse_qsl(self.query, keep_blank_values=True))

    def __str__(self) -> str:
        query = f"?{self.query}" if self.query else ""
        about = ", ".join(word for word in (self.operation, self.refused_by) if word)
        return f"#{self.n} {self.method} {self.path}{query} -> {self.status or 'no answer'}" + (
            f" ({about})" if about else ""
        )


class CannotTellError(AssertionError):
    """The journal has forgotten its oldest exchanges, so nothing can be said of what did not happen."""


class Journal:
    """The exchanges of one account, oldest first. Filters are globs, but for `status` and `body_contains`."""

    def __init__(self, harness: Harness, sandbox: Sandbox) -> None:
        self._run = harness.run
        self._sandbox = sandbox

    def calls(self, operation: str = "*", **filters: Any) -> list[Call]:
        """The exchanges that match: `operation`, `direction`, `method`, `path`, `status`, `body_contains`, `since`."""
        return self._find(operation, filters)[0]

    def count(self, operation: str = "*", **filters: Any) -> int:
        """How many match; `CannotTellError` if the journal has forgotten some that might."""
        __tracebackhide__ = True
        calls, complete = self._find(operation, filters)
        if not complete:
            raise CannotTellError(_forgot(operation))
        return len(calls)

    def assert_called(self, operation: str, times: int | None = None, **filters: Any) -> list[Call]:
        """The matching exchanges; fails if there are none, or not so many."""
        __tracebackhide__ = True
        calls, complete = self._find(operation, filters)
        if times is None and calls:
            return calls
        if not complete:
            raise CannotTellError(_forgot(operation))
        if len(calls) != times:
            wanted = "at least one call" if times is None else f"{times} calls"
            raise AssertionError(
                f"{wanted} of {_named(operation, filters)} expected, got {len(calls)}\n{self._listing()}"
            )
        return calls

    def assert_not_called(self, operation: str, **filters: Any) -> None:
        """Fails if there is a matching exchange."""
        __tracebackhide__ = True
        self.assert_called(operation, times=0, **filters)

    def __str__(self) -> str:
        return self._listing()

    def _find(self, operation: str, filters: dict[str, Any]) -> tuple[list[Call], bool]:
        self._refuse_unknown(operation)

        def find() -> tuple[list[dict[str, Any]], bool]:
            found = self._sandbox.journal.find(operation=operation, **filters)
            return rows_of(found.rows, self._sandbox), found.complete

        rows, complete = self._run(find)
        return [Call.of(row) for row in rows], complete

    def _refuse_unknown(self, operation: str) -> None:
        """A misspelt operation is called by nobody, and that must not pass for a finding."""
        known = (*sorted(self._sandbox.provider.operations), *ASKED_OF_APPS)
        if not any(fnmatchcase(name, operation) for name in known):
            near = difflib.get_close_matches(operation, known, n=3) or known
            raise ValueError(f"no operation is called {operation!r}; did you mean {' or '.join(near)}?")

    def _listing(self) -> str:
        """The last exchanges, a line each."""
        rows = self._run(lambda: rows_of(self._sandbox.journal.rows(), self._sandbox))
        if not rows:
            return "nothing was called"
        more = [f"  ({len(rows) - SHOWN} more before these)"] if len(rows) > SHOWN else []
        return "\n".join(["what was called:", *more, *(f"  {Call.of(row)}" for row in rows[-SHOWN:])])


def rows_of(exchanges: Iterable[Exchange], sandbox: Sandbox) -> list[dict[str, Any]]:
    """Exchanges as they are shown: without secrets. On the fake's own thread only."""
    secrets = sandbox.secrets()
    return [exchange.to_json(secrets) for exchange in exchanges]


def _named(operation: str, filters: dict[str, Any]) -> str:
    return operation + "".join(f", {name} {value!r}" for name, value in filters.items())


def _forgot(operation: str) -> str:
    return (
        f"cannot tell how often {operation} was called: the journal has forgotten or cut some exchanges; "
        'give it more room with @pytest.mark.customhouse(limits={"journal": 100_000})'
    )


def _read(body: str) -> Any:
    try:
        return orjson.loads(body) if body else None
    except orjson.JSONDecodeError:
        return body
