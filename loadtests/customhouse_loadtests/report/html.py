"""`report.html`: one file, nothing fetched, no script. Matplotlib is imported only here, when it is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from customhouse_loadtests.measures import MEASURES, Value, bound_by, measured
from customhouse_loadtests.thresholds import Outcome, Threshold

from .run import Run

#: Imports that failed and are shown with their complaint.
FAILURES = 20


@dataclass(frozen=True, slots=True)
class Row:
    """A measure as it is printed; `change` against the compared run."""

    name: str
    about: str
    value: str
    compared: str
    change: str


def page(run: Run, before: Run | None, judged: Sequence[tuple[Threshold, Outcome]]) -> str:
    """The whole page."""
    from .plots import drawn  # noqa: PLC0415 - Matplotlib takes half a second, and the extra, to import

    environment = Environment(loader=PackageLoader("customhouse_loadtests.report", "."), autoescape=True)
    runs = [run, *([before] if before else [])]
    values = measured(run.fold)
    return environment.get_template("report.html.j2").render(
        run=run,
        before=before,
        bound_by=bound_by(values),
        rows=list(rows(run, before)),
        judged=[(str(threshold), outcome) for threshold, outcome in judged],
        plots=[(plot, Markup(svg)) for plot, svg in drawn(runs)],  # noqa: S704 - made by us from numbers
        failures=failures(run),
        outcomes=run.fold.outcomes(),
    )


def rows(run: Run, before: Run | None) -> Iterator[Row]:
    """Measures that were taken in either run."""
    now, then = measured(run.fold), measured(before.fold) if before else {}
    for name, measure in MEASURES.items():
        if now[name] is not None or then.get(name) is not None:
            yield Row(
                name,
                measure.about,
                said(name, now[name]),
                said(name, then.get(name)),
                _change(now[name], then.get(name)),
            )


def said(name: str, value: Value) -> str:
    """A value with its unit; a dash for what was not measured."""
    if value is None:
        return "–"
    unit = MEASURES[name].unit
    if name.endswith("_share") or name == "efficiency":
        return f"{value:.1%}"
    number = f"{value:,.0f}" if value == int(value) or abs(value) >= 1000 else f"{value:,.3g}"
    return f"{number} {unit}".strip()


def failures(run: Run) -> list[dict[str, Any]]:
    """The first imports that failed, with what they said."""
    ended = [one for one in run.fold.ended() if one.outcome == "failed"]
    return [{"id": one.id, **(one.end or {})} for one in ended[:FAILURES]]


def _change(now: Value, then: Value) -> str:
    if now is None or not then:
        return ""
    change = round((now / then - 1) * 100)
    return f"{change:+d} %" if change else "same"
