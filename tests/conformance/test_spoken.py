"""What counts as said: words that stand by themselves, and say that there was some of it."""

import pytest

from customhouse_conformance.spoken import tells

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
