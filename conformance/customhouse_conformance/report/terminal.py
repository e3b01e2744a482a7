"""The terminal report: one line per scenario while it runs, then failures first, then the table of verdicts.

Where something moves on the screen while it runs (see `live`), only scenarios that went wrong get a line.
"""

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from customhouse_conformance.events import (
    Event,
    FailureShrunk,
    ScenarioFinished,
    ShrinkingStarted,
    SuiteFinished,
    SuiteStarted,
)
from customhouse_conformance.findings import Verdict
from customhouse_conformance.report.collecting import CollectingView
from customhouse_conformance.report.words import conclusion, gap, lines, many, parts, shrinking
from customhouse_conformance.results import Result
from customhouse_conformance.verdicts import ORDER

STYLES: dict[Verdict, str] = {
    Verdict.PASS: "green",
    Verdict.FAIL: "bold red",
    Verdict.WARN: "yellow",
    Verdict.NOT_EXERCISED: "magenta",
    Verdict.NOT_APPLICABLE: "dim",
    Verdict.UNTESTABLE: "bold magenta",
    Verdict.ERROR: "bold white on red",
}

#: Verdicts that need no explanation.
QUIET = (Verdict.PASS, Verdict.NOT_APPLICABLE)


class TerminalReport(CollectingView):
    """Prints to a rich console, which drops all colour by itself when NO_COLOR is set or nobody looks."""

    def __init__(self, console: Console, *, lines: bool = True) -> None:
        super().__init__()
        self._console = console
        self._lines = lines

    def handle(self, event: Event) -> None:
        """Print what can be said at once, collect the rest."""
        super().handle(event)
        match event:
            case SuiteStarted():
                self._begin(event)
            case ScenarioFinished() if self.started is not None:
                self._tell_scenario(event, self.started)
            case ShrinkingStarted():
                self._console.print()
                self._line(shrinking(event.failures, event.scenarios, event.seconds), "dim")
            case FailureShrunk():
                self._shrunk(event)

    def renew(self, started: SuiteStarted, finished: SuiteFinished) -> None:
        """What was found stands there already; only the conclusion is said again, as the last line."""
        self._conclude(started, finished)

    def finish(self, started: SuiteStarted, finished: SuiteFinished) -> None:
        """Failures first, so that the end of the output is the summary and the middle the reasons."""
        marked = [one for one in self.results if one.excused]
        explained = [one for one in self.results if one not in marked and one.standing not in QUIET]
        for result in sorted(explained, key=lambda one: ORDER.index(one.standing)):
            self._explain(result)
        self._mention(marked)
        if numbered := [one for one in explained if one.decisive.finding.evidence.exchanges]:
            self._console.print()
            number = numbered[0].decisive.finding.evidence.exchanges[0]
            line = f'"kind": "exchange", "n": {number}'
            self._line(f"exchange #{number} is the line with {line} in {self._records(numbered[0])}", "dim")
        self._console.print()
        self._console.print(self._table())
        self._tell_changes(started, finished)
        self._summarise(started, finished)

    def _tell_scenario(self, event: ScenarioFinished, started: SuiteStarted) -> None:
        if started.ran_by or not (self._lines or event.problem):
            return
        number = f"[{len(self.scenarios)}/{started.scenarios}]"
        whose = f"{event.importer}: " if len(started.importers) > 1 else ""
        line = f"{number} {whose}{event.scenario}  {event.duration_s:.1f} s"
        self._line(line + (f"  {event.problem}" if event.problem else ""), "red" if event.problem else "dim")

    def _begin(self, event: SuiteStarted) -> None:
        what = f"{event.importer} against {', '.join(event.providers)}"
        counts = f"{many(event.requirements, 'requirement')}, {many(event.scenarios, 'scenario')}"
        then = f" (run by {event.ran_by})" if event.ran_by else ""
        self._line(f"customhouse {event.suite}: {what}{then}; {counts}, seed {event.seed}", "bold")

    def _explain(self, result: Result) -> None:
        self._console.print()
        head = Text(f"{_verdict(result)} ", style=STYLES[result.standing])
        whose = f" ({result.importer})" if self._several() else ""
        self._console.print(head.append(result.requirement.id + whose, style="bold"), soft_wrap=True)
        if self._console.is_terminal:
            self._console.print(_indented(parts(result)))
            return
        for label, text in parts(result):  # one line each, for pipes and logs
            self._console.print(f"  {label:<9}{escape(text)}", soft_wrap=True, highlight=False)

    def _mention(self, marked: list[Result]) -> None:
        """Known gaps, a line each: nobody has to act on them today."""
        if marked:
            self._console.print()
        for result in marked:
            whose = f" ({result.importer})" if self._several() else ""
            said = gap(result.mark) if result.mark else ""
            self._line(f"{_verdict(result)} {result.requirement.id}{whose}  {said}", "dim")

    def _table(self) -> Table:
        several = self._several()
        whose = ["importer"] if several else []
        table = Table("requirement", *whose, "level", "verdict", "reason", "what", box=None, pad_edge=False)
        for result in self.results:
            table.add_row(
                result.requirement.id,
                *([result.importer] if several else []),
                result.requirement.level,
                Text(_verdict(result), style=STYLES[result.standing]),
                "" if result.verdict is Verdict.PASS else result.decisive.finding.code,
                Text(result.requirement.text, overflow="ellipsis", no_wrap=True),
            )
        return table

    def _summarise(self, started: SuiteStarted, finished: SuiteFinished) -> None:
        counts = ", ".join(f"{number} {name}" for name, number in finished.counts.items() if number)
        self._console.print()
        times = f" × {len(started.importers)} importers" if self._several() else ""
        number = len({result.requirement.id for result in self.results})
        self._line(f"{many(number, 'requirement')}{times}: {counts}", "bold")
        if gaps := ", ".join(f"{number} {name}" for name, number in finished.overlays.items() if number):
            self._line(f"gaps: {gaps}", "bold")
        self._conclude(started, finished)

    def _conclude(self, started: SuiteStarted, finished: SuiteFinished) -> None:
        said = conclusion(finished.exit_code, finished.overlays, len(self.results), sum(started.whole.values()))
        took = f"{finished.duration_s:.1f} s"
        if self.searched_s is not None:
            took += f", and {self.searched_s:.1f} s for the smallest sources"
        self._line(f"{started.importer}: {said} (exit code {finished.exit_code}), {took}", "bold")

    def _tell_changes(self, started: SuiteStarted, finished: SuiteFinished) -> None:
        """What the suite sees otherwise than the version that ran the importer: no doing of the importer's."""
        if not finished.changes:
            return
        self._console.print()
        self._line(f"suite changes, {started.ran_by} to {started.suite}: the same records, judged otherwise", "bold")
        for change in finished.changes:
            whose = f" ({change.key.importer})" if self._several() else ""
            self._line(f"  {change.group:<9}{change.key.requirement}{whose}  {change.says}", "")

    def _shrunk(self, event: FailureShrunk) -> None:
        result, smallest = event.result, event.result.smallest
        if smallest is None:
            return
        head = Text(f"{_verdict(result)} ", style=STYLES[result.standing])
        whose = f" ({result.importer})" if self._several() else ""
        self._console.print(head.append(result.requirement.id + whose, style="bold"), soft_wrap=True)
        for file in event.files:
            self._line(f"  {file}", "")
        self._line(f"  smallest source in {smallest.scenario}: {smallest.note}", "")
        for line in lines(smallest.text or ""):
            self._line(f"    {line}", "dim")

    def _records(self, result: Result) -> str:
        """Where the exchanges of a result can be read."""
        whose = (result.importer, result.provider)
        kept = (one.record for one in self.scenarios if (one.importer, one.provider) == whose and one.record)
        if (first := next(kept, None)) is None:
            return f"records/{whose[1]}/SCENARIO.jsonl in the folder that --out names"
        return str(first.with_name("SCENARIO.jsonl"))

    def _several(self) -> bool:
        return self.started is not None and len(self.started.importers) > 1

    def _line(self, text: str, style: str) -> None:
        self._console.print(Text(text, style=style), soft_wrap=True)


def _verdict(result: Result) -> str:
    return result.verdict.value + (f" ({result.overlay})" if result.overlay else "")


def _indented(lines: list[tuple[str, str]]) -> Padding:
    """Labels in one column, texts wrapped in the next."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column()
    for label, text in lines:
        grid.add_row(label, Text(text))
    return Padding(grid, (0, 0, 0, 2))
