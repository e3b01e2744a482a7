"""report.html as a reader meets it: in Chromium, on a desk and a phone, by mouse and keyboard, in light and dark."""

import json
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from customhouse_conformance.findings import Verdict
from customhouse_conformance.gaps import Gap, Kind
from customhouse_conformance.report.html import find_kills
from customhouse_conformance.results import lay_over
from tests.conformance.toy import register

from .browser import CHROMIUM, Browser, Page, chromium
from .samples import KILLS, hostile, result, sample, write

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium here; install Debian's package chromium")

SHOWN = "[...document.querySelectorAll('.req')].filter(row => row.offsetParent).length"
FAILED = "a.cell.fail"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with chromium(tmp_path_factory.mktemp("profile")) as running:
        yield running


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    (folder / "kill-matrix.json").write_text(json.dumps(KILLS))
    return write(folder / "report.html", *sample(), kills=find_kills(None, folder))


@pytest.fixture
def page(browser: Browser, report: Path) -> Iterator[Page]:
    """The report, opened; nobody may have complained and nothing may have been fetched when the test is over."""
    page = browser.page()
    page.size(1280, 900)
    page.open(report.as_uri())
    yield page
    assert page.complaints == []
    assert {url.split("#")[0] for url in page.requests} == {report.as_uri()}


def picture(page: Page, name: str, folder: Path) -> bytes:
    """A screenshot, kept where CUSTOMHOUSE_PICTURES says."""
    kept = Path(os.environ.get("CUSTOMHOUSE_PICTURES", folder))
    kept.mkdir(parents=True, exist_ok=True)
    page.picture(kept / f"{name}.png")
    return (kept / f"{name}.png").read_bytes()


def choose(page: Page, name: str, value: str) -> None:
    """Set a filter as a reader does."""
    page.js(
        f"(() => {{ const one = document.querySelector('#filters [name={name}]'); one.value = {value!r};"
        " one.dispatchEvent(new Event('input', {bubbles: true})); })()"
    )


def test_it_opens_with_the_matrix(page: Page, tmp_path: Path) -> None:
    assert page.js("document.title") == "reference, acme, other: not conformant · Customhouse"
    assert page.js(SHOWN) == 3
    assert page.js("document.querySelector('nav [aria-current]').textContent") == "Results"
    assert len(picture(page, "report", tmp_path)) > 10_000


def test_filters(page: Page) -> None:
    choose(page, "level", "SHOULD")
    assert page.js(SHOWN) == 1
    choose(page, "level", "")
    choose(page, "verdict", "FAIL")
    assert page.js("document.querySelector('#shown').textContent") == "2 of 3 requirements"
    choose(page, "text", "refusal LOST-rows")
    assert page.js(SHOWN) == 1
    choose(page, "text", "no such words")
    assert page.js(SHOWN) == 0
    assert page.js("document.querySelector('#nothing').offsetParent !== null")
    page.js("document.querySelector('#filters [type=reset]').click()")
    page.until(f"{SHOWN} === 3")
    page.js("document.querySelector('.tally button[data-verdict=\"NOT EXERCISED\"]').click()")
    assert page.js(SHOWN) == 1


def test_failures_can_come_first(browser: Browser, tmp_path: Path) -> None:
    words = (Verdict.PASS, Verdict.WARN, Verdict.FAIL)
    results = [result("acme", register(), f"INTERCOM-TOY-0{n}", word) for n, word in enumerate(words, 1)]
    page = browser.page()
    page.open(write(tmp_path / "report.html", results, {}).as_uri())
    ids = "[...document.querySelectorAll('.req .id')].map(one => one.textContent.slice(-2)).join(' ')"
    assert page.js(ids) == "01 02 03"
    choose(page, "order", "rank")
    assert page.js(ids) == "03 02 01"
    page.js("document.querySelector('#filters [type=reset]').click()")
    page.until(f"{ids} === '01 02 03'")
    assert page.complaints == []


def test_gaps_are_marked_and_filtered(browser: Browser, tmp_path: Path) -> None:
    results, kept = sample()
    gap = Gap("*-02", Kind.KNOWN_FAILING, "no retry yet", "https://tracker.example/17")
    marked = [lay_over(one, gap if one.requirement.id.endswith("02") else None, date(2026, 1, 1)) for one in results]
    page = browser.page()
    page.open(write(tmp_path / "report.html", marked, kept).as_uri())
    choose(page, "gap", "stale")
    assert page.js(SHOWN) == 1
    page.js("document.querySelector('.tally button[data-verdict=PASS]').click()")
    assert page.js("document.querySelector('#filters [name=gap]').value") == ""
    page.js("document.querySelector('.tally button[data-gap=known]').click()")
    assert page.js(SHOWN) == 1
    page.js("document.querySelector('a.cell.known').click()")
    page.until("document.querySelector('#sheet').open")
    text = page.js("document.querySelector('#sheet').innerText")
    for words in ("known gap", "known-failing: no retry yet", "https://tracker.example/17"):
        assert words in text
    assert page.complaints == []


