"""What counts as said: words that stand by themselves, and say that there was some of it."""

import pytest

from customhouse_conformance.spoken import counted, tells

from .judges.pulls import WALK, app, pulled, visit

WORDS = ("500", "failed", "error", "not started")


@pytest.mark.parametrize(
    "text",
    [
        "500",
        "the answer was 500.",
        "HTTP/1.1 500 Internal",
        '{"status": 500, "beyond_50000": []}',
        "The import FAILED",
        "3 failed, 0 imported",
        '{"sessions": [{"failed": 2}]}',
        "error: no such host",
        '{"body": "{\\"error\\": \\"x\\"}"}',
        "the import was not started: source unknown",
    ],
)
def test_it_tells(text: str) -> None:
    assert tells(["all is well", text], WORDS)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "50000",
        "4500 imported",
        "beyond_500",
        "1.500",
        "no error, 0 failed",
        "failed: 0",
        "error=none",
        '{"failed": 0, "error": null, "beyond": {"error": []}, "list": [{"failed": false}]}',
        "unfailed",
    ],
)
def test_it_does_not_tell(text: str) -> None:
    assert not tells([text], WORDS)


@pytest.mark.parametrize(
    "text",
    [
        "created 51",
        "51 clients were imported, 14 failed",
        '{"totals": {"created": 51}}',
        '{"created": {"count": 51, "external_ids": ["a"]}}',
        '[{"outcome": "created", "clients": 51}]',
        '{"numberCreated": 51, "n_failed": 14}',
        "<table><tr><th>created<th>failed\n<tr><td>51<td>14</table>",
        "created  failed\n51       14",
        'INFO\n{"created": 51}',
        "created | failed\n--------+-------\n51      | 14",
        "│ created │ failed │\n├─────────┼────────┤\n│ 51      │ 14     │",
    ],
)
def test_it_is_counted(text: str) -> None:
    assert counted(pulled(*WALK, processes=(app(visit(body=text)),)), 51, ["created", "imported"])


@pytest.mark.parametrize(
    "text",
    [
        "client no. 51: handed out",
        "created all\n\nclient no. 51",
        "2026-11-22 10:51:14 created",
        "22/51/2026 created, 2026-51-22 imported",
        "created 510, 151, page-51",
        '{"created": 5, "served": {"count": 51}}',
        '{"recreated": 51}',
    ],
)
def test_it_is_not_counted(text: str) -> None:
    assert not counted(pulled(*WALK, processes=(app(visit(body=text)),)), 51, ["created", "imported"])
