"""Which refusals a good client may bring about: the table beside the fakes' own."""

import pytest

from customhouse.pytest_plugin.unexpected import (
    ORDINARY_RULES,
    Unexpected,
    is_ordinary,
    message,
    not_allowed,
    of_diagnostic,
)
from customhouse_fakes.intandem import errors as intandem
from customhouse_fakes.intercom import errors as intercom
from customhouse_fakes.rally import errors as rally

RULES = {
    id.replace("_", ".", 1): text.status
    for table in (intandem.table(), intercom.table(), rally.table())
    for id, text in table.items()
}


def test_every_ordinary_rule_is_one_of_a_fake() -> None:
    for pattern in ORDINARY_RULES:
        prefix = pattern.removesuffix("*")
        assert any(rule.startswith(prefix) for rule in RULES), pattern


@pytest.mark.parametrize(
    ("refused_by", "status"),
    [
        (None, 200),
        ("rule:conflict.active", 409),
        ("rule:conflict.blocked", 400),
        ("rule:not.restorable_deleted", 400),
        ("rule:client.exists", 409),
        ("rule:property.name_taken", 400),
        ("rule:contact.not_found", 404),
        ("rate-limit:app", 429),
        ("fault:F1", 500),
        ("client", None),
    ],
)
def test_a_good_client_may_meet_these(refused_by: str | None, status: int | None) -> None:
    assert is_ordinary(refused_by, status)
    if refused_by and refused_by.startswith("rule:"):
        assert RULES[refused_by.removeprefix("rule:")] == status


@pytest.mark.parametrize(
    ("refused_by", "status"),
    [
        ("route", 404),
        ("auth", 401),
        ("http", None),
        ("body-limit", 413),
        ("rule:wrong.shape", 400),
        ("rule:body.invalid", 400),
        ("rule:client.first_name", 422),
        ("rule:attribute.missing", 400),
    ],
)
def test_a_good_client_never_meets_these(refused_by: str, status: int | None) -> None:
    assert not is_ordinary(refused_by, status)
    if refused_by.startswith("rule:"):
        assert RULES[refused_by.removeprefix("rule:")] == status


def test_a_fault_of_the_fake_is_nothing_that_a_refusal_covers() -> None:
    crash = of_diagnostic({"kind": "crash", "detail": "Traceback: boom\n"})
    assert not_allowed([crash, Unexpected("route", "GET /x")], ["rule:*", "route"]) == [crash]
    assert not_allowed([crash], ["harness"]) == []
    assert "the fake itself failed (crash); please report it\n    Traceback: boom" in message("rally", [crash] * 7)
    assert "… and 2 more\n" in message("rally", [crash] * 7)