def test_a_cell_opens_with_its_evidence_in_the_drawing(page: Page, tmp_path: Path) -> None:
    page.js(f"document.querySelector('{FAILED}').click()")
    page.until("document.querySelector('#sheet').open")
    text = page.js("document.querySelector('#sheet').innerText")
    for words in ("2 of 3 rows are not there", "lost-rows", "What to do", "customhouse check", "requests", "faults"):
        assert words in text
    assert page.js(
        "[...document.querySelectorAll('#sheet .drawing a.ev')].map(a => a.getAttribute('href').split('-')[1])"
    ) == [
        "2",
        "5",
    ]
    assert len(picture(page, "cell", tmp_path)) > 10_000
    page.key("Escape", 27)
    page.until("!document.querySelector('#sheet').open")
    assert page.js("document.querySelectorAll('#runs details.run > .body').length === "
                   "document.querySelectorAll('#runs details.run').length")  # fmt: skip
    assert page.js("document.querySelectorAll('.ev').length") == 0


def test_a_bar_says_what_it_was(page: Page) -> None:
    page.js(f"document.querySelector('{FAILED}').click()")
    page.until("document.querySelector('#sheet').open")
    page.hover("#sheet .drawing a.ev")
    page.until("!document.querySelector('#tip').hidden")
    said = page.js("document.querySelector('#tip').innerText")
    assert "POST /contacts" in said
    assert '{"external_id": "1"}' in said
    assert page.js("document.querySelector('#sheet').contains(document.querySelector('#tip'))")


