"""The plugin in somebody else's test run: what fails, what it says, and what it costs who does not use it."""

import pytest

from customhouse.pytest_plugin import accounts, inspecting, lending, server  # noqa: F401 - nested runs find them loaded

from .within import ALONE, MANIFEST, WITHIN

pytest_plugins = ["pytester"]

HEAD = """
import pytest, requests

def post(account, path, body):
    headers = {"Authorization": "Bearer " + account.token}
    return requests.post(account.url + path, json=body, headers=headers)
"""
STRICT = "[pytest]\nfilterwarnings = error\n"


def test_what_nobody_expected_fails_a_test_at_its_end(pytester: pytest.Pytester) -> None:
    pytester.makeini(STRICT)
    pytester.makepyfile(
        HEAD
        + """
def test_refused(intercom):
    post(intercom, "/contacts", {"email": 7})

def test_idle(rally):
    rally.faults.add("people.import", status=500)

def test_failed_anyway(rally):
    rally.faults.add("people.import", status=500)
    assert False

def test_skipped_anyway(rally):
    rally.faults.add("people.import", status=500)
    pytest.skip("not today")

def test_failed_as_expected(rally):
    rally.faults.add("people.import", status=500)
    pytest.xfail("not yet")

@pytest.mark.customhouse("rally", allow="auth")
@pytest.mark.customhouse("intercom", allow=["rule:*"])
@pytest.mark.customhouse(allow="route")
def test_expected(intercom, rally):
    post(intercom, "/contacts", {"email": 7})
    post(intercom, "/nowhere", {})
    requests.get(rally.url + "/api/public/v1/me")

def test_said_within(intercom):
    intercom.allow("rule:*")
    post(intercom, "/contacts", {"email": 7})
"""
    )
    result = pytester.runpytest_inprocess(*WITHIN)
    result.assert_outcomes(passed=4, failed=1, skipped=1, xfailed=1, errors=2)
    result.stdout.fnmatch_lines(
        [
            "*ERROR at teardown of test_refused*",
            "1 thing happened at the fake Intercom that the test does not expect:",
            "  POST /contacts -> 400 (contacts.create)",
            "    refused by rule:*",
            '    sent {"email": 7}',
            'Is that as it should be? Then say so: @pytest.mark.customhouse(allow=[[]"rule:wrong.shape"])',
            "*ERROR at teardown of test_idle*",
            "  fault F1 never struck*people.import*",
        ]
    )


def test_a_project_can_expect_what_it_likes(pytester: pytest.Pytester) -> None:
    pytester.makeini(STRICT + "customhouse_allow = route rule:bad.*\n")
    pytester.makepyfile(HEAD + "\ndef test_it(intercom):\n    post(intercom, '/nowhere', {})\n")
    pytester.runpytest_inprocess(*WITHIN).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("marker", "said"),
    [
        ("'acme'", "'acme' is no provider; there are: intandem, intercom, rally"),
        ("limit={}", "'limit' is no setting; there are: allow, profile, limits, seed, app"),
        ("limits={'nonsense': 1}", "'nonsense' is no switch"),
    ],
)
def test_a_marker_that_means_nothing_is_an_error(pytester: pytest.Pytester, marker: str, said: str) -> None:
    pytester.makepyfile(f"import pytest\n@pytest.mark.customhouse({marker})\ndef test_it(intercom):\n    pass\n")
    result = pytester.runpytest_inprocess(*WITHIN)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"*{said}*"])


def test_who_does_not_use_it_pays_for_nothing(pytester: pytest.Pytester) -> None:
    """No package of ours but the plugin itself, and nothing that it would need, in a project with a manifest."""
    pytester.makefile(".toml", customhouse="[importers]\n", other="x = 1\n")
    pytester.makepyfile(
        """
import sys

HEAVY = ("customhouse", "flask", "requests", "jsonschema", "uvicorn", "orjson", "rich", "click", "reference_importer")

def test_it(request):
    loaded = {name for name in sys.modules if name.startswith(HEAVY)}
    assert loaded == {"customhouse", "customhouse.pytest_plugin"}
"""
    )
    result = pytester.runpytest_subprocess(*ALONE)
    result.assert_outcomes(passed=1)


@pytest.mark.timeout(300)  # four processes begin
def test_workers_of_xdist_have_fakes_of_their_own_and_share_scenarios(pytester: pytest.Pytester) -> None:
    pytester.makeini(STRICT)
    pytester.makefile(".toml", customhouse=MANIFEST)
    pytester.makepyfile(
        HEAD
        + """
import os

def test_it(intercom):
    assert post(intercom, "/contacts", {"email": "ada@example.com"}).status_code == 200
    assert len(intercom.state.contacts) == 1
    print("address", os.environ["PYTEST_XDIST_WORKER"], intercom.url)
"""
    )
    words = ("--customhouse-importer=acme", "--customhouse-only=INTERCOM-RETRY-01")
    result = pytester.runpytest_subprocess(*ALONE, "-n", "2", "--dist", "each", "-rP", *words)
    result.assert_outcomes(passed=2, failed=2)
    said = {tuple(line.split()[1:]) for line in result.outlines if line.startswith("address")}
    assert len({worker for worker, _ in said}) == len({url for _, url in said}) == 2
    assert "acme: could not be judged" in result.outlines
    assert len((pytester.path / "runs").read_text().split()) == 1
