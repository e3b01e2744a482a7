"""The search for the smallest part, with runs that are functions and a clock that only they move."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from customhouse_conformance.engine.trials import Goal, OverError, Time, Trials, endings, judge, search
from customhouse_conformance.facts import Source
from customhouse_conformance.record import Record
from customhouse_conformance.scenarios.dataset import Turn
from customhouse_conformance.scenarios.part import WHOLE, Part, Whole

from . import records
from .toy import WORDS, register

ROWS = tuple(
    {"external_id": str(n), "email": f"{n}@example.com", "name": "x", "phone": str(n), "more": {"a": n, "b": n}}
    for n in range(8)
)
LOST: Goal = ("LOST", "lost-rows")
PHONE: Goal = ("PHONE", "wrong")
STAY = frozenset(["external_id"])


@dataclass
class Importer:
    """Fails LOST when rows 2 and 5 are there with `more.b`, PHONE when any row has a phone. A run takes a second."""

    whole: Whole = field(default_factory=lambda: Whole((ROWS,)))
    parts: list[Part] = field(default_factory=list)
    flaky: bool = False
    now: float = 0.0

    def run(self, part: Part) -> Record:
        self.now += 1
        self.parts.append(part)
        rows = {row["external_id"]: row for row in part.of(ROWS)}
        refused = any("name" not in row for row in rows.values())
        process = records.process(exit_code=2 if refused else 0)
        return records.record(processes=(process,), header=records.header(told={"rows": rows}))

    def judged(self, record: Record) -> frozenset[Goal]:
        rows = record.header.told["rows"]
        lost = all("b" in rows.get(n, {}).get("more", {}) for n in ("2", "5"))
        found = ([LOST] if lost else []) + ([PHONE] if any("phone" in row for row in rows.values()) else [])
        return frozenset() if self.flaky else frozenset(found)

    def trials(self, seconds: float = 1000, longest: float = 1, told: Callable[[int], None] = lambda _: None) -> Trials:
        time = Time(lambda: self.now, self.now + seconds, longest)
        return Trials(self.whole, self.run, records.record(), self.judged, time, told)


class Hopeless(Importer):
    """Fails LOST on a row alone only when it has no phone, on two of them whatever they have."""

    def run(self, part: Part) -> Record:
        self.now += 1
        self.parts.append(part)
        return records.record(header=records.header(told={"rows": part.of(ROWS)}))

    def judged(self, record: Record) -> frozenset[Goal]:
        rows = record.header.told["rows"]
        return frozenset([LOST] if len(rows) > 1 or "phone" not in rows[0] else [])


def counted(trials: Trials, asked: list[Part]) -> Callable[[Part, Goal], bool]:
    """Its `fails`, which keeps what it is asked."""
    fails = trials.fails

    def noted(part: Part, goal: Goal) -> bool:
        asked.append(part)
        return fails(part, goal)

    return noted


def test_rows_go_first_and_then_fields() -> None:
    importer = Importer()
    trials = importer.trials()
    part = search(LOST, trials, STAY)
    assert part == Part(
        frozenset([(0, 2), (0, 5)]), frozenset(["external_id", "name", "more.b"])
    )  # without name it refuses
    assert part.of(ROWS)[0] == {"external_id": "2", "name": "x", "more": {"b": 2}}
    assert trials.runs == len(importer.parts) < 30
    assert not trials.time.over


def test_what_fewer_fields_allow_to_go_goes_too() -> None:
    part = search(LOST, Hopeless().trials(), STAY)
    assert part is not None
    assert (len(part.places or ()), part.fields) == (1, STAY)


@pytest.mark.parametrize("stay", [frozenset[str](), frozenset(["nowhere"])], ids=["none", "one that no row has"])
def test_a_row_without_any_field_is_never_tried(stay: frozenset[str]) -> None:
    importer = Hopeless()
    part = search(LOST, importer.trials(), stay)
    assert part is not None
    assert len(part.fields or ()) == 1
    assert all(tried.fields for tried in importer.parts)


def test_every_run_is_told_and_fields_that_no_row_has_make_no_further_run() -> None:
    told: list[int] = []
    trials = Importer().trials(told=told.append)
    whole = trials.whole.part()
    assert trials.fails(whole, LOST)
    assert trials.fails(replace(whole, fields=(whole.fields or frozenset()) | {"nowhere"}), LOST)
    assert told == [0]
    search(LOST, trials, STAY)
    assert told == list(range(trials.runs))


def test_fewer_rows_come_before_fewer_fields() -> None:
    trials = Importer().trials()
    few = Part(frozenset([(0, 2), (0, 5)]), trials.whole.part().fields)
    narrow = Part(trials.whole.part().places, frozenset(["external_id", "name", "more.b"]))
    assert trials.fails(narrow, LOST)
    assert trials.fails(few, LOST)
    assert trials.least(LOST) == few


def test_the_rows_that_the_evidence_names_are_tried_first() -> None:
    importer = Importer()
    search(LOST, importer.trials(), STAY, guess=[(0, 2), (0, 5)])
    assert importer.parts[0].places == frozenset([(0, 2), (0, 5)])
    assert importer.whole.part() not in importer.parts


def test_the_whole_is_run_if_they_do_not_fail_by_themselves() -> None:
    importer = Importer()
    part = search(LOST, importer.trials(), STAY, guess=[(0, 2), (7, 7)])
    assert importer.parts[0].places == frozenset([(0, 2)])
    assert importer.parts[1] == importer.whole.part()
    assert part is not None
    assert part.places == frozenset([(0, 2), (0, 5)])
    flaky, hasty = Importer(flaky=True).trials(), Importer().trials(seconds=1)
    assert search(LOST, flaky, STAY, guess=[(0, 2)]) is search(LOST, hasty, STAY, guess=[(0, 2)]) is None
    assert (flaky.ran_whole(), hasty.ran_whole()) == (True, False)
    assert (flaky.runs, hasty.runs) == (2, 1)


def test_failures_of_one_scenario_share_runs() -> None:
    alone, shared = Importer(), Importer()
    search(PHONE, alone.trials(), STAY)
    trials = shared.trials()
    search(LOST, trials, STAY)
    before = trials.runs
    part = search(PHONE, trials, STAY)
    assert part is not None
    assert (len(part.places or ()), part.fields) == (1, frozenset(["external_id", "name", "phone"]))
    assert trials.runs - before < len(alone.parts)
    assert search(PHONE, trials, STAY) == part
    assert trials.runs == len(shared.parts)


def test_a_search_begins_at_what_an_earlier_one_has_led_to(monkeypatch: pytest.MonkeyPatch) -> None:
    trials = Importer().trials()
    search(LOST, trials, STAY)
    asked: list[Part] = []
    monkeypatch.setattr(trials, "fails", counted(trials, asked))
    search(PHONE, trials, STAY)
    assert [len(part.places or ()) for part in asked[:2]] == [1, 1]  # less than the two rows at once, not the whole


def test_what_does_not_fail_again_is_not_shrunk() -> None:
    importer = Importer(flaky=True)
    assert search(LOST, importer.trials(), STAY) is None
    assert len(importer.parts) == 1


def test_no_run_begins_that_would_not_end_in_time() -> None:
    for seconds in range(12):
        importer = Importer()
        trials = importer.trials(seconds)
        part = search(LOST, trials, STAY)
        assert importer.now <= seconds
        assert trials.time.over
        assert (part is None) == (seconds < 1)
        assert part is None or LOST in importer.judged(importer.run(part))
    with pytest.raises(OverError):
        Importer().trials(seconds=5, longest=6).fails(WHOLE, LOST)


def test_the_longest_run_so_far_decides_whether_there_is_time_for_another() -> None:
    importer = Importer()
    search(LOST, importer.trials(seconds=2.5, longest=0), STAY)
    assert importer.now == 2
    time = Time(lambda: 0.0, 100.0, 1.0, over=True)
    assert not time.is_left()  # somebody said so


def test_when_the_time_is_over_nothing_more_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a question costs grows with the source, and there are as many of them as it has rows."""
    asked: list[Part] = []
    trials = Importer().trials(seconds=2)
    monkeypatch.setattr(trials, "fails", counted(trials, asked))
    part = search(LOST, trials, STAY)
    assert part is not None
    assert len(asked) == 3  # two were answered, and at the third the time was over
    assert trials.time.over


