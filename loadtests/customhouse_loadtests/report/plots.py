"""The plots, as SVG that stands in the page: Matplotlib, without a screen and without JavaScript.

Each takes the runs to draw, the first one in front, and gives a figure, or None if there is nothing to see.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter, StrMethodFormatter

from customhouse_loadtests.measures import percentile

from .run import Run
from .series import binned, sampled, users_at

SIZE, TALL = (9.0, 2.7), (9.0, 3.1)
#: Of the run itself, and of the one that it is compared with.
COLOURS, LINES, NAMES = ("#1f5fa8", "#c0651a"), ("-", "--"), ("", " (compared)")
REFUSED, ALLOWED, USERS = "#b3261e", "#7a9e3b", "#9aa0a6"
SHADES = {0.5: 1.0, 0.95: 0.65, 0.99: 0.4}
#: A limit that is so many times higher than all that was used is not drawn: it would flatten everything else.
FAR = 10
#: A few 429s among thousands of calls are drawn with this share of the plot's height (some 3 px), or nobody sees them.
LEAST = 0.02
#: Above so many points no markers are drawn.
FEW = 60
STYLE: Any = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#e4e6e9",
    "axes.axisbelow": True,
    "legend.frameon": False,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
}
Runs = Sequence[Run]


def rows_over_time(runs: Runs) -> Figure | None:
    """Rows a second (calls, for plain traffic), what the limit allows, and users."""
    plain = not any(run.fold.total.rows for run in runs)
    what = "calls/s" if plain else "rows/s"
    if not any(run.fold.seconds for run in runs):
        return None
    figure, axes = _figure(TALL, "seconds", what)
    for run, colour, line, name in _dressed(runs):
        bins = binned(run.fold)
        values = [one.calls_per_s if plain else one.rows_per_s for one in bins]
        axes.plot([one.at for one in bins], values, line, color=colour, label=what + name, marker=_marker(bins))
    allowed = runs[0].meta.allowed_per_s * max(1, runs[0].meta.settings.most_users)
    if not plain and runs[0].fold.windows and allowed < FAR * max(axes.dataLim.ymax, 1):
        axes.axhline(allowed, color=ALLOWED, linestyle=":", label="allowed, all accounts")
    _from_zero(axes)
    _users(axes, runs[0])
    _legend(axes)
    return figure


def latency_over_time(runs: Runs) -> Figure | None:
    """Percentiles of each second's calls."""
    if not any(run.fold.total.ms for run in runs):
        return None
    figure, axes = _figure(SIZE, "seconds", "ms")
    for run, colour, line, name in _dressed(runs):
        bins = [one for one in binned(run.fold) if one.calls.ms]
        for share, alpha in SHADES.items():
            values = [percentile(one.calls.ms, share) or 0 for one in bins]
            label = f"p{share * 100:.0f}{name}"
            axes.plot(
                [one.at for one in bins], values, line, color=colour, alpha=alpha, label=label, marker=_marker(bins)
            )
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    _legend(axes)
    return figure


def latency_by_page(runs: Runs) -> Figure | None:
    """Does a late page cost more than an early one?"""
    if not any(len(_pages(run)) > 1 for run in runs):
        return None
    figure, axes = _figure(SIZE, "page number", "ms")
    for run, colour, line, name in _dressed(runs):
        pages = _pages(run)
        for share in (0.5, 0.95):
            values = [percentile(run.fold.pages[page].ms, share) or 0 for page in pages]
            label = f"p{share * 100:.0f}{name}"
            axes.plot(pages, values, line, color=colour, alpha=SHADES[share], label=label, marker=_marker(pages))
    _from_zero(axes)
    _legend(axes)
    return figure


