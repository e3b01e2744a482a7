"""What to do about a result: words for every reason that a judge may give, and the same ones in every report."""

import ast
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from customhouse_conformance import advice, judges, verdicts
from customhouse_conformance.errors import RegisterError
from customhouse_conformance.findings import Verdict
from customhouse_conformance.register import Requirement
from customhouse_conformance.register_tables import load_register, load_registers, providers
from customhouse_conformance.registry import populate

from .toy import register

#: The end of a judge's docstring: `Codes: exit-0, and those of rows_arrive.`
CODES = re.compile(r"(?s)Codes?: (.*?)\.")


def codes_of(judge: str, seen: frozenset[str] = frozenset()) -> set[str]:
    """The reasons that a judge says it may give, and those of judges that it names."""
    said = CODES.search(populate("judges").judges.get(judge).__doc__ or "")
    words = re.findall(r"[a-z0-9_-]+", said[1] if said else "")
    known = set(populate("judges").judges)
    named = {word for word in words if word in known} - seen
    others = [codes_of(one, seen | named) for one in named]
    return {word for word in words if word in literal_codes()}.union(*others)


@cache
def literal_codes() -> set[str]:
    """Every word with which `failed(…)` or `cannot_tell(…)` is called anywhere among the judges."""
    places = [Path(judges.__file__).parent.glob("*.py"), [Path(verdicts.__file__)]]
    calls = (
        call.args[0]
        for place in places
        for file in place
        for call in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.args
        if call.func.id in ("failed", "cannot_tell")
    )
    return {code.value for code in calls if isinstance(code, ast.Constant) and isinstance(code.value, str)}


def rows() -> list[tuple[str, Requirement]]:
    return [(name, row) for name in providers() for row in load_register(name).requirements]


def test_whatever_a_judge_may_say_of_a_row_there_are_words_for_it() -> None:
    by_verdict = set(advice.words("shared")["verdict"].values())
    silent = [
        (row.id, code)
        for provider, row in rows()
        for code in sorted(codes_of(row.judge.name) | {"never-ended"})
        if advice.advice(provider, row.id, Verdict.FAIL, code) in by_verdict
    ]
    assert silent == []


def test_no_words_are_for_a_reason_that_nobody_gives() -> None:
    declared = {code for _, row in rows() for codes in row.codes.values() for code in codes}
    given = literal_codes() | declared
    for name in providers():
        assert {code for table in advice.words(name).values() for code in table} - given == set()


@pytest.mark.parametrize(
    ("provider", "id", "verdict", "code", "words"),
    [
        ("intercom", "INTERCOM-RATE-01", Verdict.FAIL, "lost-rows", "X-RateLimit-Reset"),
        ("intercom", "INTERCOM-NEW-01", Verdict.FAIL, "lost-rows", "its POST /contacts must end in 200"),
        ("intercom", "INTERCOM-SOURCE-03", Verdict.FAIL, "crashed", "decoding"),
        ("rally", "RALLY-SOURCE-03", Verdict.FAIL, "crashed", "decoding"),
        ("rally", "RALLY-ASYNC-07", Verdict.FAIL, "crashed", "importId is null"),
        ("intandem", "INTANDEM-NEW-01", Verdict.FAIL, "exit-0", "end with an exit code other than 0"),
        ("rally", "RALLY-NEW-01", Verdict.WARN, "no such code", "breaks no build"),
        ("rally", "RALLY-NEW-01", Verdict.PASS, "ok", "None"),
    ],
)
def test_the_most_exact_words_count(provider: str, id: str, verdict: Verdict, code: str, words: str) -> None:
    assert words in str(advice.advice(provider, id, verdict, code))


def test_the_lint_names_rows_without_words_and_words_without_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    row = replace(register().requirements[0], codes={"silent": ("no-such-reason", "lost-rows")})
    table = {"shared": {"lost-rows": "Send it."}, "INTERCOM-GONE-01": {"lost-rows": "try harder"}}
    shared: dict[str, dict[str, str]] = {"code": {}, "verdict": {}}
    monkeypatch.setattr(advice, "words", lambda name: shared if name == "shared" else table)
    assert advice.lint("intercom", [row]) == [
        "INTERCOM-TOY-01: nothing says what to do when it is 'no-such-reason'; write it in advice/intercom.toml, or in "
        "shared.toml for all rows",
        "advice/intercom.toml: 'INTERCOM-GONE-01' is no requirement; mend or remove it",
        "advice/intercom.toml: INTERCOM-GONE-01, lost-rows: write a whole sentence",
    ]


def test_the_registers_are_read_with_that_lint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(advice, "lint", lambda provider, _: [f"{provider}: no words"])
    with pytest.raises(RegisterError, match="intandem: no words"):
        load_registers()
