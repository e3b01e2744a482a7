"""Looks for the smallest part of a scenario's source that still fails: runs it with parts, until none can go.

Knows nothing of worlds and processes: a run is a function from part to record.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from customhouse_conformance.ddmin import smallest
from customhouse_conformance.findings import Verdict
from customhouse_conformance.record import Record
from customhouse_conformance.register import Requirement
from customhouse_conformance.registry import Vocabulary
from customhouse_conformance.scenarios.part import Part, Place, Whole
from customhouse_conformance.verdicts import judge_record

#: A failure, whatever run it is seen in: the requirement, and the code of the reason.
Goal = tuple[str, str]
#: All failures that a record shows.
Judged = Callable[[Record], frozenset[Goal]]


class OverError(Exception):
    """There is to be no further run: the time is over, or all of it was interrupted."""


@dataclass
class Time:
    """Whether there is time for one more run. `longest` is how long a run took at most, in seconds of the clock.

    It is over at once where somebody sets `over`.
    """

    clock: Callable[[], float]
    until: float
    longest: float
    over: bool = False

    def is_left(self) -> bool:
        """False, from the first time on that a run would not have ended by then."""
        self.over = self.over or self.clock() + self.longest > self.until
        return not self.over


class Trials:
    """The runs of one scenario with parts of its source. The same part is run once, and judged for all failures.

    `like` is the record of the run whose failures these are. `told` is called with the number of runs, from 0 on.
    """

    def __init__(
        self,
        whole: Whole,
        run: Callable[[Part], Record],
        like: Record,
        judged: Judged,
        time: Time,
        told: Callable[[int], None] = lambda _: None,
    ) -> None:
        self.whole, self.time = whole, time
        self._run, self._like, self._judged, self._told = run, like, judged, told
        self._seen: dict[Part, frozenset[Goal]] = {}

    @property
    def runs(self) -> int:
        """How many there were so far."""
        return len(self._seen)

    def fails(self, part: Part, goal: Goal) -> bool:
        """Whether the importer fails in that way on that part; `OverError` if there is no time to see."""
        return goal in self._found(part)

    def least(self, goal: Goal) -> Part | None:
        """The smallest part so far that failed in that way, if one did; fewer rows come before fewer fields."""
        failed = [part for part, found in self._seen.items() if goal in found]
        return min(failed, key=lambda part: (len(part.places or ()), len(part.fields or ())), default=None)

    def ran_whole(self) -> bool:
        """Whether the whole was among them."""
        return self.whole.part() in self._seen

    def _found(self, part: Part) -> frozenset[Goal]:
        # Fields that none of its rows has make no other part of it.
        same = replace(part, fields=frozenset(self.whole.fields(part)))
        if same not in self._seen:
            if not self.time.is_left():
                raise OverError
            self._told(self.runs)
            self._seen[same] = self._try(same)
        return self._seen[same]

    def _try(self, part: Part) -> frozenset[Goal]:
        began = self.time.clock()
        record = self._run(part)
        found = self._judged(record) if endings(record) == endings(self._like) else frozenset()
        self.time.longest = max(self.time.longest, self.time.clock() - began)
        return found


def search(goal: Goal, trials: Trials, stay: frozenset[str] = frozenset(), guess: Sequence[Place] = ()) -> Part | None:
    """The smallest part that fails, or None if nothing was seen to do so again.

    Without any one of its rows, or of its fields but those that `stay`, it does not fail, unless that was over before:
    then it is the smallest so far. It begins at what an earlier search has led to, or at the rows of the `guess`; the
    whole is run only if those do not fail by themselves.
    """
    whole = trials.whole.part()
    guessed = replace(whole, places=frozenset(guess).intersection(whole.places or ()))
    begin = [guessed, whole] if guessed.places else [whole]
    try:
        part = trials.least(goal) or next((part for part in begin if trials.fails(part, goal)), None)
        return _search(goal, trials, part, stay, guess) if part else None
    except OverError:
        return trials.least(goal)


def _search(goal: Goal, trials: Trials, part: Part, stay: frozenset[str], guess: Sequence[Place]) -> Part:
    while (fewer := _fewer_fields(goal, trials, _fewer_rows(goal, trials, part, guess), stay)) != part:
        part = fewer
    return part


def _fewer_rows(goal: Goal, trials: Trials, part: Part, guess: Sequence[Place]) -> Part:
    def fails(left: tuple[Place, ...]) -> bool:
        return trials.fails(replace(part, places=frozenset(left)), goal)

    return replace(part, places=frozenset(smallest(sorted(part.places or ()), fails, guess)))


def _fewer_fields(goal: Goal, trials: Trials, part: Part, stay: frozenset[str]) -> Part:
    there = trials.whole.fields(part)
    kept = stay.intersection(there)
    loose = [name for name in there if name not in kept]

    def fails(left: tuple[str, ...]) -> bool:
        return trials.fails(replace(part, fields=kept.union(left)), goal)

    if not loose or (kept and fails(())):
        return replace(part, fields=kept)
    return replace(part, fields=kept.union(smallest(loose, fails)))


def endings(record: Record) -> list[tuple[str, int | None, str]]:
    """How the processes of a run ended: an importer that refuses a smaller source altogether has not failed alike."""
    return [(process.label, process.exit_code, process.ended_by) for process in record.processes]


def judge(requirements: Iterable[Requirement], words: Vocabulary) -> Judged:
    """Judges a record for several requirements."""
    rows = tuple(requirements)

    def judged(record: Record) -> frozenset[Goal]:
        found = ((row.id, judge_record(row, record, words)) for row in rows)
        return frozenset((id, finding.code) for id, finding in found if finding.verdict is Verdict.FAIL)

    return judged
