"""The numbers of a run: each has a name that `--fail-if` and `results.json` use, a unit, and a sentence. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from statistics import median
from typing import NamedTuple

from .facts import Histogram
from .fold import Calls, Fold, Import
from .settings import UNLIMITED
from .stage.tally import full_windows

Value = float | None
#: From so many pages on it can be said whether late pages cost more than early ones.
TELLING_PAGES = 12


def percentile(histogram: Histogram, share: float) -> Value:
    """The smallest value that `share` (0 to 1) of the calls do not exceed; None without calls."""
    left = math.ceil(share * sum(histogram.values()))
    for value, count in sorted((float(key), count) for key, count in histogram.items()):
        left -= count
        if left <= 0:
            return value
    return None


def rank(values: Iterable[float], share: float) -> Value:
    """The same of plain values."""
    ordered = sorted(values)
    return ordered[max(1, math.ceil(share * len(ordered))) - 1] if ordered else None


def late_over_early(pages: Mapping[int, Calls]) -> Value:
    """Median latency of the last quarter of the pages over the first one's (without page 1: caches are cold)."""
    numbers = sorted(page for page in pages if page > 1)
    if len(numbers) < TELLING_PAGES:
        return None
    quarter = len(numbers) // 4
    early, late = (_p50_of([pages[page] for page in part]) for part in (numbers[:quarter], numbers[-quarter:]))
    return late / early if early and late else None


def _p50_of(parts: Iterable[Calls]) -> Value:
    together = Calls()
    for part in parts:
        together.add({"n": part.n, "rows": 0, "refused": 0, "broken": 0, "ms": part.ms})
    return percentile(together.ms, 0.5)


def _in_full_windows(fold: Fold) -> tuple[int, int, int]:
    """Of windows that lay wholly within an import: rows that landed, calls let through, and calls allowed."""
    rows = calls = limit = 0
    for one in fold.ended():
        windows = (one.end or {}).get("windows", {})
        usual = next((window[0] for window in windows.values()), 0)
        if usual >= UNLIMITED["app"]:
            continue
        for window in full_windows(windows):
            rows += window[3]
            calls += window[1]
            limit += window[0] or usual
    return rows, calls, limit


def _efficiency(fold: Fold) -> Value:
    rows, _calls, limit = _in_full_windows(fold)
    return rows / limit if limit and rows else None  # rows that land by jobs are in no window


def _limit_used(fold: Fold) -> Value:
    _rows, calls, limit = _in_full_windows(fold)
    return calls / limit if limit else None


def _sum(fold: Fold, key: str) -> Value:
    values = [one.end[key] for one in fold.ended() if one.end and one.end.get(key) is not None]
    return sum(values) if values else None


def _each(fold: Fold, key: str) -> list[float]:
    """Of imports that did not have to be cut off."""
    return [one.end[key] for one in fold.ended() if one.end and one.outcome != "cut" and one.end.get(key) is not None]


def _missing(fold: Fold) -> Value:
    """Of imports that ended by themselves, whatever their exit code says."""
    ends = [one.end for one in fold.ended() if one.end and one.end["ended_by"] == "itself"]
    return float(sum(max(0, end["asked"] - end["rows"]) for end in ends))


def _known(fold: Fold, since: str) -> list[float]:
    """Seconds until jobs were known to be done: since they were accepted (`at`) or done."""
    return [max(0.0, job["known"] - job[since]) for job in fold.jobs if job["known"] is not None]


def _waste(fold: Fold) -> Value:
    needless = _sum(fold, "needless") or 0
    return (fold.total.refused + fold.total.broken + needless) / fold.total.n if fold.total.n else None


def _ratio(over: Value, under: Value) -> Value:
    return over / under if over is not None and under else None


def _sampled(fold: Fold, key: str) -> list[list[float]]:
    """The samples of each stage, in order."""
    return [
        [fact[key] for _at, fact in sorted(samples.items()) if fact.get(key) is not None]
        for samples in fold.samples.values()
    ]


def _peak(fold: Fold, key: str) -> Value:
    return max((value for samples in _sampled(fold, key) for value in samples), default=None)


def _growth(fold: Fold, key: str) -> Value:
    """From the first to the last sample, of the stage where it is most."""
    return max((samples[-1] - samples[0] for samples in _sampled(fold, key) if len(samples) > 1), default=None)


