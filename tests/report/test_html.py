"""report.html as a text: what is in it, that nothing said by others becomes markup, and how large it gets."""

import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from customhouse_conformance.comparison import Change, Key, Stand
from customhouse_conformance.errors import UsageError
from customhouse_conformance.findings import Verdict
from customhouse_conformance.register_tables import load_register
from customhouse_conformance.report.html import find_kills
from customhouse_conformance.report.html.excerpt import Bounds, excerpt, level
from customhouse_conformance.report.words import explain
from tests.conformance.toy import register

from .samples import HOSTILE, KILLS, Outline, exchanges, hostile, record, result, sample, write


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    return write(tmp_path_factory.mktemp("html") / "report.html", *sample()).read_text("utf-8")


def test_every_requirement_meets_every_importer(page: str) -> None:
    cells = [one for one in Outline(page).of("a") if one.get("class", "").startswith("cell")]
    assert len(cells) == 9
    assert Counter(one["data-verdict"] for one in cells) == {"PASS": 5, "FAIL": 2, "WARN": 1, "NOT EXERCISED": 1}
    ids = {one["id"] for one in Outline(page).of("article") if "id" in one}
    assert {one["href"][1:] for one in cells} == ids


def test_a_result_says_everything_without_a_script(page: str) -> None:
    text = " ".join(re.sub(r"<[^>]+>", " ", re.sub(r"(?s)<(script|style)>.*?</\1>", "", page)).split())
    for words in (
        "A refusal loses no row.", "MUST robustness inferred ours", "2 of 3 rows are not there", "lost-rows",
        "Follow one of the rows", "customhouse check acme --only INTERCOM-TOY-02", "first run: exit code 0",
        "The first two calls are refused.", "POST /contacts", '{&#34;external_id&#34;: &#34;1&#34;}',
    ):  # fmt: skip
        assert words in text


def test_a_run_says_which_findings_were_made_in_it(page: str) -> None:
    summaries = re.findall(r"(?s)<summary><b>(.*?)</summary>", page)
    said = [" ".join(re.sub(r"<[^>]+>", " ", one).split()) for one in summaries]
    assert said[2:] == [
        "plain intercom · 12 exchanges 1 finding WARN",
        "refused intercom · 12 exchanges 1 finding FAIL 1 finding WARN",
        "plain intercom · 12 exchanges 1 finding FAIL",
        "refused intercom · 9 exchanges 1 finding NOT EXERCISED",
    ]


def test_links_inside_the_page_lead_somewhere(page: str) -> None:
    outline = Outline(page)
    ids = {attributes["id"] for _, attributes in outline.tags if "id" in attributes}
    targets = {one["href"][1:] for one in outline.of("a") if one["href"].startswith("#")}
    assert targets - ids == set()
    assert len(ids) == sum("id" in attributes for _, attributes in outline.tags)


def test_nothing_is_fetched_from_anywhere(page: str) -> None:
    outline = Outline(page)
    assert not [tag for tag, _ in outline.tags if tag in ("link", "img", "iframe", "object", "embed", "base")]
    assert not [one for _, one in outline.tags if "src" in one or "style" in one]
    assert all(one["href"].startswith(("#", "https://example.com/")) for one in outline.of("a"))
    assert "@import" not in page
    assert "url(http" not in page
    policy = next(one["content"] for one in outline.of("meta") if "http-equiv" in one)
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    results, kept, toy = hostile()
    text = write(tmp_path / "report.html", results, kept, toy).read_text("utf-8")
    outline = Outline(text)
    assert len(outline.of("script")) == 1
    assert not outline.of("img")
    assert not [name for _, one in outline.tags for name in one if name.startswith("on")]
    assert not [one for one in outline.of("a") if one["href"].startswith("javascript")]
    assert "{{ 7 * 191 }}" in text
    assert "1337" not in text
    assert not re.search("[\x00-\x08\x1b\ud800-\udfff]", text)
    assert text.count("&lt;script&gt;window.pwned") > 10


def test_what_the_suite_judges_otherwise_than_before_stands_on_the_first_page(tmp_path: Path) -> None:
    results, kept = sample()
    fell = Stand(Verdict.PASS, "ok"), Stand(Verdict.FAIL, "lost-rows")
    changes = [
        Change(Key("acme", "intercom", "INTERCOM-TOY-02"), *fell),
        Change(Key(HOSTILE, "intercom", "INTERCOM-TOY-04"), None, None, HOSTILE),
    ]
    text = write(tmp_path / "report.html", results, kept, changes=changes).read_text("utf-8")
    assert "Suite changes, 0.0.9 to 0.1.0: the same records, judged otherwise" in text
    first, _, rest = text.partition('<section class="page" id="runs"')
    assert 'worse</b> <span class="id">INTERCOM-TOY-02</span> (acme) PASS → FAIL lost-rows' in first
    assert "not judged: &lt;/script&gt;&lt;script&gt;window.pwned" in first
    assert "INTERCOM-TOY-04" not in rest
    assert len(Outline(text).of("script")) == 1
    assert "Suite changes" not in write(tmp_path / "other.html", results, kept).read_text("utf-8")