def windows(runs: Runs) -> Figure | None:
    """Calls that each window of the rate limit let pass and refused, all accounts together."""
    run = runs[0]
    numbers = sorted(run.fold.windows)
    if not numbers:
        return None
    figure, axes = _figure(SIZE, "seconds (each bar is one window of the rate limit)", "calls")
    wide = run.meta.window_s
    zero = run.fold.first or numbers[0] * wide
    at = [number * wide - zero for number in numbers]
    seen = [run.fold.windows[number] for number in numbers]
    passed = [one.calls for one in seen]
    limits, most = [one.limit for one in seen], max(one.calls + one.refused for one in seen)
    refused = [max(one.refused, LEAST * most) if one.refused else 0 for one in seen]
    axes.bar(at, passed, wide * 0.9, align="edge", color=COLOURS[0], label="answered")
    axes.bar(at, refused, wide * 0.9, bottom=passed, align="edge", color=REFUSED, label="429", zorder=3)
    if max(limits) < FAR * most:
        most = max(most, *limits)
        axes.hlines(limits, at, [one + wide * 0.9 for one in at], color=ALLOWED, linewidth=2, label="allowed")
    axes.set_ylim(0, most * 1.08)
    _legend(axes)
    return figure


def memory(runs: Runs) -> Figure | None:
    """Memory of the fakes and of the app over time, and the peak of each import where it ended."""
    figure, axes = _figure(SIZE, "seconds", "MB")
    drawn = 0
    for run, colour, line, name in _dressed(runs):
        for key, label, paint in (("fakes_mb", "fakes", USERS), ("app_mb", "app", colour)):
            for points in sampled(run.fold, key).values():
                axes.plot(*zip(*points, strict=True), line, color=paint, label=label + name)
                drawn += 1
        peaks = [(one.end["at"] - (run.fold.first or 0), one.end["peak_mb"]) for one in run.fold.ended()
                 if one.end and one.end.get("peak_mb")]  # fmt: skip
        if peaks:
            axes.plot(*zip(*peaks, strict=True), "o", color=colour, markersize=3, label="importer, peak" + name)
            drawn += 1
    _from_zero(axes)
    _legend(axes)
    return figure if drawn else None


def completion(runs: Runs) -> Figure | None:
    """How long each import took, by when it began."""
    if not any(len([one for one in run.fold.ended() if one.outcome != "cut"]) > 1 for run in runs):
        return None
    figure, axes = _figure(SIZE, "began at second", "seconds to complete")
    for run, colour, _line, name in _dressed(runs):
        for outcome, sign in (("done", "o"), ("failed", "x")):
            points = [(one.began - (run.fold.first or 0), one.end["took_s"]) for one in run.fold.ended()
                      if one.end and one.outcome == outcome and one.end.get("took_s")]  # fmt: skip
            if points:
                axes.plot(*zip(*points, strict=True), sign, color=colour, markersize=4, label=outcome + name)
    _from_zero(axes)
    _legend(axes)
    return figure


def jobs(runs: Runs) -> Figure | None:
    """How long jobs took, and how long until their importer knew."""
    if not any(run.fold.jobs for run in runs):
        return None
    figure, axes = _figure(SIZE, "accepted at second", "seconds")
    for run, colour, _line, name in _dressed(runs):
        for key, sign, label in (("done", ".", "done"), ("known", "x", "known to be done")):
            points = [(job["at"] - (run.fold.first or 0), job[key] - job["at"]) for job in run.fold.jobs
                      if job[key] is not None]  # fmt: skip
            if points:
                axes.plot(*zip(*points, strict=True), sign, color=colour, label=label + name)
    _from_zero(axes)
    _legend(axes)
    return figure


def bend(runs: Runs) -> Figure | None:
    """Rows a second by the number of users, where a shape varied them: where does it bend?"""
    levels = [_levels(run) for run in runs]
    if not any(len(one) > 1 for one in levels):
        return None
    figure, axes = _figure(SIZE, "users", "rows/s" if runs[0].fold.total.rows else "calls/s")
    for (_run, colour, line, name), one in zip(_dressed(runs), levels, strict=True):
        axes.plot(
            list(one),
            [median(values) for values in one.values()],
            line,
            color=colour,
            marker="o",
            label="median" + name,
        )
        points = [(users, value) for users, values in one.items() for value in values]
        axes.plot(*zip(*points, strict=True), ".", color=colour, alpha=0.3, label="each second" + name)
    _from_zero(axes)
    axes.set_xlim(left=0)
    _legend(axes)
    return figure


