"""Known gaps: what the manifest may say of them, what they make of verdicts, and how they are renewed."""

import tomllib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import product
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from customhouse_conformance.engine.selection import select
from customhouse_conformance.errors import ManifestError
from customhouse_conformance.findings import Verdict
from customhouse_conformance.gap_document import REASON, Gaps, document, renew
from customhouse_conformance.gaps import Gap, Kind, Overlay, mark_of
from customhouse_conformance.manifest.file import read_manifest
from customhouse_conformance.results import Result, conclude, count_overlays, lay_over
from tests.report.samples import result

from .toy import as_callable, register

TODAY = date(2026, 11, 22)
TOY = register()
IDS = [row.id for row in TOY.requirements]
ID = IDS[0]
HEAD = '[importers.acme]\nprovider = "intercom"\ncallable = "acme:run"\n'


def gaps(entry: str) -> tuple[Gap, ...]:
    """The gaps of a manifest with this one entry."""
    (spec,) = read_manifest(f"{HEAD}[importers.acme.gaps]\n{entry}", "customhouse.toml", Path())["acme"]
    return spec.gaps


def gap(pattern: str = ID, kind: Kind = Kind.KNOWN_FAILING, expires: date | None = None) -> Gap:
    return Gap(pattern, kind, "no retry yet", None, expires)


def results(verdicts: Sequence[Verdict], *known: Gap) -> list[Result]:
    """Results of the toy requirements in their order, gaps laid over."""
    found = [result("acme", TOY, id, verdict) for id, verdict in zip(IDS, verdicts, strict=False)]
    return [lay_over(one, next((gap for gap in known if gap.covers(one.requirement.id)), None), TODAY) for one in found]


def test_a_gap_reads_as_it_is_written() -> None:
    text = '"INTERCOM-RATE-*" = {kind = "known-flaky", reason = "slow", link = "https://x.example/1", expires = %s}'
    expected = Gap("INTERCOM-RATE-*", Kind.KNOWN_FLAKY, "slow", "https://x.example/1", date(2027, 1, 31))
    assert gaps(text % "2027-01-31") == gaps(text % '"2027-01-31"') == (expected,)
    assert Gap.from_json(expected.to_json()) == expected
    assert gaps("") == ()


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        ('{kind = "known-failing"}', "'reason' is missing"),
        ('{kind = "known-failing", reason = " "}', "'reason' is empty"),
        ('{reason = "x"}', "'kind' is missing"),
        ('{kind = "xfail", reason = "x"}', "use one of: known-failing, known-flaky, skip"),
        ('{kind = "skip", reason = "x", expire = 2027-01-31}', "did you mean 'expires'"),
        ('{kind = "skip", reason = "x", expires = "soon"}', "'expires' is soon, which is no day"),
        ('{kind = "skip", reason = "x", expires = 2027}', "'expires' is 2027, which is no day"),
        ('{kind = "skip", reason = "x", expires = 2027-01-31T10:00:00Z}', "which is no day\n  write expires = 2027"),
        ('{kind = "skip", reason = "x", link = "ACME-17"}', "begins with http"),
        ('"skip"', "make it a table"),
    ],
)
def test_a_wrong_gap_is_refused(value: str, complaint: str) -> None:
    with pytest.raises(ManifestError, match=complaint) as caught:
        gaps(f'"INTERCOM-RATE-01" = {value}')
    assert "importers.acme" in str(caught.value)
    assert caught.value.exit_code == 2


def test_each_provider_of_a_name_has_its_own() -> None:
    text = "".join(
        f'[[importers.acme]]\nprovider = "{name}"\ncallable = "a:b"\n'
        f'[importers.acme.gaps]\n"{name.upper()}-X-01" = {{kind = "skip", reason = "x"}}\n'
        for name in ("intercom", "rally")
    )
    specs = read_manifest(text, "customhouse.toml", Path())["acme"]
    assert [spec.gaps[0].pattern for spec in specs] == ["INTERCOM-X-01", "RALLY-X-01"]