def _busy(fold: Fold, key: str) -> Value:
    """Share of one core that was used while there were samples, of the busiest stage."""
    return max(
        (share for samples in fold.samples.values() if (share := _slope(samples, key)) is not None), default=None
    )


def _slope(samples: Mapping[float, Mapping[str, float]], key: str) -> Value:
    """How fast a sum grew from the first to the last sample that has it."""
    known = [(at, fact[key]) for at, fact in sorted(samples.items()) if fact.get(key) is not None]
    return (known[-1][1] - known[0][1]) / (known[-1][0] - known[0][0]) if len(known) > 1 else None


def _locust(fold: Fold) -> Value:
    return max((share for own in fold.locusts.values() if (share := _slope(own, "cpu_s")) is not None), default=None)


def _machine_busy(fold: Fold) -> Value:
    cores = max((fact.get("cores") or 0 for facts in fold.samples.values() for fact in facts.values()), default=0)
    return _ratio(_busy(fold, "machine_cpu_s"), cores)


def _cores(fold: Fold) -> Value:
    """Share of a core that an importer used while it ran, the median of them."""
    shares = [share for one in fold.ended() if (share := _core_share(one)) is not None]
    return median(shares) if shares else None


def _core_share(one: Import) -> Value:
    end = one.end or {}
    return end["cpu_s"] / end["took_s"] if end.get("cpu_s") and end.get("took_s") else None


class Measure(NamedTuple):
    """`of` gives None when it was not measured: nothing that it is about happened."""

    unit: str
    about: str
    of: Callable[[Fold], Value]


MEASURES: dict[str, Measure] = {
    "imports_done": Measure("", "imports that ended by themselves with exit code 0", lambda f: f.outcomes()["done"]),
    "imports_failed": Measure("", "imports that ended otherwise", lambda f: f.outcomes()["failed"]),
    "imports_cut": Measure("", "imports that the end of the run cut off", lambda f: f.outcomes()["cut"]),
    "imports_lost": Measure("", "imports that were lost with their Locust worker", lambda f: f.outcomes()["lost"]),
    "rows": Measure("", "rows that arrived", lambda f: f.total.rows),
    "rows_missing": Measure("", "rows that did not arrive although their import ended by itself", _missing),
    "rows_per_s": Measure(
        "/s", "rows over the time from first start to last end", lambda f: _ratio(f.total.rows, f.span_s)
    ),
    "complete_p50_s": Measure("s", "time to complete an import, median", lambda f: rank(_each(f, "took_s"), 0.5)),
    "complete_p95_s": Measure("s", "the same, 95th percentile", lambda f: rank(_each(f, "took_s"), 0.95)),
    "efficiency": Measure(
        "",
        "rows over what the rate limit allows, in windows that lie wholly within an import",
        _efficiency,
    ),
    "limit_used_share": Measure(
        "", "calls that the rate limit let through over what it allows, in the same windows", _limit_used
    ),
    "calls": Measure("", "calls", lambda f: f.total.n),
    "calls_per_s": Measure("/s", "calls over the same time", lambda f: _ratio(f.total.n, f.span_s)),
    "calls_per_row": Measure("", "calls for each row that arrived", lambda f: _ratio(f.total.n, f.total.rows)),
    "refused": Measure("", "calls answered 429, by the limit or by a fault; no failure", lambda f: f.total.refused),
    "refused_share": Measure("", "their share of all calls", lambda f: _ratio(f.total.refused, f.total.n)),
    "broken": Measure("", "calls without a good answer: 5xx, reset, cut, garbled, time-out", lambda f: f.total.broken),
    "retried": Measure("", "writes sent again because they were refused or broke", lambda f: _sum(f, "retried")),
    "needless": Measure("", "writes sent again although they were answered well", lambda f: _sum(f, "needless")),
    "wasted_share": Measure("", "refused, broken and needless calls over all", _waste),
    "p50_ms": Measure("ms", "latency of a call, median", lambda f: percentile(f.total.ms, 0.5)),
    "p95_ms": Measure("ms", "latency, 95th percentile", lambda f: percentile(f.total.ms, 0.95)),
    "p99_ms": Measure("ms", "latency, 99th percentile", lambda f: percentile(f.total.ms, 0.99)),
    "jobs": Measure("", "jobs that a provider accepted, to do them later", lambda f: float(len(f.jobs)) or None),
    "known_p50_s": Measure(
        "s",
        "from a job's acceptance until its importer knew that it is done, median",
        lambda f: rank(_known(f, "at"), 0.5),
    ),
    "known_p95_s": Measure("s", "the same, 95th percentile", lambda f: rank(_known(f, "at"), 0.95)),
    "known_late_p50_s": Measure("s", "of that, after it was done", lambda f: rank(_known(f, "done"), 0.5)),
    "polls_per_job": Measure(
        "", "how often a job was asked for", lambda f: _ratio(float(sum(job["polls"] for job in f.jobs)), len(f.jobs))
    ),
    "launch_p50_s": Measure(
        "s", "until the launch page was answered, median", lambda f: rank(_each(f, "launch_s"), 0.5)
    ),
    "pages_per_s": Measure("/s", "pages of apps", lambda f: _ratio(_sum(f, "pages"), f.span_s)),
    "late_page_ratio": Measure(
        "", "median latency of the last quarter of the pages over the first quarter", lambda f: late_over_early(f.pages)
    ),
    "importer_cpu_ms_per_row": Measure(
        "ms", "CPU of the importer for each row", lambda f: (_ratio(_sum(f, "cpu_s"), f.total.rows) or 0) * 1000 or None
    ),
    "importer_cores": Measure("", "cores that an importer kept busy, median", _cores),
    "importer_peak_mb": Measure("MB", "most memory of an importer", lambda f: max(_each(f, "peak_mb"), default=None)),
    "app_peak_mb": Measure("MB", "most memory of the app", lambda f: _peak(f, "app_mb")),
    "app_growth_mb": Measure("MB", "the app's memory, last sample against first", lambda f: _growth(f, "app_mb")),
    "app_cores": Measure("", "cores that the app kept busy", lambda f: _busy(f, "app_cpu_s")),
    "fakes_peak_mb": Measure("MB", "most memory of the fakes", lambda f: _peak(f, "fakes_mb")),
    "fakes_growth_mb": Measure("MB", "the fakes' memory, last sample against first", lambda f: _growth(f, "fakes_mb")),
    "fakes_cores": Measure(
        "", "cores that the fakes kept busy: near 1 they are the limit", lambda f: _busy(f, "fakes_cpu_s")
    ),
    "locust_cores": Measure("", "cores that the busiest Locust worker used: near 1 it takes more --workers", _locust),
    "machine_busy_share": Measure("", "share of all cores that were busy, with us or with others", _machine_busy),
    "unseen": Measure(
        "", "calls that the journal forgot before they were counted: in no other number", lambda f: _sum(f, "unseen")
    ),
    "workers_lost": Measure("", "Locust workers that went missing", lambda f: len(f.lost_workers)),
}