@dataclass(frozen=True, slots=True)
class Plot:
    """`about` is a caption; what it draws may be nothing."""

    name: str
    title: str
    about: str
    draw: Callable[[Runs], Figure | None]


PLOTS = (
    Plot("rows", "Rows over time", "What arrived in each second, and how many users there were.", rows_over_time),
    Plot("bend", "Where it bends", "Throughput against the number of users.", bend),
    Plot("completion", "Time to complete", "Each import as a point.", completion),
    Plot("jobs", "Jobs", "From acceptance until the provider was done, and until the importer knew.", jobs),
    Plot(
        "latency",
        "Latency",
        "Push: until the fake had its answer. Pull and API users: what the caller waited.",
        latency_over_time,
    ),
    Plot("pages", "Latency by page number", "Does page 500 cost more than page 1?", latency_by_page),
    Plot(
        "windows",
        "429s against the windows",
        "A 429 is expected where a bar reaches what is allowed. A few are drawn taller than they are, to be seen.",
        windows,
    ),
    Plot("memory", "Memory", "Resident, with children.", memory),
)


def drawn(runs: Runs) -> Iterator[tuple[Plot, str]]:
    """Every plot that has something to show, as SVG for a page."""
    for plot in PLOTS:
        # Ids are hashed with the name: those of two plots in a page must differ.
        with mpl.rc_context(STYLE | {"svg.hashsalt": plot.name}):
            figure = plot.draw(runs)
            if figure is not None:
                yield plot, _svg(figure)


def _svg(figure: Figure) -> str:
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    return text.getvalue()[text.getvalue().index("<svg") :]


def _figure(size: tuple[float, float], x: str, y: str) -> tuple[Figure, Axes]:
    figure = Figure(figsize=size, layout="constrained")
    axes = figure.add_subplot()
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    return figure, axes


def _dressed(runs: Runs) -> Iterator[tuple[Run, str, str, str]]:
    """The compared run first, so that the run itself lies on top of it."""
    yield from reversed(list(zip(runs, COLOURS, LINES, NAMES, strict=False)))


def _pages(run: Run) -> list[int]:
    return sorted(page for page in run.fold.pages if page > 0)


def _levels(run: Run) -> dict[int, list[float]]:
    """Throughput of the seconds by users; the first and the last second are not whole."""
    levels: dict[int, list[float]] = {}
    plain = not run.fold.total.rows
    for at in sorted(run.fold.seconds)[1:-1]:
        users = users_at(run.fold, at)
        if users:
            calls = run.fold.seconds[at]
            levels.setdefault(users, []).append(float(calls.n if plain else calls.rows))
    return dict(sorted(levels.items()))


def _users(axes: Axes, run: Run) -> None:
    if not run.fold.users:
        return
    zero = run.fold.first or 0
    beside = axes.twinx()
    beside.step(
        [at - zero for at, _ in run.fold.users], [count for _, count in run.fold.users], where="post", color=USERS
    )
    beside.set_ylabel("users", color=USERS)
    beside.set_ylim(bottom=0, top=max(count for _, count in run.fold.users) * 1.1 + 1)
    beside.yaxis.set_major_locator(MaxNLocator(integer=True))
    beside.grid(visible=False)


def _from_zero(axes: Axes) -> None:
    """Heights can be compared, and the highest point has air above it."""
    axes.set_ylim(0, max(axes.dataLim.ymax, 1e-9) * 1.08)


def _marker(points: Sequence[object]) -> str:
    return "." if len(points) <= FEW else ""


def _legend(axes: Axes) -> None:
    """Each name once, above the plot."""
    handles, labels = axes.get_legend_handles_labels()
    named = dict(zip(labels, handles, strict=True))
    if named:
        axes.legend(named.values(), named.keys(), loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=len(named))