def test_another_failure_gets_the_best_so_far_when_the_time_is_over() -> None:
    importer = Importer()
    trials = importer.trials(seconds=5)
    search(LOST, trials, STAY)
    runs = trials.runs
    part = search(PHONE, trials, STAY)
    assert part is not None
    assert part == trials.least(PHONE)
    assert len(part.places or ()) < len(ROWS)
    assert trials.runs == runs


def test_a_part_leaves_the_numbers_of_the_rows_as_they_are() -> None:
    turn = Turn(
        change=({"row": 3, "phone": "+1"},), drop=(0,), front=({"external_id": "new", "email": "n@example.com"},)
    )
    part = Part(frozenset([(0, 0), (0, 3), (1, 1)]), frozenset(["external_id", "phone", "more.a"]))
    assert [row["external_id"] for row in part.of(ROWS)] == ["0", "3"]
    assert [row["external_id"] for row in part.of(ROWS, 1)] == ["1"]
    assert part.turned(turn, ROWS) == ({"external_id": "new"}, {"external_id": "3", "phone": "+1", "more": {"a": 3}})
    whole = Whole((ROWS, ROWS), turn)
    assert whole.given(whole.part()) == whole.given(WHOLE)
    assert len(whole.part().places or ()) == 16
    assert "more.b" in whole.fields(WHOLE)
    assert "more.b" not in whole.fields(part)


def test_what_holds_nothing_is_a_field_too() -> None:
    row = {"external_id": "1", "more": {}}
    assert Whole(((row,),)).fields(WHOLE) == ("external_id", "more")
    assert Part(None, frozenset(["more"])).of([row]) == ({"more": {}},)
    assert Part(None, frozenset(["email"])).of(ROWS[:1]) == ({"email": "0@example.com"},)


def test_only_the_first_business_has_a_source_that_turns() -> None:
    turn = Turn(front=({"external_id": "new", "late": 1},))
    whole = Whole((ROWS, ROWS[:1]), turn)
    assert [len(rows) for rows in whole.given(WHOLE)] == [8, 1, 9]
    assert "late" in whole.fields(WHOLE)


def test_a_record_is_judged_for_all_requirements_at_once() -> None:
    requirements = [row for row in register().requirements if row.id != "INTERCOM-TOY-02"]
    one, other = [{**ROWS[0], "external_id": id} for id in ("1", "2")]
    lost = records.record(header=records.header(source=Source("csv", None, {}, (one, other))))
    assert judge(requirements, WORDS)(lost) == {("INTERCOM-TOY-01", "lost-rows"), ("INTERCOM-TOY-03", "silent")}
    fine = records.record(header=records.header(source=Source("csv", None, {}, (records.ROWS[0],))))
    assert judge(requirements, WORDS)(fine) == frozenset()
    assert endings(lost) == [("first", 0, "itself")]
