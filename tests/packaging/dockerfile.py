"""Reads the Dockerfile, as far as the tests ask."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def instructions(word: str) -> list[str]:
    """What follows an instruction, each time that it is given."""
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    return re.findall(rf"^{word}\s+(.*)$", text, re.MULTILINE)


def argv(words: str) -> list[str]:
    """The command in the form of a JSON list, which needs no shell."""
    command: list[str] = json.loads(words[words.index("[") :])
    return command


def context() -> list[str]:
    """Files and folders that are copied out of the checkout."""
    return [source for line in instructions("COPY") if "--from" not in line for source in line.split()[:-1]]
