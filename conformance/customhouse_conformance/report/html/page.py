"""What the page shows, out of results and records: cells, runs, and a line for each importer. No HTML here."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from customhouse_conformance.endings import how_it_ended
from customhouse_conformance.findings import Verdict
from customhouse_conformance.record import Record
from customhouse_conformance.register import Register, Requirement
from customhouse_conformance.report.html.excerpt import LAST_WORDS, TEXT, Bounds, Excerpt, excerpt, shortened
from customhouse_conformance.report.html.timeline import Drawing, draw
from customhouse_conformance.report.words import matters
from customhouse_conformance.results import Result, ScenarioFinding, conclude, count, count_overlays
from customhouse_conformance.verdicts import ORDER, NoRecord, combine

Records = Mapping[tuple[str, str], Mapping[str, Record | NoRecord]]

#: Exchange numbers and rows that a finding names on the page.
NUMBERS = 40
#: Processes of a run whose last words are shown.
PROCESSES = 4


@dataclass(frozen=True, slots=True)
class Seen:
    """One finding of a result. `run` is the id of the run that it is about, if the page shows it."""

    scenario: str
    verdict: Verdict
    code: str
    message: str
    exchanges: tuple[int, ...]
    rows: tuple[int, ...]
    more: int
    facts: str
    ended: tuple[str, ...]
    run: str | None


@dataclass(frozen=True, slots=True)
class Cell:
    """Where an importer and a requirement meet."""

    id: str
    result: Result
    seen: tuple[Seen, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """One scenario that one importer went through. `verdicts`: how many of each stand on it, but for PASS."""

    id: str
    importer: str
    provider: str
    scenario: str
    text: str
    plan: str
    verdicts: dict[Verdict, int]
    ended: tuple[str, ...]
    last_words: tuple[tuple[str, str], ...]
    strays: int
    upstream: int
    excerpt: Excerpt
    drawing: Drawing | None


@dataclass(frozen=True, slots=True)
class Importer:
    """The line of one importer."""

    name: str
    providers: tuple[str, ...]
    counts: dict[str, int]
    overlays: dict[str, int]
    exit_code: int
    total: int
    matters: str


@dataclass(frozen=True, slots=True)
class Row:
    """A requirement, and its cell for each importer (None where it was not asked)."""

    requirement: Requirement
    provider: str
    cells: tuple[Cell | None, ...]

    @property
    def rank(self) -> int:
        """Where it stands when failures come first, as in the terminal: by the worst that any importer has to mend."""
        return min(ORDER.index(cell.result.standing) for cell in self.cells if cell)


@dataclass(frozen=True, slots=True)
class Page:
    """Everything."""

    importers: tuple[Importer, ...]
    rows: tuple[Row, ...]
    runs: tuple[Run, ...]
    registers: tuple[Register, ...]


def build_page(results: Sequence[Result], records: Records, registers: Mapping[str, Register]) -> Page:
    """The page of a run. Pure."""
    runs = _runs(results, records, registers)
    ids = {(run.importer, run.provider, run.scenario): run.id for run in runs}
    cells = {result.cell: _cell(f"c{n}", result, ids) for n, result in enumerate(results)}
    names = tuple(dict.fromkeys(result.importer for result in results))
    rows = dict.fromkeys((result.provider, result.requirement.id) for result in results)
    requirements = {(result.provider, result.requirement.id): result.requirement for result in results}
    return Page(
        importers=tuple(_importer(name, [one for one in results if one.importer == name]) for name in names),
        rows=tuple(Row(requirements[row], row[0], tuple(cells.get((name, *row)) for name in names)) for row in rows),
        runs=tuple(runs),
        registers=tuple(registers.values()),
    )


def _importer(name: str, results: Sequence[Result]) -> Importer:
    providers = tuple(dict.fromkeys(one.provider for one in results))
    gaps, code = count_overlays(results), conclude(results)
    return Importer(name, providers, count(results), gaps, code, len(results), matters(results))


def _cell(id: str, result: Result, runs: Mapping[tuple[str, str, str], str]) -> Cell:
    worst = result.decisive
    others = [one for one in result.findings if one is not worst]
    seen = [_seen(one, runs.get((result.importer, result.provider, one.scenario))) for one in (worst, *others)]
    return Cell(id, result, tuple(seen))


def _seen(one: ScenarioFinding, run: str | None) -> Seen:
    found = one.finding
    exchanges, rows = found.evidence.exchanges, found.evidence.rows
    facts = json.dumps(found.evidence.facts, ensure_ascii=False, default=str) if found.evidence.facts else ""
    return Seen(
        scenario=one.scenario,
        verdict=found.verdict,
        code=found.code,
        message=shortened(found.message, TEXT),
        exchanges=exchanges[:NUMBERS],
        rows=tuple(row + 1 for row in rows[:NUMBERS]),
        more=max(0, len(exchanges) - NUMBERS) + max(0, len(rows) - NUMBERS),
        facts=shortened(facts, TEXT),
        ended=tuple(shortened(how, TEXT) for how in one.ended),
        run=run,
    )


def _runs(results: Sequence[Result], records: Records, registers: Mapping[str, Register]) -> list[Run]:
    """The runs that findings are about, in the order of the results."""
    found: dict[tuple[str, str, str], Record] = {}
    evidence: dict[tuple[str, str, str], set[int]] = {}
    verdicts: dict[tuple[str, str, str], Counter[Verdict]] = {}
    for result in results:
        for one in result.findings:
            record = records.get((result.importer, result.provider), {}).get(one.scenario)
            if isinstance(record, Record):
                key = (result.importer, result.provider, one.scenario)
                found[key] = record
                verdicts.setdefault(key, Counter())[combine(result.requirement.level, [one.finding])] += 1
                named = evidence.setdefault(key, set())
                # What a PASS rests on is often every exchange of the run: no reason to tell some before others.
                named.update(one.finding.evidence.exchanges if one.finding.verdict is not Verdict.PASS else ())
    bounds = Bounds.among([len(record.exchanges) for record in found.values()])
    runs = []
    for n, (key, record) in enumerate(found.items()):
        scenario = registers[key[1]].scenarios.get(key[2])
        part = excerpt(record, evidence[key], bounds)
        runs.append(
            _run(f"r{n}", key[0], record, scenario.text if scenario else "", _worth_saying(verdicts[key]), part)
        )
    return runs


def _worth_saying(verdicts: Counter[Verdict]) -> dict[Verdict, int]:
    """Verdicts that somebody may want to look into."""
    return {one: verdicts[one] for one in ORDER if verdicts[one] and one not in (Verdict.PASS, Verdict.NOT_APPLICABLE)}


def _run(id: str, importer: str, record: Record, text: str, verdicts: dict[Verdict, int], part: Excerpt) -> Run:
    return Run(
        id=id,
        importer=importer,
        provider=record.header.provider,
        scenario=record.header.scenario,
        text=text,
        plan=record.header.plan,
        verdicts=verdicts,
        ended=tuple(shortened(how_it_ended(process), TEXT) for process in record.processes[:PROCESSES]),
        last_words=tuple(
            (process.label, (process.stderr or process.stdout).strip()[-LAST_WORDS:])
            for process in record.processes[:PROCESSES]
        ),
        strays=len(record.strays),
        upstream=len(record.upstream),
        excerpt=part,
        drawing=draw(record, part.drawn),
    )
