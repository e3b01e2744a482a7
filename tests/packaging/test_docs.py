"""What the manuals promise is there: the files that they link to, and the commands that they print."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from customhouse.cli import LazyGroup

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("examples/**/*.md")])
PAGES = [page for page in PAGES if "node_modules" not in page.parts]
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")
#: A command on a line of its own, or in the middle of a sentence.
COMMAND = re.compile(r"(?:^ *|`)(?:\.venv/bin/)?customhouse (?P<words>[a-z][^`\n#|]*)", re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page: Path) -> None:
    dead = [link for link in LINK.findall(page.read_text()) if not (page.parent / link).exists()]
    assert not dead


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_nobody_is_told_to_install_what_is_not_published(page: Path) -> None:
    """There is no package in any index: what is installed is a clone."""
    assert not re.findall(r"pip install (?:-\S+ )*'?customhouse\b", page.read_text())


def commands() -> Iterator[str]:
    """The words of every command that a page prints."""
    for page in PAGES:
        for found in COMMAND.finditer(page.read_text().replace("\\\n", " ")):
            yield found["words"].strip()


@pytest.mark.parametrize("printed", sorted(set(commands())))
def test_every_printed_command_has_its_options(printed: str) -> None:
    name, *words = shlex.split(printed)
    group = LazyGroup()
    command = group.get_command(click.Context(group), name)
    assert command, f"there is no `customhouse {name}`"
    known = {flag for option in command.params for flag in (*option.opts, *option.secondary_opts)}
    assert not [word for word in words if word.startswith("--") and word.split("=")[0] not in known | {"--help"}]
