"""Requests per second as bars: an SVG that any browser and any forge shows."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from .others import ROWS as OTHERS
from .plan import CONNECTIONS, PROCESSES
from .results import OPERATIONS, Results, number

WIDTH, LEFT, RIGHT, BAR, GAP, TOP = 900, 330, 70, 9, 10, 56
COLOURS = ("#9ecae1", "#4292c6", "#08519c")


def draw(results: Results) -> str:
    """A group of bars for each subject, one for each number of connections."""
    groups = list(_groups(results))
    longest = max((value for _, values in groups for value in values if value), default=1.0)
    height = TOP + sum(_height(values) for _, values in groups)
    body, y = [*_legend()], TOP
    for title, values in groups:
        body += _group(title, values, y, (WIDTH - LEFT - RIGHT) / longest)
        y += _height(values)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"',
            ' font-family="sans-serif" font-size="12">',
            f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
            *body,
            "</svg>",
            "",
        ]
    )


def _groups(results: Results) -> Iterator[tuple[str, list[float | None]]]:
    """What is compared, and its requests/s at each number of connections."""
    value = results.ledger.value
    many = f"{results.plan.records:,} contacts"
    yield "bare WSGI app: the limit", [value(f"bare.{width}.per_s") for width in CONNECTIONS]
    for operation in OPERATIONS:
        for size, contacts in (("small", "few contacts"), ("large", many)):
            yield f"{operation}, {contacts}", [value(f"{size}.{operation}.{width}.per_s") for width in CONNECTIONS]
    for call, title in OTHERS:
        yield title, [value(f"{call}.{width}.per_s") for width in CONNECTIONS]
    several = [value(f"processes.{PROCESSES}.create.{width}.per_s") for width in CONNECTIONS]
    yield f"create, {PROCESSES} processes", several
    for peer in results.peers:
        yield peer.title, [value(f"peer.{peer.name}.{width}.per_s") for width in CONNECTIONS]


def _height(values: list[float | None]) -> int:
    return BAR * len([value for value in values if value]) + GAP


def _legend() -> Iterator[str]:
    yield '<text x="10" y="20" font-size="15">Requests per second</text>'
    for number_, (colour, width) in enumerate(zip(COLOURS, CONNECTIONS, strict=True)):
        x = LEFT + 140 * number_
        yield f'<rect x="{x}" y="28" width="12" height="12" fill="{colour}"/>'
        yield f'<text x="{x + 18}" y="38">{width} connection{"s" if width > 1 else ""}</text>'


def _group(title: str, values: list[float | None], y: int, scale: float) -> Iterator[str]:
    shown = [(colour, value) for colour, value in zip(COLOURS, values, strict=True) if value]
    middle = y + BAR * len(shown) / 2 + 4
    yield f'<text x="{LEFT - 8}" y="{middle:g}" text-anchor="end">{escape(title)}</text>'
    for place, (colour, value) in enumerate(shown):
        top = y + BAR * place
        yield f'<rect x="{LEFT}" y="{top}" width="{value * scale:.1f}" height="{BAR - 1}" fill="{colour}"/>'
        yield f'<text x="{LEFT + value * scale + 4:.1f}" y="{top + 8}" font-size="9">{number(value)}</text>'
