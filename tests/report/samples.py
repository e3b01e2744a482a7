"""Reports of runs that nobody ran: results and records by hand, as large and as hostile as wanted."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from customhouse_conformance.comparison import Change
from customhouse_conformance.events import RequirementJudged, SuiteFinished, SuiteStarted
from customhouse_conformance.facts import Exchange, Process, Request, Response, Visit
from customhouse_conformance.findings import Evidence, Finding, Verdict
from customhouse_conformance.record import Record
from customhouse_conformance.register import Register
from customhouse_conformance.report.html import HtmlReport, Kills
from customhouse_conformance.results import Result, ScenarioFinding, count, count_overlays
from tests.conformance import records
from tests.conformance.toy import register

BEGAN = records.exchange().at

#: A kill matrix, as `customhouse mutants --out` writes it.
KILLS: dict[str, Any] = {
    "schema": 1,
    "requirements": ["INTERCOM-TOY-01", "INTERCOM-TOY-02", "INTERCOM-TOY-03"],
    "declared_only": False,
    "equal": False,
    "mutants": [
        {
            "name": "gives_up", "provider": "intercom", "why": "Gives up <b>.", "permanent": False, "status": "KILLED",
            "broken": None, "declared": ["INTERCOM-TOY-01", "INTERCOM-TOY-03"], "passes": [], "equal": False,
            "kills": [
                {"requirement": "INTERCOM-TOY-02", "verdict": "FAIL", "code": "lost-rows"},
                {"requirement": "INTERCOM-TOY-03", "verdict": "WARN", "code": "silent"},
            ],
            "codes": {"INTERCOM-TOY-01": ["wrong-fields", "lost-rows"], "INTERCOM-TOY-03": ["never-ended"]},
            "wrong": ["INTERCOM-TOY-03"],
        },
        {
            "name": "do_nothing", "provider": "intercom", "why": "Does nothing.", "permanent": True,
            "status": "KILLED", "broken": None, "declared": [], "passes": [], "equal": True, "kills": [],
        },
    ],
}  # fmt: skip


def exchanges(number: int, body: str = '{"external_id": "1"}', gap_s: float = 0.02) -> tuple[Exchange, ...]:
    """Creates, one after the other; every fifth is refused by the rate limit, every seventh is lost to a fault."""
    return tuple(_exchange(n, body, gap_s) for n in range(1, number + 1))


def _exchange(n: int, body: str, gap_s: float) -> Exchange:
    lost, refused = n % 7 == 0, n % 5 == 0
    status = None if lost else 429 if refused else 200
    return records.exchange(
        n,
        body,
        at=BEGAN + n * gap_s + (2 if n > 6 else 0),
        took_ms=12.0,
        status=status,
        response=Response({}, body, len(body)),
        delivery="abandoned" if lost else "complete",
        faults=("lost",) if lost else (),
        limit={"name": "app", "limit": 5, "remaining": 0 if refused else 3, "reset": BEGAN + 1, "window": n // 5},
    )


def pages(number: int) -> tuple[Exchange, ...]:
    """What a provider that pulls asks an app for, and the webhook after it."""
    return tuple(
        records.exchange(
            n,
            at=BEGAN + n * 0.01,
            took_ms=4.0,
            method="POST" if n % 3 == 0 else "GET",
            direction="out",
            operation="webhook.deliver" if n % 3 == 0 else "export.page",
            status=500 if n == 2 else 200,
        )
        for n in range(1, number + 1)
    )


def process(last: int, **changes: Any) -> Process:
    """A process that made all exchanges."""
    return records.process(first_exchange=1, last_exchange=last, **changes)


def record(importer: str, scenario: str, rows: tuple[Exchange, ...], **changes: Any) -> Record:
    """A record of these exchanges."""
    head = records.header(importer=importer, scenario=scenario)
    runs = (process(len(rows), visits=(Visit("launch", "http://app/", 0, 200, "", 1.0),)),)
    return records.record(**{"header": head, "processes": runs, "exchanges": rows, **changes})


def result(importer: str, toy: Register, id: str, verdict: Verdict, **changes: Any) -> Result:
    """A result of a toy requirement; `changes` are of its finding."""
    requirement = next(row for row in toy.requirements if row.id == id)
    code = "ok" if verdict is Verdict.PASS else "lost-rows"
    values: dict[str, Any] = {"code": code, "message": "2 of 3 rows are not there", "evidence": Evidence((2, 5), (0,))}
    finding = Finding(verdict, **{**values, **changes})
    found = tuple(ScenarioFinding(name, finding, ("first run: exit code 0",)) for name in requirement.scenarios)
    return Result(importer, "intercom", requirement, verdict, found, f"customhouse check {importer} --only {id}")


def sample(number: int = 12) -> tuple[list[Result], dict[str, dict[str, Record]]]:
    """Three importers and three requirements with four verdicts."""
    toy = register()
    verdicts = {
        "reference": (Verdict.PASS, Verdict.PASS, Verdict.PASS),
        "acme": (Verdict.PASS, Verdict.FAIL, Verdict.WARN),
        "other": (Verdict.FAIL, Verdict.NOT_EXERCISED, Verdict.PASS),
    }
    ids = [row.id for row in toy.requirements]
    results = [
        result(name, toy, id, verdict)
        for name, words in verdicts.items()
        for id, verdict in zip(ids, words, strict=True)
    ]
    kept = {
        name: {
            "plain": record(name, "plain", exchanges(number)),
            "refused": record(name, "refused", pages(9) if name == "other" else exchanges(number)),
        }
        for name in verdicts
    }
    return results, kept


def write(
    path: Path,
    results: Iterable[Result],
    kept: Mapping[str, Mapping[str, Record]],
    toy: Register | None = None,
    kills: Kills | None = None,
    changes: Sequence[Change] = (),
) -> Path:
    """Let the view write its report from the events of such a run."""
    results, toy = list(results), toy or register()
    view = HtmlReport(path, lambda _provider: toy, kills)
    names = tuple(dict.fromkeys(one.importer for one in results))
    view.handle(SuiteStarted("0.1.0", names, ("intercom",), len(results), 2, 0, 1, None, ran_by="0.0.9"))
    for one in results:
        view.handle(RequirementJudged(one, kept.get(one.importer, {})))
    view.handle(SuiteFinished(1.0, count(results), 1, count_overlays(results), changes))
    return path


HOSTILE = (
    '</script><script>window.pwned = 1</script><img src=x onerror="window.pwned=1">"\'><svg onload=window.pwned=1>'
    "{{ 7 * 191 }}{% raw %}\x00\x1b[31m\ud800\u202e]]>--><!-- javascript:window.pwned=1"
)


def hostile() -> tuple[list[Result], dict[str, dict[str, Record]], Register]:
    """Everything that somebody else may say says something evil."""
    toy = register()
    first = replace(toy.requirements[0], text=HOSTILE, source="javascript:window.pwned=1")
    toy = replace(toy, requirements=(first, *toy.requirements[1:]))
    evil = records.exchange(
        1, HOSTILE, path=f"/{HOSTILE}", query=HOSTILE, method=HOSTILE, operation=HOSTILE, why=HOSTILE,
        faults=(HOSTILE,), request=Request({}, HOSTILE, 9), response=Response({}, HOSTILE, 9), delivery=HOSTILE,
    )  # fmt: skip
    run = records.process(label=HOSTILE, stdout=HOSTILE, stderr=HOSTILE, ended_by=HOSTILE)
    kept = {HOSTILE: {"plain": record(HOSTILE, "plain", (evil, replace(evil, n=2, at=evil.at + 1)), processes=(run,))}}
    facts = Evidence((1,), (0,), {HOSTILE: HOSTILE})
    found = result(HOSTILE, toy, first.id, Verdict.FAIL, code=HOSTILE, message=HOSTILE, evidence=facts)
    return [replace(found, repeat=HOSTILE)], kept, toy


class Outline(HTMLParser):
    """What a page consists of: every start tag with its attributes, and the text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        self.words.append("")

    def handle_data(self, data: str) -> None:
        if self.words:
            self.words[-1] += data

    def of(self, tag: str) -> list[dict[str, str]]:
        """The attributes of all elements of a kind."""
        return [attributes for name, attributes in self.tags if name == tag]