@pytest.mark.parametrize(
    ("patterns", "complaint"),
    [
        (["INTERCOM-TOY-99"], "'INTERCOM-TOY-99' matches no requirement\n  did you mean 'INTERCOM-TOY-0"),
        (["intercom-toy-01"], "did you mean 'INTERCOM-TOY-01'"),
        (
            ["INTERCOM-TOY-09"],
            "'INTERCOM-TOY-09' matches no requirement\n  an earlier version asked for it, this one does",
        ),
        (["RALLY-*"], "'RALLY-\\*' matches no requirement\n  `customhouse requirements --provider intercom`"),
        (["INTERCOM-TOY-*", "*-02"], "'INTERCOM-TOY-\\*' and '\\*-02' both match INTERCOM-TOY-02"),
    ],
)
def test_a_name_that_fits_nothing_or_twice_is_refused(patterns: list[str], complaint: str) -> None:
    spec = as_callable("good", gaps=tuple(gap(pattern) for pattern in patterns))
    with pytest.raises(ManifestError, match=complaint) as caught:
        select(spec, TOY, "*-01")
    assert caught.value.exit_code == 2


def test_a_gap_outside_of_the_selection_is_no_mistake() -> None:
    assert select(as_callable("good", gaps=(gap("*-03"),)), TOY, "*-01").requirements[0].id == ID


def test_scenarios_that_only_a_skip_wants_are_not_run() -> None:
    spec = as_callable("good", gaps=(gap("*-0[23]", Kind.SKIP),))
    assert [one.id for one in select(spec, TOY, None).scenarios()] == ["plain"]


F, W, P = Verdict.FAIL, Verdict.WARN, Verdict.PASS
NE, NA = Verdict.NOT_EXERCISED, Verdict.NOT_APPLICABLE
KNOWN, FLAKY, STALE = Overlay.KNOWN, Overlay.FLAKY, Overlay.STALE


@pytest.mark.parametrize(
    ("kind", "verdict", "expected"),
    [
        *[(Kind.KNOWN_FAILING, verdict, KNOWN) for verdict in (F, W, NE)],
        *[(Kind.KNOWN_FAILING, verdict, STALE) for verdict in (P, NA)],
        *[(Kind.KNOWN_FLAKY, verdict, FLAKY) for verdict in (F, W, P, NE, NA)],
        (Kind.SKIP, NE, KNOWN),
        *[(kind, verdict, None) for kind in Kind for verdict in (Verdict.ERROR, Verdict.UNTESTABLE)],
    ],
)
def test_what_a_gap_makes_of_a_verdict(kind: Kind, verdict: Verdict, expected: Overlay | None) -> None:
    mark = mark_of(gap(kind=kind), ID, verdict, TODAY)
    assert (mark and mark.overlay) == expected


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize(
    ("last", "stale"), [(date(2026, 11, 21), True), (TODAY, False), (date(2026, 11, 23), False)], ids=str
)
def test_a_gap_holds_to_the_end_of_its_last_day(kind: Kind, last: date, stale: bool) -> None:
    mark = mark_of(gap(kind=kind, expires=last), ID, NE, TODAY)
    assert mark is not None
    assert (mark.overlay is STALE) == stale
    assert ("expired on 2026-11-21" in mark.says) == stale


def test_what_is_stale_says_what_to_do() -> None:
    one, some = mark_of(gap(), ID, P, TODAY), mark_of(gap("INTERCOM-*"), ID, P, TODAY)
    assert one is not None
    assert some is not None
    assert one.says.endswith("(no retry yet), but this is PASS: take the gap out of the manifest")
    assert some.says.endswith("narrow the wildcard of the gap")


@pytest.mark.parametrize(
    ("verdicts", "known", "code"),
    [
        ((F, P, P), (), 1),
        ((F, P, P), (gap(),), 0),
        ((P, P, P), (gap(),), 1),
        ((P, P, P), (gap(kind=Kind.KNOWN_FLAKY),), 0),
        ((F, F, P), (gap(),), 1),
        ((F,), (gap(),), 0),
        ((NE, P, P), (gap(),), 0),
        ((NE, NE, NE), (gap("*"),), 3),  # silence is no success, whatever is known
        ((Verdict.UNTESTABLE, P, P), (gap(),), 3),
        ((Verdict.ERROR, P, P), (gap("*"),), 4),
        ((F, P, P), (gap(expires=date(2026, 1, 1)),), 1),
    ],
)
def test_what_a_run_with_gaps_comes_to(verdicts: tuple[Verdict, ...], known: tuple[Gap, ...], code: int) -> None:
    assert conclude(results(verdicts, *known)) == code


def test_overlays_are_counted_with_zeros() -> None:
    assert count_overlays(results((F, P, P), gap("*-0[12]"))) == {"known": 1, "flaky": 0, "stale": 1}


def renewed(verdicts: Sequence[Verdict], *known: Gap) -> list[tuple[str, str]]:
    return [(one.pattern, one.reason) for one in renew(known, IDS, results(verdicts, *known))]


