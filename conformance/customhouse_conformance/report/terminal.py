"""The terminal report: one line per scenario while it runs, then failures first, then the table of verdicts."""

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from customhouse_conformance.events import Event, ScenarioFinished, SuiteFinished, SuiteStarted
from customhouse_conformance.findings import Verdict
from customhouse_conformance.report.collecting import CollectingView
from customhouse_conformance.report.words import parts
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

CONCLUSIONS = {
    0: "conformant",
    1: "not conformant",
    3: "could not be judged",
    4: "the harness failed: this says nothing about the importer",
}


class TerminalReport(CollectingView):
    """Prints to a rich console, which drops all colour by itself when NO_COLOR is set or nobody looks."""

    def __init__(self, console: Console) -> None:
        super().__init__()
        self._console = console

    def handle(self, event: Event) -> None:
        """Print what can be said at once, collect the rest."""
        super().handle(event)
        match event:
            case SuiteStarted():
                self._begin(event)
            case ScenarioFinished() if self.started is not None:
                number = f"[{len(self.scenarios)}/{self.started.scenarios}]"
                line = f"{number} {event.scenario}  {event.duration_s:.1f} s"
                self._line(line + (f"  {event.problem}" if event.problem else ""), "red" if event.problem else "dim")

    def finish(self, started: SuiteStarted, finished: SuiteFinished) -> None:
        """Failures first, so that the end of the output is the summary and the middle the reasons."""
        explained = [one for one in self.results if one.verdict not in QUIET]
        for result in sorted(explained, key=lambda one: ORDER.index(one.verdict)):
            self._explain(result)
        if numbered := [one for one in explained if one.decisive.finding.evidence.exchanges]:
            self._console.print()
            number = numbered[0].decisive.finding.evidence.exchanges[0]
            line = f'"kind": "exchange", "n": {number}'
            self._line(f"exchange #{number} is the line with {line} in {self._records(started)}", "dim")
        self._console.print()
        self._console.print(self._table())
        self._summarise(started, finished)

    def _begin(self, event: SuiteStarted) -> None:
        what = f"{event.importer} against {', '.join(event.providers)}"
        counts = f"{event.requirements} requirements, {event.scenarios} scenarios"
        self._line(f"customhouse {event.suite}: {what}; {counts}, seed {event.seed}", "bold")

    def _explain(self, result: Result) -> None:
        self._console.print()
        head = Text(f"{result.verdict.value} ", style=STYLES[result.verdict])
        self._console.print(head.append(result.requirement.id, style="bold"), soft_wrap=True)
        if self._console.is_terminal:
            self._console.print(_indented(parts(result)))
            return
        for label, text in parts(result):  # one line each, for pipes and logs
            self._console.print(f"  {label:<9}{escape(text)}", soft_wrap=True, highlight=False)

    def _table(self) -> Table:
        table = Table("requirement", "level", "verdict", "reason", "what", box=None, pad_edge=False)
        for result in self.results:
            table.add_row(
                result.requirement.id,
                result.requirement.level,
                Text(result.verdict.value, style=STYLES[result.verdict]),
                "" if result.verdict is Verdict.PASS else result.decisive.finding.code,
                Text(result.requirement.text, overflow="ellipsis", no_wrap=True),
            )
        return table

    def _summarise(self, started: SuiteStarted, finished: SuiteFinished) -> None:
        counts = ", ".join(f"{number} {name}" for name, number in finished.counts.items() if number)
        self._console.print()
        self._line(f"{len(self.results)} requirements: {counts}", "bold")
        conclusion = CONCLUSIONS.get(finished.exit_code, "")
        self._line(
            f"{started.importer}: {conclusion} (exit code {finished.exit_code}), {finished.duration_s:.1f} s", "bold"
        )

    def _records(self, started: SuiteStarted) -> str:
        """Where the exchanges can be read."""
        kept = next((one.record for one in self.scenarios if one.record), None)
        if kept is None:
            return f"records/{started.providers[0]}/SCENARIO.jsonl in the folder that --out names"
        return str(kept.with_name("SCENARIO.jsonl"))

    def _line(self, text: str, style: str) -> None:
        self._console.print(Text(text, style=style), soft_wrap=True)


def _indented(lines: list[tuple[str, str]]) -> Padding:
    """Labels in one column, texts wrapped in the next."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column()
    for label, text in lines:
        grid.add_row(label, Text(text))
    return Padding(grid, (0, 0, 0, 2))