def test_the_register_and_the_kill_matrix_are_pages_of_it(tmp_path: Path) -> None:
    (tmp_path / "kill-matrix.json").write_text(json.dumps(KILLS))
    results, kept = sample()
    kills = find_kills(None, tmp_path)
    text = write(tmp_path / "report.html", results, kept, kills=kills).read_text("utf-8")
    assert [one["id"] for one in Outline(text).of("section") if one.get("class") == "page"] == [
        "matrix", "runs", "register", "kills", "about",
    ]  # fmt: skip
    assert "NOT equal to the register" in text
    assert "gives_up / INTERCOM-TOY-01: missed" in text
    assert "gives_up / INTERCOM-TOY-02: extra" in text
    assert "gives_up / INTERCOM-TOY-03: wrong" in text
    assert "INTERCOM-TOY-01 <code>wrong-fields</code> or <code>lost-rows</code>, INTERCOM-TOY-03" in text
    assert "never_ends <code>silent or never-ended</code>" in text
    assert "Gives up &lt;b&gt;." in text


def test_there_is_no_page_of_a_kill_matrix_that_nobody_gave(page: str) -> None:
    outline = Outline(page)
    assert "kills" not in [one.get("id") for one in outline.of("section")]
    assert "#kills" not in [one["href"] for one in outline.of("a")]
    assert "<code>customhouse mutants --out DIR</code> runs a kill matrix" in page.partition('id="about"')[2]


@pytest.mark.parametrize("text", ["{", "[]", "[" * 100_000, '{"schema": 2}', json.dumps({**KILLS, "mutants": [{}]})])
def test_what_is_no_kill_matrix_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "kills").mkdir()
    (tmp_path / "kills" / "kill-matrix.json").write_text(text)
    with pytest.raises(UsageError, match=r"kill-matrix\.json (is no kill matrix|cannot be read)"):
        find_kills(None, tmp_path)


def test_every_report_tells_what_to_do_in_the_same_words(page: str) -> None:
    failure = next(one for one in sample()[0] if one.verdict is Verdict.FAIL)
    said = failure.to_json()["advice"]
    assert said.startswith("Follow one of the rows named here: its POST /contacts must end in 200")
    assert f"to do    {said}" in explain(failure)
    assert "its <code>POST /contacts</code> must end in 200" in page
    assert said in " ".join(re.sub(r"<[^>]+>", "", page).split())


def test_headers_and_calls_in_the_advice_are_code(tmp_path: Path) -> None:
    rows = load_register("intercom")
    hammered = result("acme", rows, "INTERCOM-RATE-02", Verdict.FAIL, code="hammered")
    text = write(tmp_path / "report.html", [hammered], {}, rows).read_text("utf-8")
    assert "sleep until the second in <code>X-RateLimit-Reset</code>, in all workers" in text


def test_nothing_is_advised_where_nothing_is_to_be_done(tmp_path: Path) -> None:
    toy = register()
    text = write(tmp_path / "report.html", [result("acme", toy, "INTERCOM-TOY-01", Verdict.PASS)], {}, toy).read_text()
    assert "What to do" not in text


# ---- how large it gets ----


def test_the_evidence_is_told_first_and_what_is_left_out_is_said() -> None:
    rows = exchanges(10_000, body='{"name": "' + "x" * 5_000 + '"}')
    part = excerpt(record("acme", "plain", rows), {9_001}, Bounds(words=20_000, bars=50))
    assert 9_001 in {told.exchange.n for told in part.told}
    assert len(part.drawn) == 50
    assert part.total == 10_000
    assert len(part.told) + sum(told.skipped_before for told in part.told) + part.skipped_after == 10_000
    assert sum(told.cost for told in part.told) <= 20_000
    evidence = next(told for told in part.told if told.exchange.n == 9_001)
    other = next(told for told in part.told if told.exchange.n != 9_001)
    assert len(evidence.sent) > len(other.sent)
    assert other.sent.endswith("… [cut: 5,012 bytes]")


def test_what_short_runs_leave_goes_to_the_long_ones() -> None:
    assert level([1, 1, 1], 10) == 1
    assert level([1, 1, 100], 10) == 8
    assert level([100, 100], 10) == 5
    assert level([], 10) == 0


def test_a_large_run_makes_no_large_file(tmp_path: Path) -> None:
    """40 requirements × 3 importers, a scenario each, of 10,000 exchanges with bodies full of quotes: below 3 MB."""
    base = register()
    template, scenario = base.requirements[0], base.scenarios["plain"]
    rows = tuple(replace(template, id=f"INTERCOM-BIG-{n:02}", scenarios=(f"big-{n}",)) for n in range(40))
    toy = replace(base, requirements=rows, scenarios={row.scenarios[0]: scenario for row in rows})
    many = exchanges(10_000, body='{"é": "<' + '"' * 3_000)
    names = ("reference", "acme", "other")
    kept = {name: {row.scenarios[0]: record(name, row.scenarios[0], many) for row in rows} for name in names}
    results = [result(name, toy, row.id, Verdict.FAIL) for name in names for row in rows]
    path = write(tmp_path / "report.html", results, kept, toy)
    assert 1_000_000 < path.stat().st_size < 3_000_000
    assert "of 10000 exchanges are drawn" in path.read_text("utf-8")


def test_one_long_word_is_cut(tmp_path: Path) -> None:
    toy = register()
    long = [result("acme", toy, "INTERCOM-TOY-01", Verdict.FAIL, message="x" * 5_000_000)]
    assert write(tmp_path / "report.html", long, {}, toy).stat().st_size < 200_000
