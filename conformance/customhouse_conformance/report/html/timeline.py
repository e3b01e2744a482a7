"""A run as a drawing: lanes of bars, spans and marks with their places, ready to be written down as SVG.

Lanes: the importer's runs, its requests, what the fake asked of it (pages, webhooks), rate windows, faults.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from customhouse_conformance.endings import how_it_ended
from customhouse_conformance.facts import Exchange, Process
from customhouse_conformance.record import Record
from customhouse_conformance.report.html.scale import Scale, scale
from customhouse_conformance.report.html.ticks import ticks

WIDTH, LEFT, RIGHT = 1000.0, 104.0, 14.0
BAR, GAP, LANE_GAP = 14.0, 3.0, 16.0
#: Bars of one lane that may lie above each other; more than that overlap.
DEEPEST = 6
#: Places of a label: a digit is about so wide, and a bar of that width holds its status.
DIGIT, ROOM = 7.0, 28.0
#: A bar is at least so wide; one that is no success wide enough to show its pattern.
THINNEST, THINNEST_ODD = 3.0, 8.0
MOST_SPANS, MOST_MARKS, MOST_FAULTS = 24, 60, 6
#: How a run may end without anything being wrong.
AS_PLANNED = ("stopped", "killed-by-plan")


@dataclass(frozen=True, slots=True)
class Bar:
    """One exchange. `kind` is the class of its status, `label` the status if there is room for it, in it or after."""

    n: int
    x: float
    y: float
    width: float
    kind: str
    says: str
    label: str = ""
    label_x: float = 0.0
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """A run of the importer or a rate window; `loud` if something is to be noticed."""

    x: float
    y: float
    width: float
    label: str
    says: str
    loud: bool
    label_x: float = 0.0
    before: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """A fault, a page that the harness opened, a time of the axis, or a stretch of time that was shortened."""

    x: float
    y: float
    label: str
    says: str
    before: bool = False


@dataclass(frozen=True, slots=True)
class Lane:
    """A title and what is in it."""

    title: str
    y: float
    height: float
    kind: str
    bars: tuple[Bar, ...] = ()
    spans: tuple[Span, ...] = ()
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Drawing:
    """All lanes, the axis, and how large it is."""

    height: float
    lanes: tuple[Lane, ...]
    ticks: tuple[Mark, ...]
    breaks: tuple[Mark, ...]
    width: float = WIDTH
    left: float = LEFT
    right: float = WIDTH - RIGHT


@dataclass(frozen=True, slots=True)
class Scene:
    """What lanes are made of."""

    record: Record
    drawn: Sequence[Exchange]
    ruler: Scale

    def place(self, time: float) -> float:
        """Where a time lies in the drawing."""
        return round(LEFT + self.ruler.at(time), 1)

    def width(self, start: float, end: float, least: float) -> float:
        """How wide a stretch of time is drawn."""
        return round(max(least, self.place(end) - self.place(start)), 1)


def draw(record: Record, drawn: Sequence[Exchange]) -> Drawing | None:
    """The drawing of a run out of the exchanges that are to be shown; None when there are none."""
    if not drawn:
        return None
    ruler = scale((time for one in drawn for time in (one.at, _end(one))), WIDTH - LEFT - RIGHT)
    scene = Scene(record, drawn, ruler)
    lanes: list[Lane] = []
    top = 24.0
    for build in (_runs, _requests, _pages, _webhooks, _windows, _faults):
        lane = build(scene, top)
        if lane is not None:
            lanes.append(lane)
            top += lane.height + LANE_GAP
    return Drawing(top, tuple(lanes), _ticks(ruler), _breaks(scene))


def kind_of(one: Exchange) -> str:
    """The class of a bar: 2, 3, 4, 5 by status, 9 for 429, 0 for no answer or one that did not come whole."""
    if one.status is None or one.delivery != "complete":
        return "0"
    return "9" if one.status == 429 else str(min(5, max(2, one.status // 100)))


def _end(one: Exchange) -> float:
    return one.at + one.took_ms / 1000


def _runs(scene: Scene, top: float) -> Lane | None:
    """From the first request of a process to its last: a record does not say when it was started."""
    spans: list[Span] = []
    for process in scene.record.processes:
        mine = [one for one in scene.drawn if _within(one, process)]
        if mine:
            start, end = scene.place(mine[0].at), scene.place(max(map(_end, mine)))
            y = top + len(spans) * (BAR + GAP + 3)
            spans.append(
                _lettered(
                    Span(start, y, max(4.0, end - start), _ending(process), how_it_ended(process), _unasked(process))
                )
            )
    marks = tuple(_visits(scene, top + len(spans) * (BAR + GAP + 3)))
    if not spans and not marks:
        return None
    return Lane("importer", top, len(spans) * (BAR + GAP + 3) + (BAR if marks else 0), "run", (), tuple(spans), marks)


def _within(one: Exchange, process: Process) -> bool:
    first, last = process.first_exchange, process.last_exchange
    return first is not None and last is not None and first <= one.n <= last


def _unasked(process: Process) -> bool:
    """Whether it ended otherwise than it should: with an error of its own, or because it had to be stopped."""
    return process.exit_code != 0 if process.ended_by_itself else process.ended_by not in AS_PLANNED


def _ending(process: Process) -> str:
    end = f"exit {process.exit_code}" if process.ended_by_itself else process.ended_by.replace("-", " ")
    return f"{process.label}: {end}, {process.duration_s:.1f} s"[:60]


def _lettered(span: Span) -> Span:
    """The label stands in the span, else after it, else before it."""
    wide = len(span.label) * DIGIT
    if span.width > wide:
        return replace(span, label_x=span.x + 5)
    end = span.x + span.width
    return replace(span, label_x=end + 5) if end + wide < WIDTH else replace(span, label_x=span.x - 5, before=True)


def _visits(scene: Scene, y: float) -> Iterable[Mark]:
    visits = [visit for process in scene.record.processes for visit in process.visits][:MOST_MARKS]
    for visit in visits:
        following = next((one for one in scene.drawn if one.n > visit.after), scene.drawn[-1])
        status = visit.status if visit.status is not None else "no answer"
        yield Mark(scene.place(following.at), y + BAR / 2, visit.what, f"{visit.what} page opened: {status}")


def _requests(scene: Scene, top: float) -> Lane | None:
    return _bars("requests", [one for one in scene.drawn if one.direction == "in"], scene, top)


def _pages(scene: Scene, top: float) -> Lane | None:
    return _bars("pages asked", [one for one in scene.drawn if one.direction == "out" and not _hook(one)], scene, top)


def _webhooks(scene: Scene, top: float) -> Lane | None:
    return _bars("webhooks", [one for one in scene.drawn if one.direction == "out" and _hook(one)], scene, top)


def _hook(one: Exchange) -> bool:
    return (one.operation or "").startswith("webhook")


def _bars(title: str, mine: Sequence[Exchange], scene: Scene, top: float) -> Lane | None:
    """Bars that would overlap lie below each other, as deep as a lane goes."""
    if not mine:
        return None
    free = [0.0]
    bars: list[Bar] = []
    for one in mine:
        x = scene.place(one.at)
        kind = kind_of(one)
        width = round(max(THINNEST if kind in "23" else THINNEST_ODD, scene.place(_end(one)) - x), 1)
        row = next((n for n, until in enumerate(free) if until <= x), None)
        if row is None:
            row = min(len(free), DEEPEST - 1)
            free += [0.0] if row == len(free) else []
        free[row] = x + width + 1
        status = "none" if one.status is None else str(one.status)
        bars.append(Bar(one.n, x, top + row * (BAR + GAP), width, kind, f"{one.n}: {one.method} {status}", status))
    return Lane(title, top, len(free) * (BAR + GAP) - GAP, "bar", tuple(reversed(list(_labelled(bars)))))


def _labelled(bars: Sequence[Bar]) -> Iterable[Bar]:
    """The status stands in a bar that is wide enough, after an odd one with room behind it, or nowhere."""
    following: dict[float, float] = {}
    for bar in reversed(bars):
        room = following.get(bar.y, WIDTH) - bar.x - bar.width
        following[bar.y] = bar.x
        if bar.width >= ROOM:
            yield replace(bar, label_x=round(bar.x + 4, 1))
        elif bar.kind not in "23" and room >= ROOM:
            yield replace(bar, label_x=round(bar.x + bar.width + 3, 1), outside=True)
        else:
            yield replace(bar, label="")


def _windows(scene: Scene, top: float) -> Lane | None:
    """Spans of one window each, from its first request to its reset; of those in which anything was taken."""
    found: dict[object, list[Exchange]] = {}
    for one in scene.drawn:
        limit = one.limit or {}
        size, left = limit.get("limit"), limit.get("remaining")
        if isinstance(size, int) and isinstance(left, int) and left < size:
            found.setdefault(str(limit.get("window")), []).append(one)
    spans = [_window(mine, scene, top) for mine in list(found.values())[:MOST_SPANS]]
    return Lane("rate window", top, BAR, "window", (), tuple(spans)) if spans else None


def _window(mine: Sequence[Exchange], scene: Scene, top: float) -> Span:
    limits = [one.limit or {} for one in mine]
    size, left = limits[0]["limit"], min(limit["remaining"] for limit in limits)
    reset = limits[0].get("reset")
    end = scene.place(reset) if isinstance(reset, int | float) else scene.place(_end(mine[-1]))
    start = scene.place(mine[0].at)
    width = max(4.0, end - start - 1)
    words = f"{left} of {size} left"
    loud = left == 0 or any(one.status == 429 for one in mine)
    label = words if width > len(words) * DIGIT else ""  # the next window begins where this one ends
    return Span(start, top, width, label, f"rate window: {words}", loud, start + 5)


def _faults(scene: Scene, top: float) -> Lane | None:
    """One line for each fault of the plan, its name after the last mark, or before the first if there is no room."""
    names = list(dict.fromkeys(name for one in scene.drawn for name in one.faults))[:MOST_FAULTS]
    marks: list[Mark] = []
    for row, name in enumerate(names):
        y = top + BAR / 2 + row * (BAR + GAP)
        struck = [one for one in scene.drawn if name in one.faults][:MOST_MARKS]
        line = [Mark(scene.place(one.at), y, "", f"fault {name[:MOST_MARKS]} in {one.n}") for one in struck]
        room = line[-1].x + 12 + min(len(name), 30) * DIGIT < WIDTH
        named = len(line) - 1 if room else 0
        line[named] = replace(line[named], label=name[:30], before=not room)
        marks += line
    return Lane("faults", top, len(names) * (BAR + GAP) - GAP, "fault", (), (), tuple(marks)) if marks else None


def _ticks(ruler: Scale) -> tuple[Mark, ...]:
    """The round times of the axis; the label of one at the right edge lies before it."""
    edge = WIDTH - LEFT - RIGHT - ROOM
    return tuple(Mark(round(LEFT + place, 1), 12.0, said, "", place > edge) for place, said in ticks(ruler))


def _breaks(scene: Scene) -> tuple[Mark, ...]:
    return tuple(
        Mark(scene.place((start + end) / 2), 12.0, "", f"{_duration(end - start)}, shortened")
        for start, end in scene.ruler.breaks
    )


def _duration(seconds: float) -> str:
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.2f} s" if seconds < 100 else f"{seconds:.0f} s"