def measured(fold: Fold) -> dict[str, Value]:
    """All of them."""
    return {name: measure.of(fold) for name, measure in MEASURES.items()}


#: From here on something counts as used up.
BUSY = 0.85
LIMIT = "limit_used_share"
#: The first of these measures that is used up is what kept the run from being faster.
BOUNDS = {
    LIMIT: "the rate limit",
    "fakes_cores": "the fakes: importers may be quicker than they were here, try more --processes",
    "importer_cores": "the importer's own CPU",
    "app_cores": "the app's own CPU",
    "locust_cores": "Locust: a worker's core was busy, try --workers",
    "machine_busy_share": "the machine: its cores were busy, with Locust or with something else; try an idle one",
}
WAITING = "waiting: neither limit nor CPU was used up (round trips, pauses, a source that is slow)"
#: The same when nothing can be said about a limit: there was none, or no import had a whole window of it.
WAITING_UNTOLD = "waiting: no CPU was used up (round trips, pauses, a limit that no import met for a whole window)"


def bound_by(values: Mapping[str, Value]) -> str:
    """What kept the run from being faster, as far as the numbers tell."""
    bound = next((name for name in BOUNDS if (values[name] or 0.0) >= BUSY), None)
    if bound is None:
        return WAITING_UNTOLD if values[LIMIT] is None else WAITING
    return BOUNDS[bound] + (_cost_of_a_row(values) if bound == LIMIT else "")


def _cost_of_a_row(values: Mapping[str, Value]) -> str:
    """Why a limit that was used up let fewer rows through than calls; empty where rows alone fill it."""
    efficiency, each = values["efficiency"], values["calls_per_row"]
    return f"; each row costs {each:.3g} calls" if each and efficiency is not None and efficiency < BUSY else ""
