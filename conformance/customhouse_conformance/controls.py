"""Control characters: what a terminal would obey, and no text needs."""

import re

_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def printable(text: str) -> str:
    """A text that may be shown on a terminal, whoever wrote it."""
    return _CONTROLS.sub("\ufffd", text)