def test_failures_become_gaps_and_what_passes_goes() -> None:
    lost = "lost-rows: 2 of 3 rows are not there"
    assert renewed((P, F, W)) == [(IDS[1], lost)]
    assert renewed((F, NE, NE)) == [(IDS[0], lost), (IDS[1], lost)]  # the third is a SHOULD
    assert renewed((F, F, P), gap()) == [(ID, "no retry yet"), (IDS[1], lost)]
    assert renewed((P, P, P), gap()) == []
    assert renewed((F, P, F), gap("*-0[12]")) == [(ID, "no retry yet"), (IDS[2], lost)]
    assert renewed((F, F, P), gap("*-0[12]")) == [("*-0[12]", "no retry yet")]


UNJUDGED = (Verdict.ERROR, Verdict.UNTESTABLE)
#: All that requirements of the toy's three levels can come to.
RUNS = list(product((P, F, NE, NA, *UNJUDGED), (P, F, NE, NA, *UNJUDGED), (P, W, NE, NA, *UNJUDGED)))


def expected_of(verdicts: Sequence[Verdict]) -> int:
    """What a run comes to in which every failure is known."""
    if Verdict.ERROR in verdicts:
        return 4
    return 3 if Verdict.UNTESTABLE in verdicts or not set(verdicts) & {P, F, W} else 0


def test_what_is_written_makes_every_run_green_that_a_gap_can_and_red_when_one_is_mended() -> None:
    assert [TOY.requirements[n].level for n in range(3)] == ["MUST", "MUST", "SHOULD"]
    for verdicts in RUNS:
        text = document([Gaps("acme", "intercom", renew((), IDS, results(verdicts)), 0)])
        known = read_manifest(HEAD + text, "customhouse.toml", Path())["acme"][0].gaps
        again = results(verdicts, *known)
        assert conclude(again) == expected_of(verdicts), verdicts
        assert renew(known, IDS, again) == known
        for one in known:
            mended = [P if id == one.pattern else verdict for id, verdict in zip(IDS, verdicts, strict=True)]
            after = results(mended, *known)
            assert [result.requirement.id for result in after if result.overlay is STALE] == [one.pattern]
            assert conclude(after) == (4 if Verdict.ERROR in mended else 1)


def test_what_cannot_be_told_is_left_as_it_is() -> None:
    assert renewed((Verdict.UNTESTABLE, Verdict.ERROR, P)) == []
    assert renewed((Verdict.UNTESTABLE, P, P), gap()) == [(ID, "no retry yet")]
    assert renewed((P,), gap("*-0[23]")) == [("*-0[23]", "no retry yet")]  # a narrower run
    assert renewed((P,), gap(kind=Kind.KNOWN_FLAKY)) == [(ID, "no retry yet")]
    old = gap(expires=date(2026, 1, 1))
    assert renew([old], IDS, results((F, P, P), old)) == (old,)


def test_a_long_reason_is_cut() -> None:
    long = result("acme", TOY, ID, F, message="a\nb " * 500)
    (new,) = renew((), IDS, [long])
    assert len(new.reason) == REASON
    assert "\n" not in new.reason


def test_the_document_of_several_is_toml() -> None:
    parts = [
        Gaps("both", "intercom", (gap(),), 0, alone=False),
        Gaps("both", "rally", (gap("RALLY-X-01"),), 2, alone=False),
        Gaps("fine", "rally", (), 0),
    ]
    text = document(parts)
    tables = tomllib.loads(text)["importers"]["both"]
    assert [(one["provider"], list(one["gaps"])) for one in tables] == [
        ("intercom", [ID]),
        ("rally", ["RALLY-X-01"]),
    ]
    assert "2 requirements could not be judged" in text
    assert "There are none" in text


@example(name="acme\n", reason="", day=None)
@given(st.text(min_size=1), st.text(), st.dates() | st.none())
def test_whatever_a_reason_holds_the_document_reads_back(name: str, reason: str, day: date | None) -> None:
    one = replace(gap(expires=day), reason=f"because {reason}", link="https://x.example/1")
    (tables,) = tomllib.loads(document([Gaps(name, "intercom", (one,), 0)]))["importers"].values()
    (entry,) = tables["gaps"].values()
    assert (entry["kind"], entry["link"], entry.get("expires")) == ("known-failing", one.link, day)
    assert len(entry["reason"]) == len(one.reason)