def test_all_of_it_by_keyboard(page: Page) -> None:
    page.js(f"document.querySelector('{FAILED}').focus()")
    page.key("Enter", 13, "\r")
    page.until("document.querySelector('#sheet').open")
    page.until("document.querySelector('#sheet').contains(document.activeElement)")
    for _ in range(30):
        if page.js("!!document.activeElement.closest('.drawing')"):
            break
        page.key("Tab", 9)
    first = page.js("document.activeElement.getAttribute('href')")
    page.key("ArrowRight", 39)
    assert page.js("document.activeElement.getAttribute('href')") != first
    assert not page.js("document.querySelector('#tip').hidden")
    page.key("End", 35)
    page.key("Home", 36)
    assert page.js("document.activeElement.getAttribute('href')") == first
    page.key("Escape", 27)
    page.until("!document.querySelector('#sheet').open")
    page.until(f"document.activeElement === document.querySelector('{FAILED}')")
    assert page.js("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_its_pages_and_the_way_back(page: Page) -> None:
    for name in ("runs", "register", "kills", "about"):
        page.js(f"document.querySelector('nav a[href=\"#{name}\"]').click()")
        page.until(f"document.querySelector('#{name}').offsetParent !== null")
        assert page.js("document.querySelectorAll('.page.current').length") == 1
    page.js("history.go(-3)")
    page.until("document.querySelector('#runs').offsetParent !== null")
    page.js("document.querySelector('details.run summary').click()")
    assert page.js("document.querySelector('details.run .drawing').getBoundingClientRect().height") > 50


def test_an_address_of_a_result_or_an_exchange_opens_it(page: Page, report: Path) -> None:
    page.open("about:blank")
    page.open(report.as_uri() + "#c4")
    page.until("document.querySelector('#sheet').open && document.querySelector('#sheet #c4') !== null")
    page.open("about:blank")
    page.open(report.as_uri() + "#r0-3")
    page.until("document.querySelector('#r0-3').offsetParent !== null")
    page.requests[:] = [url for url in page.requests if url != "about:blank"]


@pytest.mark.parametrize("name", ["matrix", "runs", "register", "kills", "about", "c4"])
def test_a_phone_scrolls_no_page_sideways(name: str, page: Page, report: Path, tmp_path: Path) -> None:
    page.size(360, 740, 2)
    page.js(f"location.hash = '#{name}'")
    page.frame()
    page.js("document.querySelectorAll('details').forEach(one => one.open = true)")
    page.frame()
    assert page.js("document.documentElement.scrollWidth") <= 360
    assert page.js("document.querySelector('#sheet').scrollWidth") <= 360
    if name in ("matrix", "c4"):
        assert len(picture(page, f"phone-{name}", tmp_path)) > 10_000


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_what_is_written_can_be_read(dark: bool, page: Page, tmp_path: Path) -> None:
    page.dark(dark)
    back = page.js("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, back.removeprefix("rgb(").removesuffix(")").split(","))) < 150) is dark
    contrast = page.js(CONTRAST)
    assert len(contrast) > 20
    assert {what: ratio for what, ratio in contrast if ratio < 4.5} == {}
    picture(page, "dark" if dark else "light", tmp_path)


#: WCAG 2.2, 1.4.3: the contrast of text with what lies behind it.
CONTRAST = """(() => {
  const parse = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, n) => sum + c * [0.2126, 0.7152, 0.0722][n], 0);
  const behind = (one) => {
    for (; one; one = one.parentElement) {
      const [r, g, b, a = 1] = parse(getComputedStyle(one).backgroundColor);
      if (a > 0) return [r, g, b];
    }
    return [255, 255, 255];
  };
  return [...document.querySelectorAll('h1, h3, p, b, small, .v, .id, .what, .chip, th, label, output, nav a, span.k')]
    .map((one) => {
      const [a, b] = [light(parse(getComputedStyle(one).color)), light(behind(one))].sort((x, y) => y - x);
      return [one.className + ' ' + one.textContent.trim().slice(0, 30), (a + 0.05) / (b + 0.05)];
    });
})()"""


def test_without_a_script_the_text_is_there(page: Page, report: Path) -> None:
    page.scripts(False)
    page.open(report.as_uri())
    page.scripts(True)
    assert page.js("document.documentElement.classList.contains('js')") is False
    assert page.js("document.querySelector('#results article').offsetParent !== null")
    assert page.js("document.querySelector('#filters').offsetParent === null")
    assert page.js("[...document.querySelectorAll('.page')].every(one => one.offsetParent !== null)")


def test_what_an_importer_says_runs_nowhere(browser: Browser, tmp_path: Path) -> None:
    results, kept, toy = hostile()
    page = browser.page()
    page.open(write(tmp_path / "report.html", results, kept, toy).as_uri())
    page.js("document.querySelector('a.cell').click()")
    page.until("document.querySelector('#sheet').open")
    page.js("document.querySelectorAll('details').forEach(one => one.open = true)")
    page.hover("#sheet .drawing a")
    page.until("!document.querySelector('#tip').hidden")
    assert page.js("typeof window.pwned") == "undefined"
    assert page.js("document.querySelectorAll('img, script').length") == 1
    assert page.complaints == []
    assert len(page.requests) == 1


def test_many_importers_leave_the_requirements_room(browser: Browser, tmp_path: Path) -> None:
    toy = register()
    names = ("reference", "acme", "an-importer-with-a-very-long-name", "other", "fifth", "sixth")
    words = (Verdict.PASS, Verdict.NOT_EXERCISED, Verdict.UNTESTABLE)
    results = [result(name, toy, row.id, words[n % 3]) for n, name in enumerate(names) for row in toy.requirements]
    page = browser.page()
    page.size(1280, 900)
    page.open(write(tmp_path / "report.html", results, {}, toy).as_uri())
    assert page.js("document.querySelector('.req th').offsetWidth") > 240
    assert page.js("document.documentElement.scrollWidth") <= 1280
    page.size(390, 844)
    assert page.js("document.querySelector('.cell').offsetWidth") > 300
    assert page.js("document.documentElement.scrollWidth") <= 390
    picture(page, "many-phone", tmp_path)


def test_on_paper_it_is_light_and_tells_what_did_not_pass(page: Page, tmp_path: Path) -> None:
    dark = [{"name": "prefers-color-scheme", "value": "dark"}]
    page.call("Emulation.setEmulatedMedia", media="print", features=dark)
    assert page.js("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    shown = "[...document.querySelectorAll('.result')].filter(one => one.offsetParent).map(one => one.className)"
    assert set(page.js(shown)) == {"result fail", "result warn", "result not-exercised"}
    assert page.js("document.querySelector('.result.fail .todo').offsetParent !== null")
    assert page.js("document.querySelector('#runs').offsetParent === null")
    picture(page, "paper", tmp_path)
    page.call("Emulation.setEmulatedMedia", media="", features=[])
