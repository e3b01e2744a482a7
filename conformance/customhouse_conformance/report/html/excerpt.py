"""What of a run is told in a report: a bounded part of it, the telling ones first, and how much was left out.

A record may hold 10,000 exchanges with bodies of megabytes; the page that shows it must stay a page.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from markupsafe import escape

from customhouse_conformance.facts import Exchange
from customhouse_conformance.record import Record

#: Bytes of exchanges in words: in one report, and of one run.
WORDS_BYTES, WORDS_OF_RUN = 1_200_000, 60_000
#: Bars: in one report, and in one drawing.
BARS, BARS_OF_RUN = 6_000, 300
#: What every run gets, however many there are.
WORDS_LEAST, BARS_LEAST = 2_000, 20
#: Characters of a body; of one that a verdict stands on; of an address.
BODY, BODY_OF_EVIDENCE, ADDRESS = 160, 800, 160
#: Exchanges of one run whose bodies are told at length.
EVIDENCE = 25
#: Characters of what the importer said last, and of anything else that somebody may have made long.
LAST_WORDS, TEXT = 600, 1_500
#: What a row costs besides its texts, and about what it costs with them.
ROW_BYTES, TYPICAL = 220, 700


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much one run may take in a report of so many."""

    words: int
    bars: int

    @classmethod
    def among(cls, exchanges: Sequence[int]) -> "Bounds":
        """The same for all runs, by how many exchanges each has: what the short ones leave goes to the long ones."""
        shown = [min(BARS_OF_RUN, number) for number in exchanges]
        rows = level([number * TYPICAL for number in shown], WORDS_BYTES)
        return cls(min(WORDS_OF_RUN, max(WORDS_LEAST, rows)), max(BARS_LEAST, level(shown, BARS)))


def level(needs: Sequence[int], budget: int) -> int:
    """The highest bound under which all needs together stay within the budget; the greatest need if that fits."""
    left, waiting = budget, sorted(needs)
    while waiting:
        share = left // len(waiting)
        if waiting[0] > share:
            return share
        left -= waiting.pop(0)
    return max(needs, default=0)


@dataclass(frozen=True, slots=True)
class Told:
    """One exchange in words."""

    exchange: Exchange
    since_s: float
    address: str
    sent: str
    answered: str
    notes: tuple[str, ...]
    skipped_before: int = 0

    @property
    def cost(self) -> int:
        """About how many bytes it takes in the page."""
        texts = (self.address, self.sent, self.answered, *self.notes)
        return ROW_BYTES + sum(len(escape(text).encode("utf-8", "replace")) for text in texts)


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The part of a run that is drawn, the part of that which is told, and how many there were."""

    drawn: tuple[Exchange, ...]
    told: tuple[Told, ...]
    total: int
    skipped_after: int


def excerpt(record: Record, evidence: Collection[int], bounds: Bounds) -> Excerpt:
    """Evidence first, then what was refused or broken, then the others as they came."""
    exchanges = record.exchanges
    told_at_length = set(sorted(evidence)[:EVIDENCE])
    ranked = sorted(exchanges, key=lambda one: (one.n not in told_at_length, not _odd(one), one.n))
    drawn = ranked[: bounds.bars]
    began = min((one.at for one in exchanges), default=0.0)
    chosen: list[Told] = []
    left = bounds.words
    for one in drawn:
        sizes = (BODY_OF_EVIDENCE, BODY) if one.n in told_at_length else (BODY,)
        told = next((told for size in sizes if (told := _tell(one, began, size)).cost <= left), None)
        if told is None:
            break
        left -= told.cost
        chosen.append(told)
    return _in_order(exchanges, drawn, chosen)


def shortened(text: str, most: int) -> str:
    """The beginning of a text, and how much there was."""
    return text if len(text) <= most else f"{text[:most]}… [cut: {len(text):,} characters]"


def _in_order(exchanges: tuple[Exchange, ...], drawn: list[Exchange], chosen: list[Told]) -> Excerpt:
    """Back in the order of the run, each with the number of those left out before it."""
    places = {one.n: place for place, one in enumerate(exchanges)}
    told: list[Told] = []
    last = -1
    for one in sorted(chosen, key=lambda one: places[one.exchange.n]):
        place = places[one.exchange.n]
        told.append(Told(one.exchange, one.since_s, one.address, one.sent, one.answered, one.notes, place - last - 1))
        last = place
    in_order = tuple(sorted(drawn, key=lambda one: places[one.n]))
    return Excerpt(in_order, tuple(told), len(exchanges), len(exchanges) - last - 1)


def _odd(one: Exchange) -> bool:
    return one.status is None or not 200 <= one.status < 300 or bool(one.faults) or one.delivery != "complete"


def _tell(one: Exchange, began: float, most: int) -> Told:
    address = one.path + (f"?{one.query}" if one.query else "")
    return Told(
        exchange=one,
        since_s=one.at - began,
        address=shortened(address, ADDRESS),
        sent=_body(one.request.body, one.request.body_bytes, most),
        answered=_body(one.response.body, one.response.body_bytes, most),
        notes=tuple(shortened(note, ADDRESS) for note in _notes(one)),
    )


def _body(body: str, size: int, most: int) -> str:
    """A body's beginning; `size` is what was on the wire, of which the journal may have kept less."""
    return body if len(body) <= most else f"{body[:most]}… [cut: {max(size, len(body)):,} bytes]"


def _notes(one: Exchange) -> list[str]:
    notes = [f"fault {', '.join(one.faults)}"] if one.faults else []
    notes += [f"answer {one.delivery}"] if one.delivery != "complete" else []
    notes += [one.why] if one.why else []
    return notes
